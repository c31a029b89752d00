"""The lab `neuron`: what one neuron can answer, and what it shows."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from tutor.engine.link import make_link
from tutor.labs import find_lab
from tutor.labs.neuron_answers import ACTIVATIONS
from tutor.labs.spec import Value
from tutor.pictures import Field, Network, Surface, Text

LAB = find_lab("neuron")
STATE = LAB.start({}, 0)
TABLES = ("and", "or", "nand", "not", "xor")


def knobs(**values: Value) -> dict[str, Value]:
    return dict(make_link(LAB.spec, values.items()).knobs)


def metrics(**values: Value) -> dict[str, float]:
    return LAB.metrics(STATE, knobs(**values))


@cache
def best(data: str, activation: str) -> tuple[float, dict[str, Value]]:
    """The best accuracy on a grid over the range of the knobs, and the first setting that has it."""
    found, where = -1.0, {}
    for w1, w2, b in itertools.product(range(-5, 6), range(-5, 6), np.arange(-5, 5.25, 0.5)):
        setting: dict[str, Value] = {"w1": float(w1), "w2": float(w2), "b": float(b), "activation": activation, "data": data}
        accuracy = LAB.metrics(STATE, {**setting, "point": "00"})["accuracy"]
        if accuracy > found:
            found, where = accuracy, setting
        if found == 1:
            break
    return found, where


def test_the_activations_are_those_of_the_kernel() -> None:
    from kernels.activations import NAMES

    assert ACTIVATIONS == NAMES


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", TABLES[:-1])
def test_reachable_by_hand(data: str, activation: str) -> None:
    accuracy, where = best(data, activation)
    assert accuracy == 1
    assert metrics(**where)["errors"] == 0
    assert metrics(**where)["margin"] >= 0
    assert "this neuron computes" in LAB.diagnose(STATE, knobs(**where)).summary


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_xor_is_out_of_reach(activation: str) -> None:
    accuracy, where = best("xor", activation)
    assert accuracy == 0.75
    assert "3 of 4 is the most" in LAB.diagnose(STATE, knobs(**where)).trouble


def test_loss_and_margin() -> None:
    found = metrics(w1=1, w2=1, b=-1.5)
    assert found == {"accuracy": 1, "errors": 0, "loss": 0, "margin": pytest.approx(0.5 / np.sqrt(2))}
    found = metrics(w1=1, w2=1, b=-1.5, activation="linear")  # sums −1.5, −0.5, −0.5, 0.5; targets −1, −1, −1, 1
    assert found["loss"] == pytest.approx((0.25 + 0.25 + 0.25 + 0.25) / 4)
    found = metrics(w1=1, w2=1, b=-0.5)  # this is OR: two rows of AND are on the wrong side
    assert found["errors"] == 2
    assert found["margin"] == pytest.approx(-0.5 / np.sqrt(2))
    assert metrics()["margin"] == 0
    # ReLU changes sides at an answer of 0.5: the boundary lies where the sum is 0.5.
    assert metrics(w1=1, w2=1, b=-1, activation="relu") == {
        "accuracy": 1, "errors": 0, "loss": 0, "margin": pytest.approx(0.5 / np.sqrt(2)),
    }  # fmt: skip


def test_on_the_boundary_only_the_step_takes_a_side() -> None:
    assert metrics(data="or", w1=1, w2=1, b=-1)["errors"] == 0
    assert metrics(data="or", w1=1, w2=1, b=-1, activation="sign")["errors"] == 2


def test_not_has_one_input() -> None:
    assert metrics(data="not", w1=-1, w2=5, b=0.5) == metrics(data="not", w1=-1, w2=-5, b=0.5)
    picture = LAB.view("network", STATE, knobs(data="not", w1=-1, b=0.5, point="01"), (60, 20))
    assert isinstance(picture, Network)
    assert [node.label for node in picture.layers[0]] == ["x1", "1"]
    assert picture.caption == ("Σ = −1·0 + 0.5 = 0.5", "step(0.5) = 1; it should be 1: right")
    w2 = LAB.spec.knob("w2")
    assert w2 is not None
    assert w2.when == ("data", ("and", "or", "nand", "xor"))


def test_the_boundary_view() -> None:
    picture = LAB.view("boundary", STATE, knobs(w1=2, w2=1, b=-2.5), (40, 20))
    assert isinstance(picture, Field)
    assert picture.values.min() == 0
    assert picture.values.max() == 1
    assert picture.values[0, -1] == 1, "the upper right corner answers 1"
    assert picture.values[-1, 0] == 0
    assert picture.points is not None
    assert picture.points.kind.tolist() == [0, 0, 0, 1]
    assert picture.points.wrong is not None
    assert not picture.points.wrong.any()
    (arrow,) = picture.segments
    assert 2 * arrow.x0 + arrow.y0 - 2.5 == pytest.approx(0), "it begins on the boundary"
    assert (arrow.x1 - arrow.x0) * 1 == pytest.approx((arrow.y1 - arrow.y0) * 2), "and points along w"
    assert arrow.x1 > arrow.x0


def test_without_weights_there_is_no_boundary() -> None:
    picture = LAB.view("boundary", STATE, knobs(), (40, 20))
    assert isinstance(picture, Field)
    assert picture.level is None
    assert picture.segments == ()
    assert LAB.diagnose(STATE, knobs()).trouble == "every weight is 0, so the inputs make no difference"


def test_surface_and_truth_table() -> None:
    surface = LAB.view("surface", STATE, knobs(w1=5, w2=5, b=5, activation="relu"), (40, 20))
    assert isinstance(surface, Surface)
    assert surface.values.max() <= surface.high
    table = LAB.view("truth", STATE, knobs(w1=1, w2=1, b=-1.5, data="xor"), (40, 20))
    assert isinstance(table, Text)
    assert [line.split() for line in table.lines[1:]] == [
        ["0", "0", "−1.5", "0", "0", "right"],
        ["0", "1", "−0.5", "0", "1", "wrong"],
        ["1", "0", "−0.5", "0", "1", "wrong"],
        ["1", "1", "0.5", "1", "0", "wrong"],
    ]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", TABLES)
@pytest.mark.parametrize("size", [(1, 1), (30, 10), (500, 200)])
def test_every_view_draws(data: str, activation: str, size: tuple[int, int]) -> None:
    for view in LAB.spec.views:
        for point in ("00", "01", "10", "11"):
            LAB.view(view.name, STATE, knobs(w1=-5, w2=5, b=5, data=data, activation=activation, point=point), size)


def test_nothing_trains() -> None:
    assert not LAB.spec.trains
    assert LAB.finished(STATE, knobs())
    assert all(knob.live for knob in LAB.spec.knobs)
    assert set(metrics()) == {metric.name for metric in LAB.spec.metrics}
