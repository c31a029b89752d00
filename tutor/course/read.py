"""A lesson as plain text, to be read in a pipe, by a screen reader, or on paper. Questions and labs are put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tutor.course.answers import short
from tutor.course.grade import answer_text, shown_order
from tutor.course.model import (
    Aside,
    Block,
    Bug,
    Exercise,
    LabBlock,
    Lesson,
    Option,
    PictureBlock,
    Predict,
    Prose,
    Quiz,
    Timeline,
)
from tutor.course.plain import Formats, plain_inline, plain_markdown, wide, wrap
from tutor.words import tr

__all__ = ["Formats", "lesson_text", "run_link"]

_HOW = {
    "choice": "Choose one.",
    "choices": "Choose all that are right.",
    "number": "Answer with a number.",
    "range": "Answer with a range, such as 2 to 5.",
    "text": "Answer in a word or two.",
    "order": "Put these in order.",
}


def lesson_text(lesson: Lesson, formats: Formats, width: int = 80, *, answers: bool = False) -> str:
    """The lesson in lines of at most `width` columns (code and formulas may be wider). answers: with the right answers."""
    lines = [lesson.title, "=" * min(wide(lesson.title), width), ""]
    lines += wrap(_about(lesson), width)
    for section in lesson.sections:
        if section.title != lesson.title:
            title = plain_inline(section.title, formats)
            lines += ["", "", title, "-" * min(wide(title), width)]
        for block in section.blocks:
            lines.append("")
            if isinstance(block, Prose):
                lines += plain_markdown(block.text, formats, width)
            else:
                lines += [f"  {line}".rstrip() for line in _block(block, formats, width - 2, answers)]
    return "\n".join(line.replace("\u00a0", " ") for line in lines) + "\n"


def _about(lesson: Lesson) -> str:
    about = tr("About {minutes} minutes.", minutes=lesson.minutes)
    if lesson.needs:
        about += " " + tr("Builds on {needs}.", needs=", ".join(lesson.needs))
    if lesson.sources:
        about += " " + tr("Sources: {sources}.", sources="; ".join(lesson.sources))
    return about


def _block(block: Block, formats: Formats, width: int, answers: bool) -> Iterator[str]:
    match block:
        case Quiz():
            yield from _quiz(block, formats, width, answers)
        case Predict():
            yield from wrap(f"{tr('[Predict]')} {_say(block.ask, formats)} {_guess(block)}", width)
            yield from _options(block.options, formats, width)
            yield from wrap(tr("Then run it, and see {measure}:", measure=block.measure), width)
            yield _command(block.lab)
        case LabBlock():
            yield from _lab(block, formats, width)
        case Bug():
            yield from _bug(block, formats, width, answers)
        case Exercise():
            yield from wrap(f"{tr('[Exercise]')} {_say(block.ask, formats)}", width)
            yield from wrap(tr("Edit {name}, then: dltutor check {name}", name=block.file.name), width)
            if answers:
                yield from wrap(tr("Why: {why}", why=_say(block.why, formats)), width)
        case Timeline():
            for event in block.events:
                yield from wrap(_say(f"{event.title}. {event.text}".strip(), formats), width, f"{event.year}  ", "      ")
        case PictureBlock():
            yield from formats.picture(block)
            yield from wrap(f"[{tr('Picture')}] {_say(block.caption, formats)}", width)
        case Aside():
            yield from wrap(f"{tr('[Aside]')} {_say(block.title, formats)}", width)
            yield from plain_markdown(block.text, formats, width)


def _guess(predict: Predict) -> str:
    """What kind of guess is wanted."""
    match predict.kind:
        case "number":
            return tr("Guess a number.")
        case "choice":
            return tr("Choose one.")
    within = {"measure": predict.measure, "steps": predict.steps, "low": short(predict.low), "high": short(predict.high)}
    if predict.log:
        return tr("Sketch {measure} over the steps 0 to {steps}, between {low} and {high}, on a log scale.", **within)
    return tr("Sketch {measure} over the steps 0 to {steps}, between {low} and {high}.", **within)


def _quiz(quiz: Quiz, formats: Formats, width: int, answers: bool) -> Iterator[str]:
    yield from wrap(f"{tr('[Question]')} {_say(quiz.ask, formats)} {tr(_HOW[quiz.kind])}", width)
    options = tuple(quiz.options[i] for i in shown_order(quiz)) if quiz.kind == "order" else quiz.options
    yield from _options(options, formats, width)
    if answers:
        yield from wrap(tr("Answer: {answer}", answer=_say(answer_text(quiz), formats)), width)
        because = " ".join([*(o.because for o in quiz.options if o.right), quiz.because]).strip()
        if because:
            yield from wrap(_say(because, formats), width)


def _bug(bug: Bug, formats: Formats, width: int, answers: bool) -> Iterator[str]:
    """With the code: the line is to be found in it."""
    yield from wrap(f"{tr('[Bug]')} {_say(bug.ask, formats)}", width)
    try:
        code = bug.file.read_text(encoding="utf-8").rstrip().split("\n")
    except (OSError, UnicodeDecodeError):
        code = []
    yield from (f"{number:4}  {line}".rstrip() for number, line in enumerate(code, 1))
    name = bug.file.name
    yield from wrap(
        tr("Point at a line: dltutor check {name} --line N. Then mend it in your copy: dltutor check {name}", name=name), width
    )
    if answers:
        yield from wrap(tr("Answer: line {line}. {why}", line=bug.line, why=_say(bug.why, formats)), width)


def _options(options: tuple[Option, ...], formats: Formats, width: int) -> Iterator[str]:
    for i, option in enumerate(options):
        yield from wrap(_say(option.say, formats), width, f"  {chr(ord('a') + i)}) ", "     ")


def _lab(block: LabBlock, formats: Formats, width: int) -> Iterator[str]:
    yield from wrap(f"{tr('[Lab]')} {formats.lab(block.lab)}", width)
    if block.say:
        yield from wrap(_say(block.say, formats), width)
    if block.goal:
        yield from wrap(tr("Goal: {goal}", goal=block.goal), width)
    if block.par:
        yield from wrap(tr("Par: {steps} steps.", steps=block.par), width)
    yield _command(run_link(block.lab, block.knobs), *(f"--sweep {axis}" for axis in block.axes))


def _command(link: str, *options: str) -> str:
    """To be copied, so it is never wrapped."""
    return " ".join((f"    dltutor run '{link}'", *options))


def run_link(lab: str, knobs: Mapping[str, Any]) -> str:
    """The run that a lab and knobs are."""
    query = "&".join(f"{key}={quote(str(value), safe='@,.:+-*/()^')}" for key, value in knobs.items())
    return f"{lab}?{query}" if query else lab


def _say(text: str, formats: Formats) -> str:
    return plain_inline(text, formats)
