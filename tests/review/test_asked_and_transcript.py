"""Which questions are asked again, across chapters; and the transcript of it all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.course.model import Course
from tutor.course.parse import load_course
from tutor.review import asked, due_now
from tutor.review.transcript import transcript
from tutor.store import Store

DAY = 86_400.0
NOW = 1_800_000_000.0
ONE = """---
title: The first
minutes: 5
---
```quiz twice
ask: 'What is {w} and {w}?'
kind: number
given: {w: [1, 9, 1]}
answer: 2 * w
because: Count.
```

```predict guess
ask: How many mistakes?
kind: number
lab: perceptron
measure: mistakes
within: 1
because: It learns.
```

```lab perceptron
knobs: {data: and}
goal: errors == 0
```

```exercise add
file: exercises/add.py
ask: Add.
why: So.
```
"""
TWO = """---
title: The second
minutes: 5
---
## Later

```quiz which
ask: Which?
kind: choice
options:
  - {say: this, right: true}
  - {say: that, because: "No."}
```
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    for folder, text in (("01-one", ONE), ("02-two", TWO)):
        (root / folder / "exercises").mkdir(parents=True)
        (root / folder / "index.md").write_text(f"---\ntitle: Chapter {folder}\nsummary: One.\n---\nWords.\n")
        (root / folder / "01-lesson.md").write_text(text)
    for name in ("add.py", "add.solution.py", "add.check.py", "add.faults.py"):
        (root / "01-one/exercises" / name).write_text("x = 1\n")
    return load_course(root, "c")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with Store.open(tmp_path / "state") as opened:
        yield opened


A, B = "01-one/lesson", "02-two/lesson"


def test_only_what_was_answered_is_asked_again(course: Course, store: Store) -> None:
    assert asked(course.lessons, store, "c", NOW) == []
    store.answer("c", A, "twice", "3", False)
    store.answer("c", A, "guess", "4", False)
    store.answer("c", A, "gone", "4", False)
    store.answer("elsewhere", B, "which", "2", False)
    items = asked(course.lessons, store, "c", NOW)
    assert [(item.lesson, item.quiz.id, item.missed, item.seed) for item in items] == [(A, "twice", True, 1)]
    assert due_now(items, NOW) == []
    assert due_now(items, NOW + 601) == items
    store.answer("c", B, "which", "1", True)
    later = asked(course.lessons, store, "c", NOW)
    assert [(item.quiz.id, item.section) for item in later] == [("twice", "the-first"), ("which", "later")], (
        "the missed one first"
    )


def test_each_review_asks_with_other_numbers(course: Course, store: Store) -> None:
    store.answer("c", A, "twice", "3", False)
    asks = []
    for k in range(5):
        [item] = asked(course.lessons, store, "c", NOW + k * DAY)
        asks.append(item.quiz.ask)
        store.review("c", A, "twice", "2", True, item.seed, NOW + k * DAY)
    assert len(set(asks)) == 5
    [lesson, *_] = course.lessons
    assert lesson.tasks[0].ask not in asks  # type: ignore[union-attr]


def test_a_review_sets_the_next_one(course: Course, store: Store) -> None:
    store.answer("c", B, "which", "2", False)
    store.review("c", B, "which", "1", True, 1, NOW + 700)
    [item] = asked(course.lessons, store, "c", NOW + 700)
    assert not item.missed
    assert item.due > NOW + 700 + DAY / 2


def test_a_transcript(course: Course, store: Store) -> None:
    store.place("c", A, "the-first")
    store.answer("c", A, "twice", "3", False)
    store.answer("c", A, "twice", "4", True)
    store.finish("c", A, "twice")
    store.answer("c", A, "guess", "4", None)
    store.answer("c", A, "guess", "4\nYou said 4; it is 6: off by 2 (33 %). It learns.", False)
    store.finish("c", A, "guess")
    store.ran("c", A, "perceptron", "perceptron?seed=3", 12, {"errors": 0.0, "loss": float("nan")}, True)
    store.finish("c", A, "perceptron")
    store.answer("c", A, "add", "def add(a, b):\n    return a - b\n", False)
    store.answer("c", A, "add", "def add(a, b):\n    return a + b  # ```\x1b[2J\n", True)
    store.finish("c", A, "add")
    store.answer("c", B, "which", "2", False)
    store.finish("c", B, "which", how="skipped")
    store.review("c", B, "which", "1", True, 1, NOW + DAY)
    store.keep_run("perceptron?data=or", 7, {"errors": 1.0}, name="the first\x1b try")
    text = transcript(course, store)
    assert text == transcript(course, store), "the same twice"
    assert text.isprintable() is False
    assert all(c.isprintable() or c == "\n" for c in text), "nothing that a terminal would obey"
    twice = course.lessons[0].tasks[0].ask  # type: ignore[union-attr]
    assert (
        text
        == f"""\
# What I have done: course

4 of 5 tasks done. 1 shown, which is not done.

Answers in reviews: 1, 1 of them right.

## Chapter 01-one

### The first

4 of 4 done, 2027-01-15.

- Asked: {twice}
  - Answered: `4` (right at try 2)
- Guessed: How many mistakes?
  - 4 (You said 4; it is 6: off by 2 (33 %).)
- Ran `perceptron?seed=3` to step 12; goal `errors == 0` reached; errors 0
- Wrote add.py (passed at try 2)

  ```python
  def add(a, b):
      return a + b  # ```�[2J
  ```


## Chapter 02-two

### The second

0 of 1 done, 1 shown, 2027-01-15.

- Asked: Which? (shown, not done)
  - Answered: that (wrong, 1 try)
  - Again, 2027-01-16: this (right)

## Runs that I kept

- the first� try: `perceptron?data=or` at step 7; errors 1
"""
    )


def test_code_cannot_close_its_fence(course: Course, store: Store) -> None:
    store.answer("c", A, "add", "'''\n````\n# out\n'''", True)
    store.finish("c", A, "add")
    assert "`````python" in transcript(course, store)


def test_an_empty_transcript(course: Course, store: Store) -> None:
    assert transcript(course, store) == "# What I have done: course\n\n0 of 5 tasks done. 0 shown, which is not done.\n"


def test_a_lesson_that_was_only_opened_is_in_it(course: Course, store: Store) -> None:
    store.place("c", B, "later")
    assert "### The second\n\n0 of 1 done." in transcript(course, store)
