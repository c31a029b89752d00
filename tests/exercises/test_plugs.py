"""Every exercise that plugs into a lab: the lab runs on the learner's code, and on the solution as it runs by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.model import Exercise
from tutor.course.parse import read_course
from tutor.engine import versus
from tutor.engine.link import parse_link
from tutor.engine.plug import load_plug
from tutor.engine.versus import Duel, Versus, agree, said
from tutor.exercises.files import part
from tutor.labs import find_lab

COURSE, _ = read_course(Path(__file__).parents[2] / "lessons")
PLUGGED = {
    task.id: task
    for lesson in COURSE.lessons
    for task in lesson.tasks
    if isinstance(task, Exercise) and task.plug
}  # fmt: skip


def compared(exercise: Exercise, file: Path) -> Versus:
    lab = find_lab(exercise.plug.partition("?")[0])
    assert lab.spec.socket is not None
    duel = Duel(lab, parse_link(exercise.plug, lab.spec), load_plug(file, lab.spec.socket.name, tight=False))
    while not duel.go(1.0):
        pass
    return duel.result()


def test_the_first_chapters_have_theirs() -> None:
    chapters = {lesson.id[:2] for lesson in COURSE.lessons for task in lesson.tasks if task.id in PLUGGED}
    assert {"01", "02", "03", "04", "05", "06"} <= chapters


@pytest.mark.parametrize("name", PLUGGED)
def test_the_lab_runs_on_the_learners_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versus, "STEPS", 60)
    monkeypatch.setattr(versus, "_MEASURING", 0.0)
    exercise = PLUGGED[name]
    right, start = (compared(exercise, file) for file in (part(exercise, "solution"), exercise.file))
    assert right.steps or right.rival
    # Where a sign decides, or Adam divides by a gradient of almost 0, rounding becomes a step.
    assert right.parted is None or right.parted.step > 10 or agree(right), said(right)
    assert start.parted is not None or start.metrics != right.metrics, "the starter does not learn what the solution learns"
