"""Where a link of a lesson leads."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote

from tutor.course.model import Course, Lesson

_NUMBER = re.compile(r"^[0-9]+-")


@dataclass(frozen=True)
class ToSection:
    """A section of this lesson."""

    section: str


@dataclass(frozen=True)
class ToLesson:
    """Another lesson, and a section there (empty: its beginning)."""

    lesson: str
    section: str = ""


@dataclass(frozen=True)
class ToLab:
    """A run."""

    link: str


@dataclass(frozen=True)
class ToWeb:
    """An address outside; the terminal may or may not be able to open it, so it is shown."""

    address: str


@dataclass(frozen=True)
class ToTerm:
    """A term of the glossary (empty: all of them)."""

    term: str


Target = ToSection | ToLesson | ToLab | ToWeb | ToTerm


def find_target(href: str, lesson: Lesson | None, course: Course) -> Target | None:
    """Where `href`, written in this lesson (None: in the glossary), leads; None when that is nowhere.

    "#section", "02-other.md#section", "../02-chapter/01-lesson.md", "../glossary.md#term", "lab:perceptron?data=and", "https://…".
    """
    href = unquote(href) if not href.startswith(("http:", "https:", "lab:")) else href
    if href.startswith(("http://", "https://", "mailto:")):
        return ToWeb(href)
    if href.startswith("lab:"):
        return ToLab(href.removeprefix("lab:"))
    path, _, section = href.partition("#")
    if not path:
        if lesson is None:
            return ToTerm(section)
        return ToSection(section) if any(s.id == section for s in lesson.sections) else None
    chapter = (lesson.file.parent.name or lesson.id.partition("/")[0]) if lesson is not None else ""
    wanted = posixpath.normpath(posixpath.join(chapter, path))
    if wanted == "glossary.md":
        return ToTerm(section)
    folder, _, name = (wanted if wanted.endswith(".md") else f"{wanted}/index").removesuffix(".md").rpartition("/")
    if name == "index":
        first = next((c.lessons[0].id for c in course.chapters if c.id == folder and c.lessons), None)
        return ToLesson(first) if first else None
    target = f"{folder}/{_NUMBER.sub('', name)}"
    found = next((other.id for other in course.lessons if target in (other.id, _by_file(other))), None)
    return ToLesson(found, section) if found else None


def _by_file(lesson: Lesson) -> str:
    """The id that its file gives a lesson; it may have another."""
    return f"{lesson.file.parent.name}/{_NUMBER.sub('', lesson.file.stem)}"
