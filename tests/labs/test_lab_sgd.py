"""The lab `sgd`: batch, single examples and mini-batches on one regression, over the seeds stated."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.pictures import Field, Lines

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_single_examples_are_first_and_then_stall(seed: int) -> None:
    """Early SGD is lowest, then mini-batch passes it; batch comes last but does not stop."""
    first, middle, last = metrics_at(f"sgd?seed={seed}", 200, 3000, 15_000)
    assert first["excess_sgd"] < first["excess_mini"] < first["excess_batch"] / 5
    assert middle["excess_mini"] < middle["excess_sgd"] / 5
    assert middle["excess_sgd"] < middle["excess_batch"]
    assert 0.2 < last["excess_sgd"] / middle["excess_sgd"] < 5, "it stalls"
    assert last["excess_batch"] < 1e-3 * middle["excess_batch"]
    assert last["excess_batch"] < last["excess_sgd"]


def test_the_floor_is_in_proportion_to_the_rate() -> None:
    def floor(rate: float) -> float:
        return float(np.mean([metrics_at(f"sgd?rate={rate}&seed={seed}", 6000)[0]["excess_sgd"] for seed in SEEDS]))

    assert 2.5 < floor(0.04) / floor(0.01) < 6


@pytest.mark.parametrize("batch", [1, 2, 5, 10, 20, 50])
@pytest.mark.parametrize("replacement", ["with", "without"])
def test_the_variance_metric_follows_the_law(batch: int, replacement: str) -> None:
    ratios = []
    for seed in range(5):
        found = run(f"sgd?batch={batch}&replacement={replacement}&seed={seed}").metrics()
        law = found["variance_one"] / batch * (1 if replacement == "with" else (200 - batch) / 199)
        ratios.append(found["variance"] / law)
    assert np.mean(ratios) == pytest.approx(1, abs=0.2)


def test_drawing_without_replacement_is_the_better_way() -> None:
    """The median of the floors over the seeds: less than half as high."""
    floors = {}
    for way in ("without", "with"):
        ends = [metrics_at(f"sgd?batch=20&replacement={way}&seed={seed}", 9000)[0] for seed in SEEDS]
        floors[way] = np.median([end["excess_mini"] for end in ends])
    assert floors["without"] < floors["with"] / 2


def test_too_large_a_rate_is_named() -> None:
    one = run("sgd?rate=0.9")
    one.advance(400)
    assert "the rate 0.9 is too large" in one.words().trouble
    assert "sgd" in one.words().trouble
    one.advance(20_000)
    assert one.diverged


def test_too_small_a_rate_is_named() -> None:
    one = run("sgd?rate=0.001&batch=200")
    one.advance(1200)
    assert one.words().trouble == ""  # SGD has come down
    one = run("sgd?rate=0.001&n=20&batch=20")
    one.advance(100)
    assert "too small" in one.words().trouble


def test_knobs_on_the_way_replay() -> None:
    one = run("sgd?seed=2&rate@500=0.01&batch@700=33&replacement@900=with")
    one.advance(1500)
    here = one.hash()
    one.seek(600)
    one.seek(1500)
    assert one.hash() == here


@pytest.mark.parametrize("query", ["", "batch=200&n=20", "replacement=with&batch=3", "noise=0"])
def test_chunks_and_pictures(query: str) -> None:
    chunks_do_not_matter(f"sgd?{query}")
    sound(f"sgd?{query}")


def test_the_pictures() -> None:
    one = run("sgd")
    one.advance(500)
    paths = one.view("paths", (50, 17))
    assert isinstance(paths, Field)
    assert {path.role for path in paths.paths} == {"a", "b", "c"}
    assert all(tuple(path.xy[0]) == (-1.0, 2.0) for path in paths.paths)
    variance = one.view("variance", (50, 17))
    assert isinstance(variance, Lines)
    assert variance.y_log
    fit = one.view("fit", (50, 17))
    assert isinstance(fit, Lines)
    assert len(fit.series) == 4
