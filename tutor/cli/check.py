"""`dltutor check`: the code of an exercise, judged."""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Never

from tutor.cli.courses import whole_course, whole_courses
from tutor.cli.output import print_event, print_json, say_notice
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option, whole
from tutor.cli.texts import paragraph
from tutor.codefile import read_code
from tutor.course.bugs import judge_mark, mark_key
from tutor.course.library import at
from tutor.course.model import Bug, Course
from tutor.errors import StoreProblem, UserError
from tutor.exercises import Owner, Verdict, check_now, checker, ensure_learner_file, find_owner, learner_file, starter
from tutor.paths import user_path
from tutor.tui.lesson_file import WatchedFile
from tutor.words import tr

EXAMPLE = """examples:
  dltutor check perceptron_update.py
  dltutor check ~/solutions/perceptron_update.py --json
  dltutor check perceptron_update.py --watch
  dltutor check perceptron_update.py --hint
  dltutor check bug_adam.py --line 9

A name alone is your own file for that exercise; it is made from the starter when there is none yet. --watch checks it again
whenever you save it, until you press ctrl+c. Hints come one at a time; --solution shows the course's own answer.
Exit status: 0 it passes (or the line is the wrong one), 1 it does not."""

_LOOK = 0.1
"""Seconds between two looks at a watched file."""


def configure(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file with your code, or the exercise's name")
    parser.add_argument(
        "--line", metavar="N", type=whole(1, 999), help="where a bug is to be found: point at this line instead"
    )
    parser.add_argument("--watch", action="store_true", help="check it again whenever it is saved, until ctrl+c")
    parser.add_argument("--hint", action="store_true", help="give the next hint as well")
    parser.add_argument("--solution", action="store_true", help="show the solution; it then counts as shown, not as done")
    parser.add_argument("--yes", action="store_true", help="with --solution: without asking")
    json_option(parser)


def main(arguments: Wanted) -> int:
    given = user_path(arguments.file)
    named = given if given.suffix == ".py" or given.exists() else given.with_name(given.name + ".py")
    owner = find_owner(named, [*_course_around(named), *whole_courses()])
    if arguments.line is not None:
        return _point(owner, arguments.line, arguments.json)
    file = named if named.exists() or named.parent != Path() else _own(owner)
    if arguments.solution:
        from tutor.cli.exercise_help import show_solution

        return show_solution(owner, arguments.yes, arguments.json)
    if arguments.watch:
        asyncio.run(_watch(owner, file, arguments))
    verdict = check_now(owner.exercise, file)
    _tell(owner, file, verdict, arguments)
    return 0 if verdict.passed else 1


def _course_around(file: Path) -> list[Course]:
    """The course whose folder the file is in, if it is that of an exercise, as its author has it."""
    folders = [folder for folder in file.absolute().parents[:3] if (folder / "index.md").is_file() and file.is_file()]
    try:
        return [whole_course(at(folders[0].parent))[0]] if folders else []
    except UserError:
        return []


async def _watch(owner: Owner, file: Path, arguments: Wanted) -> Never:
    """Judge the file now and whenever it is saved."""
    judge = checker(owner.exercise)
    try:
        watched = WatchedFile(file, read_code(file))
        while True:
            _tell(owner, file, await judge.check(file), arguments)
            while not _changed(watched):
                await asyncio.sleep(_LOOK)
    finally:
        await judge.close()


def _changed(watched: WatchedFile) -> bool:
    try:
        return watched.changed_outside() is not None
    except UserError as error:  # it may be readable again after the next save
        say_notice(str(error))
        return False


def _tell(owner: Owner, file: Path, verdict: Verdict, arguments: Wanted) -> None:
    """Say, and keep, what became of the file."""
    noted = _note(owner, file) if verdict.passed else ""
    hint = _next_hint(owner, verdict) if arguments.hint else ""
    if arguments.json:
        about = {"file": str(file), "lesson": owner.lesson.id, "exercise": owner.exercise.id, **asdict(verdict)}
        if arguments.hint:
            about["hint"] = hint
        print_event(about) if arguments.watch else print_json(about)
    else:
        said = _report(owner, file, verdict, noted)
        if arguments.hint:
            said.append(paragraph(tr("Hint: {hint}", hint=hint) if hint else tr("There is no hint left.")))
        print("\n".join([*said, ""] if arguments.watch else said), flush=True)


def _next_hint(owner: Owner, verdict: Verdict) -> str:
    from tutor.cli.exercise_help import next_hint

    return next_hint(owner, verdict.mistake)


def _point(owner: Owner, line: int, json: bool) -> int:
    """Point at a line of a bug's code."""
    from tutor.store import Store

    bug = owner.exercise
    if not isinstance(bug, Bug):
        raise BadUsage(f"{bug.file.name} is an exercise, with no line to be found", "leave out --line")
    mark = judge_mark(bug, starter(bug), line)
    if mark.counts:
        try:
            with Store.open() as store:
                store.answer(owner.course.id, owner.lesson.id, mark_key(bug), str(line), mark.right)
        except StoreProblem as problem:
            print(problem, file=sys.stderr)
    if json:
        print_json({"lesson": owner.lesson.id, "bug": bug.id, "line": line, "right": mark.right, "say": mark.say})
    else:
        print(paragraph(mark.say))
        if mark.right:
            print(tr("Now mend it in your copy, and check it: dltutor check {name}", name=bug.file.name))
            print(tr("The file: {file}", file=_own(owner)))
    return 0 if mark.right else 1


def _own(owner: Owner) -> Path:
    return ensure_learner_file(owner.course.id, owner.lesson.id, owner.exercise)


def _note(owner: Owner, file: Path) -> str:
    """When it is the learner's own file that passes, the exercise is done."""
    if file.resolve() != learner_file(owner.course.id, owner.lesson.id, owner.exercise).resolve():
        return ""
    from tutor.store import Store

    try:
        with Store.open() as store:
            store.answer(
                owner.course.id, owner.lesson.id, owner.exercise.id, file.read_text(encoding="utf-8", errors="replace"), True
            )
            store.finish(owner.course.id, owner.lesson.id, owner.exercise.id)
            said = tr("The exercise {exercise} in {lesson} is done.", exercise=owner.exercise.id, lesson=owner.lesson.id)
            return store.notice or said
    except StoreProblem as problem:
        return str(problem)


def _report(owner: Owner, file: Path, verdict: Verdict, noted: str) -> list[str]:
    exercise = owner.exercise
    lines = [verdict.title, *(f"  {line}" for line in verdict.detail)]
    if verdict.printed:
        lines += [tr("It printed:"), *(f"  {line}" for line in verdict.printed.splitlines())]
    lines += [
        paragraph(tr("Hint: {hint}", hint=hint.say))
        for hint in exercise.hints
        if verdict.mistake and hint.when == verdict.mistake
    ]
    if verdict.passed:
        lines += [paragraph(exercise.why)] if exercise.why else []
        lines += [tr("See it run: {command}", command=_run_it(exercise.plug, file))] if exercise.plug else []
        lines += [noted] if noted else []
    else:
        lines.append(tr("The file: {file}", file=file))
    return lines


def _run_it(plug: str, file: Path) -> str:
    return f"dltutor run {shlex.quote(plug)} --plug {shlex.quote(str(file))}"
