"""The lab `xor`: how many starts get there with how many units, why the others do not, and the learner's own weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.conditions import parse_condition
from tutor.errors import UserError
from tutor.labs import xor_nets as nets
from tutor.pictures import Columns, Field, Images, Network, Text

SEEDS = 100


def by_hand() -> Any:
    return np.array([[1, 1], [-1, -1]]), np.array([-0.5, 1.5]), np.array([1, 1]), -1.5


def solved(hidden: int, steps: int = 2000) -> float:
    [found] = metrics_at(f"xor?hidden={hidden}&nets={SEEDS}", steps)
    return found["solved"]


def test_without_a_hidden_unit_nothing_is_learned() -> None:
    """100 seeds: never more than 3 of 4 right on the way, and at the end the loss is ln 2."""
    one = run(f"xor?hidden=0&nets={SEEDS}")
    for steps in (1, 9, 90, 1900):
        one.lab.advance(one.state, one.knobs, steps, "cpu", None)
        assert nets.solved(one.state, one.knobs).max() <= 3
    for number in range(SEEDS):
        found = nets.answers(one.state, one.knobs, one.state["x"], number)
        assert nets.loss(found, one.state) == pytest.approx(math.log(2), abs=1e-5)
    assert "one straight line is all it can draw" in one.words().trouble


@pytest.mark.parametrize("table", ["and", "or", "nand"])
def test_the_tables_of_one_neuron_need_no_hidden_unit(table: str) -> None:
    [found] = metrics_at(f"xor?data={table}&hidden=0", 500)
    assert found["solved"] == 20


def test_how_many_starts_of_a_hundred_get_there() -> None:
    assert solved(1) == 0
    assert 55 <= solved(2) <= 67  # 61 where this was written, 62 after 5 000 steps
    assert 85 <= solved(3) <= 96
    assert solved(4) >= 95


def test_a_net_is_the_same_alone_and_among_others() -> None:
    many, alone = run("xor?nets=7&seed=3"), run("xor?nets=1&seed=8")
    for one in (many, alone):
        one.lab.advance(one.state, one.knobs, 50, "cpu", None)
    assert many.state["theta"][5].tobytes() == alone.state["theta"][0].tobytes()


def test_every_start_that_fails_has_two_rows_at_one_place() -> None:
    one = run(f"xor?nets={SEEDS}")
    one.lab.advance(one.state, one.knobs, 5000, "cpu", None)
    rows = nets.solved(one.state, one.knobs)
    for number, good in enumerate(rows.tolist()):
        found = nets.answers(one.state, one.knobs, one.state["x"], number)
        pair = nets.stuck(found, one.state)
        assert (pair is None) == (good == 4)
        if pair is not None:
            t = one.state["t"][list(pair), 0]
            assert t[0] != t[1]
            loss = nets.loss(found, one.state)
            thirds = -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 4  # three rows guessed together
            assert min(abs(loss - math.log(2) / 2), abs(loss - thirds)) < 2e-3


def test_the_words() -> None:
    one = run("xor?seed=0")
    assert one.words().summary.startswith("no step has been made")
    one.advance(500)
    assert "of 20 nets have solved it" in one.words().summary
    assert one.words().trouble == "stuck: 10 and 11 are at one place in the hidden space, so both get the answer 0.5"
    for link, trouble in {
        "xor?hidden=1": "one hidden unit draws one line",
        "xor?activation=linear": "with a linear φ two layers are one",
        "xor?start=zero": "they stay one unit for ever",
        "xor?rate=0.01": "too small",
        "xor?activation=relu&rate=30": "too large",
        "xor?seed=1": "",
    }.items():
        one = run(f"{link}&nets=1" if "&" in link else f"{link}{'&' if '?' in link else '?'}nets=1")
        one.lab.advance(one.state, one.knobs, 1000, "cpu", None)
        assert trouble in one.words().trouble
        assert bool(trouble) == bool(one.words().trouble)


def test_the_hidden_space_is_where_a_straight_line_does() -> None:
    one = run("xor?seed=1&nets=1")
    one.advance(300)
    picture = one.view("hidden", (60, 20))
    assert isinstance(picture, Field)
    assert picture.points is not None
    assert not np.asarray(picture.points.wrong).any()
    above = picture.values > 0.5
    rows, columns = above.shape
    y, x = np.mgrid[0:rows, 0:columns]
    design = np.stack((x.ravel(), y.ravel(), np.ones(above.size)), axis=1)
    w = np.linalg.lstsq(design, np.log(picture.values.ravel() / (1 - picture.values.ravel() + 1e-7) + 1e-7), rcond=None)[0]
    assert np.mean((design @ w > 0) == above.ravel()) > 0.97


def test_what_the_views_are() -> None:
    one = run("xor")
    one.advance(20)
    assert isinstance(one.view("boundary", (50, 17)), Field)
    assert isinstance(one.view("boundary", (100, 30)), Columns)
    starts = one.view("starts", (50, 18))
    assert isinstance(starts, Images)
    assert len(starts.captions) == 20
    network = one.view("network", (50, 18))
    assert isinstance(network, Network)
    assert network.caption[-1].startswith("y = σ(")
    assert isinstance(run("xor?hidden=0").view("hidden", (50, 18)), Text)


@pytest.mark.parametrize(
    "link", ["xor", "xor?hidden=0", "xor?hidden=1&activation=sigmoid", "xor?hidden=8&activation=relu&nets=3"]
)
def test_it_is_sound(link: str) -> None:
    sound(link, (0, 1, 30))


def test_chunks_do_not_matter() -> None:
    chunks_do_not_matter("xor?nets=3&optimizer=adam&rate=0.05")


def test_the_learners_weights_are_shown() -> None:
    one = run("xor", by_hand)
    assert one.advance(5, parse_condition("accuracy == 1")) == "until"
    assert one.step == 1
    assert one.metrics()["accuracy"] == 1
    assert one.metrics()["solved"] == 1
    assert one.metrics()["loss"] < 1e-6
    assert one.words().summary == "4 of 4 rows right with your weights: this net is XOR"
    values = one.state["theta"][0].tolist()
    assert values == [1, 1, -1, -1, -0.5, 1.5, 1, 1, -1.5]
    for view in one.lab.spec.views:
        one.view(view.name, (50, 18))
    assert one.advance(5) == "finished"
    assert one.state["theta"][0].tolist() == values


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "weights returned nothing"),
        (3.0, "weights returned one value of type float"),
        ((1, 2), "weights returned 2 values"),
        ((np.zeros((2, 2)), np.zeros(2), np.zeros((1, 2)), 0.0), r"weights returned a w2 of shape \(1, 2\), not \(2,\)"),
        ((np.zeros((2, 2)), np.zeros(2), np.zeros(2), math.inf), "weights returned a b2 that is infinite"),
        ((np.zeros((2, 2)), ["a", "b"], np.zeros(2), 0.0), "weights returned a b1 that is not made of real numbers"),
    ],
)
def test_a_wrong_answer_is_named(answer: Any, sentence: str) -> None:
    one = run("xor", lambda: answer)
    with pytest.raises(UserError, match=sentence):
        one.advance(1)
    assert one.step == 0


def test_weights_for_two_units_need_two_units() -> None:
    with pytest.raises(UserError, match="2 hidden units"):
        run("xor?hidden=3", by_hand).advance(1)
