"""`dltutor check`: the code of an exercise, judged."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tutor.cli.courses import whole_course
from tutor.cli.output import print_json
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.errors import StoreProblem
from tutor.exercises import Owner, Verdict, check_now, ensure_learner_file, find_owner, learner_file

EXAMPLE = """examples:
  dltutor check perceptron_update.py
  dltutor check ~/solutions/perceptron_update.py --json

A name alone is your own file for that exercise; it is made from the starter when there is none yet.
Exit status: 0 it passes, 1 it does not."""


def configure(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file with your code, or the exercise's name")
    json_option(parser)


def main(arguments: Wanted) -> int:
    given = Path(arguments.file).expanduser()
    named = given if given.suffix == ".py" or given.exists() else given.with_name(given.name + ".py")
    course, _ = whole_course()
    owner = find_owner(named, [course])
    file = named if named.exists() or named.parent != Path() else _own(owner)
    verdict = check_now(owner.exercise, file)
    noted = _note(owner, file) if verdict.passed else ""
    if arguments.json:
        print_json({"file": str(file), "lesson": owner.lesson.id, "exercise": owner.exercise.id, **asdict(verdict)})
    else:
        print("\n".join(_report(owner, file, verdict, noted)))
    return 0 if verdict.passed else 1


def _own(owner: Owner) -> Path:
    return ensure_learner_file(owner.course.id, owner.lesson.id, owner.exercise)


def _note(owner: Owner, file: Path) -> str:
    """When it is the learner's own file that passes, the exercise is done."""
    if file.resolve() != learner_file(owner.course.id, owner.lesson.id, owner.exercise).resolve():
        return ""
    from tutor.store import Store

    try:
        with Store.open() as store:
            store.finish(owner.course.id, owner.lesson.id, owner.exercise.id)
            return store.notice or f"The exercise {owner.exercise.id} in {owner.lesson.id} is done."
    except StoreProblem as problem:
        return str(problem)


def _report(owner: Owner, file: Path, verdict: Verdict, noted: str) -> list[str]:
    from tutor.cli.texts import paragraph

    exercise = owner.exercise
    lines = [verdict.title, *(f"  {line}" for line in verdict.detail)]
    if verdict.printed:
        lines += ["It printed:", *(f"  {line}" for line in verdict.printed.splitlines())]
    lines += [paragraph(f"Hint: {hint.say}") for hint in exercise.hints if verdict.mistake and hint.when == verdict.mistake]
    if verdict.passed:
        lines += [paragraph(exercise.why)] if exercise.why else []
        lines += [f"See it run: dltutor open {owner.lesson.id}"] if exercise.plug else []
        lines += [noted] if noted else []
    else:
        lines.append(f"The file: {file}")
    return lines
