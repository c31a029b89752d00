"""Examples made by `dltutor new`: they work, they show everything, and they never take the place of anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_samples import Call

from tutor.course.document import BLOCKS
from tutor.course.model import Exercise, Predict, Quiz
from tutor.course.parse import load_course
from tutor.course.predictions import PREDICT_KINDS
from tutor.course.questions import QUIZ_KINDS


def test_a_new_course_is_sound_and_shows_every_kind_of_block(call: Call, tmp_path: Path) -> None:
    root = tmp_path / "deep-nets"
    done = call("new", "course", str(root))
    assert (done.status, done.err) == (0, "")
    assert f"dltutor lint {root}" in done.out
    course = load_course(root)
    assert course.title == "Deep nets"
    text = (root / "01-first" / "01-every-block.md").read_text()
    assert [word for word in BLOCKS if f"\n```{word}" not in text] == []
    tasks = course.lessons[0].tasks
    assert {task.kind for task in tasks if isinstance(task, Quiz)} == set(QUIZ_KINDS)
    assert {task.kind for task in tasks if isinstance(task, Predict)} == set(PREDICT_KINDS)
    assert any(isinstance(task, Quiz) and task.varied for task in tasks)
    done = call("lint", str(root))
    assert (done.status, done.out) == (0, "No mistakes found.\n")


def test_a_course_grows(call: Call, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    assert call("new", "course", str(root), "--title", 'It is "mine": all of it').status == 0
    assert call("new", "chapter", str(root / "more")).status == 0
    made = call("new", "lesson", str(root / "02-more" / "long-memory"), "--json").json
    lesson = root / "02-more" / "02-long-memory.md"
    assert made["made"] == [str(lesson)]
    assert call("new", "lesson", str(root / "02-more" / "07-later.md"), "--title", "Later").status == 0
    assert call("new", "exercise", str(root / "02-more" / "running-mean"), "--lesson", str(lesson)).status == 0
    assert "```exercise loss" in call("new", "exercise", str(root / "02-more" / "exercises" / "loss.py")).out
    course = load_course(root)
    assert course.title == 'It is "mine": all of it'
    assert [(x.id, x.title) for x in course.chapters[1].lessons] == [
        ("02-more/begin", "Begin"),
        ("02-more/long-memory", "Long memory"),
        ("02-more/later", "Later"),
    ]
    (exercise,) = [task for task in course.lessons[2].tasks if isinstance(task, Exercise)]
    assert exercise.file.read_text().count("def running_mean(y, t):") == 1
    assert call("lint", str(root / "02-more")).out == "No mistakes found.\n"


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("course", ".", "is there already, and not empty"),
        ("chapter", "01-first", "is there already"),
        ("lesson", "01-first/01-every-block", "is there already"),
        ("exercise", "01-first/mean_square", "is there already"),
        ("exercise", "01-first/class", "cannot be the name of a function"),
        ("lesson", "01-first/Big Name", "such as big-name"),
        ("lesson", "01-frist/words", "did you mean"),
        ("chapter", "nowhere/words", "make the course first"),
        ("chapter", "01-first/exercises/words", "is no course"),
        ("lessons", "x", "did you mean 'lesson'?"),
    ],
)
def test_nothing_is_overwritten(call: Call, tmp_path: Path, kind: str, name: str, said: str) -> None:
    root = tmp_path / "mine"
    call("new", "course", str(root))
    before = contents(tmp_path)
    done = call("new", kind, str(root / name))
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert contents(tmp_path) == before


def test_a_lesson_elsewhere_gets_no_exercise(call: Call, tmp_path: Path) -> None:
    call("new", "course", str(tmp_path / "mine"))
    done = call("new", "exercise", str(tmp_path / "mine/01-first/loss"), "--lesson", str(tmp_path / "none.md"))
    assert (done.status, "is no lesson of" in done.err) == (2, True)
    assert not (tmp_path / "mine/01-first/exercises/loss.py").exists()
    assert call("new", "lesson", str(tmp_path / "mine/01-first/x"), "--lesson", "y").status == 2


def test_a_folder_that_cannot_be_written(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("new", "course", str(tmp_path / "file" / "mine"))
    assert done.status == 2
    assert "cannot be written" in done.err
