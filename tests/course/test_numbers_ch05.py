"""Every number that chapter 5 states, from a run made here. Each test looks for the sentence, with the number put in."""

from __future__ import annotations

import re
from functools import cache
from statistics import median
from typing import Any

import lesson_numbers
import numpy as np
import pytest
from lesson_numbers import LESSONS, LabRun

from tutor.conditions import parse_condition
from tutor.course.grade import grade, grade_prediction
from tutor.course.model import Exercise, LabBlock, Lesson, Predict, Quiz
from tutor.engine.link import make_link
from tutor.exercises import prove
from tutor.labs import find_lab
from tutor.labs.backprop_pass import factors, pass_of, shape_of
from tutor.labs.spec import Value

NAMES = ("chain-rule", "losses", "activations", "automatic-differentiation")
SEEDS = range(20)


def lesson(name: str) -> Lesson:
    return lesson_numbers.lesson(f"05-backprop/{name}")


def says(name: str, *sentences: str) -> None:
    lesson_numbers.says(f"05-backprop/{name}", *sentences)


def after(text: str, steps: int) -> dict[str, float]:
    return LabRun(text).step(steps)


def until(text: str, goal: str, most: int) -> int:
    """The first step at which the goal holds."""
    run, condition = LabRun(text), parse_condition(goal)
    for step in range(1, most + 1):
        if condition.holds({**run.knobs, **run.step()}):
            return step
    pytest.fail(f"{goal} is not reached in {most} steps")


# -- the chain rule


def test_the_seven_factors() -> None:
    run = LabRun("backprop?data=point&hidden=1,1&seed=9")
    run.step()
    state = run.state
    p = pass_of(shape_of(run.knobs), state["at"], state["grad"], state["da"], state["x"][0], state["t"][0])
    numbers = [p.a[3][0] - p.t[0], p.slope[2][0], p.layers[2][0][0, 0], p.slope[1][0], p.layers[1][0][0, 0], p.slope[0][0]]
    said = [f"{value:.3f}" for value in numbers]
    said = [said[0], *(f"({text})" if text.startswith("-") else text for text in said[1:]), f"{p.x[0]:.1f}"]
    product = float(np.prod([*numbers, p.x[0]]))
    assert product == pytest.approx(p.grad[0][0][0, 0])
    says("chain-rule", " \\cdot ".join(said) + f" = {product:.3f}")


def test_how_many_seeds_learn_xor() -> None:
    runs = [LabRun(f"backprop?seed={seed}") for seed in SEEDS]
    solved = sum(run.step(400 * len(factors(shape_of(run.knobs))))["accuracy"] == 1 for run in runs)
    says("chain-rule", f"Within 400 updates, {solved} of the seeds 0 to 19 get all four rows right.")


def test_the_weights_of_the_xor_net() -> None:
    size = LabRun("backprop").state["theta"].size
    says("chain-rule", f"has {size} weights and biases: {2 * size} runs for one gradient")


# -- losses


def test_what_a_probability_costs() -> None:
    half, tenth = -np.log(0.5), -np.log(0.1)
    says("losses", f"{half:.3f} for one half; {tenth:.3f} for a tenth", f"answer: {2 * tenth:.3f}")


def test_the_start() -> None:
    found = after("losses", 0)
    ratio = found["slope_cross"] / found["slope_squared"]
    says(
        "losses",
        f"so it answers {1 - found['miss_squared']:.3f}",
        f"It is off by {found['miss_squared']:.3f}.",
        f"the slope is {found['slope_squared']:.4f} in size",
        f"that is {found['slope_cross']:.3f} in size, {ratio:.0f} times as steep",
    )


def test_the_race() -> None:
    ten, fifty, hundred = (after("losses", steps) for steps in (10, 50, 100))
    assert find_lab("losses").spec.steps == 100
    says(
        "losses",
        f"It is off by {hundred['miss_squared']:.2f}, and most of that way was made late. "
        f"At step 50 it was still off by {fifty['miss_squared']:.2f}.",
        f"After 10 steps the cross-entropy is off by {ten['miss_cross']:.2f} only, and after 50 by {fifty['miss_cross']:.3f}.",
        f"The squared loss was off by {fifty['miss_squared']:.2f} at step 50",
    )


def test_twice_as_far_out() -> None:
    says("losses", f"within 0.1 after {until('losses?start=-8', 'miss_cross < 0.1', 100)} steps")
    slow = until("losses?start=-8", "miss_squared < 0.1", 5000)
    assert 3000 < slow < 3300
    says("losses", "The squared loss needs more than 3 000.")


# -- activations


@cache
def ends(query: str) -> list[dict[str, float]]:
    return [after(f"activations?{query}&seed={seed}", 100) for seed in SEEDS]


def test_the_table_of_slopes() -> None:
    from tutor.labs.activations import value_and_slope

    z = np.linspace(-8, 8, 4001)
    slopes = {name: value_and_slope(name, z)[1] for name in ("sigmoid", "tanh", "gelu", "softplus")}
    assert slopes["sigmoid"].max() == pytest.approx(0.25)
    assert slopes["tanh"].max() == pytest.approx(1)
    low, high = f"{slopes['gelu'].min():.2f}".replace("-", "−"), f"{slopes['gelu'].max():.2f}"
    says("activations", f"from {low} to {high}")
    np.testing.assert_allclose(slopes["softplus"], value_and_slope("sigmoid", z)[0], atol=1e-6)
    at_4 = after("activations?activation=sigmoid&z=4&layers=0", 0)
    assert f"{0.25 / at_4['phi_slope']:.0f}" == "14"
    says("activations", f"{at_4['phi_slope']:.3f}, a fourteenth", f"The answer there is {at_4['phi']:.3f}")


def test_linear_layers_end_where_one_does() -> None:
    pairs = zip(ends("activation=linear"), ends("activation=linear&layers=0"), strict=True)
    assert max(abs(deep["loss"] - one["loss"]) for deep, one in pairs) < 0.001
    says("activations", "the two end within 0.001 of each other")
    assert 4**4 == 256
    assert 4**8 == 65536
    says("activations", "answer: 256", "a factor of 65 536")


def test_how_many_units_die() -> None:
    """Training at a rate of 1 is chaotic: another processor's rounding gives other counts, so the words are round."""
    large, small, leaky = ends("rate=1"), ends("rate=0.03"), ends("rate=1&activation=leaky relu")
    assert 0.3 <= median(end["dead"] for end in large) <= 0.5
    assert 5 <= sum(end["accuracy"] < 0.95 for end in large) <= 13
    assert all(end["dead"] == 0 for end in leaky)
    assert sum(end["accuracy"] >= 0.95 for end in leaky) >= 16
    assert all(end["accuracy"] >= 0.95 for end in small)
    assert 0.4 <= np.mean([end["saturated"] for end in small]) <= 0.6
    says(
        "activations",
        "about 0.4 of the units are dead at the end, in the median",
        "in many of the runs it does not reach 0.95",
        "no unit dies, and at the same rate nearly all do",
        "all 20 ReLU nets",
        "about half of all slopes are 0",
        "Of 24 hidden units",
    )
    assert 3 * 8 == 24


# -- automatic differentiation


def test_the_small_tape() -> None:
    run, rows = LabRun("autodiff"), []
    for k in range(3):
        rows.append((f"v{k + 1}", f"{run.step()['value']:.0f}".replace("-", "−")))
    text = lesson("automatic-differentiation").file.read_text(encoding="utf-8")
    for name, value in rows:
        assert re.search(rf"\| {name} \| .* \| {value} \|", text)
    assert after("autodiff", 7)["grad_a"] == -6
    says("automatic-differentiation", "Together −6.")


def test_micrograd() -> None:
    found = after("autodiff?example=micrograd", 100)
    says(
        "automatic-differentiation",
        f"the value is {found['value']:.4f}",
        f"The gradients are {found['grad_a']:.4f} by $a$ and {found['grad_b']:.4f} by $b$.",
        f"It takes {found['entries']:.0f} entries.",
        f"the value rises by about {0.001 * found['grad_b']:.3f}",
    )
    nudge = next(task for task in lesson("automatic-differentiation").tasks if task.id == "nudge")
    assert isinstance(nudge, Quiz)
    assert grade(nudge, f"{-0.01 * found['grad_b']:.3f}").right


# -- the exercise


def test_the_exercise_holds() -> None:
    exercise = next(task for task in lesson("automatic-differentiation").tasks if isinstance(task, Exercise))
    assert prove(exercise) == []


def test_the_truth_of_the_exercise_is_the_kernel() -> None:
    """The check finds the gradients by trying; the kernel finds the same by the chain rule."""
    from kernels import chain
    from kernels.activations import TANH

    folder = LESSONS / "05-backprop" / "exercises"
    check: dict[str, Any] = {}
    exec(compile((folder / "layer_backward.check.py").read_text(encoding="utf-8"), "check", "exec"), check)
    shapes = set()
    for d, o, x, W in check["cases"](np.random.default_rng(0)):
        shapes.add((*x.shape, len(W)))
        _, *mine = chain.backward(d, o, np.tanh(o), x, W, TANH)
        for found, truth in zip(mine, check["expected"](d, o, x, W), strict=True):
            np.testing.assert_allclose(found, truth, rtol=1e-6, atol=1e-9)
    assert {1, 3, 17} <= {size for shape in shapes for size in shape}
    assert any(rows != columns for _, columns, rows in shapes)


# -- every question and every goal

TASKS = [(name, task) for name in NAMES for task in lesson(name).tasks]


@pytest.mark.parametrize(
    ("name", "predict"), [pair for pair in TASKS if isinstance(pair[1], Predict)], ids=lambda v: getattr(v, "id", v)
)
def test_predictions_have_an_answer(name: str, predict: Predict) -> None:
    metrics = after(predict.lab, find_lab(predict.lab.partition("?")[0]).spec.steps)
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + predict.within + 1, metrics).right
    else:
        verdicts = [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))]
        assert verdicts.count(True) == 1


TURNED: dict[str, dict[str, Value]] = {
    "sigmoid": {"z": 0.0}, "linear": {"activation": "tanh"}, "dying": {"activation": "leaky relu"},
}  # fmt: skip
"""What the learner has to change for a goal, where running is not enough."""


@pytest.mark.parametrize(
    ("name", "block"), [pair for pair in TASKS if isinstance(pair[1], LabBlock)], ids=lambda v: getattr(v, "id", v)
)
def test_goals_are_reached_but_not_at_once(name: str, block: LabBlock) -> None:
    lab = find_lab(block.lab)
    link = make_link(lab.spec, block.knobs.items())
    goal = parse_condition(block.goal)

    def reached(knobs: dict[str, Value], steps: int) -> bool:
        state = lab.start(knobs, link.seed)
        for _ in range(max(1, steps // 20)):
            lab.advance(state, knobs, min(20, steps), "cpu", None)
            if goal.holds({**knobs, **lab.metrics(state, knobs)}):
                return True
        return False

    as_given = dict(link.knobs)
    assert not reached(as_given, 0)
    if block.id in TURNED:
        assert not reached(as_given, 200), "running alone is not enough"
    assert reached(as_given | TURNED.get(block.id, {}), 10_000 if block.lab == "backprop" else 400)
