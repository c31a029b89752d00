"""`dltutor run`: a lab without the screen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tutor.cli.language import speak
from tutor.cli.output import Bar
from tutor.cli.parser import BadUsage, Parser, Wanted, one_of, size, whole
from tutor.codefile import read_code
from tutor.conditions import Condition, parse_condition
from tutor.errors import BadLink, nearest

if TYPE_CHECKING:
    from tutor.engine.run import Run
    from tutor.engine.versus import Versus

EXAMPLE = """examples:
  dltutor run 'perceptron?data=and&seed=3'
  dltutor run 'perceptron?data=blobs&margin=0.2' --seed 7 --until 'errors == 0' --json
  dltutor run perceptron --set data=xor --steps 400 --view boundary --size 60x20
  dltutor run 'perceptron?data=blobs' --plug perceptron_update.py
  dltutor run 'gd' --sweep rate=0.01,0.03,0.1
  dltutor run 'perceptron?data=blobs' --sweep seed=0..4 --sweep margin=0.1,0.4 --json

--sweep takes values with commas, whole numbers from..to or from..to..step, and texts with |. Two sweeps make a grid. The runs
are made side by side on all processors, and shown as curves, or (two sweeps) as a map, and a table. A view that is a map
("sweep" of playground, depth, gan-2d, race) sweeps over two knobs by itself.

With --json, each line is one JSON object:
  {"event": "start", "lab", "link", "knobs", "seed", "device"}
  {"event": "yours", "file", "compiled", "because", "steps_per_second", "compared", "differs", "say", …} with --plug
  {"event": "metrics", "step", "metrics"}
  {"event": "device", "step", "device", "why"} where a GPU has failed: the run goes on on the CPU
  {"event": "end", "reason": "steps|until|diverged|finished", "step", "seconds", "metrics", "state_sha256"}
A sweep prints {"event": "sweep", "lab", "link", "sweep", "runs", "steps"}, then for each run, in order,
  {"event": "run", "run", "sweep", "link", "reason", "step", "seconds", "metrics", "state_sha256"}
  (or "error" in place of what comes after the link), and {"event": "end", "runs", "failed", "reached"}.
--device auto takes CUDA where `dltutor warmup` has measured it to be faster for this lab, and the CPU otherwise; the link has
the device that was taken. Numbers that JSON does not have are the words "inf", "-inf" and "nan".

Exit status: 0 ended as asked, 1 --until was not reached (by some run of a sweep), 2 bad input, 3 the lab failed."""

_MOST = 10**12


class Report(Protocol):
    """Who is told how a run goes."""

    def start(self, run: Run) -> None: ...

    def beside(self, file: Path, versus: Versus) -> None: ...

    def metrics(self, run: Run) -> None: ...

    def fell(self, run: Run) -> None: ...

    def end(self, run: Run, reason: str, seconds: float) -> None: ...


def configure(parser: Parser) -> None:
    add = parser.add_argument
    add("link", metavar="LINK", help="a lab and its knobs: LAB?knob=value&knob=value&seed=N")
    add("--set", metavar="KNOB=VALUE", action="append", default=[], help="turn a knob; may be given several times")
    add("--seed", metavar="N", type=whole(0, 2**32 - 1), help="the seed, instead of the link's")
    add("--steps", metavar="N", type=whole(0, _MOST), help="how many steps at most; without: the lab's own number")
    add("--until", metavar="CONDITION", help="stop when it holds, such as 'accuracy >= 0.99'; names are metrics and knobs")
    add("--device", metavar="auto|cpu|cuda", type=one_of("auto", "cpu", "cuda"), default="auto", help="where to compute")
    add("--every", metavar="N", type=whole(1, _MOST), help="report the metrics each N steps; without: ten times in all")
    add("--plug", metavar="FILE", help="run on your own code for the lab's exercise, and compare it with the lab's")
    add("--view", metavar="NAME", help="the plot to print; without: the lab's first")
    add("--size", metavar="WxH", type=size, help="the plot's columns and rows; without: 80x24")
    add("--sweep", metavar="KNOB=VALUES", action="append", default=[], help="make a run for each value; twice makes a grid")
    add("--json", action="store_true", help="print JSON lines and nothing else, for programs")


def main(arguments: Wanted) -> int:
    speak()
    if arguments.json and (arguments.view or arguments.size):
        raise BadUsage("--json prints no plot", "leave out --view and --size, or --json")
    if arguments.sweep and arguments.every:
        raise BadUsage("a sweep reports the end of each run only", "leave out --every, or --sweep")
    if arguments.plug and arguments.sweep:
        raise BadUsage("--sweep runs on the lab's own code", "leave out --plug, or --sweep")
    from tutor.cli.own_labs import inside, know_lab, run_inside
    from tutor.engine import prepare

    own = know_lab(arguments.link.partition("?")[0].strip())
    if own:
        find_known(arguments.link)
    if (own and not arguments.sweep) or (arguments.plug and not inside()):  # code that is not ours
        return run_inside(["run", *words_of(arguments)], _code_for(arguments.link, arguments.plug))
    prepare()  # before anything can import numba
    run, until = _asked(arguments)
    steps = arguments.steps if arguments.steps is not None else run.lab.spec.steps if run.lab.spec.trains else 0
    every = arguments.every or max(1, steps // 10)
    view = run.lab.spec.view(arguments.view) if arguments.view else None
    if view is not None and view.sweep and not arguments.sweep and not arguments.plug:
        arguments.sweep = list(view.sweep)
    if arguments.sweep:
        from tutor.cli.run_sweep import sweep

        return sweep(arguments, run, steps)
    report = _report(arguments, run)
    report.start(run)
    run.on_fall = report.fell
    if arguments.plug:
        from tutor.cli.plugged import compared

        report.beside(Path(arguments.plug), compared(run))
    began = time.perf_counter()
    reason = go(run, steps, every, until, report)
    report.end(run, reason, time.perf_counter() - began)
    return 1 if until is not None and reason != "until" else 0


def _code_for(link: str, file: str | None) -> str:
    """The text of the learner's file; empty without one. Raises UserError, when the lab takes none as well."""
    if not file:
        return ""
    from tutor.cli.plugged import socket_of
    from tutor.engine.link import split_link
    from tutor.labs import find_lab

    socket_of(find_lab(split_link(link)[0]))
    return read_code(Path(file))


def find_known(link: str) -> None:
    """Raise UserError, with the reason, when the lab of a course cannot be used."""
    from tutor.engine.link import split_link
    from tutor.labs import find_lab

    find_lab(split_link(link)[0])


def words_of(arguments: Wanted) -> list[str]:
    """The command line again, for another process."""
    size = f"{arguments.size[0]}x{arguments.size[1]}" if arguments.size else None
    plug = str(Path(arguments.plug).absolute()) if arguments.plug else None
    named = {"--seed": arguments.seed, "--steps": arguments.steps, "--until": arguments.until, "--device": arguments.device}
    named |= {"--every": arguments.every, "--plug": plug, "--view": arguments.view, "--size": size}
    words = [f"--set={pair}" for pair in arguments.set]
    words += [f"{name}={value}" for name, value in named.items() if value is not None]
    return [*words, *(["--json"] if arguments.json else []), "--", arguments.link]


def _asked(arguments: Wanted) -> tuple[Run, Condition | None]:
    """The run at its start, and when it shall stop. Raises UserError for whatever is wrong with the question."""
    from tutor.engine.link import parse_link, split_link
    from tutor.engine.pick import faster
    from tutor.labs import find_lab
    from tutor.labs.devices import need_cuda

    lab_id, pairs = split_link(arguments.link)
    lab = find_lab(lab_id)
    spec = lab.spec
    extra = [_pair(text) for text in arguments.set]
    if arguments.seed is not None:
        extra.append(("seed", str(arguments.seed)))
    if arguments.device != "auto":
        extra.append(("device", arguments.device))
    elif not any(key == "device" for key, _ in (*pairs, *extra)):
        extra.append(("device", faster(spec)))
    link = parse_link(arguments.link, spec, extra)
    if arguments.view and spec.view(arguments.view) is None:
        raise BadLink(f"{lab_id!r} has no view {arguments.view!r}", nearest(arguments.view, [view.name for view in spec.views]))
    names = [*(metric.name for metric in spec.metrics), *(knob.name for knob in spec.knobs)]
    until = parse_condition(arguments.until, names) if arguments.until is not None else None
    if link.device == "cuda":
        need_cuda("use --device cpu")
    from tutor.engine.run import Run

    if not arguments.plug:
        return Run(lab, link), until
    from tutor.cli.plugged import plugged

    return Run(lab, link, plugged(lab, Path(arguments.plug))), until


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise BadUsage(f"{text!r} is not KNOB=VALUE", "write it like: --set rate=0.1")
    return key.strip(), value


def _report(arguments: Wanted, run: Run) -> Report:
    from tutor.cli.run_report import Lines, Tables

    if arguments.json:
        return Lines()
    return Tables(arguments.view or run.lab.spec.views[0].name, arguments.size or (80, 24))


def go(run: Run, steps: int, every: int, until: Condition | None, report: Report) -> str:
    """Run to the end, telling the metrics each `every` steps. Returns the reason of the end."""
    from tutor.engine.drive import drive

    with Bar(run.lab.spec.id, steps) as bar:
        return drive(run, steps, until, moved=bar.show, every=every, report=report.metrics)
