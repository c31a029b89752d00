"""`dltutor lint`: everything wrong with a course, with file, line and column."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tutor import paths
from tutor.cli.output import Bar
from tutor.cli.parser import Parser, Wanted
from tutor.course.lint import lint, problems_as_json, problems_as_text
from tutor.course.model import Exercise
from tutor.course.parse import read_course
from tutor.course.tools import LabFacts, Tools
from tutor.errors import UserError
from tutor.labs.spec import LabSpec

EXAMPLE = """examples:
  dltutor lint
  dltutor lint my-course
  dltutor lint my-course/01-first/01-begin.md --json

Exit status: 0 nothing found, 1 mistakes found."""


def configure(parser: Parser) -> None:
    parser.add_argument(
        "path", metavar="PATH", nargs="?", help="a course, or a chapter or lesson of one; without: the built-in course"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, for programs")


def main(arguments: Wanted) -> int:
    path = Path(arguments.path) if arguments.path else paths.lessons_folder()
    root = course_folder(path)
    exercises = sum(isinstance(task, Exercise) for lesson in read_course(root)[0].lessons for task in lesson.tasks)
    with Bar("proving exercises", exercises) as bar:
        found = lint(root, tools(bar))
    if path != root:
        found = [problem for problem in found if problem.place.file.is_relative_to(path)]
    if arguments.json:
        if found:
            print(problems_as_json(found))
    elif found:
        print(problems_as_text(found))
    else:
        print("No mistakes found.")
    return 1 if found else 0


def course_folder(path: Path) -> Path:
    """The course that a path is, or is in. Raises UserError."""
    if not path.exists():
        raise UserError(f"there is no {path}", "name a course's folder, or a file in it")
    folder = path if path.is_dir() else path.parent
    if (folder / "index.md").is_file():  # a chapter
        return folder.parent
    if path.is_dir() and any(folder.glob("*/index.md")):
        return folder
    raise UserError(f"{path} is no course: no folder in it has an index.md", "name the folder that holds the chapters")


def tools(bar: Bar | None = None) -> Tools:
    """The linter's tools, of this program's labs, formulas and exercises."""
    from tutor.draw.mathbox import check_formula
    from tutor.exercises import prove
    from tutor.labs import find_lab, lab_ids

    proven = 0

    def proof(exercise: Exercise) -> list[str]:
        nonlocal proven
        complaints = prove(exercise)
        proven += 1
        if bar is not None:
            bar.show(proven, at_once=True)
        return complaints

    return Tools({lab: facts(find_lab(lab).spec) for lab in lab_ids()}, check_formula, proof)


def facts(spec: LabSpec) -> LabFacts:
    """What a lesson may say about a lab."""
    from tutor.engine.link import read_value

    return LabFacts(
        knobs={knob.name: partial(read_value, knob) for knob in spec.knobs},
        metrics=tuple(metric.name for metric in spec.metrics),
        views=tuple(view.name for view in spec.views),
        curves=tuple(dict.fromkeys(name for view in spec.views for name in view.curves)),
        live=frozenset(knob.name for knob in spec.knobs if knob.live),
        socket=spec.socket.name if spec.socket else "",
    )
