"""From a folder to a Course: what is read, where it stands, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from course_samples import CHAPTER, LESSON_FRONT, Write

from tutor.course.model import Aside, Exercise, LabBlock, Place, Predict, Prose, Quiz, Timeline
from tutor.course.parse import load_course, load_lesson, load_outline, read_course, read_lesson, read_outline
from tutor.course.source import LARGEST
from tutor.errors import BadLesson

WHOLE = """
Before any heading, $x$.

```predict bound
ask: How many?
kind: number
lab: perceptron?data=and
measure: mistakes
within: 3
```

## The *first* part

Words.

### Below it

- a list

```python
print("code is prose")
```

```lab perceptron
knobs: {data: and, rate: 1.0, classes: "0,1"}
show: [boundary]
hide: [rate]
goal: errors == 0
say: Run it.
```

```lab perceptron
```

```lab perceptron harder
```

## The first part

```quiz one
ask: Which?
kind: choice
options:
  - {say: this, right: true}
  - {say: that, because: "Not that."}
```
```exercise add-it
file: exercises/add.py
plug: perceptron
hints: ["think", {when: sign-flipped, say: "the sign"}]
why: So.
```
```timeline
events:
  - {year: 1943, title: A neuron, chapter: 01-first}
```
```aside
title: By the way
text: Something.
```
The end.
"""


def line_of(text: str) -> int:
    """The line of the lesson's file in which this first stands."""
    return (LESSON_FRONT + WHOLE[: WHOLE.index(text)]).count("\n") + 1


def test_everything_is_read(write_body: Callable[[str], Path]) -> None:
    root = write_body(WHOLE)
    course = load_course(root, "mine")
    assert (course.id, course.title, course.folder) == ("mine", "course", root)
    (chapter,) = course.chapters
    assert (chapter.id, chapter.title, chapter.summary) == ("01-first", "A chapter", "What it holds.")
    assert [prose.text for prose in chapter.intro] == ["Some words."]
    (lesson,) = course.lessons
    assert (lesson.id, lesson.title, lesson.minutes) == ("01-first/one", "A lesson", 5)
    assert [(s.id, s.title) for s in lesson.sections] == [
        ("a-lesson", "A lesson"),
        ("the-first-part", "The *first* part"),
        ("the-first-part-2", "The first part"),
    ]
    kinds = [[type(block) for block in section.blocks] for section in lesson.sections]
    assert kinds == [[Prose, Predict], [Prose, LabBlock, LabBlock, LabBlock], [Quiz, Exercise, Timeline, Aside, Prose]]
    assert [task.id for task in lesson.tasks] == [
        "bound", "perceptron", "perceptron-2", "harder", "one", "add-it",
    ]  # fmt: skip


def test_prose_is_kept_as_it_was(write_body: Callable[[str], Path]) -> None:
    lesson = load_course(write_body(WHOLE)).lessons[0]
    prose = lesson.sections[1].blocks[0]
    assert isinstance(prose, Prose)
    assert prose.text == 'Words.\n\n### Below it\n\n- a list\n\n```python\nprint("code is prose")\n```'
    assert (prose.place.line, prose.place.column) == (line_of("Words."), 1)


def test_blocks_hold_what_was_written(write_body: Callable[[str], Path]) -> None:
    root = write_body(WHOLE)
    predict, lab, _, _, quiz, exercise = load_lesson(root, "01-first/one").tasks
    assert isinstance(predict, Predict)
    assert (predict.lab, predict.measure, predict.within) == ("perceptron?data=and", "mistakes", 3.0)
    assert isinstance(lab, LabBlock)
    assert lab.knobs == {"data": "and", "rate": 1.0, "classes": "0,1"}
    assert (lab.show, lab.hide, lab.goal, lab.say) == (("boundary",), ("rate",), "errors == 0", "Run it.")
    assert isinstance(quiz, Quiz)
    assert [(o.say, o.right, o.because) for o in quiz.options] == [("this", True, ""), ("that", False, "Not that.")]
    assert isinstance(exercise, Exercise)
    assert exercise.file == (root / "01-first/exercises/add.py").absolute()
    assert [(hint.say, hint.when) for hint in exercise.hints] == [("think", ""), ("the sign", "sign-flipped")]


def test_places(write_body: Callable[[str], Path]) -> None:
    root = write_body(WHOLE)
    file = root / "01-first/01-one.md"
    lesson = load_lesson(root, "01-first/one")
    predict, lab = lesson.tasks[:2]
    assert predict.place == Place(file, line_of("```predict"), 1)
    assert predict.marks["measure:"] == Place(file, line_of("measure"), 1)
    assert predict.marks["measure"] == Place(file, line_of("measure"), 10)
    assert lab.marks["knobs.rate:"] == Place(file, line_of("knobs"), 20)
    assert lab.marks["knobs.rate"] == Place(file, line_of("knobs"), 26)
    assert lab.marks["show.0"] == Place(file, line_of("show"), 8)
    assert lesson.sections[1].place == Place(file, line_of("## The *"), 4)
    assert lesson.marks["title"] == Place(file, 2, 8)


def test_an_indented_fence_keeps_its_columns(write_body: Callable[[str], Path]) -> None:
    root = write_body("  ```lab perceptron\n  goal: errors == 0\n  ```\n")
    lab = load_lesson(root, "01-first/one").tasks[0]
    assert lab.marks["goal"] == Place(root / "01-first/01-one.md", 6, 9)


def test_order_and_ids_come_from_the_names(write: Write) -> None:
    files = {f"{chapter}/{lesson}.md": LESSON_FRONT + "x" for chapter in ("10-b", "02-a") for lesson in ("10-y", "2-x")}
    root = write({**files, "10-b/index.md": CHAPTER, "02-a/index.md": CHAPTER, "data/notes.md": "no front", ".git/01-x.md": ""})
    course = load_outline(root)
    assert [chapter.id for chapter in course.chapters] == ["01-first", "02-a", "10-b"]
    assert [lesson.id for lesson in course.lessons] == ["02-a/x", "02-a/y", "10-b/x", "10-b/y"]


def test_outline_has_titles_and_no_sections(write_body: Callable[[str], Path]) -> None:
    lesson = load_outline(write_body(WHOLE)).lessons[0]
    assert (lesson.id, lesson.title, lesson.minutes, lesson.sections) == ("01-first/one", "A lesson", 5, ())


def test_outline_needs_neither_markdown_nor_numbers(write_body: Callable[[str], Path]) -> None:
    root = write_body(WHOLE)
    code = (
        "import sys; from pathlib import Path; from tutor.course.parse import load_outline; "
        "load_outline(Path(sys.argv[1])); "
        "print([m for m in ('markdown_it', 'mdit_py_plugins', 'numpy', 'numba', 'textual', 'plotext') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_course_yaml_names_the_course(write: Write) -> None:
    assert load_outline(write({"course.yaml": "title: My course\n"})).title == "My course"


def only(root: Path) -> tuple[str, int, int, str]:
    """The one problem of the course: file, line, column, rule."""
    _, problems = read_course(root)
    assert len(problems) == 1, [str(problem) for problem in problems]
    place = problems[0].place
    assert problems[0].mend
    return place.file.name, place.line, place.column, problems[0].rule


@pytest.mark.parametrize(
    ("raw", "line", "column", "rule"),
    [
        (b"---\ntitle: x\nminutes: 5\n---\nna\xefve\n", 5, 3, "encoding"),
        (b"---\ntitle: x\nminutes: 5\n---\nab\x00c\n", 5, 3, "not-text"),
        (b"---\ntitle: x\nminutes: 5\n---\n\x1b[2J\n", 5, 1, "not-text"),
        (b"---\ntitle: x\nminutes: 5\n---\n" + b"x" * LARGEST, 1, 1, "too-large"),
        (b"no front matter\n", 1, 1, "front-matter"),
        (b"---\ntitle: x\n", 1, 1, "front-matter"),
        (b"---\n- a\n---\ntext\n", 2, 1, "front-matter"),
        (b"---\ntitle: x\n---\ntext\n", 1, 1, "missing-key"),
        (b"---\ntitle: x\nminutes: soon\n---\ntext\n", 3, 10, "wrong-type"),
        (b"---\ntitle: x\nminutes: 5\nauthor: y\n---\ntext\n", 4, 1, "unknown-key"),
        (b"---\ntitle: x\nminutes: 5\n---\n\n", 5, 1, "empty"),
    ],
)
def test_bad_files(write: Write, raw: bytes, line: int, column: int, rule: str) -> None:
    root = write({})
    (root / "01-first/01-one.md").write_bytes(raw)
    assert only(root) == ("01-one.md", line, column, rule)
    with pytest.raises(BadLesson, match=rf"01-one.md:{line}:{column}: "):
        load_course(root)


def test_windows_lines_and_a_byte_order_mark_are_fine(write: Write) -> None:
    root = write({})
    text = (LESSON_FRONT + "Hi.\n\n```lab perceptron\ngoal: errors == 0\n```\n").replace("\n", "\r\n")
    (root / "01-first/01-one.md").write_bytes(b"\xef\xbb\xbf" + text.encode())
    lesson = load_lesson(root, "01-first/one")
    assert lesson.tasks[0].marks["goal"].line == 8


def test_nothing_outside_the_folder_is_read(write: Write, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(LESSON_FRONT + "secret", encoding="utf-8")
    root = write({})
    (root / "01-first/01-one.md").symlink_to(secret)
    assert only(root) == ("01-one.md", 1, 1, "outside")
    assert load_outline_fails(root)


def load_outline_fails(root: Path) -> bool:
    _, problems = read_outline(root)
    return bool(problems)


def test_a_chapter_that_is_a_link_elsewhere(write: Write, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = write({})
    (root / "02-second").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert only(root) == ("02-second", 1, 1, "outside")


def test_a_pipe_is_no_lesson(write: Write) -> None:
    root = write({})
    os.mkfifo(root / "01-first/01-one.md")
    assert only(root) == ("01-one.md", 1, 1, "file")


def test_an_exercise_cannot_reach_out(write_body: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("")
    root = write_body("```exercise add-it\nfile: ../../evil.py\nwhy: x\n```\n")
    assert only(root) == ("01-one.md", 6, 7, "outside")


def test_a_chapter_without_index(write: Write) -> None:
    root = write({"02-second/01-x.md": LESSON_FRONT + "x"})
    assert only(root) == ("index.md", 1, 1, "missing-file")


def test_lessons_with_one_id_and_with_no_number(write: Write) -> None:
    root = write({f"01-first/{name}.md": LESSON_FRONT + "x" for name in ("01-a", "02-a", "notes")})
    _, problems = read_course(root)
    assert [(p.place.file.name, p.rule) for p in problems] == [("02-a.md", "duplicate-id"), ("notes.md", "file-name")]


def test_a_missing_folder_and_a_missing_lesson(tmp_path: Path, write: Write) -> None:
    with pytest.raises(BadLesson, match="there is no folder"):
        load_course(tmp_path / "nowhere")
    root = write({"01-first/01-one.md": LESSON_FRONT + "x"})
    with pytest.raises(BadLesson, match="did you mean '01-first/one'"):
        load_lesson(root, "01-first/onne")


def test_a_faulty_block_is_left_out_and_the_rest_stays(write_body: Callable[[str], Path]) -> None:
    root = write_body("Words.\n\n```quiz a\nask: [\n```\n\n```lab perceptron\n```\n")
    lesson, problems = read_lesson(root, "01-first/one")
    assert [type(block) for block in lesson.sections[0].blocks] == [Prose, LabBlock]
    assert [(p.rule, p.place.line) for p in problems] == [("yaml", 8)]
    with pytest.raises(BadLesson):
        load_lesson(root, "01-first/one")
