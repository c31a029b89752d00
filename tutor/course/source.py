"""Reads the files of a course. A course may come from anyone, so nothing outside its folder is ever opened."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from tutor.course.model import Place
from tutor.course.problems import Problems

LARGEST = 1_000_000
"""Bytes of one file."""

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters would reach the reader's terminal, overrides of direction would show another text than the one that
counts, and the Unicode line separators would put line numbers out."""
LONGEST_PARAGRAPH = 10_000
"""Characters between two blank lines of a lesson: what understands Markdown takes the square of it."""


@dataclass(frozen=True)
class Source:
    """A text file, with its lines ended by \\n alone."""

    file: Path
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def is_inside(root: Path, path: Path) -> bool:
    """Whether the path, with every link in it followed, is in the folder."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def plain_bytes(file: Path, most: int) -> bytes | None:
    """At most so many bytes of a plain file; None: it is a pipe, a device, a folder. Raises OSError."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with open(handle, "rb") as stream:
        return stream.read(most)


def read_source(root: Path, file: Path, problems: Problems) -> Source | None:
    """The file's text, or None and a problem: outside the folder, not a plain file, too large, not UTF-8, not text."""
    place = Place(file)
    if not is_inside(root, file):
        problems.add(place, "outside", f"{file.name} leads out of the course's folder", "keep every file inside the folder")
        return None
    try:
        raw = plain_bytes(file, LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.add(place, "file", f"{file.name} cannot be read: {why}", "check its name and its permissions")
        return None
    if raw is None:
        problems.add(place, "file", f"{file.name} is not a plain file", "put a text file there")
        return None
    if len(raw) > LARGEST:
        problems.add(
            place, "too-large", f"{file.name} is larger than {LARGEST // 1_000_000} MB", "split it into several lessons"
        )
        return None
    return _decode(file, raw, problems)


def _decode(file: Path, raw: bytes, problems: Problems) -> Source | None:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        problems.add(
            place_in(file, before, len(before)),
            "encoding",
            f"the byte 0x{raw[error.start]:02x} here is not UTF-8",
            "save the file as UTF-8",
        )
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    odd = _NOT_TEXT.search(text)
    if odd:
        problems.add(
            place_in(file, text, odd.start()),
            "not-text",
            f"the character U+{ord(odd.group()):04X} does not belong in a text",
            "remove it",
        )
        return None
    if file.suffix == ".md" and (long := _long_paragraph(text)):
        problems.add(
            place_in(file, text, long),
            "too-large",
            f"this paragraph is longer than {LONGEST_PARAGRAPH} characters",
            "put blank lines into it",
        )
        return None
    return Source(file, text)


def _long_paragraph(text: str) -> int:
    """Where a paragraph begins that is too long, just behind; 0: there is none."""
    at = 0
    for paragraph in text.split("\n\n"):
        if len(paragraph) > LONGEST_PARAGRAPH:
            return at + 1
        at += len(paragraph) + 2
    return 0


def place_in(file: Path, text: str, offset: int, line: int = 1) -> Place:
    """Where the offset in the text stands; `line` is the number of the text's first line."""
    before = text[:offset]
    return Place(file, line + before.count("\n"), offset - (before.rfind("\n") + 1) + 1)
