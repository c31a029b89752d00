"""A course as web pages: `index.html` and a page a lesson, each whole but for the pictures beside it. Deterministic."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from tutor.course.grade import answer_text, happened, shown_order
from tutor.course.model import (
    Aside,
    Block,
    Bug,
    Chapter,
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
from tutor.course.targets import ToLesson, ToSection, find_target
from tutor.engine.crew import Job
from tutor.export.files import code_of
from tutor.export.markup import to_html, to_html_inline
from tutor.export.runs import Shown, job_of, link_of
from tutor.words import language, tr

PICTURES = "pictures"
"""The folder of the pictures, beside the pages' folders."""
_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.55 Georgia, serif; }
body { color: #1c1c1c; background: #fff; }
h1, h2, nav, .kind, figcaption, summary { font-family: system-ui, sans-serif; }
a { color: #005faf; }
pre, code, .math { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 0.9em; }
pre { overflow-x: auto; background: #f4f4f4; padding: 0.6rem 0.9rem; line-height: 1.3; }
pre.math { background: none; }
span.math { white-space: nowrap; }
code { overflow-wrap: anywhere; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: 0.15rem 0.9rem 0.15rem 0; text-align: left; border-bottom: 1px solid #ccc; }
.block { border-left: 4px solid #005faf; padding: 0.1rem 0 0.1rem 1rem; margin: 1.4rem 0; }
.kind { color: #4e4e4e; font-weight: bold; margin: 0; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; border: 1px solid #ccc; }
figcaption { font-size: 0.85rem; color: #4e4e4e; }
nav { display: flex; justify-content: space-between; font-size: 0.9rem; margin: 1rem 0; }
@media screen and (prefers-color-scheme: dark) {
body { color: #d0d0d0; background: #1c1c1c; }
a { color: #5fafff; }
pre { background: #262626; }
pre.math { background: none; }
th, td { border-color: #444; }
.block { border-color: #5fafff; }
.kind, figcaption { color: #a8a8a8; }
figure img { border-color: #444; filter: brightness(0.85); }
}
@media print { nav, .open { display: none; } h2 { break-after: avoid; } figure, .block { break-inside: avoid; } }
""".strip()


def page_name(lesson_id: str) -> str:
    """Where a lesson's page is, below the folder of all."""
    return f"{lesson_id}.html"


def pages(course: Course, made: Mapping[Job, Shown], answers: bool) -> dict[str, str]:
    """Every page: file name → text. answers: whether the pages tell them."""
    lessons = course.lessons
    found = {"index.html": _index(course)}
    for k, lesson in enumerate(lessons):
        before, after = lessons[k - 1] if k else None, lessons[k + 1] if k + 1 < len(lessons) else None
        found[page_name(lesson.id)] = _lesson(_Page(course, lesson, made, answers), before, after)
    return found


def _index(course: Course) -> str:
    body = [f"<h1>{escape(course.title)}</h1>"]
    for chapter in course.chapters:
        body += [_chapter(chapter)]
    return _document(course.title, body)


def _chapter(chapter: Chapter) -> str:
    rows = "".join(
        f"<li><a href='{page_name(lesson.id)}'>{to_html_inline(lesson.title, _nowhere)}</a> "
        f"<small>{tr('{minutes} min', minutes=lesson.minutes)}</small></li>"
        for lesson in chapter.lessons
    )
    number = chapter.id.partition("-")[0].lstrip("0") or "0"
    title = f"{number} · {to_html_inline(chapter.title, _nowhere)}" if number.isdigit() else escape(chapter.title)
    return f"<h2>{title}</h2>\n<p>{to_html_inline(chapter.summary, _nowhere)}</p>\n<ol>{rows}</ol>"


def _nowhere(href: str) -> str:
    return ""


def _document(title: str, body: list[str]) -> str:
    return "\n".join(
        [
            "<!doctype html>",
            f"<html lang='{language()}'>",
            "<head><meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n</style></head>",
            "<body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _lesson(page: _Page, before: Lesson | None, after: Lesson | None) -> str:
    lesson = page.lesson
    ways = [
        f"<a href='../{page_name(before.id)}'>← {to_html_inline(before.title, _nowhere)}</a>" if before else "<span></span>",
        f"<a href='../index.html'>{escape(page.course.title)}</a>",
        f"<a href='../{page_name(after.id)}'>{to_html_inline(after.title, _nowhere)} →</a>" if after else "<span></span>",
    ]
    nav = f"<nav>{''.join(ways)}</nav>"
    body = [nav, f"<h1>{to_html_inline(lesson.title, _nowhere)}</h1>"]
    for section in lesson.sections:
        if section.title != lesson.title:
            body.append(f"<h2 id='{escape(section.id)}'>{to_html_inline(section.title, _nowhere)}</h2>")
        body += [page.block(block) for block in section.blocks]
    if lesson.sources:
        body.append(f"<p><small>{escape(tr('Sources: {sources}.', sources='; '.join(lesson.sources)))}</small></p>")
    return _document(lesson.title, [*body, nav])


class _Page:
    """One lesson's page while it is written."""

    def __init__(self, course: Course, lesson: Lesson, made: Mapping[Job, Shown], answers: bool) -> None:
        self.course = course
        self.lesson = lesson
        self.made = made
        self.answers = answers

    def target(self, href: str) -> str:
        """The address, from this page, of what a link of the lesson leads to."""
        match find_target(href, self.lesson, self.course):
            case ToSection(section):
                return f"#{section}"
            case ToLesson(lesson, section):
                return f"../{page_name(lesson)}{'#' if section else ''}{section}"
        return ""

    def text(self, markdown: str) -> str:
        return to_html(markdown, self.target)

    def line(self, markdown: str) -> str:
        return to_html_inline(markdown, self.target)

    def block(self, block: Block) -> str:
        match block:
            case Prose():
                return self.text(block.text)
            case Quiz():
                return self._quiz(block)
            case Predict():
                return self._predict(block)
            case LabBlock():
                return self._lab(block)
            case Bug() | Exercise():
                return self._exercise(block)
            case Timeline():
                rows = "".join(
                    f"<dt>{escape(event.year)} · {self.line(event.title)}</dt><dd>{self.line(event.text)}</dd>"
                    for event in block.events
                )
                return f"<dl>{rows}</dl>"
            case PictureBlock():
                run = self.made.get(job) if (job := job_of(block)) else None
                image = f"<img src='../{PICTURES}/{run.name}.svg' alt='{escape(run.caption)}'>" if run and run.svg else ""
                return f"<figure>{image}<figcaption>{self.line(block.caption)}</figcaption></figure>"
            case Aside():
                return f"<details><summary>{self.line(block.title)}</summary>{self.text(block.text)}</details>"

    def _quiz(self, quiz: Quiz) -> str:
        options = tuple(quiz.options[i] for i in shown_order(quiz)) if quiz.kind == "order" else quiz.options
        because = " ".join([*(option.because for option in quiz.options if option.right), quiz.because]).strip()
        parts = [f"<p>{self.line(quiz.ask)}</p>", self._options(options)]
        if self.answers:
            parts.append(_folded(tr("Answer: ").strip(" :\u00a0"), self.line(answer_text(quiz)), self.line(because)))
        return _box(tr("Question"), parts)

    def _predict(self, predict: Predict) -> str:
        parts = [f"<p>{self.line(predict.ask)}</p>", self._options(predict.options)]
        run = self.made.get(job) if (job := job_of(predict)) else None
        if self.answers and run is not None and predict.measure in run.metrics:
            came = tr("In the run: {measure} {truth}.", measure=predict.measure, truth=f"{run.metrics[predict.measure]:.4g}")
            right = [option.say for option in predict.options if happened(option, run.metrics)]
            told = [self.line(text) for text in (*right, predict.because) if text]
            parts.append(_folded(tr("Answer: ").strip(" :\u00a0"), escape(came), *told))
        return _box(tr("Guess"), parts)

    def _lab(self, block: LabBlock) -> str:
        run = self.made.get(job) if (job := job_of(block)) else None
        parts = [f"<p>{self.line(block.say)}</p>"] if block.say else []
        if block.goal:
            parts.append(f"<p>{tr('Goal: ')}<code>{escape(block.goal)}</code></p>")
        if run is not None and run.svg:
            image = f"<img src='../{PICTURES}/{run.name}.svg' alt='{escape(run.caption)}'>"
            parts.append(f"<figure>{image}<figcaption>{escape(run.caption)}</figcaption></figure>")
        parts.append(f"<p class='open'><code>dltutor open '{escape(link_of(block))}'</code></p>")
        return _box(tr("Lab"), parts)

    def _exercise(self, block: Exercise) -> str:
        parts = [f"<p>{self.line(block.ask)}</p>", _code(block.file)]
        name = block.file.name
        if self.answers:
            solution = _code(block.file.with_name(f"{block.file.stem}.solution.py"))
            line = [tr("The wrong line is {line}.", line=block.line)] if isinstance(block, Bug) else []
            parts.append(_folded(tr("Solution of {file}", file=name), *line, solution, self.line(block.why)))
        parts.append(f"<p class='open'><code>dltutor check {escape(name)}</code></p>")
        return _box(tr("Find the bug") if isinstance(block, Bug) else tr("Exercise"), parts)

    def _options(self, options: tuple[Option, ...]) -> str:
        return f"<ol type='a'>{''.join(f'<li>{self.line(option.say)}</li>' for option in options)}</ol>" if options else ""


def _box(kind: str, parts: list[str]) -> str:
    return f"<div class='block'><p class='kind'>{escape(kind)}</p>\n" + "\n".join(filter(None, parts)) + "\n</div>"


def _code(file: Path) -> str:
    """A file of an exercise; nothing where it cannot be read."""
    return f"<pre>{escape(code_of(file))}</pre>" if code_of(file) else ""


def _folded(title: str, *parts: str) -> str:
    told = "".join(part if part.startswith("<pre") else f"<p>{part}</p>" for part in parts if part)
    return f"<details><summary>{escape(title)}</summary>{told}</details>"
