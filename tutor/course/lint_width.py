"""Lint: what does not fit on a terminal of 80 columns. Paragraphs and tables are wrapped; listings and formulas are not."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.course.markdown import course_parser
from tutor.course.model import Exercise, Lesson, PictureBlock, Place, Prose
from tutor.course.plain import wide
from tutor.course.problems import Problem
from tutor.course.tools import Tools

PAGE = 71
"""Columns of a listing or a formula on a page of 80."""
CODE = 76
"""Columns of an exercise's files."""


def check_widths(lesson: Lesson, tools: Tools) -> Iterator[Problem]:
    """Listings, formulas and long words of the prose; the starters of exercises."""
    for section in lesson.sections:
        for block in section.blocks:
            if isinstance(block, Prose):
                yield from _prose(block, tools)
            elif isinstance(block, PictureBlock) and block.size[0] > PAGE:
                yield _too_wide(block.marks["size"], "this picture", block.size[0], PAGE)
            elif isinstance(block, Exercise):
                yield from _starter(block)


def _prose(block: Prose, tools: Tools) -> Iterator[Problem]:
    for token in course_parser().parse(block.text):
        if token.map is None:
            continue
        place = Place(block.place.file, block.place.line + token.map[0])
        match token.type:
            case "fence" | "code_block":
                below = 1 if token.type == "fence" else 0
                for i, line in enumerate(token.content.split("\n")):
                    if wide(line) > PAGE:
                        yield _too_wide(Place(place.file, place.line + below + i, PAGE + 1), "this line", wide(line), PAGE)
            case "math_block" | "math_block_label" if tools.display is not None:
                try:
                    columns = max(map(wide, tools.display(token.content.strip())), default=0)
                except Exception:  # a formula that cannot be read has a problem of its own
                    continue
                if columns > PAGE:
                    yield _too_wide(place, "this formula", columns, PAGE)
            case "inline":
                texts = (child.content for child in token.children or () if child.type in ("text", "code_inline"))
                longest = max((word for text in texts for word in text.split()), key=wide, default="")
                if wide(longest) > PAGE:
                    yield _too_wide(place, f"the word {longest[:20]}…", wide(longest), PAGE)


def _starter(exercise: Exercise) -> Iterator[Problem]:
    try:
        lines = exercise.file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return  # told when the exercise is proved
    for number, line in enumerate(lines, 1):
        if wide(line) > CODE:
            yield _too_wide(Place(exercise.file, number, CODE + 1), "this line", wide(line), CODE)
            return


def _too_wide(place: Place, what: str, columns: int, room: int) -> Problem:
    message = f"{what} takes {columns} columns, and a terminal of 80 has room for {room}"
    return Problem(place, message, "break it", "too-wide")
