"""argparse, with mistakes said as everywhere else: one line, and the nearest thing that would have been right."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NoReturn

from tutor.errors import UserError, nearest

Wanted = argparse.Namespace
"""What the command line asks for."""


class BadUsage(UserError):
    """A command line that cannot be read."""

    title = "That command cannot be read"


class Parser(argparse.ArgumentParser):
    """The parser of one command. `wanted` raises BadUsage where argparse would print and exit."""

    def __init__(self, prog: str, about: str, end: str) -> None:
        super().__init__(
            prog=prog,
            description=about[:1].upper() + about[1:],
            epilog=end,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def wanted(self, argv: Sequence[str]) -> Wanted:
        """Read the arguments after the command's name."""
        found, rest = self.parse_known_args(argv)
        if rest:
            options = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
            stray = rest[0].partition("=")[0]
            if stray.startswith("-"):
                raise BadUsage(f"{self.prog} has no option {stray!r}", nearest(stray, options))
            raise BadUsage(f"{self.prog} does not take {rest[0]!r}", f"see {self.prog} --help")
        return found

    def error(self, message: str) -> NoReturn:
        raise BadUsage(message, f"see {self.prog} --help")


def one_of(*names: str) -> Callable[[str], str]:
    """An argument that is one of these words."""

    def read(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"it cannot be {text!r}: {nearest(text, names)}")
        return text

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """An argument that is a whole number."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"it must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return read


def size(text: str) -> tuple[int, int]:
    """An argument such as 80x24: columns and rows."""
    columns, _, rows = text.lower().partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and 20 <= int(columns[:9]) <= 400 and 5 <= int(rows[:9]) <= 200):
        raise argparse.ArgumentTypeError(f"it must be COLUMNSxROWS from 20x5 to 400x200, such as 80x24, not {text!r}")
    return int(columns), int(rows)


def json_option(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
