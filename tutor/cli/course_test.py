"""`dltutor course test`: everything that can be wrong with a course, tried."""

from __future__ import annotations

from tutor import trust
from tutor.cli.lint import exercises_in, not_run, tools
from tutor.cli.lint_proofs import Proofs
from tutor.cli.output import Bar, print_json
from tutor.course.library import Known
from tutor.course.lint import lint, problems_as_text
from tutor.course.parse import read_course


def test(known: Known, as_json: bool) -> int:
    """Read the course, prove its exercises, run its labs' tests. Returns the exit status."""
    course, _ = read_course(known.folder, known.id)
    tasks = exercises_in(course, known.folder)
    exercises = len(tasks)
    trusted = trust.is_trusted(known.folder)
    with Bar("proving exercises", exercises) as bar, Proofs(tasks if trusted else [], bar.show) as proofs:
        problems = lint(known.folder, tools(proofs if trusted else None))
    skipped = "" if trusted else not_run(known.folder, exercises)
    if as_json:
        print_json(
            {
                "name": known.name,
                "lessons": len(course.lessons),
                "exercises": exercises if trusted else 0,
                "problems": [problem.as_json() for problem in problems],
                "not_run": skipped,
            }
        )
    else:
        if problems:
            print(problems_as_text(problems))
        proven = f"{exercises} exercises proven" if trusted else "no code was run"
        print(f"{known.name}: {len(course.lessons)} lessons read, {proven}, {len(problems) or 'no'} mistakes.")
        if skipped:
            print(skipped[:1].upper() + skipped[1:])
    return 1 if problems else 0
