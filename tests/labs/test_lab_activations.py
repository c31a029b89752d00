"""The lab `activations`: slopes against float64, units that die, layers that are only one."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, sound

from tutor.engine.link import make_link, parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab
from tutor.labs.activations import NAMES, hidden_sums, net_of, value_and_slope
from tutor.labs.activations_pictures import collapsed
from tutor.labs.spec import Value
from tutor.labs.training import responses
from tutor.pictures import Columns, Field, Lines, Text

LAB = find_lab("activations")
SEEDS = range(20)


def run(**knobs: Value) -> Run:
    return Run(LAB, make_link(LAB.spec, knobs.items()))


@cache
def ends(query: str) -> list[dict[str, float]]:
    """The metrics after 100 epochs, for each seed."""
    found = []
    for seed in SEEDS:
        one = parse_link(f"activations?{query}&seed={seed}", LAB.spec)
        knobs = dict(one.knobs)
        state = LAB.start(knobs, seed)
        LAB.advance(state, knobs, 100, "cpu", None)
        found.append(LAB.metrics(state, knobs))
    return found


def test_the_names_are_those_of_the_kernel() -> None:
    from kernels.activations import TRAINABLE

    assert set(NAMES) == set(TRAINABLE)


@pytest.mark.parametrize("name", NAMES)
def test_the_slope_is_the_slope(name: str) -> None:
    from kernels import activations, chain

    z = np.linspace(-5.9, 5.9, 60)  # 0, the kink, is not among them
    phi, slope = value_and_slope(name, z)

    def exact(v: float) -> float:
        a = np.empty(1)
        activations.forward(activations.EVERY.index(name), np.array([v]), a)
        return float(a[0])

    np.testing.assert_allclose(phi, [exact(v) for v in z], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(slope, [chain.central(exact, v) for v in z], rtol=1e-4, atol=1e-5)


def test_relu_dies_at_a_large_rate_and_its_leaky_relative_does_not() -> None:
    large, small, leaky = ends("rate=1"), ends("rate=0.03"), ends("rate=1&activation=leaky relu")
    dead = [end["dead"] for end in large]
    assert np.median(dead) >= 0.25
    assert sum(share > 0.15 for share in dead) >= 15
    assert max(end["dead"] for end in small) <= 0.2
    assert np.median([end["dead"] for end in small]) <= 0.1
    assert all(end["dead"] == 0 for end in leaky)
    # What it costs: more of the nets with dead units fail. Leaky nets fail seldom, and nets of small steps never.
    failed = [sum(end["accuracy"] < 0.95 for end in some) for some in (large, leaky, small)]
    assert failed[0] >= 4
    assert failed[1] < failed[0]
    assert failed[2] == 0


@pytest.mark.parametrize("data", ["circle", "xor"])
def test_deep_and_linear_is_no_better_than_one_layer(data: str) -> None:
    deep, one = ends(f"activation=linear&data={data}"), ends(f"activation=linear&layers=0&data={data}")
    for a, b in zip(deep, one, strict=True):
        assert a["loss"] >= b["loss"] - 0.01
        assert a["accuracy"] < 0.75
    assert max(end["accuracy"] for end in one) < 0.75
    assert np.mean([end["test_accuracy"] for end in deep]) < 0.6


@pytest.mark.parametrize("name", ["tanh", "leaky relu", "elu", "gelu", "softplus"])
def test_the_same_net_with_a_bend_learns_the_circle(name: str) -> None:
    assert all(end["accuracy"] >= 0.96 for end in ends(f"activation={name}"))


def test_three_layers_of_sigmoids_stay_on_a_plateau() -> None:
    for end in ends("activation=sigmoid"):
        assert abs(end["loss"] - np.log(2)) < 0.02
        assert end["slope"] <= 0.25


def test_large_weights_saturate() -> None:
    small, large = (run(activation="tanh", start=start).metrics() for start in ("small", "large"))
    assert small["saturated"] < 0.01
    assert large["saturated"] > 0.3
    assert small["slope"] > 2 * large["slope"]


def test_linear_layers_multiply_out_to_what_the_net_answers() -> None:
    one = run(activation="linear", layers=4)
    one.advance(5)
    net = net_of(one.knobs)
    w, b = collapsed(net, one.state["theta"])
    answers = responses(net, one.state["theta"], one.state["x"], int(net.units[-2]))[0]
    np.testing.assert_allclose(one.state["x"] @ w + b, answers, rtol=1e-3, atol=1e-4)


def test_hidden_sums_are_those_that_the_activations_belong_to() -> None:
    one = run(activation="tanh")
    one.advance(3)
    net = net_of(one.knobs)
    answers = responses(net, one.state["theta"], one.state["x"], 2)
    sums = np.concatenate(hidden_sums(net, one.state))
    np.testing.assert_allclose(np.tanh(sums), answers[: len(sums)], atol=1e-4)


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("activations?rate=1", 40)


def test_z_moves_only_what_is_read_off() -> None:
    one = run(activation="sigmoid")
    one.advance(3)
    before = one.state["theta"].copy()
    one.change("z", 0)
    found = one.metrics()
    assert (found["phi"], found["phi_slope"]) == (0.5, 0.25)
    assert (one.state["theta"] == before).all()


def test_words() -> None:
    one = run(rate=1)
    one.advance(100)
    assert "of the units are dead" in one.words().trouble
    one = run(activation="linear")
    one.advance(30)
    assert "with a linear φ the 4 layers are one" in one.words().trouble
    one = run(activation="linear", rate=10, data="spiral")
    one.advance(100)
    assert "too large" in one.words().trouble or "one" in one.words().trouble
    one = run(activation="sigmoid", data="xor")
    one.advance(30)
    assert "plateau at chance" in one.words().trouble


def test_numbers_that_end_are_named() -> None:
    one = run(activation="linear", rate=10, start="large", layers=8, units=32)
    one.advance(20)
    assert "too large" in one.words().trouble
    assert one.diverged
    for view in LAB.spec.views:
        one.view(view.name, (50, 19))


@pytest.mark.parametrize("data", ["circle", "xor", "gauss", "spiral"])
def test_it_is_sound(data: str) -> None:
    sound(f"activations?data={data}", (0, 1, 20))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layers", [0, 1, 3])
def test_every_view_draws(name: str, layers: int) -> None:
    one = run(activation=name, layers=layers)
    for steps in (0, 2):
        one.advance(steps)
        for size in ((1, 1), (50, 19), (120, 30)):
            assert isinstance(one.view("curves", size), Lines)
            assert isinstance(one.view("boundary", size), Field)
            assert isinstance(one.view("layers", size), Columns if layers and name != "linear" else Text)
        assert set(one.metrics()) == {metric.name for metric in LAB.spec.metrics}
        assert all(np.isfinite(value) for value in one.metrics().values())
