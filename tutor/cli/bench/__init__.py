"""`dltutor bench`: the budgets of the design, measured on this machine."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from tutor.cli.bench.result import Result
from tutor.cli.output import Bar, print_json, table
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option, one_of, whole
from tutor.errors import UserError, nearest

EXAMPLE = """examples:
  dltutor bench
  dltutor bench paint keys wire
  dltutor bench wire links --lab playground --lab gan-digits
  dltutor bench long --minutes 60
  dltutor bench --json
  dltutor bench --device cuda
  dltutor bench --device cuda --record
  dltutor bench --device cuda many --record gpu.json

wire and links lead the program through every lab, the second over terminals that take 64, 16 and 8 kB a second; that takes
minutes. long watches memory and keys while one lab runs for --minutes; it is not among those that run by default.

With --device cuda: the rates of nets, many (a thousand nets at once), convolution, recurrent and gans on the GPU, against our
kernels for the processor and against PyTorch on the same GPU. It also notes which device is faster for each lab, for
--device auto. --record writes the figures with the GPU's name and the date, and the lab `machines` shows them from then on;
with a FILE it writes them there instead.

Exit status: 0 every budget is met, 1 one is not, 2 bad input, or no GPU here."""


def configure(parser: Parser) -> None:
    parser.add_argument("what", nargs="*", help="which measurements (default: all)")
    parser.add_argument("--device", metavar="cpu|cuda", type=one_of("cpu", "cuda"), default="cpu", help="what is measured")
    parser.add_argument(
        "--record", metavar="FILE", nargs="?", const="", help="with --device cuda: write down the figures, as JSON"
    )
    parser.add_argument(
        "--lab", metavar="LAB", action="append", default=[], help="with wire, links, long: only this lab (again for more)"
    )
    parser.add_argument("--minutes", metavar="N", type=whole(1, 24 * 60), default=60, help="with long: for how long (60)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, to be kept in a file")
    json_option(parser)


def main(arguments: Wanted) -> int:
    """Measure, print a table, and return 1 when a budget is not met."""
    if arguments.record is not None and arguments.device != "cuda":
        raise BadUsage("--record is for the figures of a GPU", "add --device cuda, or use --json")
    measurements, heading = _on_cuda() if arguments.device == "cuda" else _here(arguments.lab, arguments.minutes)
    for name in arguments.what:
        if name not in measurements:
            raise UserError(f"there is no measurement {name!r}", nearest(name, measurements))
    names = arguments.what or [name for name in measurements if name != "long"]
    results: list[Result] = []
    with Bar("measuring", len(names)) as bar:
        for done, name in enumerate(names):
            bar.show(done, f"measuring {name}", at_once=True)
            results += measurements[name]()
    document: dict[str, object] = {**heading, "results": [_as_json(result) for result in results]}
    if arguments.record is not None:
        _write(_record_file(arguments.record), document)
    if arguments.json:
        print_json(document)
    else:
        if heading:
            print(", ".join(heading.values()))
        rows = [_row(result) for result in results]
        print(_markdown(rows) if arguments.markdown else table(rows, right=(1,)))
    return 1 if any(result.met is False for result in results) else 0


Measurements = Mapping[str, Callable[[], list[Result]]]


def _here(labs: Sequence[str], minutes: int) -> tuple[Measurements, dict[str, str]]:
    from tutor.cli.bench.labs import led
    from tutor.cli.bench.measure import MEASUREMENTS
    from tutor.labs import find_lab

    for lab in labs:
        find_lab(lab)
    return {**MEASUREMENTS, **led(labs, minutes)}, {}


def _on_cuda() -> tuple[Measurements, dict[str, str]]:
    """What is measured on a GPU, and what that is. Raises DeviceProblem where there is none."""
    from tutor.engine import prepare

    prepare()  # before anything can import numba
    from tutor.cli.bench.gpu import measurements
    from tutor.cli.warmup import measured
    from tutor.labs.devices import gpu, need_cuda

    need_cuda("nothing was measured; dltutor doctor says what is missing")

    def labs() -> list[Result]:
        how = "for dltutor run --device auto"
        found = measured().items()
        return [Result(f"lab {lab}: against the CPU", s.cuda / s.cpu, "×", None, least=True, how=how) for lab, s in found]

    return {**measurements(), "labs": labs}, {"gpu": gpu(), "date": date.today().isoformat()}


def _record_file(named: str) -> Path:
    """Where the figures go: a file that was named, or the one that the lab `machines` reads. Raises UserError."""
    from tutor.data.gpu_run import own_record
    from tutor.paths import made

    return Path(named) if named else made(own_record().parent) / own_record().name


def _write(file: Path, document: dict[str, object]) -> None:
    """Raises UserError where the file cannot be written."""
    try:
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", "name another file") from None


def _row(result: Result) -> tuple[str, ...]:
    verdict = {True: "ok", False: "OVER" if not result.least else "UNDER", None: ""}[result.met]
    bound = "" if result.budget is None else f"{'≥' if result.least else '≤'} {result.budget:g} {result.unit}"
    return result.name, f"{result.value:.3g} {result.unit}", bound, verdict, result.how


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """The same table for a page: what was measured, what it came to, what was aimed at, and how."""
    lines = ["", "| what | measured | aimed at | |", "|---|---|---|---|"]
    lines += [f"| {name} | {value} | {bound or '–'} | {how} |" for name, value, bound, _, how in rows]
    return "\n".join(lines)


def _as_json(result: Result) -> dict[str, object]:
    value: object = result.value if math.isfinite(result.value) else str(result.value)
    return {
        "name": result.name, "value": value, "unit": result.unit, "budget": result.budget,
        "least": result.least, "met": result.met, "how": result.how,
    }  # fmt: skip
