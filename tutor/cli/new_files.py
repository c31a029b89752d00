"""Files from the examples that come with the program, written where nothing is yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tutor.errors import UserError, nearest

_STARTS = Path(__file__).parent / "starts"
_NUMBERED = re.compile(r"([0-9]{1,4})-(.+)\Z")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def start(name: str, **words: str) -> str:
    """An example's text, with `@WORD@` filled in."""
    text = (_STARTS / name).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def title_of(name: str) -> str:
    """A name of a file as words: 02-deep-nets → Deep nets."""
    words = re.sub(r"^[0-9]+-", "", name).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def quoted(title: str) -> str:
    """A title between double quotes of YAML. Raises UserError."""
    if not title.isprintable() or not title.strip():
        raise UserError("the title is empty or holds unprintable characters", "use plain words")
    return title.strip().replace("\\", "\\\\").replace('"', '\\"')


def numbered(path: Path, suffix: str = "") -> Path:
    """The path with the next free number before its name, unless it has one. Raises UserError for a name that is none."""
    name = path.name.removesuffix(suffix) if suffix else path.name
    given = _NUMBERED.match(name)
    slug = given[2] if given else name
    if not _SLUG.match(slug):
        better = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or "a-name"
        raise UserError(f"{name!r} cannot be a name here", f"use a-z, 0-9 and hyphens, such as {better}")
    if given:
        return path.with_name(name + suffix)
    taken = [int(match[1]) for file in path.parent.iterdir() if (match := _NUMBERED.match(file.stem))]
    return path.with_name(f"{max(taken, default=0) + 1:02}-{slug}{suffix}")


def course_above(chapter: Path) -> Path:
    """The course that a chapter is to be in. Raises UserError."""
    folder = chapter.parent
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}", f"make the course first: dltutor new course {folder}")
    if not (folder / "course.yaml").is_file() and not any(folder.glob("*/index.md")):
        raise UserError(f"{folder} is no course", f"make one first: dltutor new course {folder}")
    return folder


def chapter_above(file: Path) -> Path:
    """The chapter that a lesson or an exercise is to be in. Raises UserError."""
    folder = file.parent.parent if file.parent.name == "exercises" else file.parent
    if not (folder / "index.md").is_file():
        beside = [str(index.parent) for index in sorted(folder.parent.glob("*/index.md"))] if folder.parent.is_dir() else []
        mend = nearest(str(folder), beside) if beside else f"make one first: dltutor new chapter {folder}"
        raise UserError(f"{folder} is no chapter: it has no index.md", mend)
    return folder


def write_new(files: Mapping[Path, str]) -> list[Path]:
    """Write all of the files, or none when one of them is there already. Raises UserError."""
    for file in files:
        if file.exists() or file.is_symlink():
            raise UserError(f"{file} is there already", "take another name; nothing was written")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as stream:  # never over a file that has come meanwhile
                stream.write(text)
        except OSError as error:
            raise UserError(f"{file} cannot be written: {error.strerror}", "choose a folder that can be written") from None
    return list(files)
