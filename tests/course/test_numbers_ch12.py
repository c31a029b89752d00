"""What chapter 12 states in numbers."""

from __future__ import annotations

from functools import cache
from statistics import mean

from lesson_numbers import LabRun, says

FOOLING, DEFENDING = "12-adversarial/fooling", "12-adversarial/defending"


@cache
def trained(epochs: int, seed: int = 0, defence: str = "none") -> LabRun:
    run = LabRun(f"adversarial?defence={defence}&seed={seed}")
    run.step(epochs)
    return run


def left(run: LabRun, attack: str, epsilon: float) -> float:
    return run.lab.metrics(run.state, {**run.knobs, "attack": attack, "epsilon": epsilon})["attacked"]


def test_the_table_of_attacks() -> None:
    runs = [trained(15, seed) for seed in range(5)]
    assert all(run.metrics()["test_accuracy"] >= 0.97 for run in runs)

    def average(attack: str, epsilon: float) -> float:
        return mean(left(run, attack, epsilon) for run in runs)

    assert abs(average("random signs", 0.05) - 0.97) <= 0.015
    assert abs(average("random signs", 0.1) - 0.96) <= 0.015
    assert abs(average("fgsm", 0.05) - 0.83) <= 0.02
    assert 0.42 <= average("fgsm", 0.1) <= 0.58
    assert min(left(run, "random signs", 0.25) for run in runs) > 0.8
    assert max(left(run, "fgsm", 0.25) for run in runs) < 0.05
    says(FOOLING, "| 0.05 | 0.97 | 0.83 |", "| 0.10 | 0.96 | about 0.5 |", "| 0.25 | more than 0.8 | less than 0.05 |")


def test_how_blind_and_how_sure() -> None:
    run = trained(30)
    assert abs(left(run, "random signs", 0.1) - 0.96) <= 0.05
    assert left(run, "random signs", 0.28) > 0.67
    wrong = [
        found["confidence"]
        for image in range(0, 300, 5)
        if (found := run.lab.metrics(run.state, {**run.knobs, "image": image}))["fooled"]
    ]
    assert sum(one > 0.9 for one in wrong) >= 3
    says(FOOLING, "an ε of more than 0.3", "Of many wrong answers it is more than 90 % sure")


def test_the_table_of_defences() -> None:
    for defence, low, high in (("none", 0.33, 0.45), ("fgsm", 0.75, 0.87), ("pgd", 0.77, 0.87)):
        runs = [trained(30, seed, defence) for seed in range(3)]
        assert low <= mean(left(run, "pgd", 0.1) for run in runs) <= high
        assert abs(mean(run.metrics()["test_accuracy"] for run in runs) - 0.98) <= 0.01
    assert abs(left(trained(30), "pgd", 0.1) - 0.38) <= 0.05
    assert left(trained(30, 0, "pgd"), "pgd", 0.1) > 0.8
    assert left(trained(30), "pgd", 0.25) < left(trained(30, 0, "pgd"), "pgd", 0.25) < 0.6
    says(DEFENDING, "| plain digits | 0.98 | about 0.4 |", "| PGD, ε = 0.1 | 0.98 | about 0.8 |", "right on about 0.38")
