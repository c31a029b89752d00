"""The lab `unroll`: the gradient's length falls or grows as the singular values say, and clipping keeps a run alive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from kernels import unrolled
from tutor.errors import UserError
from tutor.pictures import Graph, Lines

SEEDS = range(10)


@pytest.mark.parametrize("sigma", [0.5, 0.9, 1.0, 1.1, 2.0])
def test_all_singular_values_alike_the_gradient_goes_exactly_with_their_power(sigma: float) -> None:
    for seed in SEEDS:
        found = run(f"unroll?activation=linear&sigma={sigma}&seed={seed}").metrics()
        assert found["factor"] == pytest.approx(sigma, rel=1e-9)
        assert found["reach"] == pytest.approx(sigma**40, rel=1e-9)


@pytest.mark.parametrize("activation", ["linear", "tanh"])
@pytest.mark.parametrize("matrix", ["orthogonal", "random"])
def test_a_largest_singular_value_below_1_is_enough_to_vanish(matrix: str, activation: str) -> None:
    for seed in SEEDS:
        one = run(f"unroll?sigma=0.8&matrix={matrix}&activation={activation}&seed={seed}")
        assert one.metrics()["reach"] <= 0.8**40 * (1 + 1e-9) < 2e-4
        lengths = np.sqrt((one.state["g"] ** 2).sum(axis=(1, 2)))
        assert (lengths[:-1] <= 0.8 * lengths[1:] * (1 + 1e-9)).all()
        assert "vanishes" in one.words().summary


def test_one_above_1_is_not_enough_to_explode() -> None:
    """A random matrix stretches few directions by σ, and turns away what it has stretched: its largest eigenvalue decides."""
    for seed in SEEDS:
        one = run(f"unroll?activation=linear&sigma=1.5&matrix=random&seed={seed}")
        assert one.metrics()["factor"] < 1
        assert one.metrics()["factor"] == pytest.approx(np.abs(np.linalg.eigvals(one.state["U"])).max(), rel=0.12)
    assert min(run(f"unroll?activation=linear&sigma=3&matrix=random&seed={seed}").metrics()["factor"] for seed in SEEDS) > 1.2


def test_tanh_can_only_make_it_shorter() -> None:
    for seed in SEEDS:
        bent, straight = (run(f"unroll?sigma=1.2&activation={phi}&seed={seed}").metrics() for phi in ("tanh", "linear"))
        assert bent["reach"] < 0.5 * straight["reach"]


def test_clipping_saves_the_run() -> None:
    high = "activation=linear&sigma=1.2"
    for seed in SEEDS:
        free, held = run(f"unroll?{high}&clipping=off&seed={seed}"), run(f"unroll?{high}&seed={seed}")
        start = held.metrics()["loss"]
        for one in (free, held):
            one.advance(50)
        assert free.words().trouble.startswith("the loss became infinite at step")
        assert "clipping" in free.words().trouble
        assert held.metrics()["loss"] < start
        assert held.metrics()["used"] <= 1


def test_it_learns_where_the_gradient_keeps_its_size() -> None:
    ends = [metrics_at(f"unroll?sigma=1&activation=tanh&seed={seed}", 200)[0]["loss"] for seed in range(3)]
    assert max(ends) < 0.02
    assert metrics_at("unroll?sigma=0.5&activation=tanh", 200)[0]["loss"] > 0.2


@pytest.mark.parametrize(
    "query", ["", "activation=linear&sigma=1.3&clipping=off", "activation=tanh&matrix=random&times=7&units=3"]
)
def test_chunks_and_pictures(query: str) -> None:
    chunks_do_not_matter(f"unroll?{query}", 60)
    sound(f"unroll?{query}", (0, 1, 20))


def test_the_pictures() -> None:
    one = run("unroll?activation=linear&times=4&sigma=1.1")
    picture = one.view("gradient", (60, 20))
    assert isinstance(picture, Lines)
    np.testing.assert_allclose(picture.series[0].y, picture.series[1].y, rtol=1e-5)
    net = one.view("net", (120, 30))
    assert isinstance(net, Graph)
    assert [q.label for q in net.quantities if q.label.startswith("h")] == ["h0", "h1", "h2", "h3", "h4"]


def solved(x: Any, h0: Any, W: Any, U: Any, b: Any, d: Any) -> tuple[Any, ...]:
    """A learner's, for one sequence, by way of the kernel."""
    h = unrolled.forward(x[:, None], h0[None], W, U, b, True)
    g, *gradients = unrolled.backward(d[:, None], x[:, None], h, U, True)
    return h[1:, 0], g[1:, 0], *gradients


def test_the_learners_code_drives_it() -> None:
    text = "unroll?activation=tanh&sigma=1.1"
    ours, theirs = run(text), run(text, solved)
    for one in (ours, theirs):
        one.advance(5)
    np.testing.assert_allclose(theirs.state["U"], ours.state["U"], rtol=1e-9)
    np.testing.assert_allclose(theirs.state["g"], ours.state["g"], rtol=1e-9, atol=1e-15)

    def forgets(*given: Any) -> tuple[Any, ...]:
        h, g, *rest = solved(*given)
        g[:-1] = 0.0
        return h, g, *rest

    wrong = run(text, forgets)
    wrong.advance(1)
    assert wrong.metrics()["reach"] == 0


def test_bad_answers_of_the_learner_are_said() -> None:
    for plug, message in (
        (lambda *a: None, "bptt returned nothing"),
        (lambda *a: solved(*a)[:4], "returned 4 values, not 5"),
        (lambda *a: (solved(*a)[0][1:], *solved(*a)[1:]), r"a h of shape \(39, 16\), not \(40, 16\)"),
    ):
        with pytest.raises(UserError, match=message):
            run("unroll?activation=tanh", plug).advance(1)
    with pytest.raises(UserError, match="set φ to tanh"):
        run("unroll?activation=linear", solved).advance(1)
