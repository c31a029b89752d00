"""Texts of the course, Markdown and maths, as this terminal can show them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tutor.cli.output import columns, look
from tutor.course.model import PictureBlock
from tutor.course.plain import Formats, plain_inline, wrap
from tutor.draw import mathbox
from tutor.draw.mathbox import MathError
from tutor.draw.plainly import to_ascii
from tutor.errors import UserError
from tutor.harmless import harmless
from tutor.labs import built_in_ids, find_lab, lab_ids
from tutor.pictures import Picture
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

    return Formats(inline, display, lab, picture)


def picture(block: PictureBlock) -> list[str]:
    """What a lab shows at a step; where it cannot, why not."""
    from tutor.engine import prepare

    prepare()  # before anything can import numba
    from tutor.draw import draw
    from tutor.draw.ansi import to_ansi
    from tutor.engine.link import parse_link, split_link
    from tutor.engine.run import Run

    try:
        name = split_link(block.link)[0]
        lab = find_lab(name)
        view = block.view or lab.spec.views[0].name
        if name in built_in_ids():
            run = Run(lab, parse_link(block.link, lab.spec))
            run.advance(block.step)
            shown = run.view(view, block.size)
        else:
            shown = asyncio.run(_elsewhere(block, view))
    except UserError as error:
        return wrap(f"({error})", columns())
    return [line.rstrip() for line in to_ansi(draw(shown, block.size, replace(look(), colour=False)), 0).split("\n")]


async def _elsewhere(block: PictureBlock, view: str) -> Picture:
    """The picture of a run of a course's own lab, made in a process of its own. Raises UserError."""
    from tutor.engine.crew import Job, outcomes

    (outcome,) = [one async for one in outcomes([Job(block.link, block.step, "", view, block.size)], 1)]
    if outcome.picture is None:
        raise UserError(outcome.error)
    return outcome.picture


def paragraph(text: str) -> str:
    """A short Markdown text, in lines as wide as the terminal."""
    return shown("\n".join(wrap(plain_inline(text, formats()), columns())))


def shown(text: str) -> str:
    """The same text in letters that the terminal has."""
    return harmless(text if look().unicode else to_ascii(text))
