"""What chapter 17 states in numbers; what earlier chapters have stated is tested there."""

from __future__ import annotations

import math
from statistics import mean

from lesson_numbers import LabRun, says

SHAPE, THEORY, BACK = (f"17-open/{name}" for name in ("structure", "samples-and-theory", "looking-back"))


def test_attacks_beyond_the_box() -> None:
    defended = LabRun("adversarial?attack=pgd&defence=pgd&strength=0.1&epsilon=0.25")
    assert defended.step(15)["attacked"] < 0.12
    within = defended.lab.metrics(defended.state, {**defended.knobs, "epsilon": 0.1})
    assert abs(within["attacked"] - 0.8) <= 0.06
    assert LabRun("adversarial?attack=pgd&epsilon=0.25").step(15)["attacked"] < 0.01
    says(SHAPE, "Less than 0.12. And one that has learned from plain digits: none at all", "about 0.8 right under PGD")


def test_more_layers_on_the_spiral() -> None:
    rows = ((1, 0.65), (2, 0.85), (3, 0.95), (4, 0.95), (6, 0.7))
    for layers, value in rows:
        link = f"playground?data=spiral&hidden={','.join(['8'] * layers)}&optimizer=adam&rate=0.01"
        found = mean(LabRun(f"{link}&seed={seed}").step(5000)["test_accuracy"] for seed in range(4))
        assert abs(found - value) <= 0.08, (layers, found)
    assert sum(8**k for k in range(7)) == 299_593
    says(SHAPE, "| accuracy | about 0.65 | about 0.85 | about 0.95 | about 0.95 | about 0.7 |", "answer: 299593")


def test_labels_of_which_most_are_nonsense() -> None:
    nonsense = LabRun("overfit?noise=0.8").step(100)
    assert nonsense["accuracy"] > 0.97
    assert abs(nonsense["test_accuracy"] - 0.2) <= 0.05
    says(THEORY, "All of them. It can fit anything", "Once 0.2 of the new digits are right, once 0.96", "85 002 weights")


def test_luck() -> None:
    heads = [math.comb(10, k) for k in range(11)]
    assert heads[8:] == [45, 10, 1]
    assert round(sum(heads[8:]) / 2**10, 3) == 0.055
    assert round(sum(heads[9:]) / 2**10, 4) == 0.0107
    assert round(20 * sum(heads[8:]) / 2**10, 1) == 1.1
    says(BACK, r"p = \frac{56}{1024} = 0.055", "answer: 0.0107", "answer: 1.1", "A gain of 0.2 points in 6 of 10 draws")
