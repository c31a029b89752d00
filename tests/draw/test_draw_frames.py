"""Each kind of picture as a plain-text frame, to be read by eye; `DLTUTOR_FRAMES=1` rewrites them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pictures_for_draw import everything

from tutor.draw import Look, draw, plain, row_width

FRAMES = Path(__file__).parent / "frames"
PICTURES = everything()
LOOKS = {"unicode": Look(), "grey": Look(colour=False), "ascii": Look(unicode=False, colour=False)}
SIZES = {"neuron": (76, 17), "mlp": (70, 22), "deep": (80, 24), "surface": (40, 14), "weights": (40, 18), "digit28": (40, 14)}
SIZES |= {
    "bars": (50, 6),
    "signed_bars": (50, 5),
    "histograms": (50, 17),
    "text": (40, 6),
    "columns": (80, 7),
    "digits": (76, 12),
    "field": (64, 22),
}


def compare(name: str, found: str) -> None:
    path = FRAMES / f"{name}.txt"
    if os.environ.get("DLTUTOR_FRAMES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PICTURES)
def test_frame(name: str, look: str) -> None:
    size = SIZES.get(name, (72, 18))
    rows = draw(PICTURES[name], size, LOOKS[look])
    assert len(rows) == size[1]
    assert {row_width(row) for row in rows} == {size[0]}
    found = plain(rows)
    if look == "ascii":
        assert found.isascii()
    compare(f"{name}-{look}", found + "\n")


@pytest.mark.parametrize("name", PICTURES)
def test_tiny(name: str) -> None:
    rows = draw(PICTURES[name], (24, 7), Look())
    assert {row_width(row) for row in rows} == {24}
    compare(f"{name}-tiny", plain(rows) + "\n")


def test_colour_changes_no_meaning_of_marks() -> None:
    """Classes, wrong points and the current point are told apart by their characters alone."""
    found = plain(draw(PICTURES["field"], (64, 22), Look()))
    assert all(mark in found for mark in ("●", "×", "⊗", "[×]"))


def test_digit_has_its_own_size() -> None:
    """A 28×28 picture is 28×14 cells of half-blocks, no more and no less."""
    rows = draw(PICTURES["digit28"], (60, 16), Look())
    used = [row for row in rows if any(span.ink.bg is not None for span in row)]
    assert len(used) == 14
    assert {sum(len(span.text) for span in row if span.ink.bg is not None) for row in used} == {28}
