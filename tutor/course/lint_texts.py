"""Lint: what the reader reads. Formulas and links, in the prose and in the texts of the blocks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tutor.course.glossary import FILE as GLOSSARY
from tutor.course.lint_labs import check_link
from tutor.course.lint_terms import Slip, Spelling, slips, spelling_of
from tutor.course.markdown import Formula, Link, Stray, formula_place, parts, relative
from tutor.course.model import (
    Aside,
    Block,
    Bug,
    Course,
    Exercise,
    Glossary,
    LabBlock,
    Lesson,
    PictureBlock,
    Place,
    Predict,
    Prose,
    Quiz,
    Timeline,
)
from tutor.course.problems import Problem
from tutor.course.source import is_inside, place_in
from tutor.course.tools import Tools
from tutor.errors import nearest

_ELSEWHERE = ("http://", "https://", "mailto:")
_ROWS = 40
"""How far below a key the text of its value is looked for."""


@dataclass(frozen=True)
class Index:
    """What a link may lead to."""

    root: Path
    anchors: dict[Path, tuple[str, ...]]
    """By resolved file: the ids of its sections."""
    chapters: tuple[str, ...]
    spelling: Spelling
    """Of the words of the glossary."""
    unread: frozenset[Path] = frozenset()
    """Lessons that are there and could not be read: a link to one is not looked at."""


def index_of(course: Course, *, spelled: bool = True, unread: Iterable[Path] = ()) -> Index:
    """The targets of a course. spelled: whether its glossary says how its words are written (not those of another language).

    unread: files of lessons that could not be read.
    """
    anchors: dict[Path, tuple[str, ...]] = {}
    for chapter in course.chapters:
        anchors[(chapter.folder / "index.md").resolve()] = ()
        for lesson in chapter.lessons:
            anchors[lesson.file.resolve()] = tuple(section.id for section in lesson.sections)
    if course.glossary.terms:
        anchors[(course.folder / GLOSSARY).resolve()] = tuple(term.id for term in course.glossary.terms)
    chapters = tuple(chapter.id for chapter in course.chapters)
    spelling = spelling_of(course.glossary if spelled else Glossary())
    return Index(course.folder, anchors, chapters, spelling, frozenset(Path(os.path.abspath(file)) for file in unread))


def check_lesson_texts(lesson: Lesson, index: Index, tools: Tools) -> Iterator[Problem]:
    """Every formula and link of a lesson."""
    for section in lesson.sections:
        if section.title != lesson.title:
            yield from check_text(section.title, section.place, index, tools)
        for block in section.blocks:
            if isinstance(block, Prose):
                yield from check_text(block.text, block.place, index, tools)
            else:
                yield from _check_block(block, index, tools)


def check_text(text: str, place: Place, index: Index, tools: Tools) -> Iterator[Problem]:
    """A Markdown text that stands in the file as it is."""
    for part in parts(text, place):
        match part:
            case Formula():
                yield from _check_formula(part, None, tools)
            case Link(target=target, place=at):
                yield from _check_target(target, at, index, tools)
            case Stray(place=at):
                yield _stray(at)
    for slip in slips(text, index.spelling):
        match = re.search(rf"(?<!\w){re.escape(slip.word)}(?!\w)", text)
        yield _slip(slip, _inside(text, match.start() if match else 0, place))


def _inside(text: str, offset: int, place: Place) -> Place:
    """Where the offset in a text that begins at `place` stands."""
    found = place_in(place.file, text, offset, place.line)
    return found if found.line > place.line else Place(found.file, found.line, found.column + place.column - 1)


def _slip(slip: Slip, place: Place) -> Problem:
    return Problem(place, slip.message, slip.mend, "term")


def _check_block(block: Block, index: Index, tools: Tools) -> Iterator[Problem]:
    """The texts inside a block's YAML. Their parts are looked up in the file, where quotes and folding stand between."""
    for key, text in _texts(block):
        assert not isinstance(block, Prose)
        value = block.marks.get(key, block.place)
        for slip in slips(text, index.spelling):
            yield _slip(slip, _find(value, slip.word))
        if "$" not in text and "](" not in text:
            continue
        for part in parts(text, Place(value.file)):
            match part:
                case Formula(tex=tex):
                    yield from _check_formula(part, _find(value, tex.strip()), tools)
                case Link(target=target):
                    yield from _check_target(target, _find(value, target), index, tools)
                case Stray():
                    yield _stray(_find(value, "$"))
    if isinstance(block, Timeline):
        for i, event in enumerate(block.events):
            if event.chapter and event.chapter not in index.chapters:
                place = block.marks[f"events.{i}.chapter"]
                mend = nearest(event.chapter, index.chapters)
                yield Problem(place, f"there is no chapter {event.chapter!r}", mend, "broken-link")


def _texts(block: Block) -> Iterator[tuple[str, str]]:
    """(key, text) for each text of a block that the learner reads."""
    match block:
        case Quiz() | Predict():
            yield "ask", block.ask
            yield "because", block.because
            for i, option in enumerate(block.options):
                yield f"options.{i}.say", option.say
                yield f"options.{i}.because", option.because
            for i, text in enumerate(block.hints if isinstance(block, Quiz) else ()):
                yield f"hints.{i}", text
        case LabBlock():
            yield "say", block.say
        case Exercise():
            yield "ask", block.ask
            yield "why", block.why
            for i, hint in enumerate(block.hints):
                yield f"hints.{i}.say", hint.say
            for name, said in block.mistakes.items():
                yield f"mistakes.{name}", said
            for i, note in enumerate(block.elsewhere if isinstance(block, Bug) else ()):
                yield f"elsewhere.{i}.say", note.say
        case PictureBlock():
            yield "caption", block.caption
        case Aside():
            yield "title", block.title
            yield "text", block.text
        case Timeline():
            for i, event in enumerate(block.events):
                yield f"events.{i}.title", event.title
                yield f"events.{i}.text", event.text


@cache
def _lines(file: Path, changed: int) -> tuple[str, ...]:
    del changed  # part of the key: a file that is edited is read again
    return tuple(file.read_text(encoding="utf-8-sig").split("\n"))


def _find(place: Place, text: str) -> Place:
    """Where a text inside a YAML value stands, from the value's place on; the value's place when it cannot be told."""
    lines = _lines(place.file, place.file.stat().st_mtime_ns)
    for row in range(place.line - 1, min(place.line - 1 + _ROWS, len(lines))):
        start = place.column - 1 if row == place.line - 1 else 0
        for written in (text, text.replace("\\", "\\\\")):
            column = lines[row].find(written, start) if written else -1
            if column >= 0:
                return Place(place.file, row + 1, column + 1)
    return place


def _stray(place: Place) -> Problem:
    return Problem(place, "this $ begins no formula", "close the formula with $, or write \\$ for a dollar", "bad-formula")


def _check_formula(formula: Formula, at: Place | None, tools: Tools) -> Iterator[Problem]:
    """at: where it stands when it was found by searching; otherwise its own place is exact."""
    try:
        tools.formula(formula.tex)
    except Exception as error:
        message = str(error.args[0]) if error.args else type(error).__name__
        offset = getattr(error, "position", None)
        place = at or formula_place(formula, offset if isinstance(offset, int) else 0)
        if at is not None and isinstance(offset, int) and "\n" not in formula.tex:
            place = Place(at.file, at.line, at.column + max(0, min(offset, len(formula.tex))))
        yield Problem(place, f"this formula cannot be shown: {message}", "see the formulas of other lessons", "bad-formula")


def _check_target(target: str, place: Place, index: Index, tools: Tools) -> Iterator[Problem]:
    if target.startswith(_ELSEWHERE):
        return
    if target.startswith("lab:"):
        yield from check_link(target.removeprefix("lab:"), place, tools)
        return
    path, hash_mark, anchor = target.partition("#")
    file = place.file if not path else place.file.parent / path
    if Path(os.path.abspath(file)) in index.unread:
        return
    if path.startswith("/") or "://" in path or not is_inside(index.root, file):
        yield Problem(place, f"the link {target!r} leads out of the course", "link to a file of the course", "broken-link")
        return
    if file.is_dir():
        file = file / "index.md"
    if not file.is_file():
        known = [_as_link(known, place.file) for known in index.anchors]
        yield Problem(place, f"the link {target!r} leads nowhere", nearest(path, known), "broken-link")
        return
    anchors = index.anchors.get(file.resolve())
    if hash_mark and anchor not in (anchors or ()):
        name = relative(file, index.root)
        mend = nearest(anchor, anchors or ())
        what = "term" if name == GLOSSARY else "section"
        yield Problem(place, f"{name} has no {what} {anchor!r}", mend, "broken-link")


def _as_link(file: Path, source: Path) -> str:
    """The file as a link from the source would name it."""
    return Path(os.path.relpath(file, source.resolve().parent)).as_posix()
