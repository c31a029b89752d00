"""Blocks that are only read: a timeline, a remark, a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.place import Marks, Place, no_marks


@dataclass(frozen=True)
class Event:
    """An entry of a timeline."""

    year: str
    title: str
    text: str = ""
    chapter: str = ""
    """The chapter that it leads to, or empty."""


@dataclass(frozen=True)
class Timeline:
    """Events to walk."""

    id: str
    events: tuple[Event, ...]
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)


@dataclass(frozen=True)
class Aside:
    """A remark off the main path: a title and Markdown text."""

    id: str
    title: str
    text: str
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)


@dataclass(frozen=True)
class PictureBlock:
    """What a lab shows at a step, as a picture in the text."""

    id: str
    link: str
    """The lab (or the whole link)."""
    step: int = 0
    view: str = ""
    """Empty: the lab's first."""
    size: tuple[int, int] = (60, 18)
    """Columns and rows."""
    caption: str = ""
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)
