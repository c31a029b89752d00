"""A lesson as plain text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor.course.parse import load_lesson
from tutor.course.plain import Formats, plain_inline, plain_markdown, wide, wrap
from tutor.course.read import lesson_text

FORMATS = Formats(inline=lambda tex: f"<{tex}>", display=lambda tex: ["  top", f"<{tex}>"], lab=lambda lab: f"the lab {lab}")


def plain(text: str, width: int = 30) -> str:
    return "\n".join(plain_markdown(text, FORMATS, width)).replace("\u00a0", " ")


def test_paragraphs_are_wrapped_and_formulas_are_not_broken() -> None:
    assert plain("One two three four five six $a + b + c$ seven\neight.") == (
        "One two three four five six\n<a + b + c> seven eight."
    )


def test_every_kind_of_block() -> None:
    text = """\
### A *heading*

- one
- two words that go on and on and on

1. first

   more
2. second

> quoted words that go on and on

```python
def f():
    return 1
```

$$
x^2
$$

| a | b |
|---|---|
| 1 | $x$ |

---

A [link](https://example.org), a [section](#here), `code`, **bold**, ~~no~~ and \\$5.
"""
    assert (
        plain(text)
        == """\
A *heading*
-----------

- one
- two words that go on and on
  and on

1. first

   more

2. second

> quoted words that go on and
> on

    def f():
        return 1

      top
    <x^2>

a  b
-  ---
1  <x>

--------------------

A link <https://example.org>,
a section, `code`, **bold**,
no and $5."""
    )


def test_a_wide_table_becomes_a_list() -> None:
    text = "| name | what it does |\n|---|---|\n| first | a long cell of many words, wider than all |\n| second | b |\n"
    assert plain(text) == (
        "name: first\nwhat it does: a long cell of\n  many words, wider than all\n\nname: second\nwhat it does: b"
    )


def test_widths() -> None:
    assert wide("漢字") == 4
    assert wide("e\u0301") == 1
    assert wrap("漢字 漢字 漢字", 10) == ["漢字 漢字", "漢字"]
    assert wrap("a very-long-word-indeed b", 8) == ["a", "very-long-word-indeed", "b"]
    assert wrap("", 8) == [""]


def test_inline() -> None:
    assert plain_inline(" so *it* is $x$ \n indeed", FORMATS) == "so *it* is <x> indeed"


BODY = """\
Words.

```predict p
ask: How many?
kind: number
lab: perceptron?data=and
measure: mistakes
within: 3
```

## Part

```lab perceptron
knobs: {data: and, rate: 0.5, classes: "0,1"}
goal: errors == 0
say: Run it.
```

```quiz q
ask: Which $x$?
kind: choice
options:
  - {say: this, right: true, because: It is.}
  - {say: that, because: It is not.}
```

```quiz o
ask: In which order?
kind: order
options: [one, two]
because: So.
```

```exercise add-it
file: exercises/add.py
ask: Write it.
why: Because.
```

```timeline
events:
  - {year: 1957, title: The perceptron, text: It learns.}
```

```aside
title: By the way
text: Something.
```
"""


def test_a_lesson(write_body: Callable[[str], Path]) -> None:
    lesson = load_lesson(write_body(BODY), "01-first/one")
    assert (
        lesson_text(lesson, FORMATS, 60)
        == """\
A lesson
========

About 5 minutes.

Words.

  [Predict] How many? Guess a number.
  Then run it, and see mistakes:
      dltutor run 'perceptron?data=and'


Part
----

  [Lab] the lab perceptron
  Run it.
  Goal: errors == 0
      dltutor run 'perceptron?data=and&rate=0.5&classes=0,1'

  [Question] Which <x>? Choose one.
    a) this
    b) that

  [Question] In which order? Put these in order.
    a) two
    b) one

  [Exercise] Write it.
  Edit add.py, then: dltutor check add.py

  1957  The perceptron. It learns.

  [Aside] By the way
  Something.
"""
    )


def test_answers_are_told_when_asked_for(write_body: Callable[[str], Path]) -> None:
    text = lesson_text(load_lesson(write_body(BODY), "01-first/one"), FORMATS, 60, answers=True)
    for answer in ("Answer: this\n  It is.", "Answer: one; two\n  So.", "Why: Because."):
        assert answer in text
