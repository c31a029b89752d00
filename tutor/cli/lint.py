"""`dltutor lint`: everything wrong with a course, with file, line and column."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import trust
from tutor.cli.output import Bar, print_json, say_notice
from tutor.cli.own_labs import know_labs, run_inside
from tutor.cli.parser import Parser, Wanted, whole
from tutor.course import library
from tutor.course.lint import lint, problems_as_json, problems_as_text
from tutor.course.model import Course, Exercise
from tutor.course.parse import read_course
from tutor.course.tools import LabFacts, Tools
from tutor.errors import UserError
from tutor.labs.spec import LabSpec
from tutor.paths import user_path

if TYPE_CHECKING:
    from tutor.cli.lint_proofs import Proofs

EXAMPLE = """examples:
  dltutor lint
  dltutor lint my-course --run
  dltutor lint my-course/01-first/01-begin.md --json

With --run, what has to be run to be known is checked too: that goals do not hold at the start and can be reached, that guesses
have an option that comes true, and the numbers that say from which run they are, such as
  0.83<!--{{run: xor?seed=3@500, accuracy, 2}}-->
What a run came to is kept, so that the next time only what has changed is run.

With --json, one document:
  {"version": 1, "path", "run", "problems": [{"file", "line", "column", "rule", "message", "mend"}, …]}

Exit status: 0 nothing found, 1 mistakes found, 2 no course there."""

_LIMIT = 60
"""Seconds that one run may take."""


def configure(parser: Parser) -> None:
    parser.add_argument(
        "path", metavar="PATH|NAME", nargs="?", help="a course, or a chapter or lesson of one; without: the chosen course"
    )
    parser.add_argument("--run", action="store_true", help="make the runs that the lessons speak of, too")
    parser.add_argument(
        "--limit", metavar="SECONDS", type=whole(1, 3600), default=_LIMIT, help=f"how long one run may take; without: {_LIMIT}"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, for programs")


def main(arguments: Wanted) -> int:
    from tutor.cli.lint_proofs import Proofs

    path, root = asked(arguments.path)
    known = library.at(root)
    if know_labs(known).labs and arguments.run:
        limit = f"--limit={arguments.limit}"
        return run_inside(["lint", "--run", limit, *(["--json"] if arguments.json else []), "--", str(path.absolute())])
    exercises = exercises_in(read_course(root)[0], path)
    trusted = trust.is_trusted(root)
    if not trusted:
        say_notice(not_run(root, len(exercises)))
        exercises = []
    with (
        Bar("proving exercises", len(exercises)) as bar,
        Proofs(exercises, lambda done: bar.show(done, at_once=True)) as proofs,
    ):
        lint_tools = tools(proofs if trusted else None, arguments.limit if arguments.run else 0, bar)
        found = lint(root, lint_tools, None if path == root else path)
    if arguments.json:
        print_json(problems_as_json(found, path, arguments.run))
    elif found:
        print(problems_as_text(found))
    else:
        print("No mistakes found.")
    return 1 if found else 0


def asked(given: str | None) -> tuple[Path, Path]:
    """The path that was asked about (a course's name counts as its folder), and the course's folder. Raises UserError."""
    if not given:
        folder = library.chosen().folder
        return folder, folder
    path = user_path(given)
    if not path.exists():
        path = next((known.folder for known in library.all_courses() if known.name == given), path)
    return path, course_folder(path)


def not_run(root: Path, exercises: int) -> str:
    """What was left out because the course's code may not run."""
    known = library.at(root)
    what = f"{exercises} exercises were read and not proven" if exercises else "its labs were not loaded"
    return f"{what}: the code of {known.name!r} runs only after: dltutor course trust {trust.named(known.id, root)}"


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


def exercises_in(course: Course, path: Path) -> list[Exercise]:
    """The exercises of the lessons that are this path, or are in it."""
    lessons = (lesson for lesson in course.lessons if path == course.folder or lesson.file.is_relative_to(path))
    return [task for lesson in lessons for task in lesson.tasks if isinstance(task, Exercise)]


def tools(proofs: Proofs | None = None, seconds: int = 0, bar: Bar | None = None) -> Tools:
    """The linter's tools, of this program's labs, formulas and exercises.

    proofs: None: nothing is proven. seconds: that one run may take; 0: nothing is run.
    """
    from tutor.draw.mathbox import check_formula, display
    from tutor.labs import authored, find_lab, lab_ids

    bench = None
    if seconds:
        from tutor.cli.lint_bench import LintBench

        bench = LintBench(seconds, lambda link: bar.show(0, link, at_once=True) if bar else None)
    own, labs = authored(), {lab: facts(find_lab(lab).spec) for lab in lab_ids()}
    return Tools(
        labs,
        check_formula,
        display=lambda tex: display(tex, False),
        prove=proofs,
        bench=bench,
        unknown={lab: why if own.root else "" for lab, why in own.broken.items()},
    )


def facts(spec: LabSpec) -> LabFacts:
    """What a lesson may say about a lab."""
    from tutor.engine.link import read_value
    from tutor.engine.sweep import read_axis

    return LabFacts(
        knobs={knob.name: partial(read_value, knob) for knob in spec.knobs},
        metrics=tuple(metric.name for metric in spec.metrics),
        views=tuple(view.name for view in spec.views),
        curves=tuple(dict.fromkeys(name for view in spec.views for name in view.curves)),
        axis=partial(read_axis, spec=spec) if any(view.sweep for view in spec.views) else None,
        defaults={knob.name: knob.default for knob in spec.knobs},
        live=frozenset(knob.name for knob in spec.knobs if knob.live),
        socket=spec.socket.name if spec.socket else "",
    )
