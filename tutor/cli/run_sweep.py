"""`dltutor run LINK --sweep KNOB=VALUES`: many runs side by side, as curves and a table, or as JSON lines."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Sequence

from tutor.cli.output import Bar, colours, look, print_event, table
from tutor.cli.parser import Wanted
from tutor.cli.run_report import numbers
from tutor.engine.crew import Job, Outcome, cores, outcomes
from tutor.engine.curves import ROLES, overlay
from tutor.engine.link import value_text
from tutor.engine.run import Run
from tutor.engine.sweep import Axis, Member, members, read_axis
from tutor.labs.spec import LabSpec, Metric

_SIZE = (80, 24)


def sweep(arguments: Wanted, run: Run, steps: int) -> int:
    """Make the runs and show them. run: the one that the link names, for what all have in common. Returns the exit status."""
    spec = run.lab.spec
    axes = [read_axis(text, spec) for text in arguments.sweep]
    wanted = members(run.link, spec, axes)
    jobs = [Job(member.link, steps, arguments.until or "") for member in wanted]
    processes = 1 if run.link.device == "cuda" else cores()
    if arguments.json:
        swept = {axis.name: list(axis.values) for axis in axes}
        print_event({"event": "sweep", "lab": spec.id, "link": run.text, "sweep": swept, "runs": len(jobs), "steps": steps})
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
    title = next(m.title for m in spec.metrics if m.name == metric)
    curves = [
        (", ".join(f"{name} {value_text(value)}" for name, value in member.values), outcome.record.curves[metric])
        for member, outcome in zip(wanted, found, strict=True)
        if outcome.record is not None and metric in outcome.record.curves
    ]
    if curves and spec.trains:
        picture = overlay(curves, title, spec.unit, y_log=view is not None and view.y_log)
        print(to_ansi(draw(picture, size, look()), colours()))
        if len(curves) > len(ROLES):
            print(f"The curves are those of the first {len(ROLES)} of {len(curves)} runs.")
    shown = [m for m in spec.metrics if any(o.record and not math.isnan(o.record.metrics.get(m.name, math.nan)) for o in found)]
    heads = [*(axis.name for axis in axes), spec.unit, "end", *(metric.name for metric in shown), "link"]
    rows = [_row(member, outcome, shown) for member, outcome in zip(wanted, found, strict=True)]
    print(table([heads, *rows], right=range(len(heads) - 1)))


def _row(member: Member, outcome: Outcome, shown: Sequence[Metric]) -> list[str]:
    values = [value_text(value) for _, value in member.values]
    record = outcome.record
    if record is None:
        return [*values, "", "failed", *("" for _ in shown), f"{member.link} ({outcome.error})"]
    return [*values, str(record.step), outcome.reason, *numbers(shown, record.metrics), member.link]
