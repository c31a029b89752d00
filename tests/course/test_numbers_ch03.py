"""Every number that chapter 3 states, from a run made here. Tests look for the sentence, with the number put in."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from lesson_numbers import LabRun, lesson, medians, says

from tutor.conditions import parse_condition
from tutor.course.grade import grade, grade_prediction
from tutor.course.model import LabBlock, Predict, Quiz
from tutor.engine.link import make_link
from tutor.labs import find_lab
from tutor.labs.words import said

ONE, ESCAPING, AVERAGING = "03-sgd/one-sample", "03-sgd/escaping", "03-sgd/averaging"
ACCELERATION, STEPS = "03-sgd/acceleration", "03-sgd/step-size"
LESSONS = (ONE, ESCAPING, AVERAGING, ACCELERATION, STEPS)
TEN = range(10)


def row(*cells: Any) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


@cache
def race(query: str = "", steps: int = 0) -> dict[str, float]:
    run = LabRun(f"race?{query}")
    return run.step(steps) if steps else run.to_end(1000)


def test_three_ways_over_ten_seeds() -> None:
    names = ("excess_batch", "excess_sgd", "excess_mini")
    found = medians("sgd", TEN, (200, 1000, 6000), *names)
    for label, values in zip(("200 (one pass)", "1 000", "6 000"), found, strict=True):
        says(ONE, row(label, *(said(value, 2) for value in values)))
    batch, sgd, mini = found[-1]
    assert mini < sgd < batch < 2 * sgd


def test_batch_is_lowest_in_the_end() -> None:
    found = LabRun("sgd").step(20_000)
    assert found["excess_batch"] < found["excess_mini"] < found["excess_sgd"]


def test_the_floor_grows_with_the_rate() -> None:
    floors = [said(medians(f"sgd?rate={rate}", TEN, (6000,), "excess_sgd")[0][0], 2) for rate in (0.01, 0.05, 0.2)]
    says(
        ONE,
        f"the rates 0.01, 0.05 and 0.2, the median over the seeds 0 to 9 ends {floors[0]}, {floors[1]} and {floors[2]} above",
    )


def test_the_signal() -> None:
    run = LabRun("escape")
    loss = run.metrics()["loss"]
    grid, height, noise = (run.state[name] for name in ("grid", "loss", "noise"))
    assert float((run.state["y"] ** 2).mean()) == pytest.approx(0.5, abs=0.05)
    end = run.step(1500)
    assert end["loss_batch"] == pytest.approx(0.9, abs=0.05)
    assert loss > 0.9
    assert end["w_batch"] == pytest.approx(5.4, abs=0.05)
    wrong, right = (float(noise[np.abs(grid - w).argmin()]) for w in (5.44, 3.0))
    says(ESCAPING, f"departs from the true one by {wrong:.2f}", f"At 3 it is {right:.2f}, nearly seven times less")
    assert 6.5 < wrong / right < 7
    top = float(run.state["valley"][1])
    assert said(top, 2) == "4.5"
    assert height.min() < 0.02


@pytest.mark.parametrize(
    ("knob", "values"), [("batch", (1, 2, 4, 8, 16)), ("rate", (0.005, 0.01, 0.02, 0.04, 0.2))], ids=["batch", "rate"]
)
def test_shares_of_escapes(knob: str, values: tuple[float, ...]) -> None:
    shares = [said(medians(f"escape?{knob}={value}", TEN, (1500,), "escaped")[0][0], 2) for value in values]
    says(ESCAPING, row("escaped", *shares))


def test_escapes_of_single_examples_in_every_seed() -> None:
    ends = [LabRun(f"escape?seed={seed}").step(1500) for seed in TEN]
    counts = [round(20 * end["escaped"]) for end in ends]
    says(ESCAPING, f"between {min(counts)} and {max(counts)} of the twenty runs are in the deepest valley after 1 500 steps")
    assert not any(end["escaped_batch"] for end in ends)


def test_the_start_at_one() -> None:
    ends = [[LabRun(f"escape?start=1&rate={rate}&seed={seed}").step(1500) for seed in range(3)] for rate in (0.08, 0.2)]
    low, high = ([round(20 * end["escaped"]) for end in part] for part in ends)
    assert sorted(set(low)) == [1, 2]
    assert sorted(set(high)) == [19, 20]
    assert all(end["w_batch"] == pytest.approx(0.1, abs=0.02) for end in ends[0])


def test_the_way_of_the_average() -> None:
    run, guess = LabRun("averaging"), next(task for task in lesson(AVERAGING).tasks if task.id == "mean-way")
    assert isinstance(guess, Predict)
    curve = [(0, run.metrics()["excess_average"])]
    curve += [(1000 * (k + 1), run.step(1000)["excess_average"]) for k in range(30)]
    assert curve[3][1] < 0.01
    assert f"{curve[-1][1]:.1g}" == "0.0003"
    says(AVERAGING, "It falls below 0.01 within 3 000 examples, and to 0.0003 in the end")
    verdict = grade_prediction(guess, "0.3, 0.003, 0.0009, 0.0005, 0.0003, 0.0003, 0.0003", {}, curve)
    assert verdict.right
    verdict = grade_prediction(guess, "0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003", {}, curve)
    assert not verdict.right
    assert "the direction right, but too slow" in verdict.say


def test_averaging_over_five_seeds() -> None:
    found = medians("averaging", range(5), (500, 3000, 30_000), "excess_sgd", "excess_average", "excess_saga")
    for label, (sgd, mean, saga) in zip(("500", "3 000", "30 000"), found, strict=True):
        says(AVERAGING, row(label, said(sgd, 2), said(mean, 2), said(saga, 2) if label != "30 000" else "below 1e-13"))
    assert found[-1][2] < 1e-13
    says(AVERAGING, f"{said(found[0][1], 2)} against {said(found[0][0], 2)} after 500 examples")


def test_the_floor_of_the_average() -> None:
    [[at_30], [at_100]] = medians("averaging?rate=3", range(3), (30_000, 100_000), "excess_average")
    assert at_100 > 0.9 * at_30
    says(AVERAGING, f"the average stays about {at_30:.4f} above the least loss")
    [[slow]] = medians("averaging", range(3), (100_000,), "excess_average")
    says(AVERAGING, f"the floor is nearer to {slow:.4f}")


def test_the_fading_rate() -> None:
    [[sgd]] = medians("averaging?schedule=1/√pass", range(5), (30_000,), "excess_sgd")
    says(AVERAGING, f"after thirty passes to {said(sgd, 2)} in the median")


def test_counts_by_condition_number() -> None:
    counts = {}
    for kappa in (25, 100, 400):
        found = race(f"racers=momentum&momentum=tuned&condition={kappa}", 6000)
        counts[kappa] = [int(found[f"steps_{name}"]) for name in ("gd", "nesterov", "momentum")]
        says(ACCELERATION, row(kappa, *counts[kappa]))
    growth = [counts[400][k] / counts[100][k] for k in range(3)]
    assert growth == [pytest.approx(4, rel=0.01), pytest.approx(2, rel=0.05), pytest.approx(2, rel=0.05)]


def test_the_best_plain_descent() -> None:
    best = 2 * 100 / 101
    says(
        ACCELERATION,
        f"which is {best:.2f} here, it takes {race(f'momentum=tuned&tune=each&rate_gd={best}')['steps_gd']:.0f} steps",
    )
    assert race("racers=momentum&tune=each&rate_gd=2.01", 20_000)["steps_gd"] == math.inf


def test_friction() -> None:
    found = [race(f"racers=momentum&momentum={beta}") for beta in ("0", "0.5", "0.9", "0.99")]
    says(ACCELERATION, row("steps of Nesterov", *(f"{metrics['steps_nesterov']:.0f}" for metrics in found)))
    assert found[0]["steps_momentum"] == found[0]["steps_gd"] == 1185
    assert found[-1]["steps_momentum"] == math.inf


def test_over_the_hill() -> None:
    found = race("surface=two valleys&racers=momentum")
    assert max(found["steps_momentum"], found["steps_nesterov"]) < 300
    assert found["distance_gd"] > 0.5


@pytest.mark.parametrize("scale", [1, 1000])
def test_the_first_steps_of_adam(scale: int) -> None:
    run = LabRun(f"race?racers=adam&condition=1&turn=0&dimensions=2&scale={scale}")
    for step in (1, 2, 3):
        run.step()
        adam, raw = float(run.state["w"][5, 0]), float(run.state["w"][6, 0])
        says(STEPS, row(step, f"{adam:.6f}", f"{raw:.6f}"))
    assert run.to_end()["steps_adam"] == 189
    says(STEPS, "On this bowl Adam arrives after 189 steps.")


def test_the_turned_bowl() -> None:
    straight, turned = race("turn=0"), race()
    for name, title in (("gd", "GD, 1/L"), ("adagrad", "AdaGrad"), ("adam", "Adam")):
        says(STEPS, row(title, f"{straight[f'steps_{name}']:.0f}", f"{turned[f'steps_{name}']:.0f}"))
    says(STEPS, row("RMSProp", f"{straight['steps_rmsprop']:.0f}", "never"))
    assert race("", 20_000)["distance_rmsprop"] == pytest.approx(0.01, rel=0.05)
    assert turned["steps_nesterov"] == straight["steps_nesterov"]
    assert turned["steps_momentum"] == straight["steps_momentum"]


def test_the_banana() -> None:
    assert race("surface=rosenbrock")["steps_adam"] == 1711
    says(STEPS, "Adam arrives in 1 711 steps.")


def test_sums_of_the_questions() -> None:
    assert round(math.log(0.01) / math.log(0.99)) == 458
    assert next(t for t in range(1, 100) if 1 - 0.9**t > 0.99) == 44
    assert next(t for t in range(1, 10_000) if 1 - 0.999**t > 0.99) == 4603
    assert 0.1 / math.sqrt(0.001) == pytest.approx(3.16, abs=0.005)


TASKS = [(name, task) for name in LESSONS for task in lesson(name).tasks]


@pytest.mark.parametrize(
    "quiz", [task for _, task in TASKS if isinstance(task, Quiz) and task.kind == "number"], ids=lambda q: q.id
)
def test_a_number_that_is_asked_for_is_taken(quiz: Quiz) -> None:
    assert grade(quiz, str(quiz.answer)).right


@pytest.mark.parametrize("predict", [t for _, t in TASKS if isinstance(t, Predict) and t.kind != "sketch"], ids=lambda p: p.id)
def test_predictions_have_an_answer(predict: Predict) -> None:
    metrics = LabRun(predict.lab).to_end()
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
    else:
        assert [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))].count(True) == 1


WAYS: dict[str, list[tuple[int, dict[str, Any]]]] = {
    "variance": [(0, {"batch": 60})],
    "floor": [(2000, {}), (6000, {"rate": 0.003})],
    "eight": [(1500, {"rate": 0.4})],
    "fade": [(12_000, {"schedule": "1/pass"}), (18_000, {"rate": 0.3})],
    "descent": [(1000, {"rate_gd": 1.95})],
    "friction": [(2000, {"momentum": "0.99"})],
    "first": [(1, {"scale": 1000.0})],
    "askew": [(2000, {"turn": 20.0})],
    "banana": [(2000, {"rate_adam": 2.0})],
}
"""What reaches a goal that running alone does not: so many steps with these knobs turned, and so on."""


@pytest.mark.parametrize("block", [task for _, task in TASKS if isinstance(task, LabBlock)], ids=lambda b: b.id)
def test_goals_are_reached_but_not_at_once(block: LabBlock) -> None:
    spec = find_lab(block.lab).spec
    link = make_link(spec, block.knobs.items())
    goal = parse_condition(block.goal)
    assert not _reaches(block.lab, dict(link.knobs), goal, [(2000 if block.id in WAYS else 0, {})])
    assert _reaches(block.lab, dict(link.knobs), goal, WAYS.get(block.id, [(spec.steps, {})]))


def _reaches(name: str, knobs: dict[str, Any], goal: Any, stages: list[tuple[int, dict[str, Any]]]) -> bool:
    """Whether the goal holds at any of the places looked at on the way; a knob that is not live starts the run again."""
    run = LabRun(name, **{**knobs, **stages[0][1]})
    for steps, change in stages:
        run.knobs.update(change)
        for chunk in [0, *[max(1, steps // 300)] * min(300, steps)]:
            if goal.holds({**run.knobs, **run.step(chunk)}):
                return True
    return False
