"""Escape codes out and in, and the palette they carry."""

from __future__ import annotations

import pytest
from pictures_for_draw import everything

from tutor.draw import Ink, Look, Span, draw, palette, plain
from tutor.draw.ansi import TRUECOLOR, from_ansi, nearest_256, to_ansi
from tutor.draw.canvas import Canvas

PICTURES = everything()


def test_no_colours_means_no_escape_codes() -> None:
    for picture in PICTURES.values():
        rows = draw(picture, (60, 16), Look(colour=False))
        assert to_ansi(rows, 0) == plain(rows)


@pytest.mark.parametrize("colours", [256, TRUECOLOR])
@pytest.mark.parametrize("name", PICTURES)
def test_what_is_written_is_read_back(name: str, colours: int) -> None:
    """With 256 colours too: every colour of the palette is one of them."""
    rows = draw(PICTURES[name], (60, 16), Look())

    def cells(rows: list[tuple[Span, ...]]) -> list[list[tuple[str, Ink]]]:
        out = [[(c, span.ink) for span in row for c in span.text] for row in rows]
        for row in out:
            while row and row[-1][0] == " " and row[-1][1].bg is None:
                row.pop()
        return out

    assert cells(from_ansi(to_ansi(rows, colours))) == cells(rows)


def test_sixteen_colours() -> None:
    assert to_ansi([(Span("x", Ink(0xFF0000)),)], 16) == "\x1b[0;91mx\x1b[0m"
    assert to_ansi([(Span("x", Ink(0x000080, 0x808080)),)], 16) == "\x1b[0;34;100mx\x1b[0m"


def test_attributes() -> None:
    ink = Ink(0x5FAFFF, bold=True, underline=True, reverse=True, dim=True)
    assert from_ansi(to_ansi([(Span("x", ink), Span("y"))], 256)) == [(Span("x", ink), Span("y"))]


def test_every_colour_is_one_of_the_256() -> None:
    for dark in (True, False):
        look = Look(dark=dark)
        roles = (*palette.CLASSES, "good", "bad", "muted", "accent", "guess", "line", "frame")
        found = {palette.colour(role, look) for role in roles} | {palette.on_field(role, look) for role in roles}
        found |= set(palette.field_scale(dark).tolist()) | set(palette.signed_scale(dark).tolist())
        found |= set(palette.sequential(dark).tolist())
        for rgb in found - {None}:
            assert rgb is not None
            number = nearest_256(rgb)
            assert from_ansi(f"\x1b[38;5;{number}mx") == [(Span("x", Ink(rgb)),)], hex(rgb)


def test_marks_tell_roles_apart() -> None:
    for look in (Look(), Look(unicode=False)):
        marks = [palette.mark(role, look, wrong) for role in palette.CLASSES for wrong in (False, True)]
        assert len(set(marks)) == 2 * len(palette.CLASSES)


def test_few_spans_for_few_bytes() -> None:
    """A field is sent at each step: long runs of one ink, and few kinds of it."""
    rows = draw(PICTURES["field"], (80, 22), Look())
    assert len(to_ansi(rows, 256)) < 12_000
    assert sum(len(row) for row in rows) < 450


def test_canvas_keeps_wide_and_combining_characters() -> None:
    canvas = Canvas(8, 1)
    assert canvas.put(0, 0, "漢w\u0305x") == 4
    canvas.put(7, 0, "字")
    assert plain(canvas.finish()) == "漢w\u0305x"
