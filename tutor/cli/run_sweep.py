"""`dltutor run LINK --sweep KNOB=VALUES`: many runs side by side, as curves or a map, and a table; or as JSON lines."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Sequence

import numpy as np

from tutor.cli.output import Bar, colours, look, print_event, table
from tutor.cli.parser import Wanted
from tutor.cli.run_report import numbers
from tutor.engine.crew import Job, Outcome, cores, outcomes
from tutor.engine.curves import ROLES, Record, overlay
from tutor.engine.grid import DIVERGED, FAILED, FINISHED, RUNNING
from tutor.engine.grid_crew import GridCrew
from tutor.engine.link import value_text
from tutor.engine.run import Run
from tutor.engine.sweep import Axis, Member, members, most_on, read_axis
from tutor.labs.spec import LabSpec, Metric

_SIZE = (80, 24)
_REASONS = {RUNNING: "steps", FINISHED: "finished", DIVERGED: "diverged"}
"""Why a run has ended, by what has become of it."""


def sweep(arguments: Wanted, run: Run, steps: int) -> int:
    """Make the runs and show them. run: the one that the link names, for what all have in common. Returns the exit status."""
    spec = run.lab.spec
    axes = [read_axis(text, spec, most_on(run.link.device)) for text in arguments.sweep]
    wanted = members(run.link, spec, axes)
    jobs = [Job(member.link, steps, arguments.until or "") for member in wanted]
    processes = 1 if run.link.device == "cuda" else cores()
    if arguments.json:
        swept = {axis.name: list(axis.values) for axis in axes}
        print_event({"event": "sweep", "lab": spec.id, "link": run.text, "sweep": swept, "runs": len(jobs), "steps": steps})
    if len(axes) == 2 and not arguments.until:
        found = asyncio.run(_make_together(wanted, steps, run.link.device, spec, as_json=arguments.json))
    else:
        found = asyncio.run(_make(wanted, jobs, processes, spec, as_json=arguments.json))
    if fell := next((outcome.fell for outcome in found if outcome.fell), ""):
        print(f"dltutor: {sum(bool(o.fell) for o in found)} of {len(found)} runs went on on the CPU. {fell}", file=sys.stderr)
    failed = sum(bool(outcome.error) for outcome in found)
    reached = sum(outcome.reason == "until" for outcome in found)
    if arguments.json:
        print_event({"event": "end", "runs": len(found), "failed": failed, "reached": reached})
    else:
        _show(wanted, found, axes, spec, arguments)
    if failed:
        return 3
    return 1 if arguments.until and reached < len(found) else 0


async def _make(wanted: list[Member], jobs: list[Job], processes: int, spec: LabSpec, *, as_json: bool) -> list[Outcome]:
    """All outcomes in the order of the jobs; as JSON, each is told as soon as all before it have been."""
    came: dict[int, Outcome] = {}
    told = 0
    with Bar(spec.id, len(jobs)) as bar:
        async for outcome in outcomes(jobs, processes):
            came[outcome.index] = outcome
            bar.show(len(came), at_once=True)
            while as_json and told in came:
                print_event(_event(wanted[told], came[told]))
                told += 1
    return [came[k] for k in range(len(jobs))]


async def _make_together(wanted: list[Member], steps: int, device: str, spec: LabSpec, *, as_json: bool) -> list[Outcome]:
    """The outcomes of a map: its runs go on together, and so end together. Of each, the seconds are the mean."""
    crew = GridCrew(spec, [member.link for member in wanted], device=device)
    began = time.perf_counter()
    try:
        with Bar(spec.id, max(1, steps)) as bar:
            await crew.plant()
            while crew.step < steps and not crew.ended:
                await crew.advance(steps)
                bar.show(crew.step)
        await crew.hash()
    finally:
        await crew.close()
    found, mean = [], (time.perf_counter() - began) / len(wanted)
    for k, member in enumerate(wanted):
        numbers = zip((metric.name for metric in spec.metrics), crew.values[k].tolist(), strict=True)
        record = Record(spec.id, member.link, int(crew.steps[k]), dict(numbers), {})
        if crew.fates[k] == FAILED:
            found.append(Outcome(k, error=crew.errors[k]))
        else:
            found.append(Outcome(k, record, _REASONS[int(crew.fates[k])], mean, crew.hashes[k], fell=crew.note))
        if as_json:
            print_event(_event(member, found[k]))
    return found


def _event(member: Member, outcome: Outcome) -> dict[str, object]:
    event: dict[str, object] = {
        "event": "run", "run": outcome.index, "sweep": dict(member.values), "link": member.link
    }  # fmt: skip
    record = outcome.record
    if record is None:
        return {**event, "error": outcome.error}
    if outcome.fell:
        event["fell"] = outcome.fell
    return {**event, "reason": outcome.reason, "step": record.step, "seconds": round(outcome.seconds, 6),
            "metrics": record.metrics, "state_sha256": outcome.sha256}  # fmt: skip


def _show(wanted: list[Member], found: list[Outcome], axes: list[Axis], spec: LabSpec, arguments: Wanted) -> None:
    """The curves of one metric over each other, the table, and what failed."""
    from tutor.draw import draw
    from tutor.draw.ansi import to_ansi

    size = arguments.size or _SIZE
    named = spec.view(arguments.view) if arguments.view else None
    view = named if named is not None and named.curves else next((view for view in spec.views if view.curves), None)
    metric = view.curves[0] if view is not None else spec.metrics[0].name
    if len(axes) == 2:
        _show_map(found, axes, spec, metric if named is not None and named.curves else "", size)
    title = next(m.title for m in spec.metrics if m.name == metric)
    curves = [
        (", ".join(f"{name} {value_text(value)}" for name, value in member.values), outcome.record.curves[metric])
        for member, outcome in zip(wanted, found, strict=True)
        if outcome.record is not None and metric in outcome.record.curves
    ]
    if curves and spec.trains and len(axes) != 2:
        picture = overlay(curves, title, spec.unit, y_log=view is not None and view.y_log)
        print(to_ansi(draw(picture, size, look()), colours()))
        if len(curves) > len(ROLES):
            print(f"The curves are those of the first {len(ROLES)} of {len(curves)} runs.")
    shown = [m for m in spec.metrics if any(o.record and not math.isnan(o.record.metrics.get(m.name, math.nan)) for o in found)]
    heads = [*(axis.name for axis in axes), spec.unit, "end", *(metric.name for metric in shown), "link"]
    rows = [_row(member, outcome, shown) for member, outcome in zip(wanted, found, strict=True)]
    print(table([heads, *rows], right=range(len(heads) - 1)))


def _show_map(found: list[Outcome], axes: list[Axis], spec: LabSpec, name: str, size: tuple[int, int]) -> None:
    """The map of two axes, and what it comes to. name: of the metric; empty: the one by which runs are compared."""
    from tutor.draw import draw
    from tutor.draw.ansi import to_ansi
    from tutor.engine.gridmap import first_metric, map_of, words_of

    metric = next((metric for metric in spec.metrics if metric.name == name), spec.metrics[first_metric(spec)])
    records = [outcome.record for outcome in found]
    values = np.array([record.metrics.get(metric.name, math.nan) if record else math.nan for record in records])
    fate_of = {"until": RUNNING, **{reason: fate for fate, reason in _REASONS.items()}}
    fates = np.array([fate_of.get(outcome.reason, FAILED) for outcome in found])
    print(to_ansi(draw(map_of(spec, axes, metric, values, fates), size, look()), colours()))
    print(words_of(spec, axes, metric, values, fates))


def _row(member: Member, outcome: Outcome, shown: Sequence[Metric]) -> list[str]:
    values = [value_text(value) for _, value in member.values]
    record = outcome.record
    if record is None:
        return [*values, "", "failed", *("" for _ in shown), f"{member.link} ({outcome.error})"]
    return [*values, str(record.step), outcome.reason, *numbers(shown, record.metrics), member.link]
