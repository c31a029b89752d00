"""Texts of the course, Markdown and maths, as this terminal can show them."""

from __future__ import annotations

from tutor.cli.output import columns, look
from tutor.course.plain import Formats, plain_inline, wrap
from tutor.draw import mathbox
from tutor.draw.mathbox import MathError
from tutor.draw.plainly import to_ascii
from tutor.labs import find_lab, lab_ids
from tutor.words import tr


def formats() -> Formats:
    """How formulas and labs are written. A formula that cannot be read is shown as it stands; the linter names it."""
    ascii = not look().unicode

    def inline(tex: str) -> str:
        try:
            return mathbox.inline(tex, ascii)
        except MathError:
            return tex

    def display(tex: str) -> list[str]:
        try:
            return mathbox.display(tex, ascii)
        except MathError:
            return tex.strip().splitlines()

    def lab(lab_id: str) -> str:
        return tr(find_lab(lab_id).spec.title) if lab_id in lab_ids() else lab_id

    return Formats(inline, display, lab)


def paragraph(text: str) -> str:
    """A short Markdown text, in lines as wide as the terminal."""
    return shown("\n".join(wrap(plain_inline(text, formats()), columns())))


def shown(text: str) -> str:
    """The same text in letters that the terminal has."""
    return text if look().unicode else to_ascii(text)
