"""`dltutor doctor`: whether this machine has all that is needed, and what to do where it has not."""

from __future__ import annotations

from dataclasses import asdict

from tutor.cli.output import columns, print_json, table
from tutor.cli.parser import Parser, Wanted, json_option

EXAMPLE = """examples:
  dltutor doctor
  dltutor doctor --json

Exit status: 0 nothing is broken (there may be warnings), 1 something is."""


def configure(parser: Parser) -> None:
    json_option(parser)


def main(arguments: Wanted) -> int:
    from tutor.engine import prepare

    prepare()  # before anything can import numba
    from tutor.cli.examine import examine

    findings = examine()
    broken = any(finding.state == "problem" for finding in findings)
    if arguments.json:
        print_json({"sound": not broken, "findings": [asdict(finding) for finding in findings]})
        return 1 if broken else 0
    rows = []
    for finding in findings:
        rows.append((finding.state, finding.name, finding.says))
        if finding.mend:
            rows.append(("", "", f"→ {finding.mend}"))
    print(table(rows, fold=columns()))
    return 1 if broken else 0
