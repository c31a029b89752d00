"""Watching a net train: its layers by lab, what the words say of them, and that looking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import run

from tutor.draw import Look, draw, plain
from tutor.engine.wire import HEADER, decode, encode
from tutor.labs.watch import Layer, Watched, dead, ratio, saturated, words
from tutor.labs.watch_pictures import histograms
from tutor.pictures import Histograms, Lines, Text

NETS = {
    "xor?hidden=3&nets=2": ("hidden", "output"),
    "xor?hidden=0": ("output",),
    "playground?hidden=4,3&activation=relu": ("hidden 1", "hidden 2", "output"),
    "end-to-end?hidden=4": ("hidden 1", "hidden 2", "hidden 3", "output"),
    "activations?layers=1": ("hidden", "output"),
    "approx?hidden=6": ("hidden", "output"),
    "backprop?hidden=2,2": ("hidden 1", "hidden 2", "output"),
    "can-do?blur=1": ("hidden", "output"),
    "draw?filters=2&more=4": ("convolution 1", "convolution 2", "output"),
    "filters?filters=2&more=4": ("convolution 1", "convolution 2", "output"),
    "inception?width=1": (
        *("convolution", "1: 1×1", "1: 3×3", "1: 5×5", "1: pooling", "auxiliary"),
        *("2: 1×1", "2: 3×3", "2: 5×5", "2: pooling", "output"),
    ),
    "resnet?depth=2&width=4&batch=256&inside=zero start": ("layer 1", "layer 2", "layer 3", "output"),
}
"""Links, and their layers."""


@pytest.mark.parametrize("link", NETS)
def test_every_lab_that_trains_a_net_can_be_watched(link: str) -> None:
    one = run(link)
    one.advance(40)
    before = one.hash()
    assert isinstance(one.lab, Watched)
    layers = one.lab.layers(one.state, one.knobs)
    assert tuple(layer.name for layer in layers) == NETS[link]
    for layer in layers:
        assert layer.weights.shape == layer.gradients.shape
        assert layer.activations.ndim == 2
        assert 0 < layer.update < 10
    view = next(view.name for view in one.lab.spec.views if view.watched == "layers")
    assert isinstance(one.view(view, (50, 17)), Histograms)
    assert one.hash() == before


@pytest.mark.parametrize("link", ["xor?hidden=3&nets=2&optimizer=adam", "playground?hidden=3&pin=1.1.1=2&regularization=L2"])
def test_the_update_is_the_one_that_the_run_then_makes(link: str) -> None:
    one = run(link)
    one.advance(7)
    seen = one.lab.layers(one.state, one.knobs)  # type: ignore[attr-defined]
    one.advance(1)
    then = one.lab.layers(one.state, one.knobs)  # type: ignore[attr-defined]
    moved = [ratio(a.weights, b.weights) for a, b in zip(seen, then, strict=True)]
    assert [layer.update for layer in seen] == pytest.approx(moved, rel=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    one = run("playground?hidden=3&train=10")
    [hidden, _] = one.lab.layers(one.state, one.knobs)  # type: ignore[attr-defined]
    theta, losses = one.state["theta"], []
    keep = theta[1]
    for value in (keep + 0.01, keep - 0.01):
        theta[1] = value
        losses.append(one.lab.metrics(one.state, one.knobs)["loss"])
    theta[1] = keep
    assert hidden.gradients[0, 1] == pytest.approx((losses[0] - losses[1]) / 0.02, rel=1e-2)


def test_the_sizes_of_updates_are_a_curve_that_looking_does_not_change() -> None:
    one = run("xor?nets=1&hidden=2")
    for _ in range(20):
        one.advance(50)
        picture = one.view("ratio", (50, 17))
    assert isinstance(picture, Lines)
    assert picture.y_log
    assert [series.label for series in picture.series] == ["hidden", "output"]
    assert picture.guides[0].value == 1e-3
    hidden = picture.series[0]
    assert 20 <= len(hidden.x) <= 42
    assert hidden.x[-1] >= 1000 - 32
    for k in (1, len(hidden.x) // 2, -1):
        again = run("xor?nets=1&hidden=2")
        again.lab.advance(again.state, again.knobs, int(hidden.x[k]), "cpu", None)
        [layer, _] = again.lab.layers(again.state, again.knobs)  # type: ignore[attr-defined]
        assert hidden.y[k] == np.float32(layer.update)
    one.seek(500)
    assert one.view("ratio", (50, 17)).cursor == 500  # type: ignore[union-attr]


def test_a_picture_that_has_little_time_is_the_same_curve_with_fewer_points() -> None:
    one = run("xor?nets=1&hidden=2")
    one.advance(1000)
    one.patience = 0.0
    hasty = one.view("ratio", (50, 17)).series[0]  # type: ignore[union-attr]
    assert 4 <= len(hasty.x) <= 6
    assert hasty.x[0] == 0
    assert np.diff(hasty.x).max() <= 600, "spread over the whole run"
    one.patience = float("inf")
    whole = one.view("ratio", (50, 17)).series[0]  # type: ignore[union-attr]
    at = {float(x): y for x, y in zip(whole.x, whole.y, strict=True)}
    assert len(whole.x) > 20
    assert all(at[float(x)] == y for x, y in zip(hasty.x[:4], hasty.y[:4], strict=True) if float(x) in at)


def test_a_turned_knob_is_seen_in_the_curve_from_there_on() -> None:
    one = run("playground?hidden=2&rate=0.01&order=in order")
    one.advance(64)
    one.change("rate", 0.1)
    one.advance(64)
    series = one.view("ratio", (50, 17)).series[0]  # type: ignore[union-attr]
    before, after = series.y[series.x < 64], series.y[series.x >= 64]
    assert after.mean() > 3 * before.mean()


def test_a_net_that_is_not_trained_says_so() -> None:
    one = run("approx?method=by hand&hidden=4")
    one.advance(4)
    assert all(np.isnan(layer.update) for layer in one.lab.layers(one.state, one.knobs))  # type: ignore[attr-defined]
    assert isinstance(histograms(()), Text)


def layer(name: str, a: list[list[float]], phi: str, gradient: float = 1.0, update: float = 1e-3) -> Layer:
    return Layer(name, np.ones((2, 2)), np.array(a), np.full((2, 2), gradient), update, phi)


def test_words_name_dead_units_flat_answers_and_vanished_gradients() -> None:
    still = layer("hidden 1", [[0.0, 0.0], [0.0, 2.0]], "relu", 1e-4)
    flat = layer("hidden 2", [[0.99, -0.2], [0.999, -0.998]], "tanh")
    last = layer("output", [[0.1, 0.2]], "linear", update=0.5)
    assert dead(still) == 1
    assert saturated(flat) == 0.75
    said = " | ".join(words((still, flat, last)))
    assert "hidden 1: 1 of 2 units dead" in said
    assert "hidden 2: 75% of its answers saturated" in said
    assert "the gradient vanishes: hidden 1 gets 0.0001 of what output gets" in said
    assert "the update of output is 0.5 of its weights" in said
    assert not any("saturated" in line for line in words((still, layer("output", [[1.0, -1.0]], "tanh")))), "as it should be"
    assert "not every number is finite" in words((layer("output", [[np.nan, 1.0]], "linear"),))[0]


def test_words_of_a_sound_net_say_that_it_is() -> None:
    sound = layer("hidden", [[0.5, -0.2]], "tanh", 0.5)
    [line] = words((sound, layer("output", [[0.1]], "linear")))
    assert line == "no unit dead, little saturated; hidden's gradient is 0.5 of output's"
    assert dead(layer("hidden", [[0.0, 0.0]], "sigmoid")) == 0


def test_deep_sigmoids_vanish_and_deep_tanhs_do_not() -> None:
    for phi, vanished in (("sigmoid", True), ("tanh", False)):
        one = run(f"playground?hidden=6,6,6,6,6,6&activation={phi}&start=glorot")
        said = words(one.lab.layers(one.state, one.knobs))  # type: ignore[attr-defined]
        assert any("vanishes: hidden 1" in line for line in said) == vanished


def test_three_layers_are_readable_on_a_small_screen() -> None:
    """What there is for a picture at 80×24: every layer with bars, its numbers and its update; and the picture travels."""
    one = run("playground?hidden=8,8&activation=tanh")
    one.advance(100)
    data = encode({"picture": one.view("layers", (50, 17))})
    text, _ = HEADER.unpack(data[: HEADER.size])
    body = data[HEADER.size :]
    picture = decode(body[:text], body[text:])["picture"]
    lines = plain(draw(picture, (50, 17), Look())).splitlines()
    starts = [next(k for k, line in enumerate(lines) if line.startswith(name)) for name in ("hidden 1", "hidden 2", "output")]
    assert starts[1] - starts[0] == starts[2] - starts[1] >= 4
    assert lines[starts[0] + 1].startswith("dw/w ")
    assert sum("±" in line for line in lines) == 3
    assert not any("…" in line for line in lines)


def test_ratio_has_no_value_for_weights_of_zero() -> None:
    assert np.isnan(ratio(np.zeros(3), np.ones(3)))
    assert ratio(np.array([3.0, 4.0]), np.array([3.0, 5.0])) == pytest.approx(0.2)
