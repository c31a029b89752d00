"""Where the learner's file is, and which exercise a file belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from exercise_samples import PERCEPTRON, STARTER, written

from tutor.codefile import LARGEST, read_code
from tutor.course.model import Chapter, Course, Exercise, Lesson, Place, Section
from tutor.errors import BadLesson, UserError
from tutor.exercises import ensure_learner_file, find_owner, learner_file, solution, starter


def course(course_id: str, **exercises: Exercise) -> Course:
    """A course with a lesson for each exercise."""
    lessons = tuple(
        Lesson(f"01-one/{name}", name, 5, (), (), (Section("s", "S", (exercise,)),), Path(f"{name}.md"))
        for name, exercise in exercises.items()
    )
    return Course(course_id, "A course", (Chapter("01-one", "One", "", lessons, Path("01-one")),), Path())


def test_the_learner_file_is_made_once_and_never_overwritten(tmp_path: Path) -> None:
    exercise = written(tmp_path)
    file = ensure_learner_file("", "01-one/first", exercise)
    assert file == learner_file("", "01-one/first", exercise)
    assert file.parts[-5:] == ("exercises", "built-in", "01-one", "first", "double.py")
    assert file.read_text() == STARTER
    assert [one.name for one in file.parent.iterdir()] == ["double.py"]
    file.write_text("mine")
    assert ensure_learner_file("", "01-one/first", exercise).read_text() == "mine"


def test_without_hard_links_the_learner_file_is_made_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    file = ensure_learner_file("other", "01-one/first", written(tmp_path))
    assert file.read_text() == STARTER
    assert [one.name for one in file.parent.iterdir()] == ["double.py"]


def test_two_courses_do_not_share_a_file(tmp_path: Path) -> None:
    exercise = written(tmp_path)
    assert learner_file("", "01-one/first", exercise) != learner_file("mine", "01-one/first", exercise)


def test_a_file_finds_its_exercise(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = written(tmp_path / "a"), written(tmp_path / "b")
    courses = [course("", first=one, perceptron=PERCEPTRON), course("mine", second=other)]
    assert find_owner(ensure_learner_file("mine", "01-one/second", other), courses).exercise == other
    assert find_owner(ensure_learner_file("", "01-one/first", one), courses).lesson.id == "01-one/first"
    assert find_owner(tmp_path / "b" / "double.solution.py", courses).course.id == "mine"
    assert find_owner(tmp_path / "perceptron_update.py", courses).exercise == PERCEPTRON
    with pytest.raises(UserError, match=r"double\.py may answer the exercises in 01-one/first, 01-one/second"):
        find_owner(tmp_path / "double.py", courses)
    with pytest.raises(UserError, match=r"perceptron\.py is not the name of an exercise; did you mean 'perceptron_update.py'"):
        find_owner(Path("perceptron.py"), courses)


def test_a_missing_part_says_where_the_exercise_stands(tmp_path: Path) -> None:
    exercise = Exercise("gone", tmp_path / "gone.py", place=Place(Path("lesson.md"), 7))
    with pytest.raises(BadLesson, match=r"^lesson\.md:7:1: the exercise 'gone': .*gone\.py cannot be read"):
        starter(exercise)
    with pytest.raises(BadLesson, match=r"gone\.solution\.py cannot be read"):
        solution(exercise)


def test_code_is_text_of_a_sane_size(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert read_code(file) == "a = 1\nb = 2\n"
    file.write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(UserError, match=r"code\.py:2: this line is not UTF-8"):
        read_code(file)
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(UserError, match="larger than 200 kB"):
        read_code(file)
    os.mkfifo(tmp_path / "pipe.py")
    for place in (tmp_path, tmp_path / "pipe.py", Path("/dev/zero")):
        with pytest.raises(UserError, match="cannot be read"):
            read_code(place)
