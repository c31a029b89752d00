"""The lab `losses`: what it claims about the three losses, and its curves against float64."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, sound

from tutor.engine.link import make_link
from tutor.engine.run import Run
from tutor.labs import find_lab
from tutor.labs.losses import curves
from tutor.labs.spec import Value
from tutor.pictures import Columns, Lines

LAB = find_lab("losses")


def run(**knobs: Value) -> Run:
    return Run(LAB, make_link(LAB.spec, knobs.items()))


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_the_curves_against_float64_and_their_slopes(t: float) -> None:
    o = np.linspace(-8, 8, 65)
    a = 1 / (1 + np.exp(-o))
    loss, slope = curves(o, t)
    np.testing.assert_allclose(loss[0], 0.5 * (a - t) ** 2, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(loss[1], -(t * np.log(a) + (1 - t) * np.log(1 - a)), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(slope[0], (a - t) * a * (1 - a), rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(slope[1], a - t, rtol=1e-3, atol=1e-6)
    assert set(np.unique(loss[2])) == {0, 1}
    assert not slope[2].any(), "a count of mistakes has no slope"


@pytest.mark.parametrize("start", [-8.0, -6.0, -4.0, -3.0])
@pytest.mark.parametrize("target", ["0", "1"])
def test_the_squared_loss_is_slow_where_it_is_wrong(start: float, target: str) -> None:
    one = run(start=start if target == "1" else -start, target=target)
    before = one.metrics()
    assert before["miss_squared"] == before["miss_cross"] > 0.9
    # The slopes differ by the factor a (1 − a) of the sigmoid, at most 0.046 here.
    assert before["slope_cross"] > 20 * before["slope_squared"]
    one.advance(30)
    after = one.metrics()
    assert after["miss_cross"] < 0.1
    assert after["miss_squared"] > 3 * after["miss_cross"]
    assert after["miss_mistake"] == before["miss_mistake"]


def test_the_slope_of_the_squared_loss_vanishes_further_out() -> None:
    slopes = [run(start=start).metrics()["slope_squared"] for start in (-2, -4, -6, -8)]
    assert slopes == sorted(slopes, reverse=True)
    assert slopes[-1] < slopes[0] / 100


def test_both_arrive_in_the_end() -> None:
    one = run()
    one.advance(1000)
    found = one.metrics()
    assert found["miss_cross"] < 0.01
    assert found["miss_squared"] < 0.05
    assert found["miss_mistake"] > 0.98


def test_where_it_is_right_neither_has_far_to_go() -> None:
    found = run(start=4).metrics()
    assert found["miss_squared"] < 0.02
    assert found["slope_cross"] < 0.02


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter("losses", 100)


def test_words() -> None:
    one = run()
    assert "its gradient is 57 times smaller" in one.words().trouble
    one.advance(300)
    assert one.words().trouble == ""
    assert one.words().summary.startswith("after 300 steps off by: squared 0.05")


@pytest.mark.parametrize("start", [-8, 0, 8])
def test_it_is_sound(start: int) -> None:
    sound(f"losses?start={start}&rate=10")


@pytest.mark.parametrize("size", [(1, 1), (50, 19), (120, 30)])
def test_views(size: tuple[int, int]) -> None:
    one = run()
    for steps in (0, 10):
        one.advance(steps)
        both = one.view("curves", size)
        assert isinstance(both, Columns)
        assert all(isinstance(part, Lines) for part in both.parts)
        assert isinstance(one.view("answer", size), Lines)
