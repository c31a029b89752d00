"""What a run settles, where links lead, what the book keeps: the parts of a lesson that need no screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_fake import COURSE

from tutor.course.model import Course, LabBlock, Lesson, Predict, Section
from tutor.course.parse import load_lesson
from tutor.course.targets import ToLab, ToLesson, ToSection, ToWeb, find_target
from tutor.errors import StoreProblem
from tutor.store import Store
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_runs import block_link, guesses_before, guesses_for, is_over, settles

LINE = LabBlock("and", "perceptron", {"data": "and", "seed": 3})
LATER = LabBlock("or", "perceptron", {"data": "or"})
NEURON = LabBlock("neuron", "neuron", {"data": "and"})


def guess(lab: str) -> Predict:
    return Predict(f"about-{lab}", "?", "number", lab, "mistakes")


def lesson(*sections: tuple[object, ...]) -> Lesson:
    parts = tuple(Section(f"s{i}", f"S{i}", blocks) for i, blocks in enumerate(sections))  # type: ignore[arg-type]
    return Lesson("c/l", "L", 5, (), (), parts, Path("l.md"))


def test_block_link() -> None:
    assert block_link(LINE) == "perceptron?seed=3", "what is the default needs no mention"
    assert block_link(LATER) == "perceptron?data=or"


def test_a_guess_about_a_lab_belongs_to_the_next_block_of_it() -> None:
    bare, whole = guess("perceptron"), guess("perceptron?data=xor")
    found = lesson((bare, whole, NEURON, LINE), (LATER,))
    assert guesses_for(found, LINE) == [bare, whole]
    assert guesses_for(found, LATER) == [whole]
    assert guesses_for(found, NEURON) == []


def test_what_is_to_be_guessed_first() -> None:
    first, second = guess("perceptron"), guess("perceptron?data=or")
    section = Section("s", "S", (first, LINE, second, LATER))
    assert guesses_before(section, LINE) == [first]
    assert guesses_before(section, LATER) == [first, second]


@pytest.mark.parametrize(
    ("lab", "link", "settled"),
    [
        ("perceptron", "perceptron?seed=3", True),
        ("perceptron", "perceptron?seed=8", True),
        ("perceptron", "perceptron?data=or&seed=3", False),
        ("perceptron", "perceptron?rate=2&seed=3", True),
        ("perceptron?data=or", "perceptron?data=or", True),
        ("perceptron?data=or", "perceptron?seed=3", False),
        ("perceptron?data=and&rate=1", "perceptron?rate@5=2", False),
        ("perceptron?seed=3", "perceptron?seed=4", False),
        ("perceptron", "nothing?x=1", False),
    ],
)
def test_settles(lab: str, link: str, settled: bool) -> None:
    assert settles(guess(lab), LINE, link) is settled


def test_settles_where_nothing_runs() -> None:
    assert settles(guess("neuron"), NEURON, "neuron?w1=2")
    assert settles(guess("neuron?w1=2"), NEURON, "neuron?w1=2&b=1")
    assert not settles(guess("neuron?w1=2"), NEURON, "neuron?w1=1")


def test_is_over() -> None:
    assert is_over(LINE, "finished", 5, False)
    assert is_over(LINE, "turned", 0, False)
    assert not is_over(LINE, "paused", 5, False)
    assert is_over(LINE, "paused", 5, True)
    assert is_over(LINE, "paused", 10**9, False)


# Links


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("#questions", ToSection("questions")),
        ("#nowhere", None),
        ("02-lab.md", ToLesson("01-first/lab")),
        ("02-lab.md#write-it", ToLesson("01-first/lab", "write-it")),
        ("../02-second/01-other.md#the-end", ToLesson("02-second/other", "the-end")),
        ("../02-second/index.md", ToLesson("02-second/other")),
        ("../02-second", ToLesson("02-second/other")),
        ("../09-none/01-none.md", None),
        ("../../outside.md", None),
        ("lab:perceptron?data=and", ToLab("perceptron?data=and")),
        ("https://example.org/a%20b", ToWeb("https://example.org/a%20b")),
    ],
)
def test_find_target(course: Course, href: str, target: object) -> None:
    assert find_target(href, load_lesson(COURSE, "01-first/words"), course) == target


# The book


def test_the_book_keeps_and_reads_back(store: Store) -> None:
    told: list[StoreProblem] = []
    words = load_lesson(COURSE, "01-first/words")
    book = Book(store, "samples", words, told.append)
    assert book.finish("one", "skipped")
    assert book.count == 0
    assert book.finish("one")
    assert not book.finish("one"), "once"
    assert not book.finish("one", "skipped"), "done stays done"
    book.draft("name", "Ros")
    book.answer("count", "5", False)
    book.answer("count", "4", True)
    book.place("questions", "1+2")
    again = Book(store, "samples", words, told.append)
    assert again.is_done("one")
    assert again.drafted("name") == "Ros"
    assert [answer.given for answer in again.answers("count")] == ["5", "4"]
    assert again.last("count") is not None
    place = again.last_place()
    assert place is not None
    assert (place.section, place.block) == ("questions", "1+2")
    assert told == []


def test_an_answer_forgets_its_draft(store: Store) -> None:
    book = Book(store, "samples", load_lesson(COURSE, "01-first/words"), lambda problem: None)
    book.draft("name", "Ros")
    book.answer("name", "Rosenblatt", True)
    assert book.drafted("name") == ""
    assert store.drafted("samples", "01-first/words", "name") == ""


def test_a_store_that_fails_is_told(store: Store) -> None:
    told: list[StoreProblem] = []
    book = Book(store, "samples", load_lesson(COURSE, "01-first/words"), told.append)
    store.close()
    book.finish("one")
    assert book.is_done("one")
    assert len(told) == 1
