"""`dltutor course test`: everything that can be wrong with a course, tried."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tutor import trust
from tutor.cli.lint import exercises_in, not_run, tools
from tutor.cli.lint_proofs import Proofs
from tutor.cli.output import Bar, print_json
from tutor.cli.own_labs import know_labs
from tutor.course.library import Known
from tutor.course.lint import lint, problems_as_text
from tutor.course.parse import read_course


def test(known: Known, as_json: bool) -> int:
    """Read the course, prove its exercises, run its labs' tests. Returns the exit status."""
    course, _ = read_course(known.folder, known.id)
    own = know_labs(known)
    tasks = exercises_in(course, known.folder)
    exercises = len(tasks)
    trusted = trust.is_trusted(known.folder)
    with Bar("proving exercises", exercises) as bar, Proofs(tasks if trusted else [], bar.show) as proofs:
        problems = lint(known.folder, tools(proofs if trusted else None))
    labs = lab_results(known.folder) if own.root and (own.labs or own.broken) else {}
    failed = {name: wrong for name, wrong in labs.items() if wrong and name not in own.broken}
    skipped = "" if trusted else not_run(known.folder, exercises)
    if as_json:
        print_json(
            {
                "name": known.name,
                "lessons": len(course.lessons),
                "exercises": exercises if trusted else 0,
                "problems": [problem.as_json() for problem in problems],
                "labs": sorted(own.labs),
                "tests": [{"test": name, "wrong": wrong} for name, wrong in labs.items()],
                "not_run": skipped,
            }
        )
    else:
        if problems:
            print(problems_as_text(problems))
        for name, wrong in failed.items():
            print(f"{name}: {wrong}")
        proven = f"{exercises} exercises proven" if trusted else "no code was run"
        tests = f", {len(labs)} tests of {len(own.labs)} labs" if labs else ""
        wrong_ones = len(problems) + len(failed)
        mistakes = f"{wrong_ones or 'no'} mistake{'s' * (wrong_ones != 1)}"
        print(f"{known.name}: {len(course.lessons)} lessons read, {proven}{tests}, {mistakes}.")
        if skipped:
            print(skipped[:1].upper() + skipped[1:])
    return 1 if problems or failed else 0


def lab_results(root: Path) -> dict[str, str]:
    """Each test of the course's labs, and what is wrong ("": nothing). They run in a process of their own."""
    from tutor.engine.process import environment

    done = subprocess.run(
        [sys.executable, "-P", "-m", "tutor.cli.lab_tests"],
        stdin=subprocess.DEVNULL, capture_output=True, env=environment(), start_new_session=True, check=False,
    )  # fmt: skip
    found: dict[str, str] = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError, KeyError):
            said = json.loads(line)
            found[_plain(said["test"])] = _plain(said["wrong"])
    if done.returncode:
        found["the tests of the labs"] = f"their process ended by itself (exit status {done.returncode})"
    return found


def _plain(text: object) -> str:
    return "".join(c if c.isprintable() else "?" for c in str(text))
