"""The lab `escape`: from one start, descent on all examples ends in the poor minimum and SGD leaves it in most seeds."""

from __future__ import annotations

import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.pictures import Lines


@pytest.mark.parametrize("seed", range(10))
def test_most_stochastic_runs_escape_and_batch_descent_does_not(seed: int) -> None:
    one = run(f"escape?seed={seed}")
    assert one.metrics()["escaped"] == one.metrics()["escaped_batch"] == 0
    one.advance(1500)
    found = one.metrics()
    assert found["escaped"] >= 0.75
    assert found["escaped_batch"] == 0
    assert found["loss"] < 0.03 < 0.8 < found["loss_batch"]


def test_batch_descent_has_really_stopped() -> None:
    one = run("escape")
    one.advance(1500)
    before = one.metrics()["w_batch"]
    one.advance(1500)
    assert one.metrics()["w_batch"] == pytest.approx(before, abs=1e-9)


def test_larger_batches_and_lower_rates_escape_less() -> None:
    def escaped(query: str) -> float:
        return sum(metrics_at(f"escape?{query}&seed={seed}", 1500)[0]["escaped"] for seed in range(5)) / 5

    shares = [escaped(f"batch={m}") for m in (1, 4, 16, 60)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.05
    rates = [escaped(f"rate={rate}") for rate in (0.005, 0.02, 0.08)]
    assert rates == sorted(rates)


@pytest.mark.parametrize("seed", range(3))
def test_without_noise_in_the_data_the_right_valley_is_quiet(seed: int) -> None:
    one = run(f"escape?noise=0&seed={seed}")
    one.advance(1500)
    inside = abs(one.state["w"] - 3.0) < 1.0
    assert inside.sum() >= 10
    assert abs(one.state["w"][inside] - 3.0).max() < 0.1
    assert sum(abs(one.state["w"] - 3.0) < 1e-9) >= 8


def test_a_good_start_needs_no_escape() -> None:
    one = run("escape?start=2.4")
    one.advance(500)
    assert one.metrics()["escaped"] == one.metrics()["escaped_batch"] == 1
    assert "too" in one.words().summary


def test_runs_thrown_far_out_are_said() -> None:
    one = run("escape?rate=0.5")
    one.advance(1500)
    away = (abs(one.state["w"]) > 12).sum()
    assert ("thrown far out" in one.words().trouble) == bool(away)


@pytest.mark.parametrize("query", ["", "batch=60", "rate=0.5&noise=1&start=0.2"])
def test_chunks_and_pictures(query: str) -> None:
    chunks_do_not_matter(f"escape?{query}")
    sound(f"escape?{query}")


def test_the_landscape_has_the_runs_on_it() -> None:
    picture = run("escape").view("landscape", (50, 17))
    assert isinstance(picture, Lines)
    assert [series.dots for series in picture.series] == [False, True, True]
    assert len(picture.series[1].x) == 20
