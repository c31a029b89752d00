"""Every number that chapter 7 states, from a run made here. Each test looks for the sentence, with the number put in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from lesson_numbers import LESSONS, LabRun, lesson, says

from kernels import cnn
from tutor.conditions import parse_condition
from tutor.course.grade import grade_prediction
from tutor.course.model import Exercise, LabBlock, Predict
from tutor.engine.link import make_link
from tutor.exercises import prove
from tutor.labs import find_lab

NAMES = ("convolution", "lenet", "what-it-learns", "draw-your-own")
TASKS = [(name, task) for name in NAMES for task in lesson(f"07-cnn/{name}").tasks]
NEAR = 0.012
"""Training adds up in an order that the processor chooses: about five of 445 images may fall otherwise elsewhere."""


@cache
def after(link: str, steps: int) -> dict[str, float]:
    return LabRun(link).step(steps)


@cache
def text(name: str) -> str:
    return re.sub(r"\s+", " ", lesson(f"07-cnn/{name}").file.read_text(encoding="utf-8")).replace("−", "-")


def test_the_sums_of_the_first_digit() -> None:
    found = after("convolve?image=0", 6)
    says("07-cnn/convolution", f"lies between {found['smallest']:.4f} and {found['largest']:.4f}")
    assert (found["rows"], found["columns"]) == (6, 6)
    dense, kernel = cnn.net((1, 8, 8), [cnn.dense(36)]), cnn.net((1, 8, 8), [cnn.conv(1, 3, "linear")])
    assert (cnn.learned(dense), cnn.learned(kernel)) == (2304 + 36, 9 + 1)
    assert cnn.learned(cnn.net((3, 9, 9), [cnn.conv(12, 5, "linear")])) == 912
    assert after("convolve?stride=3&padding=2", 4)["rows"] == 4


def test_the_table_of_five_seeds() -> None:
    """Trained again, and near what the lesson says; the order of the four is the same in every row."""
    rows = re.findall(r"\| (\d) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", text("lenet"))
    assert [int(row[0]) for row in rows] == [0, 1, 2, 3, 4]
    for seed, *told in rows:
        found = after(f"digits?data=moved&seed={seed}", 60)
        numbers = [found[name] for name in ("test_accuracy", "nearest", "mlp", "logistic")]
        assert numbers == pytest.approx([float(number) for number in told], abs=2 * NEAR)
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] >= 0.95
    says(
        "07-cnn/lenet",
        "7 786 parameters",
        "After 60 rounds, 28 epochs",
        "from 0.629 to 0.712",
        "from 1 352 images",
        "each of 81 places",
    )
    assert after("digits?data=moved&seed=0", 60)["parameters"] == 7786
    assert after("digits?data=moved&seed=0", 60)["epochs"] == pytest.approx(28.4, abs=0.1)


def test_centred_digits() -> None:
    found = [after(f"digits?data=digits&seed={seed}", 60) for seed in range(3)]
    says("07-cnn/lenet", "the nearest neighbour has 0.991", "it is 0.989, 0.987 and 0.987", "The MLP has 0.982 to 0.987")
    assert [run["test_accuracy"] for run in found] == pytest.approx([0.989, 0.987, 0.987], abs=NEAR)
    for run in found:
        assert run["nearest"] == pytest.approx(0.991, abs=0.001)
        assert abs(run["test_accuracy"] - run["nearest"]) < 0.01 + NEAR
        assert 0.982 - NEAR < run["mlp"] < 0.987 + NEAR


def test_places_kept_at_the_end() -> None:
    found = after("digits?data=moved&last=2 × 2&seed=0", 60)
    says("07-cnn/lenet", "11 386 parameters", "reads 0.910 of the held-out ones")
    assert found["parameters"] == 11386
    assert found["accuracy"] > 0.99
    assert found["test_accuracy"] == pytest.approx(0.910, abs=2 * NEAR)


def test_how_choosy_the_layers_are() -> None:
    told = re.findall(r"\| (convolution 1|convolution 2|output) \| (\d+) × \d+ \| ([\d.]+) \|", text("what-it-learns"))
    run = LabRun("filters?seed=0")
    run.step(40)
    assert [layer for layer, _, _ in told] == ["convolution 1", "convolution 2", "output"]
    for layer, side, share in told:
        run.knobs["layer"] = layer
        found = run.metrics()
        assert found["sees"] == int(side)
        assert found["selective"] == pytest.approx(float(share), abs=0.08)


@pytest.mark.parametrize(
    ("name", "predict"), [pair for pair in TASKS if isinstance(pair[1], Predict)], ids=lambda v: getattr(v, "id", v)
)
def test_predictions_have_an_answer(name: str, predict: Predict) -> None:
    metrics = after(predict.lab, find_lab(predict.lab.partition("?")[0]).spec.steps)
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + 2 * predict.within + 1, metrics).right
    else:
        verdicts = [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))]
        assert verdicts.count(True) == 1


REACHED: dict[str, dict[str, Any]] = {
    "window": {"row": 2, "column": 3},
    "stride": {"stride": 3, "padding": 2},
    "yours": {"yours": "1 1 1; 1 1 1; 1 1 1", "drawing": "0180" * 15},
    "patches": {"layer": "output"},
}
"""Knobs that a learner may turn to reach the goal, where the block's own do not."""


@pytest.mark.parametrize(
    ("name", "block"), [pair for pair in TASKS if isinstance(pair[1], LabBlock)], ids=lambda v: getattr(v, "id", v)
)
def test_goals_are_reached_but_not_at_once(name: str, block: LabBlock) -> None:
    lab, goal = find_lab(block.lab), parse_condition(block.goal)
    link = make_link(lab.spec, block.knobs.items())
    knobs = dict(link.knobs)
    assert not goal.holds({**knobs, **lab.metrics(lab.start(knobs, link.seed), knobs)})
    turned = {key: value for key, value in REACHED.get(block.id, {}).items() if lab.spec.knob(key)}
    if block.id == "window":
        places = [{"row": r, "column": c} for r in range(1, 7) for c in range(1, 7)]
        state = lab.start(knobs, link.seed)
        assert any(goal.holds({**knobs, **place, **lab.metrics(state, {**knobs, **place})}) for place in places)
        return
    knobs = dict(make_link(lab.spec, {**block.knobs, **turned}.items()).knobs)
    state = lab.start(knobs, link.seed)
    for _ in range(6):
        lab.advance(state, knobs, max(1, lab.spec.steps // 6), "cpu", None)
        if goal.holds({**knobs, **lab.metrics(state, knobs)}):
            return
    pytest.fail("the goal is not reached")


def test_the_exercise_can_be_trusted() -> None:
    exercise = next(task for _, task in TASKS if isinstance(task, Exercise))
    assert prove(exercise) == []
    assert (LESSONS / "07-cnn" / "exercises" / "convolve.faults.py").exists()
