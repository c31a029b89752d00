"""What stands where in a course's folder: `NN-chapter/index.md`, `NN-chapter/NN-lesson.md`, and `course.yaml`.

Beside a text may stand its translations, `NN-lesson.fr.md` and `index.fr.md`: two letters name the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tutor.course.fields import Fields
from tutor.course.front import front_matter
from tutor.course.model import Marks, Place
from tutor.course.problems import Problems
from tutor.course.source import Source, is_inside, read_source
from tutor.course.yamltree import BadYaml, Table, read_yaml

_NAME = re.compile(r"([0-9]{1,4})-([a-z0-9]+(?:-[a-z0-9]+)*)\Z")
_TRANSLATED = re.compile(r"(.+)\.([a-z]{2})\Z")
_COURSE_NAME = re.compile(r"[a-z0-9]{1,40}(-[a-z0-9]{1,40}){0,8}\Z")
_LESSON_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?\Z")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}([-+.][a-z0-9]{1,20})?\Z")
_COURSE_KEYS = ("title", "name", "version", "authors", "licence")
_CHAPTER_KEYS = ("title", "summary")
_LESSON_KEYS = ("title", "minutes", "needs", "sources", "id", "was")


@dataclass(frozen=True)
class LessonFile:
    """A lesson's file, not yet read."""

    id: str
    file: Path
    original: Path | None = None
    """What the file translates; None: it is the original."""


@dataclass(frozen=True)
class ChapterFolder:
    """A chapter's folder, and its lessons in order."""

    id: str
    folder: Path
    lessons: tuple[LessonFile, ...]
    index: str = "index.md"
    """The file of its title and summary."""


@dataclass(frozen=True)
class Front:
    """What the front matter of a lesson or a chapter says. `lines`: how many lines it takes."""

    title: str
    lines: int
    summary: str = ""
    minutes: int = 0
    needs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    marks: Marks | None = None
    id: str = ""
    """What it is called whatever its file is called; empty: by its file."""
    was: tuple[str, ...] = ()


@dataclass(frozen=True)
class About:
    """What `course.yaml` says; the title is the folder's name where it says none."""

    title: str
    name: str = ""
    version: str = ""
    authors: tuple[str, ...] = ()
    licence: str = ""


def is_course_name(text: str) -> bool:
    """Whether a course can be called so: small letters, digits and hyphens."""
    return bool(_COURSE_NAME.match(text)) and text not in ("built-in", "con", "prn", "aux", "nul")


def survey(root: Path, problems: Problems, language: str = "en") -> list[ChapterFolder]:
    """The chapters of a course's folder, in order. What has no number in front is no chapter.

    language: two letters; what is translated into it is read in it.
    """
    if not root.is_dir():
        problems.add(Place(root), "file", f"there is no folder {root}", "name the folder that holds the chapters")
        return []
    found = []
    for folder in _listed(root):
        match = _NAME.match(folder.name)
        if not match or not folder.is_dir():
            continue
        if not is_inside(root, folder):
            problems.add(
                Place(folder), "outside", f"{folder.name} leads out of the course's folder", "keep every file inside it"
            )
            continue
        index = f"index.{language}.md" if (folder / f"index.{language}.md").is_file() else "index.md"
        lessons = _lessons(folder, problems, language)
        found.append((int(match[1]), ChapterFolder(folder.name, folder, lessons, index)))
    return [chapter for _, chapter in sorted(found, key=lambda pair: (pair[0], pair[1].id))]


def languages_of(root: Path) -> tuple[str, ...]:
    """The languages, but for the course's own, that a text of the course is translated into."""
    names = (file.stem for folder in _listed(root) if folder.is_dir() for file in _listed(folder) if file.suffix == ".md")
    return tuple(sorted({match[2] for name in names if (match := _TRANSLATED.match(name))}))


def _lessons(folder: Path, problems: Problems, language: str) -> tuple[LessonFile, ...]:
    found: list[tuple[int, LessonFile]] = []
    seen: dict[str, str] = {}
    files = [file for file in _listed(folder) if file.suffix == ".md"]
    names = {file.name for file in files}
    for file in files:
        translated = _TRANSLATED.match(file.stem)
        if "index" in (file.stem, translated and translated[1]):
            continue
        if translated and f"{translated[1]}.md" in names:
            continue
        if translated:
            what, mend = f"{file.name} translates {translated[1]}.md, which is not there", "name it like the text it translates"
            problems.add(Place(file), "translation", what, mend)
            continue
        match = _NAME.match(file.stem)
        if not match:
            problems.add(Place(file), "file-name", f"{file.name} is no name of a lesson", "name it like 01-a-few-words.md")
        elif match[2] in seen:
            problems.add(
                Place(file), "duplicate-id", f"the lesson {match[2]!r} is {seen[match[2]]} already", "give it another name"
            )
        else:
            seen[match[2]] = file.name
            lesson, spoken = f"{folder.name}/{match[2]}", f"{file.stem}.{language}.md"
            shown = LessonFile(lesson, folder / spoken, file) if spoken in names else LessonFile(lesson, file)
            found.append((int(match[1]), shown))
    return tuple(lesson for _, lesson in sorted(found, key=lambda pair: (pair[0], pair[1].id)))


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def about_course(root: Path, problems: Problems) -> About:
    """What `course.yaml` says of the course in this folder."""
    file = root / "course.yaml"
    fallback = About(root.resolve().name)
    if not file.is_file():
        return fallback
    source = read_source(root, file, problems)
    if source is None:
        return fallback
    try:
        node = read_yaml(source.text, lambda line, column: Place(file, line + 1, column + 1))
    except BadYaml as error:
        problems.add(error.place, error.rule, error.message, error.mend)
        return fallback
    table = node if isinstance(node, Table) else Table((), Place(file))
    fields = Fields(table, "a course", _COURSE_KEYS, problems, Place(file))
    fields.require("title")
    name, version = fields.text("name"), fields.text("version")
    if name and not is_course_name(name):
        fields.wrong(fields.at("name"), f"{name!r} is no name of a course", "use small letters, digits and -", "course-name")
        name = ""
    if version and not _VERSION.match(version):
        fields.wrong(fields.at("version"), f"{version!r} is no version", "write it like 1.0 or 2.1.3", "course-version")
        version = ""
    return About(fields.text("title") or fallback.title, name, version, fields.texts("authors"), fields.text("licence"))


def lesson_front(source: Source, problems: Problems) -> Front:
    """The front matter of a lesson; what is missing is reported, and stands in by a default."""
    table, lines = front_matter(source, problems)
    fallback = source.file.stem
    if table is None:
        return Front(fallback, lines)
    fields = Fields(table, "a lesson's front matter", _LESSON_KEYS, problems, Place(source.file))
    fields.require("title", "minutes")
    return Front(
        title=fields.text("title") or fallback,
        lines=lines,
        minutes=fields.whole("minutes", 1, 240),
        needs=fields.texts("needs"),
        sources=fields.texts("sources"),
        id=_lesson_id(fields, "id", fields.text("id")),
        was=tuple(old for i, text in enumerate(fields.texts("was")) if (old := _lesson_id(fields, f"was.{i}", text))),
        marks=fields.frozen_marks(),
    )


def _lesson_id(fields: Fields, key: str, text: str) -> str:
    if text and not _LESSON_ID.match(text):
        fields.wrong(fields.at(key), f"{text!r} is no id of a lesson", "write it like chapter/a-few-words", "lesson-id")
        return ""
    return text


def chapter_front(root: Path, chapter: ChapterFolder, problems: Problems) -> tuple[Front, Source | None]:
    """The front matter of a chapter's `index.md`, and its text."""
    file = chapter.folder / chapter.index
    if not file.exists() and not file.is_symlink():
        problems.add(
            Place(file), "missing-file", f"the chapter {chapter.id} has no index.md", "write one, with title and summary"
        )
        return Front(chapter.id, 0), None
    source = read_source(root, file, problems)
    if source is None:
        return Front(chapter.id, 0), None
    table, lines = front_matter(source, problems)
    if table is None:
        return Front(chapter.id, lines), source
    fields = Fields(table, "a chapter's front matter", _CHAPTER_KEYS, problems, Place(file))
    fields.require(*_CHAPTER_KEYS)
    front = Front(fields.text("title") or chapter.id, lines, fields.text("summary"), marks=fields.frozen_marks())
    return front, source
