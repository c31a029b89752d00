"""Every number that chapter 6 states, from a run made here. Each test looks for the sentence, with the number put in."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from lesson_numbers import lesson, says

from tutor.conditions import parse_condition
from tutor.course.grade import grade_prediction
from tutor.course.model import Exercise, LabBlock, Predict
from tutor.engine.link import make_link, parse_link
from tutor.exercises import prove
from tutor.labs import find_lab
from tutor.labs.approx_nets import look

APPROXIMATION, END_TO_END = "06-representation/universal-approximation", "06-representation/end-to-end"


def states(name: str, sentence: str, *numbers: float, within: float) -> None:
    """The sentence stands in the lesson, a number in the place of each "#", and those are near these.

    Training adds up in an order that the processor chooses, so its numbers are not the same to the last digit everywhere.
    """
    pattern = r"(\d+(?:\.\d+)?)".join(re.escape(part) for part in re.sub(r"\s+", " ", sentence).split("#"))
    found = re.search(pattern, re.sub(r"\s+", " ", lesson(name).file.read_text(encoding="utf-8")))
    assert found, sentence
    assert [float(number) for number in found.groups()] == pytest.approx(list(numbers), abs=within)


def made(link: str, steps: int | None = None, seed: int | None = None) -> tuple[Any, Any, dict[str, float]]:
    """State, knobs and metrics of a run, straight through the lab's functions."""
    lab = find_lab(link.partition("?")[0])
    parsed = parse_link(link, lab.spec)
    knobs = dict(parsed.knobs)
    state = lab.start(knobs, parsed.seed if seed is None else seed)
    lab.advance(state, knobs, lab.spec.steps if steps is None else steps, "cpu", None)
    return state, knobs, lab.metrics(state, knobs)


def sine(n: int, extra: str = "&method=by hand", **more: Any) -> dict[str, float]:
    return made(f"approx?function=sine&hidden={n}{extra}", **more)[2]


def test_the_three_points() -> None:
    x = np.linspace(0, 2, 21)
    net = 2 * np.maximum(0, x) - 3 * np.maximum(0, x - 1)
    np.testing.assert_allclose(net, np.interp(x, [0, 1, 2], [0, 2, 1]), atol=1e-12)
    net = 2 * np.maximum(0, x + 1) - 3 * np.maximum(0, x) + 5 * np.maximum(0, x - 1)  # as in the question, moved by 1
    np.testing.assert_allclose(net, np.interp(x + 1, [0, 1, 2, 3], [0, 2, 1, 5]), atol=1e-12)


def test_the_error_by_hand() -> None:
    found = {n: sine(n) for n in (8, 16, 32, 64)}
    says(
        APPROXIMATION,
        f"is at most {found[8]['error']:.3f} off",
        f"It is {found[16]['error']:.4f}, not half",
        f"it is a quarter, {found[32]['error']:.4f}",
        f"which makes {found[32]['bound']:.4f}, and the lab has {found[32]['error']:.4f}",
        *(f"| {n} | {found[n]['error']:.4f} | {found[n]['bound']:.4f} |" for n in found),
    )
    assert found[16]["error"] < found[8]["error"] / 3
    assert found[32]["error"] == pytest.approx(found[16]["error"] / 4, rel=0.03)


def test_what_each_unit_adds() -> None:
    state, knobs, _ = made("approx?function=sine&hidden=32&method=by hand")
    answer = look(state, knobs)
    largest = int(np.ptp(answer.units, axis=1).max())
    says(APPROXIMATION, f"some add more than {largest},")
    assert np.abs(answer.total).max() < 1.001


def test_stairs() -> None:
    errors = {n: sine(n, "&method=by hand&activation=sigmoid")["error"] for n in (32, 64)}
    assert errors[64] < 0.1 < errors[32]
    assert errors[32] / errors[64] == pytest.approx(2, rel=0.05)


def test_the_jump() -> None:
    error = made("approx?function=jump&method=by hand")[2]["error"]
    says(APPROXIMATION, f"With 32 units it is {error:.3f}, of a jump of height 2")
    assert made("approx?function=jump&method=by hand&hidden=256")[2]["error"] > 0.8


def test_the_table_of_trained_nets() -> None:
    text = lesson(APPROXIMATION).file.read_text(encoding="utf-8")
    for n in (8, 16, 32, 64):
        hand = sine(n)["error"]
        row = re.search(rf"\| {n} \| {hand:.3f} \| ([\d.]+) \|", text)
        assert row
        errors = [sine(n, seed=seed, extra="")["error"] for seed in range(5)]
        assert 0.5 < np.median(errors) / float(row[1]) < 2
        if n >= 32:
            assert min(errors) > hand


def test_trained_tanh_against_stairs() -> None:
    stairs = [sine(n, "&method=by hand&activation=sigmoid")["error"] for n in (8, 32)]
    says(APPROXIMATION, f"end near 0.01, where stairs of as many steps have {stairs[0]:.2f} and {stairs[1]:.2f}")
    for n in (8, 32):
        assert np.median([sine(n, "&activation=tanh", seed=seed)["error"] for seed in range(3)]) < 0.025


def test_hinges_in_one_place() -> None:
    errors = [sine(32, "&start=glorot", seed=seed)["error"] for seed in range(5)]
    states(APPROXIMATION, "five seeds of five stay # off", float(np.median(errors)), within=0.02)
    assert min(errors) > 0.9


def ends(query: str, epochs: int, name: str) -> list[float]:
    """This metric in the seeds 0 to 19."""
    return [made(f"end-to-end?{query}", epochs, seed)[2][name] for seed in range(20)]


def test_the_spiral_and_its_baseline() -> None:
    held_out, line = ends("data=spiral", 60, "test_accuracy"), ends("data=spiral", 0, "baseline")
    low, high, mean = min(held_out), max(held_out), float(np.mean(held_out))
    states(END_TO_END, "It is #. Over the seeds 0 to 19 it is between # and #;", line[0], min(line), max(line), within=0.006)
    states(END_TO_END, "right on # to # of the held-out points, # on average.", low, high, mean, within=0.011)
    states(END_TO_END, "The line on the input gets # on average", float(np.mean(line)), within=0.002)


def test_the_linear_net() -> None:
    mean, line = float(np.mean(ends("activation=linear", 60, "test_accuracy"))), float(np.mean(ends("", 0, "baseline")))
    states(END_TO_END, "the linear net has # on average, and the line on the input #.", mean, line, within=0.006)


def test_the_digits() -> None:
    held_out, line = sorted(ends("data=digits&rate=0.003", 30, "test_accuracy")), ends("data=digits", 0, "baseline")[0]
    good = [share for share in held_out if share > 0.9]
    states(END_TO_END, "has # on the held-out images", line, within=0.002)
    states(END_TO_END, "Of the seeds 0 to 19, # are at", len(good), within=1)
    states(END_TO_END, "are at # or above after 30 epochs", good[0], within=0.01)
    states(END_TO_END, "in the same corner, with # and #.", *held_out[:2], within=0.1)
    pair, line = (
        ends("data=digits&rate=0.003&classes=3,8", 30, "test_accuracy"),
        ends("data=digits&classes=3,8", 0, "baseline")[0],
    )
    states(END_TO_END, "it is # for the line, and # on average for the net", line, float(np.mean(pair)), within=0.006)


TASKS = [(name, task) for name in (APPROXIMATION, END_TO_END) for task in lesson(name).tasks]


@pytest.mark.parametrize(
    ("name", "predict"), [pair for pair in TASKS if isinstance(pair[1], Predict)], ids=lambda v: getattr(v, "id", v)
)
def test_predictions_have_an_answer(name: str, predict: Predict) -> None:
    metrics = made(predict.lab)[2]
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + 2 * predict.within, metrics).right
    else:
        verdicts = [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))]
        assert verdicts.count(True) == 1


REACHED = {
    "hinges": {"hidden": 64},
    "stairs": {"hidden": 64},
    "train": {"activation": "tanh"},
    "yours": {"function": "yours"},
    "more": {"data": "spiral"},
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
    knobs = dict(make_link(lab.spec, {**block.knobs, **REACHED.get(block.id, {})}.items()).knobs)
    state = lab.start(knobs, link.seed)
    for _ in range(30):
        lab.advance(state, knobs, lab.spec.steps // 30, "cpu", None)
        if goal.holds({**knobs, **lab.metrics(state, knobs)}):
            return
    pytest.fail("the goal is not reached")


def test_the_exercise_can_be_trusted() -> None:
    exercise = next(task for _, task in TASKS if isinstance(task, Exercise))
    assert prove(exercise) == []
