"""`dltutor run`: a lab without the screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from tutor.cli.output import Bar
from tutor.cli.parser import BadUsage, Parser, Wanted, one_of, size, whole
from tutor.conditions import Condition, parse_condition
from tutor.errors import BadLink, DeviceProblem, nearest

if TYPE_CHECKING:
    from tutor.engine.run import Run

EXAMPLE = """examples:
  dltutor run 'perceptron?data=and&seed=3'
  dltutor run 'perceptron?data=blobs&margin=0.2' --seed 7 --until 'errors == 0' --json
  dltutor run perceptron --set data=xor --steps 400 --view boundary --size 60x20

With --json, each line is one JSON object:
  {"event": "start", "lab", "link", "knobs", "seed", "device"}
  {"event": "metrics", "step", "metrics"}
  {"event": "end", "reason": "steps|until|diverged|finished", "step", "seconds", "metrics", "state_sha256"}
Numbers that JSON does not have are the words "inf", "-inf" and "nan".

Exit status: 0 ended as asked, 1 --until was not reached, 2 bad input, 3 the lab failed."""

_MOST = 10**12
_TURN = 0.1
"""Seconds that one piece of work should take: a kernel cannot be interrupted, and the bar should move."""


class Report(Protocol):
    """Who is told how a run goes."""

    def start(self, run: Run) -> None: ...

    def metrics(self, run: Run) -> None: ...

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
    add("--view", metavar="NAME", help="the plot to print; without: the lab's first")
    add("--size", metavar="WxH", type=size, help="the plot's columns and rows; without: 80x24")
    add("--json", action="store_true", help="print JSON lines and nothing else, for programs")


def main(arguments: Wanted) -> int:
    if arguments.json and (arguments.view or arguments.size):
        raise BadUsage("--json prints no plot", "leave out --view and --size, or --json")
    from tutor.engine import prepare

    prepare()  # before anything can import numba
    run, until = _asked(arguments)
    steps = arguments.steps if arguments.steps is not None else run.lab.spec.steps if run.lab.spec.trains else 0
    every = arguments.every or max(1, steps // 10)
    report = _report(arguments, run)
    report.start(run)
    began = time.perf_counter()
    reason = go(run, steps, every, until, report)
    report.end(run, reason, time.perf_counter() - began)
    return 1 if until is not None and reason != "until" else 0


def _asked(arguments: Wanted) -> tuple[Run, Condition | None]:
    """The run at its start, and when it shall stop. Raises UserError for whatever is wrong with the question."""
    from tutor.engine.link import parse_link, split_link
    from tutor.labs import find_lab

    lab_id, pairs = split_link(arguments.link)
    lab = find_lab(lab_id)
    spec = lab.spec
    extra = [_pair(text) for text in arguments.set]
    if arguments.seed is not None:
        extra.append(("seed", str(arguments.seed)))
    if arguments.device != "auto":
        extra.append(("device", arguments.device))
    elif not any(key == "device" for key, _ in (*pairs, *extra)) and "cuda" in spec.devices and not _why_no_cuda():
        extra.append(("device", "cuda"))
    link = parse_link(arguments.link, spec, extra)
    if arguments.view and spec.view(arguments.view) is None:
        raise BadLink(f"{lab_id!r} has no view {arguments.view!r}", nearest(arguments.view, [view.name for view in spec.views]))
    names = [*(metric.name for metric in spec.metrics), *(knob.name for knob in spec.knobs)]
    until = parse_condition(arguments.until, names) if arguments.until is not None else None
    if link.device == "cuda" and (why := _why_no_cuda()):
        raise DeviceProblem(f"CUDA cannot be used here: {why}", "use --device cpu")
    from tutor.engine.run import Run

    return Run(lab, link), until


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise BadUsage(f"{text!r} is not KNOB=VALUE", "write it like: --set rate=0.1")
    return key.strip(), value


def _why_no_cuda() -> str:
    from kernels.cuda.device import why_not

    return why_not()


def _report(arguments: Wanted, run: Run) -> Report:
    from tutor.cli.run_report import Lines, Tables

    if arguments.json:
        return Lines()
    return Tables(arguments.view or run.lab.spec.views[0].name, arguments.size or (80, 24))


def go(run: Run, steps: int, every: int, until: Condition | None, report: Report) -> str:
    """Run to the end, telling the metrics each `every` steps. Returns the reason of the end.

    The work is cut into pieces of about a tenth of a second, which changes nothing in the result.
    """
    if until is not None and until.holds({**run.knobs, **run.metrics()}):
        return "until"
    if run.finished:
        return "finished"
    piece = 1
    with Bar(run.lab.spec.id, steps) as bar:
        while run.step < steps:
            began, before = time.perf_counter(), run.step
            due = before - before % every + every
            reason = run.advance(min(piece, due - before, steps - before), until)
            if run.step == due:
                report.metrics(run)
            if reason:
                return reason
            bar.show(run.step)
            # The first call may have compiled or loaded kernels: hence the slow start from 1.
            took = time.perf_counter() - began
            if run.step - before == piece:
                piece = max(1, min(4 * piece, int(piece * _TURN / max(took, 1e-6))))
    # The last step need not be one of the steps at which the run looks at itself.
    return "until" if until is not None and until.holds({**run.knobs, **run.metrics()}) else "steps"
