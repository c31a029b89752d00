"""`dltutor new`: a small working example of a course, a chapter, a lesson, an exercise or a lab, to be made into one's own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from tutor.cli.output import print_json
from tutor.cli.parser import Parser, Wanted, json_option, one_of
from tutor.paths import user_path

EXAMPLE = """examples:
  dltutor new course my-course
  dltutor new chapter my-course/nets
  dltutor new lesson my-course/01-first/memory
  dltutor new exercise my-course/01-first/running_mean --lesson my-course/01-first/02-memory.md
  dltutor new lab my-course/two-spirals

Chapters and lessons get the next free number in front of their names. A new course holds one lesson with every kind of block.
Nothing is ever overwritten. What is made passes `dltutor lint`."""

KINDS = {
    "course": "tutor.cli.new_course",
    "chapter": "tutor.cli.new_course",
    "lesson": "tutor.cli.new_course",
    "exercise": "tutor.cli.new_exercise",
    "lab": "tutor.cli.new_lab",
}
"""What can be made → the module that makes it."""


class Maker(Protocol):
    """The module of a kind."""

    def make(self, kind: str, path: Path, arguments: Wanted) -> tuple[list[Path], str]:
        """Write the files. Returns them, and what to do next. Raises UserError."""
        ...


def configure(parser: Parser) -> None:
    parser.add_argument("kind", metavar="|".join(KINDS), type=one_of(*KINDS), help="what to make")
    parser.add_argument("path", metavar="PATH", help="where; the last part is its name")
    parser.add_argument("--title", metavar="TEXT", default="", help="its title; without: from its name")
    parser.add_argument("--lesson", metavar="FILE", default="", help="an exercise: put its block at the end of this lesson")
    json_option(parser)


def main(arguments: Wanted) -> int:
    maker = cast(Maker, import_module(KINDS[arguments.kind]))
    files, then = maker.make(arguments.kind, user_path(arguments.path), arguments)
    if arguments.json:
        print_json({"made": [str(file) for file in files], "next": then})
    else:
        print("\n".join([*(f"made {file}" for file in files), then]))
    return 0
