"""What chapter 14 states in numbers; ranges, where another processor or another Python leads training elsewhere."""

from __future__ import annotations

from functools import cache
from math import log2
from statistics import mean

from lesson_numbers import LabRun, says

from tutor.data import texts

DIGITS, TEXT, FREEZE = (f"14-few-labels/{name}" for name in ("fine-tuning", "language-models", "what-to-freeze"))


@cache
def drawn(link: str, draws: int = 10) -> LabRun:
    run = LabRun(link)
    run.step(draws)
    return run


def at(run: LabRun, labels: int) -> dict[str, float]:
    return run.lab.metrics(run.state, {**run.knobs, "at": str(labels)})


def test_five_digits_then_five_others() -> None:
    runs = [drawn(f"transfer?seed={seed}") for seed in range(2)]
    rows = {1: (0.2, 0.2, 0.25, 0.33), 5: (0.23, 0.25, 0.3, 0.38), 20: (0.31, 0.4, 0.43, 0.45)}
    for labels, row in rows.items():
        found = [at(run, labels) for run in runs]
        for name, value in zip(("scratch", "nearest", "tuned", "frozen"), row, strict=True):
            assert abs(mean(one[name] for one in found) - value) <= 0.03, (labels, name)
    assert min(at(run, labels)["wins_frozen"] for run in runs for labels in (1, 2, 5)) >= 9
    assert all(at(run, 1)["frozen"] > at(run, 20)["scratch"] - 0.02 for run in runs)
    assert all(0.93 <= run.metrics()["before"] <= 0.99 for run in runs)
    found = at(runs[0], 5)
    assert abs(found["scratch"] - 0.23) <= 0.01
    assert abs(found["frozen"] - 0.37) <= 0.03
    says(DIGITS, "| 1 | about 0.2 | about 0.2 | about 0.25 | about 0.33 |", "clearly: about 0.37 against 0.23")
    says(DIGITS, "| 20 | about 0.31 | about 0.4 | about 0.43 | about 0.45 |", "wins at least nine draws of ten")


def test_the_controls() -> None:
    centred, random = at(drawn("transfer?data=digits"), 5), at(drawn("transfer?pre=0", 4), 5)
    assert abs(centred["frozen"] - 0.76) <= 0.03
    assert abs(centred["scratch"] - 0.87) <= 0.02
    assert abs(random["frozen"] - 0.23) <= 0.02
    assert random["frozen"] < 0.3
    says(DIGITS, "About 0.76 against 0.87", "random layers, 0.23")


def test_one_text_then_another() -> None:
    for seed in range(2):
        run = LabRun(f"tune-text?seed={seed}")
        for steps, (scratch, tuned) in ((300, (6.6, 3.5)), (100, (2.9, 1.5)), (100, (1.65, 1.05))):
            found = run.step(steps)
            assert abs(found["scratch"] - scratch) <= 0.2
            assert abs(found["tuned"] - tuned) <= 0.3
    later = run.step(300)
    assert abs(later["tuned"] - later["scratch"]) <= 0.15
    assert abs(later["tuned"] - 0.9) <= 0.15
    assert round(found["table"], 2) == 0.82
    assert round(log2(len(texts.text("english").symbols)), 1) == 6.6
    says(
        TEXT,
        "| 0 | 6.6 | about 3.5 |",
        "| 100 | about 2.9 | about 1.5 |",
        "| 200 | about 1.65 | about 1.05 |",
        "stands at 0.82",
    )


def test_from_narrow_to_broad() -> None:
    grammar = LabRun("tune-text?first=toy&text=english&characters=5000")
    assert grammar.step(300)["tuned"] > 9
    found = grammar.step(200)
    assert found["tuned"] > found["scratch"] - 0.1
    python = LabRun("tune-text?first=python&text=english&characters=5000")
    began, ended = python.step(300), python.step(200)
    assert began["tuned"] < ended["tuned"] < began["table"]
    assert abs(began["tuned"] - 4.3) <= 0.25
    assert abs(ended["tuned"] - 4.5) <= 0.25
    assert abs(ended["scratch"] - 4.8) <= 0.25
    says(TEXT, "it costs more than 9 bits", "stood at 4.3 bits", "at 4.5 after 200", "stands at 4.8 after 200 steps")


def test_what_to_freeze() -> None:
    from tutor.labs.few import nets

    net = nets.net_of({"units": 128, "layers": 3}, 256)
    assert nets.head_size(net) == 645
    assert int(net.weights[-1]) == 66_565
    for labels, ranges in (
        (5, ((0.19, 0.26), (0.25, 0.35), (0.37, 0.44))),
        (20, ((0.25, 0.34), (0.38, 0.46), (0.37, 0.49))),
    ):
        for seed in range(2):
            found = LabRun(f"fine-tune?labels={labels}&seed={seed}").step(100)
            for name, (low, high) in zip(("scratch", "tuned", "frozen"), ranges, strict=True):
                assert low <= found[name] <= high, (labels, seed, name, found[name])
    says(
        FREEZE,
        "645 numbers",
        "66 565",
        "| 5 | 0.20-0.25 | 0.25-0.34 | about 0.4 |",
        "| 20 | 0.26-0.33 | 0.40-0.45 | 0.38-0.48 |",
    )
