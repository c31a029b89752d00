"""`dltutor bench`: the budgets of the design, measured on this machine."""

from __future__ import annotations

import math

from tutor.cli.bench.result import Result
from tutor.cli.output import Bar, print_json, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.errors import UserError, nearest

EXAMPLE = """examples:
  dltutor bench
  dltutor bench paint keys wire
  dltutor bench --json"""


def configure(parser: Parser) -> None:
    parser.add_argument("what", nargs="*", help="which measurements (default: all)")
    json_option(parser)


def main(arguments: Wanted) -> int:
    """Measure, print a table, and return 1 when a budget is not met."""
    from tutor.cli.bench.measure import MEASUREMENTS

    for name in arguments.what:
        if name not in MEASUREMENTS:
            raise UserError(f"there is no measurement {name!r}", nearest(name, MEASUREMENTS))
    names = arguments.what or list(MEASUREMENTS)
    results: list[Result] = []
    with Bar("measuring", len(names)) as bar:
        for done, name in enumerate(names):
            bar.show(done, f"measuring {name}", at_once=True)
            results += MEASUREMENTS[name]()
    if arguments.json:
        print_json({"results": [_as_json(result) for result in results]})
    else:
        print(table([_row(result) for result in results], right=(1,)))
    return 1 if any(result.met is False for result in results) else 0


def _row(result: Result) -> tuple[str, ...]:
    verdict = {True: "ok", False: "OVER" if not result.least else "UNDER", None: ""}[result.met]
    bound = "" if result.budget is None else f"{'≥' if result.least else '≤'} {result.budget:g} {result.unit}"
    return result.name, f"{result.value:.3g} {result.unit}", bound, verdict, result.how


def _as_json(result: Result) -> dict[str, object]:
    value: object = result.value if math.isfinite(result.value) else str(result.value)
    return {
        "name": result.name, "value": value, "unit": result.unit, "budget": result.budget,
        "least": result.least, "met": result.met, "how": result.how,
    }  # fmt: skip
