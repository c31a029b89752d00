"""The words of a course: read, linked, and the way that a course spells them."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_samples import LESSON_FRONT, TOOLS, Write

from tutor.course.glossary import used_in
from tutor.course.lint import lint
from tutor.course.lint_terms import one_apart, slips, spelling_of
from tutor.course.model import Glossary, Term
from tutor.course.parse import load_course, read_course

GLOSSARY = """\
---
title: Words
words: [descend]
---
Above the first term there may be words.

## gradient descent
Also: descent

Step after step against the $gradient$. [Here](01-first/01-one.md)

## ReLU

Nothing below 0. [Here](01-first/01-one.md#a-lesson)

## mini-batch
Also: batch

A few examples. [Here](01-first/01-one.md)

## perceptron

A neuron. See [descent](#gradient-descent) and [here](01-first/01-one.md).
"""


def course(write: Write, body: str = "Some words.\n", glossary: str = GLOSSARY) -> Path:
    return write({"glossary.md": glossary, "01-first/01-one.md": LESSON_FRONT + body})


def test_terms_are_read(write: Write) -> None:
    found = load_course(course(write)).glossary
    assert [(term.id, term.name, term.also) for term in found.terms] == [
        ("gradient-descent", "gradient descent", ("descent",)),
        ("relu", "ReLU", ()),
        ("mini-batch", "mini-batch", ("batch",)),
        ("perceptron", "perceptron", ()),
    ]
    assert found.terms[0].text.startswith("Step after step")
    assert found.words == ("descend",)
    assert lint(course(write), TOOLS) == []


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("A few examples. [Here](01-first/01-one.md)", "A few examples."), 19, "not said where 'mini-batch' is explained"),
        (("A few examples. [Here](01-first/01-one.md)", ""), 16, "'mini-batch' has no meaning"),
        (("Also: batch\n", "Also: descent\n"), 16, "'descent' is a word of 'gradient descent' too"),
        (("01-one.md#a-lesson", "01-one.md#lesson"), 14, "has no section 'lesson'"),
        (("$gradient$", "$\\undefined$"), 10, "cannot be shown"),
        (("#gradient-descent", "#descent"), 23, "has no term 'descent'"),
        (("title: Words\n", ""), 1, "needs the key 'title'"),
        (("01-one.md).\n", "01-one.md).\n\n```quiz q\nask: x\n```\n"), 25, "a glossary holds no blocks"),
    ],
)
def test_a_faulty_glossary(write: Write, change: tuple[str, str], line: int, message: str) -> None:
    (problem,) = lint(course(write, glossary=GLOSSARY.replace(*change)), TOOLS)
    assert (problem.place.file.name, problem.place.line) == ("glossary.md", line)
    assert message in problem.message


def test_lessons_link_to_terms(write: Write) -> None:
    assert lint(course(write, "See [it](../glossary.md#relu).\n"), TOOLS) == []
    (problem,) = lint(course(write, "See [it](../glossary.md#rely).\n"), TOOLS)
    assert (problem.rule, problem.message, problem.mend) == (
        "broken-link", "glossary.md has no term 'rely'", "did you mean 'relu'?",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("It has relu units.", 8, "'relu' is written 'ReLU'"),
        ("A `relu` and the ReLU, a Perceptron", 26, "'Perceptron' is written 'perceptron'"),
        ("A minibatch of it.", 3, "'minibatch' is written 'mini-batch'"),
        ("A mini batch of it.", 3, "'mini batch' is written 'mini-batch'"),
        ("The percptron learns.", 5, "'percptron' is nearly the term 'perceptron'"),
        ("The gradiant\nis steep", 5, "'gradiant' is nearly the term 'gradient'"),
        ("Perceptrons, perceptron's gradients: it descends. Mini-batches and a gradient-descent step; ReLUs.", 0, ""),
        ("A [relu](https://relu.org/minibatch) is one.", 4, "'relu' is written"),
    ],
)
def test_spelling(write: Write, text: str, column: int, says: str) -> None:
    problems = lint(course(write, text), TOOLS)
    assert len(problems) == bool(says), [str(problem) for problem in problems]
    for problem in problems:
        assert says in problem.message
        assert (problem.rule, problem.place.line, problem.place.column) == ("term", 5, column)
        assert problem.mend


def test_spelling_in_the_texts_of_blocks(write: Write) -> None:
    body = "```quiz q\nask: What is relu?\nkind: text\nanswer: it\nbecause: A minibatch.\n```\n"
    found = [(p.place.line, p.place.column, p.rule) for p in lint(course(write, body), TOOLS)]
    assert found == [(6, 14, "term"), (9, 12, "term")]


def test_no_glossary_asks_for_nothing(write: Write) -> None:
    root = write({"01-first/01-one.md": LESSON_FRONT + "A percptron with relu.\n"})
    assert lint(root, TOOLS) == []
    assert read_course(root)[0].glossary == Glossary()


def test_the_terms_that_a_text_uses() -> None:
    names = ("ReLU", "gradient descent", "batch", "seed")
    terms = tuple(Term(name.lower(), name, ("mini-batch",) if name == "batch" else (), "x") for name in names)
    used = used_in(Glossary(terms), "Gradient\ndescent with mini-batches; relus are meant; the exceedingly long one is not")
    assert [term.name for term in used] == ["gradient descent", "batch", "ReLU"]


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("gradient", "gradiant", True), ("gradient", "gradent", True), ("gradient", "gradiennt", True),
        ("gradient", "gradinet", True), ("gradient", "gradient", False), ("gradient", "grant", False),
        ("gradient", "radiants", False),
    ],
)  # fmt: skip
def test_one_letter_apart(a: str, b: str, near: bool) -> None:
    assert one_apart(a, b) is near
    assert one_apart(b, a) is near


def test_every_word_once() -> None:
    spelling = spelling_of(Glossary((Term("relu", "ReLU", (), "x"),)))
    assert [slip.word for slip in slips("relu, relu and Relu", spelling)] == ["relu", "Relu"]
