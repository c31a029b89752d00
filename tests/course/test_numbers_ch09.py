"""What chapter 9 states in numbers; round ones, where another processor's rounding would lead training elsewhere."""

from __future__ import annotations

from functools import cache
from statistics import mean

from lesson_numbers import LabRun, says

from tutor.labs.regularization.nets import Recipe, net_of

WINTER, OVER, SMALL = "09-regularization/second-winter", "09-regularization/overfitting", "09-regularization/small-weights"
STOP, MORE, DROP = "09-regularization/early-stopping", "09-regularization/augmentation", "09-regularization/dropout"


@cache
def after(knobs: str, epochs: int = 100, seeds: int = 2) -> dict[str, float]:
    """The metrics, averaged over some seeds."""
    found = [LabRun(f"overfit?{knobs}&seed={seed}").step(epochs) for seed in range(seeds)]
    return {name: mean(one[name] for one in found) for name in found[0]}


def test_the_second_winter() -> None:
    run = LabRun("small-data")
    run.step(20)
    for at, words in (("1", (0.62, 0.59, 0.60)), ("10", (0.92, 0.89, 0.90)), ("50", (0.98, 0.94, 0.96))):
        found = run.lab.metrics(run.state, {**run.knobs, "at": at})
        for name, value in zip(("nearest", "logistic", "net"), words, strict=True):
            assert abs(found[name] - value) <= 0.011, (at, name, found[name])
    for at in ("1", "2", "5", "10"):
        found = run.lab.metrics(run.state, {**run.knobs, "at": at})
        three = [found[name] for name in ("nearest", "logistic", "net")]
        assert max(three) - min(three) <= 0.03, at
    assert -2.5 <= run.metrics()["lead"] <= 0
    says(WINTER, "| 1 | 0.62 | 0.59 | 0.60 |", "| 10 | 0.92 | 0.89 | 0.90 |", "| 50 | 0.98 | 0.94 | 0.96 |")
    says(WINTER, "Up to ten examples all three are within three points of one another")


def test_the_net_and_its_capacity() -> None:
    assert int(net_of(Recipe()).weights[-1]) == 85_002
    says(OVER, "85 002 weights", "answer: 85002", "16 640 + 65 792 + 2 570")
    rows = {4: (0.6, 0.2, 0.6), 16: (0.80, 0.1, 0.86), 64: (0.96, 0.8, 0.83), 256: (1.0, 1.0, 0.84)}
    for hidden, (learned, heart, test) in rows.items():
        found = after(f"hidden={hidden}")
        if hidden == 4:
            assert found["accuracy"] < learned
            assert found["memorized"] < heart
            assert found["test_accuracy"] < test
        else:
            assert abs(found["accuracy"] - learned) <= 0.03
            assert abs(found["memorized"] - heart) <= 0.08
            assert abs(found["test_accuracy"] - test) <= 0.025
    assert abs(after("noise=0", 40)["test_accuracy"] - 0.96) <= 0.01
    says(OVER, "about 0.84 of the test digits", "it would be 0.96", "| 16 | 0.80 | 0.1 | 0.86 |", "| 64 | 0.96 | 0.8 | 0.83 |")


def test_penalties() -> None:
    for amount, heart, weight, test in (("0", 1.0, 0.10, 0.84), ("0.01", 0.25, 0.02, 0.89), ("0.03", 0.03, 0.01, 0.89)):
        found = after(f"l2={amount}")
        assert abs(found["memorized"] - heart) <= 0.08
        assert round(found["weight"], 2) == weight
        assert abs(found["test_accuracy"] - test) <= 0.03
    strong = after("l2=0.1")
    assert round(strong["weight"], 3) == 0.005
    assert strong["test_accuracy"] < 0.5
    assert 0.35 <= after("l1=0.1")["zeros"] <= 0.5
    assert after("l1=0.3")["zeros"] > 0.8
    assert after("l1=0.3")["test_accuracy"] > after("hidden=256")["test_accuracy"] + 0.02
    says(SMALL, "| 0.01 | 0.25 | 0.02 | about 0.89 |", "| 0.1 | | 0.005 | less than 0.5 |", "some 0.4 of the weights")


def test_early_stopping() -> None:
    for seed in range(3):
        found = LabRun(f"overfit?patience=20&seed={seed}").to_end(50)
        assert 22 <= found["stopped"] <= 32
        assert found["memorized"] < 0.15
        assert 0.88 <= found["test_accuracy"] <= 0.94
    says(STOP, "Between 22 and 32", "less than 0.15 of the wrong labels", "about 0.9 of the test digits")


def test_augmentation() -> None:
    for how, heart, test in (("shift", 0.15, 0.89), ("rotate", 1.0, 0.78), ("noise", 1.0, 0.84), ("all", 0.04, 0.91)):
        found = after(f"augment={how}", 100, 2)
        assert abs(found["memorized"] - heart) <= 0.07
        assert abs(found["test_accuracy"] - test) <= 0.03
    assert 9 * 80 == 720
    assert round(100 / 9) == 11
    says(
        MORE,
        "| shift | 0.15 | 0.89 |",
        "| rotate, by up to 15° | 1.0 | 0.78 |",
        "| all three | less than 0.1 | 0.91 |",
        "It sees 720",
    )


def test_dropout() -> None:
    assert abs(after("dropout=0.5")["test_accuracy"] - 0.89) <= 0.025
    assert after("dropout=0.7")["test_accuracy"] > 0.9
    paying, clean = LabRun("regularizers"), LabRun("regularizers?n=100&noise=0")
    found, few = paying.step(10), clean.step(10)
    assert found["gain_stop"] >= 5
    assert min(found[f"gain_{way}"] for way in ("l2", "dropout", "shift")) >= 4
    assert min(found[f"wins_{way}"] for way in ("stop", "l2", "dropout", "shift")) == 10
    assert -3 <= few["gain_l2"] <= -1
    assert few["gain_dropout"] < 1
    assert 4 <= few["wins_dropout"] <= 8  # the lesson "Looking back" says: about 6
    assert max(few["gain_stop"], few["gain_shift"]) < 0.5
    says(DROP, "at least 5, 10 wins of 10", "none; about 2 lost", "less than 1", "about 0.84. With it?", "About 0.89.")
