"""Networks whose units are drawn as maps, and pictures beside each other when one of them is narrow."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.draw import Look, draw
from tutor.draw.cells import plain
from tutor.draw.maps import plan_maps
from tutor.pictures import Columns, Edge, Field, Network, Node


def network(*counts: int) -> Network:
    ramp = np.linspace(-1, 1, 400, dtype=np.float32).reshape(20, 20)
    layers = tuple(tuple(Node(f"{i}.{j}", image=ramp) for j in range(count)) for i, count in enumerate(counts))
    edges = tuple(
        Edge(i, a, b, 0.5 - a) for i in range(len(counts) - 1) for a in range(counts[i]) for b in range(counts[i + 1])
    )
    return Network(layers, edges, "units")


@pytest.mark.parametrize("counts", [(1,), (4, 2), (2, 4, 2, 1), (8, 8), (7, 8, 8, 8, 8, 8, 8, 1)])
@pytest.mark.parametrize("size", [(50, 18), (20, 18), (80, 23), (120, 50), (17, 8)])
def test_maps_fit(counts: tuple[int, ...], size: tuple[int, int]) -> None:
    plan = plan_maps(counts, size[0], size[1], True)
    assert len(counts) * plan.wide + (len(counts) - 1) * plan.gap <= size[0]
    if max(counts) <= size[1]:
        assert (max(counts) - 1) * plan.pitch + plan.high + plan.captioned <= size[1]


def test_the_larger_the_room_the_larger_the_maps() -> None:
    small, large = plan_maps((4, 2), 20, 18, True), plan_maps((4, 2), 80, 50, True)
    assert (small.wide, small.high, small.captioned) == (6, 3, True)
    assert large.high > small.high


@pytest.mark.parametrize("look", [Look(), Look(colour=False), Look(unicode=False), Look(unicode=False, colour=False)])
@pytest.mark.parametrize("size", [(1, 1), (8, 3), (50, 18), (120, 40)])
def test_it_draws_in_every_terminal(look: Look, size: tuple[int, int]) -> None:
    for counts in ((4, 2), (8, 8), (1,)):
        rows = draw(network(*counts), size, look)
        assert len(rows) == size[1]
        assert "cannot be drawn" not in plain(rows)


def test_names_stand_below_the_maps() -> None:
    text = plain(draw(network(4, 2), (40, 18), Look()))
    assert all(name in text for name in ("0.0", "0.3", "1.1"))


def test_bad_images_are_survived() -> None:
    for image in (np.full((3, 3), np.nan, np.float32), np.zeros((0, 0), np.float32), np.zeros(5, np.float32)):
        rows = draw(Network(((Node("a", image=image),),), ()), (20, 9), Look())
        assert "cannot be drawn" not in plain(rows)


def test_a_narrow_network_of_maps_stays_beside_its_field() -> None:
    field = Field(np.zeros((20, 30), np.float32), (-1, 1), (-1, 1), title="field")
    first = plain(draw(Columns((network(4, 2), field), (1.0, 2.0)), (50, 18), Look())[:1])
    assert "units" in first
    assert "field" in first
