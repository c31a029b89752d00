"""Lint: numbers in the texts that claim to come from a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tutor.course.claims import CLAIM, STEP, Claim, read_claim
from tutor.course.lint_labs import check_link
from tutor.course.lint_runs import cannot
from tutor.course.markdown import Run, course_parser, parts
from tutor.course.model import Lesson, Place, Prose
from tutor.course.problems import Problem
from tutor.course.source import place_in
from tutor.course.tools import Tools
from tutor.errors import BadLesson, UserError, nearest


def check_claims(lesson: Lesson, tools: Tools) -> Iterator[Problem]:
    """Every number of a lesson that names its run: the run can be made and, where there is a bench, comes to that number."""
    for place in _strays(lesson):
        mend = "write {{run: link, metric, digits}}, such as 0.83{{run: xor?seed=3@500, accuracy, 2}}"
        yield Problem(place, "these braces name no run, and would be shown", mend, "bad-claim")
    for found in claims_of(lesson):
        try:
            claim = read_claim(found.match, found.before)
        except BadLesson as error:
            yield Problem(found.place, error.message, error.mend, "bad-claim")
            continue
        wrong = next(_check_names(claim, found.place, tools), None)
        if wrong is not None:
            yield wrong
        elif tools.bench is not None:
            yield from _measured(claim, found.place, tools)


def claims_of(lesson: Lesson) -> Iterator[Run]:
    """The claims of the prose, and of the texts of blocks, in order."""
    lines = _lines(lesson.file)
    for section in lesson.sections:
        for block in section.blocks:
            if isinstance(block, Prose):
                yield from (part for part in parts(block.text, block.place) if isinstance(part, Run))
            else:
                yield from _in_block(lines, block.place)


_STRAY = re.compile(r"\{\{\s*[a-z]{2,5}\s*:")
"""What was meant to be a claim: misspelt, or not closed."""


def _strays(lesson: Lesson) -> Iterator[Place]:
    lines = _lines(lesson.file)
    for section in lesson.sections:
        for block in section.blocks:
            if not isinstance(block, Prose):
                text, line = _fenced(lines, block.place)
                yield from _stray(text, Place(block.place.file, line))
                continue
            for token in course_parser().parse(block.text):
                if token.type == "inline" and token.map:
                    kept = "".join(child.content for child in token.children or () if child.type in ("text", "html_inline"))
                    first = block.place.line + token.map[0]
                    yield from (Place(block.place.file, first) for _ in islice(_stray(kept, block.place), 1))
                elif token.type == "html_block" and token.map and _STRAY.search(CLAIM.sub("", token.content)):
                    yield Place(block.place.file, block.place.line + token.map[0])


def _stray(text: str, place: Place) -> Iterator[Place]:
    blanked = CLAIM.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _STRAY.finditer(blanked):
        yield place_in(place.file, blanked, match.start(), place.line)


def _fenced(lines: list[str], place: Place) -> tuple[str, int]:
    """What stands in the fence that begins here, and the number of its first line."""
    fence = lines[place.line - 1].strip()
    mark = fence[: len(fence) - len(fence.lstrip("`~"))]
    end = next((i for i in range(place.line, len(lines)) if lines[i].strip() == mark), len(lines))
    return "\n".join(lines[place.line : end]), place.line + 1


def _in_block(lines: list[str], place: Place) -> Iterator[Run]:
    """In a fenced block, whose texts may be folded in any way: looked for in the file itself."""
    text, line = _fenced(lines, place)
    for match in CLAIM.finditer(text):
        yield Run(match, text[: match.start()], place_in(place.file, text, match.start(), line))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return []


def _check_names(claim: Claim, place: Place, tools: Tools) -> Iterator[Problem]:
    yield from check_link(claim.links[0], place, tools)
    lab = claim.links[0].partition("?")[0]
    facts = tools.labs.get(lab)
    if facts is not None and claim.metric not in (*facts.metrics, STEP):
        mend = nearest(claim.metric, (*facts.metrics, STEP))
        yield Problem(place, f"{lab!r} has no metric {claim.metric!r}", mend, "unknown-metric")


def _measured(claim: Claim, place: Place, tools: Tools) -> Iterator[Problem]:
    assert tools.bench is not None
    try:
        values = [float(tools.bench.measure(link, claim.step)[claim.metric]) for link in claim.links]
    except UserError as error:
        yield cannot(error, place)
        return
    right, written = claim.agrees(values)
    if not right:
        shown = f"{claim.shown:g}"
        yield Problem(
            place, f"the text says {shown}, and the run comes to {written}", f"write {written}, or mend the run", "claim"
        )
