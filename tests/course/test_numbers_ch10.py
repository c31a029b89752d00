"""What chapter 10 states in numbers, of gradients, starts and residual nets."""

from __future__ import annotations

from statistics import mean

from lesson_numbers import LabRun, says

VANISH, START, RES = "10-going-deep/vanishing-gradients", "10-going-deep/initialization", "10-going-deep/resnet"


def after(link: str, epochs: int = 20) -> float:
    return LabRun(link).step(epochs)["test_accuracy"]


def test_vanishing() -> None:
    assert 100 <= LabRun("depth?activation=sigmoid&width=10&start=uniform&depth=4").metrics()["ratio"] < 2000
    assert LabRun("depth?activation=sigmoid&width=10&start=uniform&depth=20").metrics()["ratio"] > 1_000_000
    assert 0.09 <= after("depth") <= 0.6
    assert after("depth?depth=10") > 0.9
    says(
        VANISH,
        "is 5, 24, 115 and 2 400 times the first",
        "a factor of about 4.7",
        "With ten layers the same net gets more than 0.9",
    )


def test_starts() -> None:
    ends = [LabRun(f"init?seed={seed}").metrics()["signal"] for seed in range(5)]
    assert all(0.6 <= end <= 1.15 for end in ends)
    assert 0.8 <= mean(ends) <= 0.95
    assert 0.0005 <= mean(LabRun(f"init?start=glorot&seed={seed}").metrics()["signal"] for seed in range(5)) <= 0.0015
    assert LabRun("init?start=small").metrics()["signal"] < 0.00001
    assert 1e23 < LabRun("init?start=large").metrics()["signal"] < 1e25
    assert LabRun("init?start=glorot&activation=tanh").metrics()["signal"] > 0.05
    assert abs(after("depth?kind=naive&norm=batch") - 0.97) <= 0.02
    assert all(after(f"depth?norm=batch&seed={seed}") < 0.5 for seed in range(2))
    assert all(after(f"depth?norm=layer&seed={seed}") < 0.2 for seed in range(2))
    says(
        START, "| He | 0.6 to 1.1, mean about 0.9 |", "| Glorot | about 0.001 |", "it stays below 0.5 with batch normalization"
    )


def test_residual_nets() -> None:
    two = LabRun("resnet?depth=2").step(20)
    assert abs(two["plain"] - 0.97) <= 0.01
    assert abs(two["zero"] - 0.97) <= 0.01
    ten = LabRun("resnet?depth=10").step(20)
    assert min(ten["plain"], ten["zero"]) > 0.9
    assert 2**20 > 1_000_000
    says(RES, "| 40 | at most 0.6 | 0.1: the loss is infinite | at least 0.94 | at least 0.94 |", "Two layers get 0.97 of them")
