"""The courses that there are: the built-in one, those that were added, and the one that a path names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tutor import paths, trust
from tutor.course.folder import About, about_course, is_course_name, survey
from tutor.course.model import Course
from tutor.course.parse import read_outline
from tutor.course.problems import Problems
from tutor.errors import UserError, nearest

VARIABLE = "DLTUTOR_COURSE"
BUILT_IN = "built-in"


@dataclass(frozen=True)
class Known:
    """A course, as far as its `course.yaml` says."""

    id: str
    """"" for the built-in course; otherwise its name."""
    folder: Path
    about: About

    @property
    def name(self) -> str:
        return self.id or BUILT_IN


def courses_folder() -> Path:
    """Where added courses are; it may not exist."""
    return paths.data_folder() / "courses"


def built_in() -> Known:
    folder = paths.lessons_folder()
    return Known("", folder, about_course(folder, Problems()))


def installed() -> list[Known]:
    """The courses that were added, by name."""
    try:
        folders = sorted(path for path in courses_folder().iterdir() if is_course_name(path.name) and path.is_dir())
    except (OSError, UserError):
        return []
    return [Known(folder.name, folder, about_course(folder, Problems())) for folder in folders if not folder.is_symlink()]


def chosen() -> Known:
    """The course that `--course` or DLTUTOR_COURSE names; without, the built-in one. Raises UserError."""
    wanted = os.environ.get(VARIABLE, "").strip()
    return find(wanted) if wanted else built_in()


def all_courses() -> list[Known]:
    """The chosen one first, then the built-in one and those that were added."""
    first = chosen()
    return [first, *(one for one in (built_in(), *installed()) if one.folder.resolve() != first.folder.resolve())]


def find(text: str) -> Known:
    """The course of this name, or in this folder. Raises UserError with the nearest name."""
    if text == BUILT_IN:
        return built_in()
    known = {one.id: one for one in installed()}
    if text in known:
        return known[text]
    folder = paths.user_path(text)
    if folder.is_dir():
        return at(folder)
    mend = nearest(text, [BUILT_IN, *known])
    if folder.is_file():
        mend = f"add it first: dltutor course add {text}"
    raise UserError(f"there is no course {text!r}", mend)


def at(folder: Path) -> Known:
    """The course in this folder. Raises UserError when it holds no chapter."""
    folder = folder.absolute()
    if trust.is_built_in(folder):
        return built_in()
    if not survey(folder, Problems()):
        raise UserError(f"{folder} is no course: it has no chapter", "name the folder that holds the chapters")
    about = about_course(folder, Problems())
    return Known(about.name or name_for(folder), folder, about)


def name_for(folder: Path) -> str:
    """What the course in this folder is called where it does not say."""
    slug = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:40].strip("-")
    return slug if is_course_name(slug) else "course"


def outline(known: Known) -> Course:
    """Titles, minutes, order and ids of a course, as far as they can be read."""
    return read_outline(known.folder, known.id)[0]


def root_of(file: Path) -> Path:
    """The folder of the course that a lesson's file is in."""
    return file.parent.parent
