"""The lab `end-to-end`: the hidden layers against a straight line on the input, over the seeds that are stated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.errors import BadData
from tutor.labs import end_to_end_pictures as pictures
from tutor.labs import find_lab
from tutor.labs.end_to_end import judged, net_of
from tutor.labs.spec import State
from tutor.pictures import Columns, Field, Text

LAB = find_lab("end-to-end")


def run(query: str = "") -> Run:
    return Run(LAB, parse_link(f"end-to-end?{query}", LAB.spec))


def after(query: str, epochs: int, seed: int) -> tuple[State, dict[str, Any], dict[str, float]]:
    """The state, the knobs and the metrics after so many epochs, without the record of the way there."""
    knobs = dict(parse_link(f"end-to-end?{query}", LAB.spec).knobs)
    state = LAB.start(knobs, seed)
    LAB.advance(state, knobs, epochs, "cpu", None)
    return state, knobs, LAB.metrics(state, knobs)


def refitted(x: Any, kind: Any) -> Any:
    """A logistic regression fitted by Newton's method, apart from all kernels: its answers for two classes, (n,) bool."""
    inputs = np.column_stack((x, np.ones(len(x)))).astype(np.float64)
    w = np.zeros(inputs.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(inputs @ w, -30, 30)))
        curvature = inputs.T @ (inputs * (p * (1 - p))[:, None]) + 1e-3 * np.eye(len(w))
        w -= np.linalg.solve(curvature, inputs.T @ (p - kind) + 1e-3 * w)
    return inputs @ w > 0


@pytest.mark.parametrize(
    ("query", "epochs", "least"), [("data=spiral", 60, 0.96), ("data=moons", 20, 0.98), ("data=circle", 60, 0.92)]
)
def test_the_hidden_layers_do_what_a_line_cannot(query: str, epochs: int, least: float) -> None:
    for seed in range(20):
        _, _, found = after(query, epochs, seed)
        assert found["test_accuracy"] >= least
        assert found["baseline"] <= 0.93
        assert found["test_accuracy"] > found["baseline"] + 0.05


def test_the_baseline_is_a_logistic_regression() -> None:
    for data in ("spiral", "moons"):
        state, _, found = after(f"data={data}", 0, 4)
        own = refitted(state["x"], state["kind"])
        answers = (state["x"] @ state["line"][:4].reshape(2, 2).T + state["line"][4:]).argmax(axis=1)
        assert np.mean(own == answers.astype(bool)) > 0.97
        assert 0.5 < found["baseline"] < 0.95


def test_the_last_layer_is_a_logistic_regression_on_the_hidden_one() -> None:
    """Fitted anew on the two hidden units alone, it does as well as the trained last layer, far better than on the input."""
    for seed in range(5):
        state, knobs, found = after("data=spiral", 60, seed)
        net = net_of(knobs, 2, 2)
        hidden = pictures.last_hidden(state, net, state["x"])
        assert np.mean(refitted(hidden, state["kind"]) == state["kind"]) >= found["accuracy"] - 0.01
        assert np.mean(refitted(state["x"], state["kind"]) == state["kind"]) < 0.85


def test_linear_layers_are_one_layer() -> None:
    for seed in range(5):
        _, _, found = after("activation=linear", 60, seed)
        assert abs(found["test_accuracy"] - found["baseline"]) < 0.04


def test_digits_and_their_baseline() -> None:
    ends = [after("data=digits&rate=0.003", 30, seed)[2] for seed in range(8)]
    assert sum(end["test_accuracy"] >= 0.98 for end in ends) >= 7
    assert all(end["baseline"] > 0.98 for end in ends)


def test_a_class_that_is_never_answered_is_named() -> None:
    one = run("data=digits&rate=0.01&seed=0")
    one.advance(30)
    assert one.metrics()["test_accuracy"] < 0.7
    assert "no example gets the answer" in one.words().trouble


def test_cross_entropy_and_accuracy() -> None:
    logits = np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1e4, 0.0, 0.0]], np.float32)
    kind = np.array([0, 2, 0])
    shares = np.exp(logits[:2].astype(float)) / np.exp(logits[:2].astype(float)).sum(axis=1, keepdims=True)
    loss, accuracy = judged(logits, kind)
    assert loss == pytest.approx(-(np.log(shares[0, 0]) + np.log(shares[1, 2])) / 3, rel=1e-6)
    assert accuracy == pytest.approx(2 / 3)


def test_the_pictures_line_is_where_two_classes_tie() -> None:
    rng = np.random.default_rng(0)
    for classes in (2, 3, 5, 8):
        w, b = rng.normal(size=(classes, 2)), 0.3 * rng.normal(size=classes)
        found = pictures.boundaries(w, b, (-1.0, 1.0))
        for piece in found:
            for share in (0.001, 0.5, 0.999):
                place = np.array([piece.x0 + share * (piece.x1 - piece.x0), piece.y0 + share * (piece.y1 - piece.y0)])
                logits = np.sort(w @ place + b)
                assert logits[-1] == pytest.approx(logits[-2], abs=1e-6)
                assert np.abs(place).max() <= 1 + 1e-9
        points = rng.uniform(-1, 1, (2000, 2))
        seen = len(set((points @ w.T + b).argmax(axis=1).tolist()))
        assert len(found) >= seen - 1


def test_the_two_planes() -> None:
    one = run()
    one.advance(40)
    picture = one.view("spaces", (80, 20))
    assert isinstance(picture, Columns)
    left, right = picture.parts
    assert isinstance(left, Field)
    assert isinstance(right, Field)
    assert left.points is not None
    assert right.points is not None
    wrong = round((1 - one.metrics()["accuracy"]) * 300)
    assert left.points.wrong.sum() == right.points.wrong.sum() == wrong  # type: ignore[union-attr]
    # In the hidden plane the contour is a straight line: the answer depends on one direction alone.
    ys, xs = np.nonzero(np.abs(right.values) < 0.8)
    heights = np.arctanh(np.clip(right.values[ys, xs].astype(float), -0.999, 0.999))
    plane = np.column_stack((xs, ys, np.ones(len(xs))))
    fit, *_ = np.linalg.lstsq(plane, heights, rcond=None)
    assert np.abs(plane @ fit - heights).max() < 1e-3
    # And in the input plane it is not.
    ys, xs = np.nonzero(np.abs(left.values) < 0.8)
    heights = np.arctanh(left.values[ys, xs].astype(float))
    plane = np.column_stack((xs, ys, np.ones(len(xs))))
    fit, *_ = np.linalg.lstsq(plane, heights, rcond=None)
    assert np.abs(plane @ fit - heights).max() > 0.3


def test_chunks_do_not_matter() -> None:
    for query in ("", "data=digits", "activation=relu&batch=7"):
        once, often = run(query), run(query)
        once.advance(20)
        for _ in range(4):
            often.advance(5)
        assert once.hash() == often.hash()


def test_a_seek_back_is_exact() -> None:
    one = run("rate@5=0.001")
    one.advance(10)
    at_10 = one.hash()
    one.advance(20)
    one.seek(10)
    assert one.hash() == at_10


@pytest.mark.parametrize("classes", ["", "3", "3,3", "3,10", "a,b", "1;2", "0,1,2,3,4,5,6,7,8", "²,3"])
def test_classes_that_are_none(classes: str) -> None:
    with pytest.raises(BadData, match="classes") as caught:
        run(f"data=digits&classes={classes}")
    assert caught.value.mend


def test_words() -> None:
    one = run()
    assert one.words().summary.startswith("not trained yet: ")
    one.advance(40)
    found = one.metrics()
    assert one.words().summary == (
        f"after 40 epochs {round(found['accuracy'] * 300)} of 300 right; "
        f"held out {found['test_accuracy']:.3f}; a line on the input: {found['baseline']:.3f}"
    )
    assert one.words().trouble == ""
    one = run("activation=linear")
    one.advance(30)
    assert "three layers are one" in one.words().trouble
    one = run("rate=0.00001&activation=sigmoid")
    one.advance(25)
    assert "too small" in one.words().trouble
    one = run("optimizer=gradient descent&rate=10&activation=leaky relu&noise=0.5")
    assert one.advance(60) == "diverged"
    assert "the loss was no finite number at update" in one.words().trouble


@pytest.mark.parametrize(
    "query",
    [
        "",
        "data=moons&activation=relu",
        "data=circle&activation=sigmoid",
        "data=digits&classes=3,8",
        "data=digits&classes=0,1,2,3&activation=linear&hidden=1",
    ],
)
@pytest.mark.parametrize("size", [(1, 1), (80, 20), (300, 100)])
def test_every_view_draws(query: str, size: tuple[int, int]) -> None:
    one = run(query)
    for steps in (0, 2):
        one.advance(steps)
        for view in LAB.spec.views:
            one.view(view.name, size)
        assert set(one.metrics()) == {metric.name for metric in LAB.spec.metrics}
    assert isinstance(one.view("grid", size), Text if "digits" in query else Columns)
