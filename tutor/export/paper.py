"""A course as one Markdown file that pandoc turns into paper: formulas as TeX, labs as pictures, questions as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tutor.course.claims import CLAIM
from tutor.course.grade import answer_text, happened, shown_order
from tutor.course.model import (
    Aside,
    Block,
    Bug,
    Course,
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
from tutor.engine.crew import Job
from tutor.export.files import code_of
from tutor.export.pages import PICTURES
from tutor.export.runs import Shown, job_of, link_of
from tutor.words import tr

_ELSEWHERE = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)\s]*\)")
"""A link that leads to another lesson or to a lab."""


def paper(course: Course, made: Mapping[Job, Shown], answers: bool) -> str:
    """The whole course. answers: whether it tells them."""
    parts = [f"---\ntitle: {_quoted(course.title)}\n---"]
    for chapter in course.chapters:
        parts += ["\\newpage", f"# {chapter.title}", chapter.summary]
        for lesson in chapter.lessons:
            parts += _lesson(lesson, made, answers)
    return CLAIM.sub("", "\n\n".join(part.rstrip() for part in parts if part.strip())) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lesson(lesson: Lesson, made: Mapping[Job, Shown], answers: bool) -> Iterator[str]:
    yield f"## {lesson.title}"
    for section in lesson.sections:
        if section.title != lesson.title:
            yield f"### {section.title}"
        for block in section.blocks:
            yield from _block(block, made, answers)
    if lesson.sources:
        yield tr("Sources: {sources}.", sources="; ".join(lesson.sources))


def _block(block: Block, made: Mapping[Job, Shown], answers: bool) -> Iterator[str]:
    run = made.get(job) if (job := job_of(block)) else None
    match block:
        case Prose():
            # The lesson's own headings stand a level deeper here, and paper has no links to other files.
            text = _ELSEWHERE.sub(r"\1", block.text)
            yield "\n".join(f"#{line}" if line.startswith("###") else line for line in text.split("\n"))
        case Quiz():
            options = tuple(block.options[i] for i in shown_order(block)) if block.kind == "order" else block.options
            yield f"**{tr('Question')}.** {block.ask}"
            yield _options(options)
            if answers:
                because = " ".join([*(option.because for option in block.options if option.right), block.because]).strip()
                yield f"*{tr('Answer: ').strip()}* {answer_text(block)} {because}"
        case Predict():
            yield f"**{tr('Guess')}.** {block.ask}"
            yield _options(block.options)
            if answers and run is not None and block.measure in run.metrics:
                truth = f"{run.metrics[block.measure]:.4g}"
                right = " ".join(option.say for option in block.options if happened(option, run.metrics))
                came = tr("In the run: {measure} {truth}.", measure=block.measure, truth=truth)
                yield f"*{tr('Answer: ').strip()}* {right} {came} {block.because}"
        case LabBlock():
            yield (
                f"**{tr('Lab')}.** {block.say} {tr('Goal: ')}`{block.goal}`" if block.goal else f"**{tr('Lab')}.** {block.say}"
            )
            if run is not None and run.svg:
                yield f"![{_escaped(run.caption)}]({PICTURES}/{run.name}.svg)"
            yield f"`dltutor open '{link_of(block)}'`"
        case Exercise():
            yield f"**{tr('Find the bug') if isinstance(block, Bug) else tr('Exercise')}.** {block.ask}"
            yield _code(code_of(block.file))
            if answers:
                line = f"{tr('The wrong line is {line}.', line=block.line)} " if isinstance(block, Bug) else ""
                yield f"*{tr('Solution of {file}', file=block.file.name)}.* {line}{block.why}"
                yield _code(code_of(block.file.with_name(f"{block.file.stem}.solution.py")))
        case Timeline():
            yield "\n".join(f"- **{event.year}** {event.title}. {event.text}".rstrip() for event in block.events)
        case PictureBlock():
            if run is not None and run.svg:
                yield f"![{_escaped(block.caption)}]({PICTURES}/{run.name}.svg)"
        case Aside():
            quoted = "\n".join(f"> {line}".rstrip() for line in block.text.rstrip().split("\n"))
            yield f"> **{block.title}**\n>\n{quoted}"


def _options(options: tuple[Option, ...]) -> str:
    return "\n".join(f"({chr(ord('a') + k)}) {option.say}  " for k, option in enumerate(options))


def _code(text: str) -> str:
    return f"```python\n{text}\n```" if text else ""


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "[]*_`\\" else c for c in text)
