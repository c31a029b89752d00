"""The lab `playground`: what its nets can and cannot learn over ten seeds, its pins, its words, and every control."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.engine.link import make_link
from tutor.errors import BadData
from tutor.labs import clouds, find_lab
from tutor.labs import playground_nets as nets
from tutor.pictures import Columns, Field, Network, Text

SEEDS = range(10)
EPOCH = 25
"""Steps: 250 points in batches of 10."""


def over_seeds(query: str, epochs: int, name: str = "accuracy") -> list[float]:
    return [metrics_at(f"playground?{query}&seed={seed}", epochs * EPOCH)[0][name] for seed in SEEDS]


# -- what it shows


def test_the_defaults_are_the_originals() -> None:
    knobs = dict(make_link(find_lab("playground").spec, []).knobs)
    assert knobs["rate"] == 0.03
    assert (knobs["activation"], knobs["batch"], knobs["hidden"], knobs["train"]) == ("tanh", 10, "4,2", 50)
    assert (knobs["noise"], knobs["regularization"], knobs["features"]) == (0, "none", "x1,x2")
    state = run("playground").state
    assert state["train"][0] == 250
    assert len(state["points"]) == 500
    assert np.abs(state["points"]).max() <= 6
    places = [slice(0, 8), slice(12, 20), slice(22, 24)]
    assert all(0.05 < np.abs(state["theta"][place]).max() <= 0.5 for place in places)
    np.testing.assert_allclose(state["theta"][[8, 9, 10, 11, 20, 21, 24]], 0.1)


def test_the_circle_by_epoch_200() -> None:
    assert over_seeds("data=circle", 200) == [1.0] * 10
    assert min(over_seeds("data=circle", 200, "test_accuracy")) >= 0.99


def test_without_a_hidden_layer_the_circle_stays_at_chance() -> None:
    assert max(over_seeds("data=circle&hidden=none", 200, "test_accuracy")) < 0.72
    assert max(over_seeds("data=circle&activation=linear", 200, "test_accuracy")) < 0.72


def test_gauss_needs_no_hidden_layer_and_xor_does() -> None:
    assert over_seeds("data=gauss&hidden=none", 50) == [1.0] * 10
    assert min(over_seeds("data=xor", 200)) >= 0.97
    assert max(over_seeds("data=xor&hidden=none", 200)) < 0.76


def test_the_spiral_by_epoch_500() -> None:
    assert min(over_seeds("data=spiral&hidden=8,8&features=all", 500, "test_accuracy")) >= 0.90


def test_features_in_the_place_of_layers() -> None:
    assert over_seeds("hidden=none&features=x1^2,x2^2", 200) == [1.0] * 10
    assert over_seeds("data=xor&hidden=none&features=x1x2", 200) == [1.0] * 10


@pytest.mark.parametrize("data", clouds.NUMBERS)
def test_numbers_are_learned_too(data: str) -> None:
    [before, after] = metrics_at(f"playground?data={data}&features=all&hidden=8,8", 1, 5000)
    assert after["loss"] < 0.3 * before["loss"]
    assert after["accuracy"] > before["accuracy"]


# -- the sets


@pytest.mark.parametrize("data", [*clouds.CLASSES, *clouds.NUMBERS])
def test_the_sets(data: str) -> None:
    still, again, noisy = (clouds.cloud(data, noise, 0.5, 4) for noise in (0.0, 0.0, 0.4))
    assert still.xy.tobytes() == again.xy.tobytes()
    assert still.xy.shape == (500, 2)
    assert np.abs(still.t).max() <= 1
    assert not (np.array_equal(still.xy, noisy.xy) and np.array_equal(still.t, noisy.t))
    if data in clouds.CLASSES:
        assert set(still.t.tolist()) == {-1, 1}
        assert 0.4 < np.mean(still.t > 0) < 0.6
    radius = np.linalg.norm(still.xy, axis=1)
    if data == "circle":
        assert radius[still.t > 0].max() < 2.5 < 3.5 <= radius[still.t < 0].min() + 1e-4
    if data == "xor":
        assert np.array_equal(np.sign(still.xy.prod(axis=1)), still.t)
        assert np.abs(still.xy).min() >= 0.3 - 1e-6
    if data == "reg-plane":
        np.testing.assert_allclose(still.t, np.clip(still.xy.sum(axis=1) / 10, -1, 1), atol=1e-5)


def test_features_are_read_however_they_are_written() -> None:
    assert clouds.read_features("x2, x1²,sin(x1)") == ("x2", "x1^2", "sin x1")
    assert clouds.read_features("x1*x2") == ("x1x2",)
    assert clouds.read_features("all") == tuple(clouds.FEATURES)
    for wrong in ("", "x3", "x1,,x2", "cos x1"):
        with pytest.raises(BadData, match="features cannot be"):
            clouds.read_features(wrong)


def test_hidden_layers_are_read() -> None:
    assert nets.read_hidden("4, 2") == (4, 2)
    assert nets.read_hidden("none") == nets.read_hidden("") == nets.read_hidden("0") == ()
    for wrong in ("9", "4,0", "a", "1,1,1,1,1,1,1", "4,,2", "2.5", "²"):
        with pytest.raises(BadData):
            nets.read_hidden(wrong)


# -- pins


def test_a_pinned_weight_stays() -> None:
    one = run("playground?pin=1.2.1=0.5, 3.1.b=-0.25")
    one.advance(500)
    free = run("playground")
    free.advance(500)
    assert one.state["theta"][2] == np.float32(0.5)
    assert one.state["theta"][-1] == np.float32(-0.25)
    assert free.state["theta"][2] != np.float32(0.5)


def test_a_weight_typed_on_the_way_shows_at_once_and_learns_on() -> None:
    one = run("playground?hidden=none")
    one.advance(100)
    one.change("pin", "1.1.2=-3")
    table = one.view("network", (60, 18))
    assert isinstance(table, Network)
    assert "−3" in [edge.label for edge in table.edges]
    one.advance(1)
    assert one.state["theta"][1] == -3
    one.change("pin", "")
    one.advance(100)
    assert one.state["theta"][1] not in (-3, 0)
    assert abs(one.state["theta"][1] + 3) < 2
    assert "pin@100=" in one.text
    again = run(one.text)
    again.advance(201)
    assert again.hash() == one.hash()


@pytest.mark.parametrize(
    "pin", ["1", "1.1=2", "4.1.1=0", "1.5.1=0", "1.1.3=0", "1.1.1=x", "1.1.1=nan", "1.1.1=1e9", "0.1.1=1", "2.1.b="]
)
def test_a_pin_that_names_nothing_is_refused(pin: str) -> None:
    with pytest.raises(BadData, match="the pin"):
        run(f"playground?pin={pin}")
    one = run("playground")
    one.advance(10)
    before = one.text, one.hash()
    with pytest.raises(BadData, match="the pin"):
        one.change("pin", pin)
    assert (one.text, one.hash()) == before
    one.advance(10)


def test_a_text_that_cannot_be_read_leaves_the_run_as_it_was() -> None:
    one = run("playground")
    one.advance(30)
    before = one.text, one.step, one.hash()
    for name, value in (("hidden", "9,9"), ("features", "x7")):
        with pytest.raises(BadData):
            one.change(name, value)
        assert (one.text, one.step, one.hash()) == before
        one.view("boundary", (50, 18))


# -- words


@pytest.mark.parametrize(
    ("query", "trouble"),
    [
        ("hidden=none", "without a hidden layer it can only draw a straight line"),
        ("activation=linear", "with a linear φ all layers are one"),
        ("rate=0.0001", "the rate 0.0001 is too small"),
        ("start=zero", "all units started the same"),
        ("regularization=L2&strength=0.3", "the L2 penalty holds every weight near 0"),
        ("rate=10", "every answer has run into ±1"),
        ("activation=relu&rate=10", "exploding"),
        ("activation=relu&rate=3&hidden=8,8", "hidden units are dead"),
        ("data=xor&noise=30&hidden=8,8&train=10", "overfitting"),
        ("data=circle", ""),
    ],
)
def test_what_is_wrong_is_said(query: str, trouble: str) -> None:
    one = run(f"playground?{query}")
    one.lab.advance(one.state, one.knobs, 5000, "cpu", None)
    words = one.words()
    assert words.summary.startswith("epoch ")
    assert trouble in words.trouble
    assert bool(words.trouble) == bool(trouble)


@pytest.mark.parametrize(
    ("query", "step", "why"),
    [
        ("data=reg-plane&activation=linear&rate=3", 4, "from the output on: the rate 3 is too large for this net"),
        ("regularization=L2&strength=10&rate=1", 29, "rate · strength = 10 is above 2"),
        ("rate=10&activation=relu&hidden=6,8&data=reg-gauss", None, "the rate 10 is too large"),
    ],
)
def test_where_the_numbers_end(query: str, step: int | None, why: str) -> None:
    one = run(f"playground?{query}")
    assert one.advance(3000) == "diverged"
    assert "became infinite at step" in one.words().trouble
    assert why in one.words().trouble
    if step is not None:
        assert f"at step {step}," in one.words().trouble
    for view in one.lab.spec.views:
        one.view(view.name, (50, 18))


def test_dead_units_are_counted() -> None:
    answers = np.array([[0, 0, 0], [0, 1, 0]], np.float32)
    assert nets.flat_units(answers, "relu").tolist() == [True, False]
    assert nets.flat_units(np.array([[1, 0.999, 1], [0.5, 1, 1]], np.float32), "tanh").tolist() == [True, False]
    assert nets.flat_units(np.array([[0.999, 1, 1], [0.5, 1, 1]], np.float32), "sigmoid").tolist() == [True, False]
    assert not nets.flat_units(answers, "leaky relu").any()


# -- every control


def test_the_first_view() -> None:
    one = run("playground")
    one.advance(100)
    for size in ((50, 19), (50, 17), (80, 23), (59, 13)):
        picture = one.view("boundary", size)
        assert isinstance(picture, Columns)
        units, field = picture.parts
        assert isinstance(units, Network)
        assert isinstance(field, Field)
        assert all(node.image is not None for layer in units.layers for node in layer)
        assert field.points is not None
        assert picture.shares[1] >= 0.48 * size[0]


def test_what_is_shown() -> None:
    def field(query: str) -> Field:
        picture = run(f"playground?{query}").view("boundary", (120, 60))
        assert isinstance(picture, Columns)
        found = picture.parts[1]
        assert isinstance(found, Field)
        return found

    def count(query: str) -> int:
        points = field(query).points
        return 0 if points is None else len(points.xy)

    assert (count("show=train&train=30"), count("show=test&train=30"), count("show=both")) == (150, 350, 500)
    assert count("show=none") == 0
    assert set(np.unique(field("discretize=on").values)) <= {-1, 0, 1}
    assert field("data=reg-plane").level is None


def test_a_large_net_is_a_table_of_numbers() -> None:
    picture = run("playground?hidden=8,8&features=all").view("network", (50, 18))
    assert isinstance(picture, Text)
    assert all(len(line) <= 50 for line in picture.lines)
    assert isinstance(run("playground").view("network", (50, 18)), Network)


@pytest.mark.parametrize(
    "query",
    [
        "data=circle", "hidden=none", "hidden=8,8,8,8,8,8&features=all", "hidden=1&activation=gelu&data=reg-gauss",
        "activation=softplus&optimizer=adam&train=90&batch=250", "order=drawn&regularization=L1&strength=0.01",
        "order=shuffled&batch=1&show=both", "activation=elu&start=he&noise=50", "activation=leaky relu&show=none",
    ],
)  # fmt: skip
def test_it_is_sound(query: str) -> None:
    sound(f"playground?{query}", (0, 1, 40))


@pytest.mark.parametrize("query", ["data=circle", "order=shuffled&batch=7&optimizer=adam", "order=drawn&regularization=L1"])
def test_chunks_do_not_matter(query: str) -> None:
    chunks_do_not_matter(f"playground?{query}", 200)


def test_reset_and_seed_are_two_things() -> None:
    once, again, other = (run(f"playground?seed={seed}") for seed in (5, 5, 6))
    for one in (once, again, other):
        one.advance(50)
    assert once.hash() == again.hash() != other.hash()
