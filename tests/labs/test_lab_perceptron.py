"""The lab `perceptron`: what the lesson claims of it, over the seeds that it states."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.conditions import parse_condition
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.errors import BadData, DeviceProblem, UserError
from tutor.labs import find_lab
from tutor.labs.spec import State
from tutor.pictures import Columns, Field, Images, Network, Text

LAB = find_lab("perceptron")
RIGHT = parse_condition("errors == 0")
SEPARABLE = ("and", "or", "nand", "blobs", "digits")


def run(query: str, plug: Any = None) -> Run:
    link = f"perceptron?{query}"
    return Run(LAB, parse_link(link, LAB.spec), plug)


def rosenblatt(w: Any, b: float, x: Any, t: int, rate: float) -> tuple[Any, float]:
    return (w + rate * t * x, b + rate * t) if t * (w @ x + b) <= 0 else (w, b)


@pytest.mark.parametrize("seed", range(20))
def test_blobs_are_separated_within_the_bound(seed: int) -> None:
    one = run(f"data=blobs&margin=0.2&seed={seed}")
    assert one.advance(LAB.spec.steps, RIGHT) == "until"
    found = one.metrics()
    assert found["errors"] == 0
    assert found["mistakes"] <= found["bound"] <= (3.5 / 0.2) ** 2


@pytest.mark.parametrize("query", ["data=and", "data=or", "data=nand", "data=blobs&margin=0.05", "data=blobs&margin=1&n=4"])
@pytest.mark.parametrize("order", ["shuffled", "cyclic"])
def test_every_separable_set_ends_within_the_bound(query: str, order: str) -> None:
    for seed in range(20):
        one = run(f"{query}&order={order}&seed={seed}")
        assert one.advance(LAB.spec.steps) == "finished"
        found = one.metrics()
        assert found["errors"] == 0
        assert found["mistakes"] <= found["bound"] < math.inf


def test_the_bound_of_the_truth_tables() -> None:
    bounds = [run(f"data={name}").metrics()["bound"] for name in ("and", "or", "nand", "xor")]
    assert bounds == [pytest.approx(51), pytest.approx(27), pytest.approx(51), math.inf]


@pytest.mark.parametrize("order", ["shuffled", "cyclic"])
def test_xor_is_never_right(order: str) -> None:
    for seed in range(3):
        one = run(f"data=xor&order={order}&seed={seed}")
        for _ in range(300):
            one.advance(1)
            assert one.metrics()["errors"] >= 1
        assert one.advance(5000, RIGHT) == ""
        assert not one.finished
        assert "no line separates XOR" in one.words().trouble


def test_overlapping_blobs_are_not_separable() -> None:
    for seed in range(20):
        one = run(f"data=overlap&seed={seed}")
        assert one.metrics()["bound"] == math.inf
        assert one.advance(300) == ""
        assert one.metrics()["errors"] >= 1
        assert "no line separates these points" in one.words().trouble


def test_digits_0_and_1() -> None:
    for seed in range(5):
        one = run(f"data=digits&classes=0,1&seed={seed}")
        assert one.advance(LAB.spec.steps) == "finished"
        found = one.metrics()
        assert found["errors"] == 0
        assert found["test_accuracy"] >= 0.98
        assert found["mistakes"] <= found["bound"]


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(range(10), 2)))
def test_every_pair_of_digits_is_separable(a: int, b: int) -> None:
    one = run(f"data=digits&classes={a},{b}")
    assert one.advance(LAB.spec.steps, RIGHT) == "until"
    found = one.metrics()
    assert found["mistakes"] <= found["bound"] < 2000
    assert found["test_accuracy"] > 0.9


@pytest.mark.parametrize("data", [*SEPARABLE, "xor", "overlap"])
def test_chunks_do_not_matter(data: str) -> None:
    once, often = (LAB.start(run(f"data={data}").knobs, 3) for _ in range(2))
    knobs = run(f"data={data}").knobs
    LAB.advance(once, knobs, 100, "cpu", None)
    for _ in range(10):
        LAB.advance(often, knobs, 10, "cpu", None)
    assert_same(once, often)


def assert_same(a: State, b: State) -> None:
    assert a.keys() == b.keys()
    assert all(a[name].dtype == b[name].dtype and a[name].tobytes() == b[name].tobytes() for name in a)


def test_the_state_is_arrays_with_the_step() -> None:
    state = run("data=blobs").state
    assert all(isinstance(array, np.ndarray) for array in state.values())
    assert state["step"].dtype == np.int64
    assert state["step"].shape == (1,)
    assert not any(state[name].flags.writeable for name in ("x", "t", "test_x", "test_t"))


def test_a_seek_back_is_exact() -> None:
    one = run("data=blobs&margin=0.05&seed=2")
    one.advance(70)
    at_70 = one.hash()
    one.advance(333)
    one.seek(70)
    assert one.hash() == at_70


def test_the_same_state_in_other_processes_and_with_other_numbers_of_threads() -> None:
    code = """
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab
lab = find_lab("perceptron")
one = Run(lab, parse_link("perceptron?data=blobs&seed=9", lab.spec))
one.advance(150)
print(one.hash())
"""
    here = run("data=blobs&seed=9")
    here.advance(150)
    for threads in ("1", "2"):
        environment = {**os.environ, "NUMBA_NUM_THREADS": threads, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.strip() == here.hash()


def test_the_rate_does_not_matter_from_zero_weights() -> None:
    mistakes = set()
    for rate in (0.25, 1, 8):
        one = run(f"data=and&rate={rate}")
        one.advance(LAB.spec.steps)
        mistakes.add(one.metrics()["mistakes"])
    assert len(mistakes) == 1


def test_the_bound_holds_when_the_rate_changes_on_the_way() -> None:
    for seed in range(20):
        one = run(f"data=blobs&margin=0.05&seed={seed}&rate=10&rate@9=0.01&rate@400=3")
        while one.advance(50) == "":
            found = one.metrics()
            assert found["mistakes"] <= found["bound"]
        assert one.finished


def test_finished_means_a_whole_pass_without_mistake() -> None:
    one = run("data=blobs&seed=1")
    assert one.advance(LAB.spec.steps) == "finished"
    n = len(one.state["t"])
    assert one.step % n == 0
    before = one.state["w"].copy(), one.metrics()["mistakes"]
    assert LAB.finished(one.state, one.knobs)
    LAB.advance(one.state, one.knobs, 3 * n + 1, "cpu", None)
    assert LAB.finished(one.state, one.knobs)
    assert (one.state["w"] == before[0]).all()
    assert one.metrics()["mistakes"] == before[1]


@pytest.mark.parametrize("data", [*SEPARABLE, "xor"])
def test_the_learners_function_trains_the_same(data: str) -> None:
    own, plugged = run(f"data={data}&seed=4"), run(f"data={data}&seed=4", rosenblatt)
    for one in (own, plugged):
        one.advance(250)
    assert own.step == plugged.step
    assert own.hash() == plugged.hash()


def test_what_the_learners_function_is_given() -> None:
    given: list[Any] = []

    def update(*arguments: Any) -> Any:
        given.append(arguments)
        arguments[0][:] = 99  # a copy: this must not reach the run
        arguments[2][:] = 99
        return np.zeros(2), 0.0

    one = run("data=and&rate=0.5", update)
    one.advance(5)
    w, b, x, t, rate = given[0]
    assert w.dtype == x.dtype == np.float64
    assert w.shape == x.shape == (2,)
    assert (type(b), type(t), rate) == (float, int, 0.5)
    assert set(np.unique(one.state["x"])) == {0, 1}
    assert one.metrics()["mistakes"] == 5
    assert not one.finished


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "update returned nothing"),
        (3.0, "update returned one value of type float"),
        (np.zeros(2), "update returned one value of type ndarray"),
        ((1, 2, 3), "update returned 3 values"),
        ((np.zeros(3), 0.0), "update returned a w of shape (3,), not (2,)"),
        ((np.zeros(2), np.zeros(2)), "update returned a b of shape (2,), not one number"),
        ((np.array([1, np.nan]), 0.0), "update returned a w that is infinite or not a number"),
        ((np.zeros(2), math.inf), "update returned a b that is infinite or not a number"),
        ((np.array([1e39, 0]), 0.0), "update returned a w that is infinite or not a number"),
        ((["a", "b"], 0.0), "update returned a w that is not made of real numbers"),
        (([[1], [1, 2]], 0.0), "update returned a w that is not made of real numbers"),
        ((np.zeros(2, complex), 0.0), "update returned a w that is not made of real numbers"),
        ((np.zeros(2), 10**400), "update returned a b that is not made of real numbers"),
    ],
)
def test_a_wrong_answer_is_named(answer: Any, sentence: str) -> None:
    calls = iter(range(10))
    one = run("data=and", lambda w, b, x, t, rate: (w + t * x, b + t) if next(calls) < 2 else answer)
    with pytest.raises(UserError, match="^" + sentence.replace("(", r"\(").replace(")", r"\)")):
        one.advance(10)
    assert one.step == 2, "the run stays at the last example that went well"


def test_an_update_that_breaks_the_bound_is_named() -> None:
    one = run("data=or", lambda w, b, x, t, rate: (w - rate * t * x, b - rate * t))  # away from the target
    one.advance(200)
    assert "this update is not the perceptron's" in one.words().trouble


@pytest.mark.parametrize("classes", ["", "3", "3,3", "3,10", "a,b", "1,2,3", "1;2", "²,3"])
def test_classes_that_name_no_pair(classes: str) -> None:
    with pytest.raises(BadData, match="classes") as caught:
        run(f"data=digits&classes={classes}")
    assert caught.value.mend


def test_cuda_that_is_not_there_is_said() -> None:
    from kernels.cuda.device import why_not

    if not why_not():
        pytest.skip("there is a GPU")
    one = run("data=and&device=cuda")
    with pytest.raises(DeviceProblem, match="CUDA cannot be used here"):
        one.lab.advance(one.state, one.knobs, 1, "cuda", None)
    one.advance(1)
    assert (one.step, one.device) == (1, "cpu")
    assert one.fell.startswith("This run goes on on the CPU from its start: ")


def test_words() -> None:
    one = run("data=and&seed=0")
    assert one.words().summary == "no example has been shown yet, and every weight is 0"
    one.advance(10)
    found = one.metrics()
    assert one.words().summary == f"{4 - found['errors']:.0f} of 4 right after {found['mistakes']:.0f} mistakes; still learning"
    one.advance(LAB.spec.steps)
    assert one.words().summary == f"every point is right after {one.metrics()['mistakes']:.0f} mistakes; the bound allows 51"
    assert one.words().trouble == ""
    one = run("data=digits&classes=3,8")
    one.advance(LAB.spec.steps)
    assert one.words().summary.startswith("every digit is right after ")
    assert one.words().summary.endswith(" of 88 right")


def test_the_boundary_view() -> None:
    one = run("data=blobs")
    before = one.view("boundary", (40, 20))
    assert isinstance(before, Field)
    assert before.level is None
    assert not before.values.any()
    assert before.points is not None
    assert before.points.current is None
    assert before.points.wrong is not None
    assert not before.points.wrong.any()
    one.advance(25)
    picture = one.view("boundary", (40, 20))
    assert isinstance(picture, Field)
    assert picture.points is not None
    assert picture.points.wrong is not None
    assert picture.points.wrong.sum() == one.metrics()["errors"]
    assert picture.points.current == one.state["order"][24]
    assert picture.level == 0
    # The signs of the field are those of the weighted sum.
    w, (low, high) = one.state["w"], picture.x_limits
    rows, columns = picture.values.shape
    x = low + (np.arange(columns) + 0.5) * (high - low) / columns
    y = high - (np.arange(rows) + 0.5) * (high - low) / rows
    sums = w[0] * x[None, :] + w[1] * y[:, None] + w[2]
    clear = np.abs(sums) > 1e-4
    assert (np.sign(picture.values) == np.sign(sums))[clear].all()


def test_the_digit_views() -> None:
    one = run("data=digits&classes=3,8")
    one.advance(100)
    picture = one.view("boundary", (78, 20))
    assert isinstance(picture, Columns)
    weights, wrong = picture.parts
    assert isinstance(weights, Images)
    assert weights.signed
    assert np.array_equal(weights.pixels.ravel(), one.state["w"][:-1])
    assert isinstance(wrong, Images)
    assert wrong.title.startswith(f"{one.metrics()['errors']:.0f} of 269 wrong; unseen: ")
    assert {caption[0] for caption in wrong.captions} <= {"3", "8"}
    assert len(wrong.captions) == len(wrong.pixels)
    one = run("data=digits&classes=0,1")
    one.advance(LAB.spec.steps)
    picture = one.view("boundary", (78, 20))
    assert isinstance(picture, Columns)
    assert isinstance(picture.parts[1], Text)


def test_the_weights_view() -> None:
    one = run("data=and")
    one.advance(1)
    picture = one.view("weights", (60, 20))
    assert isinstance(picture, Network)
    assert [edge.weight for edge in picture.edges[:3]] == one.state["w"].tolist()
    assert picture.caption[1].startswith("target ")


@pytest.mark.parametrize("data", [*SEPARABLE, "xor", "overlap"])
@pytest.mark.parametrize("size", [(1, 1), (30, 10), (500, 200)])
def test_every_view_draws_at_every_step(data: str, size: tuple[int, int]) -> None:
    one = run(f"data={data}")
    for steps in (0, 1, 50):
        one.advance(steps)
        for view in LAB.spec.views:
            one.view(view.name, size)
        assert set(one.metrics()) == {metric.name for metric in LAB.spec.metrics}
