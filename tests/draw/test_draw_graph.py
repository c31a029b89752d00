"""Graphs of quantities: every size exactly filled, numbers shown while there is room, and nothing raises."""

from __future__ import annotations

import random
import re

import pytest

from tutor.draw import Look, draw, plain, row_width
from tutor.pictures import Flow, Graph, Quantity

SMALL = Graph(
    (
        Quantity(0, "a", ("-4", "∂ -6"), "c"),
        Quantity(0, "b", ("2", "∂ 16"), "c"),
        Quantity(1, "×", ("-8", "∂ -4"), "accent", 1),
        Quantity(2, "+", ("2", "∂ -4")),
        Quantity(3, "y", ("-8", "∂ 1")),
    ),
    (Flow(0, 2, role="b"), Flow(1, 2, "w", "b"), Flow(2, 3), Flow(3, 4), Flow(0, 4)),
    "and back",
    ("to a: (−4) · 2 = −8", "to b: (−4) · (−4) = 16"),
)


def frame(graph: Graph, size: tuple[int, int], look: Look | None = None) -> str:
    rows = draw(graph, size, look or Look())
    assert len(rows) == size[1]
    assert {row_width(row) for row in rows} == {size[0]}
    return plain(rows)


def test_everything_is_there_when_there_is_room() -> None:
    text = frame(SMALL, (60, 18))
    for piece in ("and back", "a ─", "b ─", "× ─", "+ ─", "y ─", "-4", "∂ -6", "∂ 16", "to a:", "to b:", "▸∂ -4"):
        assert piece in text, piece
    assert any("\u2801" <= c <= "\u28ff" for c in text), "lines between the boxes"


def test_without_room_lines_go_first_and_the_lit_one_last() -> None:
    text = frame(SMALL, (60, 10))
    assert "▸∂ -4" in text
    assert "∂ 16" not in text
    text = frame(SMALL, (14, 6))
    for label in "ab×+y":
        assert label in text


def test_ascii_alone() -> None:
    text = frame(SMALL, (60, 18), Look(unicode=False, colour=False))
    assert text.isascii()
    assert "+ a --" in text
    assert re.search(r"\|>\S+ -4", text)


def test_a_long_line_goes_round_the_boxes() -> None:
    with_skip, without = SMALL, Graph(SMALL.quantities, SMALL.flows[:-1], SMALL.title, SMALL.caption)
    for graph in (with_skip, without):
        text = frame(graph, (60, 18))
        assert text.count("╭") == text.count("╯") == 5, "no line is drawn over a box"


def test_a_label_stands_where_there_is_room() -> None:
    wide = Graph(SMALL.quantities[:3], (Flow(0, 2, "w 0.5"), Flow(1, 2, "w -2")))
    text = frame(wide, (60, 14))
    assert "w 0.5" in text
    assert "w -2" in text
    assert "w 0.5" not in frame(wide, (18, 14))


def test_lines_of_the_present_step_are_in_its_colour() -> None:
    rows = draw(SMALL, (60, 18), Look())
    lit = {span.ink.fg for row in rows for span in row if any("\u2801" <= c <= "\u28ff" for c in span.text)}
    assert len(lit) >= 2


@pytest.mark.parametrize("part", range(4))
@pytest.mark.filterwarnings("error")
def test_whatever_is_in_it(part: int) -> None:
    rng = random.Random(part)
    words = ("", "x", "o 0.25", "∂L/∂w", "a\nb", "\x1b[31m", "漢字", "very long indeed " * 9)
    for _ in range(60):
        n = rng.choice((0, 1, 3, 12, 250))
        quantities = tuple(
            Quantity(
                rng.choice((-1, 0, 1, 2, 5, 10**9)),
                rng.choice(words),
                tuple(rng.choice(words) for _ in range(rng.choice((0, 1, 5, 40)))),
                rng.choice(("muted", "accent", "nonsense")),
                rng.choice((-5, -1, 0, 2, 99)),
            )
            for _ in range(n)
        )
        flows = tuple(
            Flow(rng.randint(-2, n + 2), rng.randint(-2, n + 2), rng.choice(words), rng.choice(("muted", "b")))
            for _ in range(rng.choice((0, 3, 60)))
        )
        graph = Graph(quantities, flows, rng.choice(words), tuple(rng.choice(words) for _ in range(rng.choice((0, 2, 60)))))
        size = rng.choice(((1, 1), (10, 3), (24, 7), (80, 24), (rng.randint(1, 120), rng.randint(1, 40))))
        rows = draw(graph, size, Look(rng.random() < 0.7, rng.random() < 0.7))
        assert "cannot be drawn" not in plain(rows)
        assert len(rows) == size[1]
        assert {row_width(row) for row in rows} == {size[0]}
