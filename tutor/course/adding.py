"""Adds a course from elsewhere, and removes it.

An added course lies in `courses/NAME` in the user's data folder, whole or not at all: it is unpacked beside it and renamed.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tutor import paths, trust
from tutor.course.archive import BadArchive, bring
from tutor.course.folder import About, about_course, is_course_name
from tutor.course.library import BUILT_IN, Known, courses_folder, installed
from tutor.course.parse import read_outline
from tutor.course.problems import Problems
from tutor.errors import BadLesson, UserError, nearest

_OLD, _NEW, _GONE = ".old-", ".new-", ".gone-"


@dataclass(frozen=True)
class Added:
    """What `add` did."""

    course: Known
    before: str
    """The version that was there before; empty: none was."""
    mistakes: int


def add(source: Path) -> Added:
    """Add a course from a folder or an archive, or put a newer version in the place of an older one. Raises UserError."""
    if not source.exists():
        raise BadArchive(f"there is no {source}", "name a course's folder or its archive")
    home = paths.made(courses_folder())
    _recover(home)
    try:
        with tempfile.TemporaryDirectory(prefix=_NEW, dir=home, ignore_cleanup_errors=True) as temporary:
            unpacked = Path(temporary) / "course"
            unpacked.mkdir(mode=0o700)
            bring(source, unpacked)
            root = _root(unpacked, source)
            about, mistakes = _acceptable(root, source)
            before = _version_before(home / about.name, about)
            _put(root, home / about.name)
    except OSError as error:
        raise BadArchive(f"the course cannot be kept in {home}: {error.strerror or error}", "look at the disk") from None
    return Added(Known(about.name, home / about.name, about), before, mistakes)


def remove(name: str) -> Known:
    """Remove an added course; what was done in it is kept. Raises UserError."""
    known = {one.id: one for one in installed()}
    if name not in known:
        mend = nearest(name, known) if name != BUILT_IN else "it comes with the program"
        raise UserError(f"no course {name!r} was added", mend)
    folder = known[name].folder
    grave = folder.with_name(f"{_GONE}{name}.{os.getpid()}")
    try:
        os.rename(folder, grave)
        shutil.rmtree(grave, ignore_errors=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be removed: {error.strerror}", "check its permissions") from None
    trust.revoke(name, folder)
    return known[name]


def _root(unpacked: Path, source: Path) -> Path:
    """The folder with `course.yaml`: an archive may hold the course's folder or what is in it."""
    inside = list(unpacked.iterdir())
    for folder in (unpacked, inside[0] if len(inside) == 1 else unpacked):
        if (folder / "course.yaml").is_file():
            return folder
    raise BadArchive(f"{source.name} has no course.yaml", "it says the course's name, title and version")


def _acceptable(root: Path, source: Path) -> tuple[About, int]:
    """What the course says of itself, and how many mistakes it has. Raises UserError when it cannot be a course."""
    problems = Problems()
    about = about_course(root, problems)
    if problems.found:
        first = problems.found[0]
        raise BadLesson(f"course.yaml:{first.place.line}:{first.place.column}: {first.message}", first.mend)
    for key, value in (("name", about.name), ("version", about.version)):
        if not value:
            raise BadArchive(f"the course.yaml of {source.name} says no {key}", f"add a line {key}: …")
    course, mistakes = read_outline(root, about.name)
    if not course.lessons:
        raise BadArchive(f"{source.name} has no lesson", "lessons are files like 01-first/01-begin.md")
    return about, len(mistakes)


def _version_before(folder: Path, about: About) -> str:
    """The version that is there. Raises UserError when it is newer."""
    if not folder.exists():
        return ""
    before = about_course(folder, Problems()).version
    if _order(before) > _order(about.version):
        raise BadArchive(
            f"{about.name} {before} is there already, and is newer than {about.version}",
            f"to go back, first run: dltutor course remove {about.name}",
        )
    return before or "?"


def _order(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"[0-9]+", version)]
    return tuple([*numbers, 0, 0, 0, 0][:4])


def _put(new: Path, place: Path) -> None:
    """Put the folder in its place. Whoever kills us in between loses nothing: `_recover` finds the old one."""
    old = place.with_name(f"{_OLD}{place.name}.{os.getpid()}")
    if place.exists():
        os.rename(place, old)
    try:
        os.rename(new, place)
    except OSError:
        if old.exists():
            os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _recover(home: Path) -> None:
    """What an `add` or `remove` that was killed has left behind."""
    for left in [*home.glob(f"{_OLD}*"), *home.glob(f"{_GONE}*")]:
        name, _, owner = left.name.removeprefix(_OLD).rpartition(".")
        if owner.isdecimal() and _alive(int(owner)):
            continue
        with suppress(OSError):
            if is_course_name(name) and not (home / name).exists():
                os.rename(left, home / name)
            else:
                shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
