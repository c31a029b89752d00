"""The words of a course, as data (`tutor.course.glossary` reads them)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.place import Place


@dataclass(frozen=True)
class Term:
    """A word of the glossary."""

    id: str
    """Its anchor in `glossary.md`."""
    name: str
    also: tuple[str, ...]
    """Other words for it."""
    text: str
    """What it means, in Markdown; a link says where it is explained."""
    place: Place = field(default_factory=lambda: Place(Path("?")), compare=False)
    """Where its name stands."""
    body: Place = field(default_factory=lambda: Place(Path("?")), compare=False)
    """Where its text begins."""


@dataclass(frozen=True)
class Glossary:
    """The file `glossary.md` of a course."""

    terms: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()
    """Words that are right, though they are near a term."""
