"""Paths over a field: told apart by their marks, cut at the edges, never fatal."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.draw import Look, draw, palette, plain, row_width
from tutor.pictures import Field, Path

PLAIN = Look(colour=False)
ASCII = Look(unicode=False, colour=False)


def field(*paths: Path, legend: tuple[tuple[str, str], ...] = ()) -> Field:
    return Field(np.zeros((20, 20), np.float32), (-1, 1), (-1, 1), level=None, paths=paths, legend=legend)


def shown(picture: Field, size: tuple[int, int] = (50, 18), look: Look = PLAIN) -> str:
    rows = draw(picture, size, look)
    assert {row_width(row) for row in rows} == {size[0]}
    assert len(rows) == size[1]
    return plain(rows)


@pytest.mark.parametrize("look", [PLAIN, ASCII, Look(), Look(unicode=False)])
def test_each_path_has_its_mark_at_its_end(look: Look) -> None:
    ends = np.linspace(-0.8, 0.8, len(palette.CLASSES))
    paths = [Path(np.array([[0.0, -0.9], [x, 0.9]]), role) for x, role in zip(ends, palette.CLASSES, strict=True)]
    found = shown(field(*paths), look=look).splitlines()
    top = next(row for row in found if all(palette.mark(role, look) in row for role in palette.CLASSES))
    order = [top.index(palette.mark(role, look), 8) for role in palette.CLASSES]
    assert order == sorted(order)


def test_a_long_path_is_marked_on_its_way() -> None:
    found = shown(field(Path(np.stack((np.linspace(-0.9, 0.9, 100), np.zeros(100)), axis=1), "b")))
    assert found.count("×") >= 2
    assert "⠒" in found or "⠤" in found or "⣀" in found or "⠉" in found


def test_equal_paths_can_both_be_seen() -> None:
    same = np.stack((np.linspace(-0.9, 0.9, 60), np.linspace(0, 0.5, 60)), axis=1)
    found = shown(field(Path(same, "a"), Path(same, "b")))
    assert "●" in found
    assert found.count("×") >= 2


@pytest.mark.parametrize(
    "xy",
    [
        np.empty((0, 2)),
        np.array([[0.0, 0.0]]),
        np.array([[np.nan, 0.0], [0.0, np.inf]]),
        np.array([[-1e300, 0.0], [1e300, 0.5]]),
        np.array([[-5.0, -5.0], [5.0, 5.0], [np.nan, 0.0], [0.2, 0.2]]),
        np.zeros(3),
        np.random.default_rng(0).normal(size=(20_000, 2)) * 3,
    ],
    ids=["empty", "one", "not finite", "huge", "across", "wrong shape", "long"],
)
@pytest.mark.parametrize("look", [Look(), ASCII])
def test_any_path_is_drawn(xy: np.ndarray, look: Look) -> None:
    for size in ((1, 1), (20, 7), (50, 18)):
        assert "cannot be drawn" not in shown(field(Path(xy)), size, look)


def test_a_path_that_crosses_the_picture_is_cut_at_its_edges() -> None:
    found = shown(field(Path(np.array([[-5.0, -5.0], [5.0, 5.0]]))))
    assert sum(any("⠀" < c <= "⣿" for c in row) for row in found.splitlines()) >= 14


def test_a_legend_takes_a_second_line_where_there_is_room() -> None:
    legend = tuple((role, f"optimizer {role}") for role in palette.CLASSES)
    high, low = shown(field(legend=legend)), shown(field(legend=legend), (50, 10))
    assert sum("optimizer" in row for row in high.splitlines()) == 2
    assert sum("optimizer" in row for row in low.splitlines()) == 1
    assert "optimizer f" in high
