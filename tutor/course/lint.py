"""Reads a whole course as a strict editor would. One fault gives one problem, at its place, with a mend."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tutor.course.bugs import check_line
from tutor.course.folder import survey
from tutor.course.lint_claims import check_claims
from tutor.course.lint_labs import check_lab, check_picture, check_plug, check_predict
from tutor.course.lint_runs import check_goal, check_guess
from tutor.course.lint_texts import Index, check_lesson_texts, check_text, index_of
from tutor.course.lint_translations import check_translations
from tutor.course.lint_width import check_widths
from tutor.course.mistakes import check_mistakes
from tutor.course.model import Bug, Course, Exercise, LabBlock, Lesson, PictureBlock, Place, Predict
from tutor.course.parse import read_course
from tutor.course.problems import Problem, Problems, in_order, placed
from tutor.course.tools import LabFacts, Tools
from tutor.errors import UserError, nearest

__all__ = ["LabFacts", "Tools", "check_lesson", "index_of", "lint", "problems_as_json", "problems_as_text"]

VERSION = 1
"""Of what `problems_as_json` gives."""

EXERCISE_FILES = (".solution.py", ".check.py", ".faults.py")
"""What stands beside NAME.py, as NAME and one of these."""


def lint(folder: Path, tools: Tools, within: Path | None = None) -> list[Problem]:
    """Everything wrong with the course in the folder, in reading order; empty when it is sound.

    within: only what is wrong in this chapter or file of it.
    """
    course, problems = read_course(folder)
    found = list(problems)
    unread = _unread(folder, course)
    index = index_of(course, unread=unread.values())
    for chapter in course.chapters:
        for prose in chapter.intro:
            found += check_text(prose.text, prose.place, index, tools)
    for term in course.glossary.terms:
        found += check_text(term.text, term.body, index, tools)
    asked = [lesson for lesson in course.lessons if within is None or lesson.file.is_relative_to(within)]
    inside = [problem for lesson in asked for problem in check_lesson(lesson, index, tools)]
    found += _check_needs(course, unread)
    found += check_translations(folder, course, tools, {problem.place.file for problem in (*found, *inside)})
    found += [_broken(folder, name, why) for name, why in tools.unknown.items() if why]
    found = [problem for problem in found if within is None or problem.place.file.is_relative_to(within)]
    return in_order(dict.fromkeys([*found, *inside]))


def _unread(folder: Path, course: Course) -> dict[str, Path]:
    """The lessons that could not even be read, which has been reported: by id, their files."""
    read = {lesson.file for lesson in course.lessons}
    there = (lesson for chapter in survey(folder, Problems()) for lesson in chapter.lessons)
    return {lesson.id: lesson.file for lesson in there if lesson.file not in read}


def _broken(folder: Path, name: str, why: str) -> Problem:
    """A lab that cannot be loaded, at the line that its sentence names."""
    said, _, mend = why.partition("; ")
    place, said = placed(folder, said) or (Place(folder / "labs" / f"{name.replace('-', '_')}.py"), said)
    return Problem(
        place, f"the lab {name!r} cannot be loaded: {said}", mend or "see what `dltutor new lab` makes", "broken-lab"
    )


def check_lesson(lesson: Lesson, index: Index, tools: Tools) -> list[Problem]:
    """Everything wrong with one lesson but for what its reading has found."""
    return [
        *check_lesson_texts(lesson, index, tools),
        *check_widths(lesson, tools),
        *_check_pictures(lesson, tools),
        *check_claims(lesson, tools),
        *_check_tasks(lesson, tools),
    ]


def problems_as_text(problems: Iterable[Problem]) -> str:
    """One line each: `file:line:column: message (mend)`."""
    return "\n".join(str(problem) for problem in problems)


def problems_as_json(problems: Iterable[Problem], path: Path, run: bool = False) -> dict[str, Any]:
    """The same for programs, ready for `json.dumps`.

    version: of this form; it goes up when a key changes its meaning or goes away, not when one comes. path: what was looked at.
    run: whether runs were made. problems: in reading order, each with file, line and column (from 1), rule (a short stable
    name), message and mend (both for people; the mend may be empty).
    """
    return {"version": VERSION, "path": str(path), "run": run, "problems": [problem.as_json() for problem in problems]}


def _check_pictures(lesson: Lesson, tools: Tools) -> Iterator[Problem]:
    for section in lesson.sections:
        for block in section.blocks:
            if isinstance(block, PictureBlock):
                yield from check_picture(block, tools)


def _check_tasks(lesson: Lesson, tools: Tools) -> Iterator[Problem]:
    for task in lesson.tasks:
        match task:
            case LabBlock():
                wrong = list(check_lab(task, tools))
                yield from wrong or check_goal(task, tools)
            case Predict():
                wrong = list(check_predict(task, tools))
                yield from wrong or check_guess(lesson, task, tools)
            case Exercise():
                yield from check_plug(task, tools)
                yield from _check_exercise(task, tools)


def _check_exercise(exercise: Exercise, tools: Tools) -> Iterator[Problem]:
    place = exercise.marks["file"]
    missing = [exercise.file.stem + suffix for suffix in EXERCISE_FILES]
    missing = [name for name in missing if not exercise.file.with_name(name).is_file()]
    if missing:
        yield Problem(place, f"there is no {' and no '.join(missing)} beside it", "write it", "missing-file")
        return
    if isinstance(exercise, Bug):
        yield from check_line(exercise)
    yield from check_mistakes(exercise)
    if tools.prove is not None:
        try:
            complaints = tools.prove(exercise)
        except UserError as error:
            complaints = [str(error)]
        if complaints:
            more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
            said, _, mend = complaints[0].removeprefix(f"{exercise.place}: the exercise {exercise.id!r}: ").partition("; ")
            place, said = placed(exercise.file.parent, said) or (place, said)
            mend = mend or f"see what it does: dltutor check {exercise.file.name} --course {shlex.quote(_course_of(exercise))}"
            yield Problem(place, f"the exercise {exercise.id!r} does not hold: {said}{more}", mend, "exercise-proof")


def _course_of(exercise: Exercise) -> str:
    return str(exercise.place.file.parent.parent)


def _check_needs(course: Course, unread: Iterable[str]) -> Iterator[Problem]:
    """Every lesson that another needs exists, and no lesson needs itself, however indirectly. unread: ids that are known."""
    lessons = {lesson.id: lesson for lesson in course.lessons}
    known, moved = {*lessons, *unread}, course.moved
    for lesson in course.lessons:
        for i, need in enumerate(lesson.needs):
            if need not in known:
                mend = f"it is {moved[need]} now" if need in moved else nearest(need, lessons)
                yield Problem(_need_place(lesson, i), f"there is no lesson {need!r}", mend, "needs")
    if len(lessons) < len(course.lessons):  # two have one id, which has been reported: who needs whom cannot be told
        return
    done: set[str] = set()
    for start in lessons:
        yield from _cycles(start, lessons, done)


def _cycles(start: str, lessons: dict[str, Lesson], done: set[str]) -> Iterator[Problem]:
    """Walks the needs from one lesson, without recursion: a chain may be as long as the course."""
    if start in done:
        return
    path: list[tuple[str, int]] = [(start, 0)]
    while path:
        name, i = path.pop()
        needs = lessons[name].needs
        if i == len(needs):
            done.add(name)
            continue
        path.append((name, i + 1))
        need = needs[i]
        on_path = [step for step, _ in path]
        if need in on_path:
            circle = " → ".join([*on_path[on_path.index(need) :], need])
            place = _need_place(lessons[name], i)
            yield Problem(place, f"lessons need each other in a circle: {circle}", "remove one of these needs", "needs")
        elif need in lessons and need not in done:
            path.append((need, 0))


def _need_place(lesson: Lesson, i: int) -> Place:
    return lesson.marks.get(f"needs.{i}", Place(lesson.file))
