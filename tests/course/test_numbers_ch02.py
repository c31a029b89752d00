"""Every number that chapter 2 states, from a run made here. Tests look for the sentence, with the number put in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from lesson_numbers import LESSONS, LabRun, lesson, says

from tutor.conditions import parse_condition
from tutor.course.grade import grade, grade_prediction
from tutor.course.model import Exercise, LabBlock, Predict, Quiz
from tutor.engine.link import make_link
from tutor.exercises import prove
from tutor.labs import find_lab

LOSS, RATE, PITFALLS = "02-gradient-descent/loss", "02-gradient-descent/learning-rate", "02-gradient-descent/pitfalls"
SEEDS = range(20)


def steps(query: str, most: int = 8000, **knobs: Any) -> int:
    """The step at which a run of `gd` is within a millionth of the minimum."""
    return int(LabRun(f"gd?{query}", **knobs).step(most)["steps"])


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def quiz(name: str, task: str) -> Quiz:
    found = next(one for one in lesson(name).tasks if one.id == task)
    assert isinstance(found, Quiz)
    return found


def test_a_neuron_without_weights() -> None:
    run = LabRun("gd?loss=neuron")
    from tutor.labs.descents import measured

    assert measured(run.state, np.zeros(2))[0] == quiz(LOSS, "half").answer == 0.25


def test_the_parabola() -> None:
    run = LabRun("gd?loss=parabola&rate=0.05")
    start = run.metrics()
    assert (start["loss"], start["slope"], start["curvature"]) == (5, 10, pytest.approx(10))
    assert [run.step()["w1"] for _ in range(2)] == [0.5, 0.25]
    says(LOSS, r"$\rho = 0.05$ the first step leads from 1 to $1 - 0.05 \cdot 10 = 0.5$, the next to 0.25")
    found = {rate: steps(f"loss=parabola&rate={rate}") for rate in (0.05, 0.09, 0.1, 0.11)}
    assert found[0.1] == 1
    says(
        LOSS, f"With half that rate it takes {found[0.05]} steps.", f"0.09 takes {found[0.09]} steps, 0.11 takes {found[0.11]}."
    )


def test_the_bowl_with_a_small_rate() -> None:
    says(LOSS, rf"With $\rho = 0.02$ it takes {steps('rate=0.02')} steps")


def test_the_gradient_stands_at_a_right_angle_to_the_contour() -> None:
    from tutor.labs.descents import measured

    run = LabRun("gd?rate=0.02")
    w = run.state["w"][0]
    g = measured(run.state, w)[1]
    along = 1e-4 * np.array([-g[1], g[0]]) / np.linalg.norm(g)
    assert measured(run.state, w + along)[0] == pytest.approx(measured(run.state, w)[0], abs=1e-6)
    towards = -w @ -g / np.linalg.norm(w) / np.linalg.norm(g)
    assert 0 < towards < 0.99  # downhill, and yet not straight to the minimum at 0


def test_the_neuron() -> None:
    run = LabRun("gd?loss=neuron&rate=10")
    assert run.state["x"].shape == (40, 2)
    middles = [run.state["x"][run.state["t"] == t, 0].mean() for t in (0, 1)]
    assert middles == [pytest.approx(-1, abs=0.3), pytest.approx(1, abs=0.3)]
    found = run.step(1000)
    says(LOSS, f"The best loss is {found['loss']:.3f}, and it is reached at $w = ({found['w1']:.2f}, {found['w2']:.2f})$.")
    says(LOSS, f"with 10 it takes {found['steps']:.0f}", f"The neuron's best loss was {found['loss']:.3f}.")
    assert 1000 < steps("loss=neuron&rate=1", 3000) < 2000
    says(RATE, f"It finds the minimum, where the loss is {found['loss']:.3f}")


def test_the_table_of_factors() -> None:
    for rate, factor in ((0.02, "0.8"), (0.1, "0"), (0.15, "−0.5"), (0.2, "−1"), (0.21, "−1.1")):
        run = LabRun(f"gd?loss=parabola&rate={rate}")
        assert run.step()["w1"] == pytest.approx(float(factor.replace("−", "-")), abs=1e-12)
        says(RATE, f"| {rate} | {factor} |")


def test_the_loss_is_a_straight_line_on_an_axis_of_ratios() -> None:
    run, guess = LabRun("gd?loss=parabola&rate=0.02"), next(t for t in lesson(RATE).tasks if t.id == "coming-down")
    assert isinstance(guess, Predict)
    curve = [(0, run.metrics()["loss"]), *((k, run.step()["loss"]) for k in range(1, 21))]
    assert [loss for _, loss in curve[:3]] == pytest.approx([5, 3.2, 2.048])
    assert f"{curve[-1][1]:.2g}" == "0.00066"
    says(RATE, "5, 3.2, 2.05 and so on, and after 20 steps 0.00066")
    straight = "5, 1.13, 0.256, 0.0576, 0.013, 0.0029, 0.00066"
    bent = "5, 0.1, 0.01, 0.002, 0.001, 0.0008, 0.00066"
    level = "5, 5, 5, 5, 5, 5, 5"
    verdicts = [grade_prediction(guess, drawn, {}, curve) for drawn in (straight, bent, level)]
    assert [verdict.right for verdict in verdicts] == [True, False, False]
    assert [
        part for part, verdict in zip(("pace right", "too fast", "direction was another"), verdicts, strict=True)
        if part in verdict.say
    ] == ["pace right", "too fast", "direction was another"]  # fmt: skip


def test_a_little_beyond_the_limit() -> None:
    run = LabRun("gd?loss=parabola&rate=0.201")
    run.step(925)
    assert run.metrics()["w1"] < 1e4
    run.step(1)
    assert abs(run.state["w"][0, 0]) == 1e4
    assert run.metrics()["loss"] == math.inf
    says(RATE, "The factor is −1.01. After 926 steps it has made ten thousand of one.")


def test_three_rates_on_the_parabola() -> None:
    found = {rate: steps(f"loss=parabola&rate={rate}") for rate in (0.002, 0.02, 0.05, 0.15)}
    says(RATE, f"With 0.002 the parabola takes {found[0.002]} steps, with 0.02 it takes {found[0.02]}")
    says(RATE, f"with 0.15 it takes {found[0.15]}.", f"On the parabola with $L = 10$ the rate 0.15 takes {found[0.15]} steps.")
    assert found[0.05] == found[0.15]
    assert grade(quiz(RATE, "twin"), "0.05").right


def test_the_best_rate() -> None:
    best = 2 / 11
    at_best, at_first = steps("", rate=best), steps("rate=0.1")
    says(RATE, f"Here that is {best:.3f}, and it takes {at_best} steps, about half of the {at_first} that $1/L$ takes.")
    found = [steps(f"condition={k}", rate=2 / (10 + 10 / k)) for k in (10, 100, 1000)]
    says(RATE, f"{found[0]}, {found[1]} and {spaced(found[2])} for 10, 100 and 1 000.")
    says(RATE, f"the best rate, {2 / 10.1:.3f}. It was {at_best} steps before.")


def test_the_neurons_limit() -> None:
    found = LabRun("gd?loss=neuron&rate=10").step(1000)
    says(RATE, f"it is {found['curvature']:.4f}, so the limit is {found['limit']:.1f}")
    wild = LabRun("gd?loss=neuron&rate=60")
    places = [wild.step()["distance"] for _ in range(1000)]
    assert max(places[500:]) > 0.5
    assert max(places) < 20


def test_a_growing_loss() -> None:
    run = LabRun("gd?loss=parabola&rate=0.21")
    run.state["w"][:] = math.sqrt(4.1 / 5)
    losses = [4.1, *(run.step()["loss"] for _ in range(3))]
    says(RATE, ", ".join(f"{loss:.1f}" for loss in losses), f"here about {losses[1] / losses[0]:.1f}")


def ends(surface: str, noise: float = 0, quiet: int = 0, **knobs: Any) -> dict[str, float]:
    run = LabRun(f"pitfalls?surface={surface}", momentum=0.0, noise=noise)
    run.knobs |= {name: value for name, value in knobs.items() if name != "seed"}
    run.state = run.lab.start(run.knobs, knobs.get("seed", 0))
    run.step(2000 - quiet)
    run.knobs["noise"] = 0.0 if quiet else noise
    return run.step(quiet)


def out(surface: str, **knobs: Any) -> int:
    return sum(ends(surface, seed=seed, **knobs)["loss"] < 0.01 for seed in SEEDS)


def until(surface: str, below: float, **knobs: Any) -> int:
    """The first step at which the second run is lower than this."""
    run = LabRun(f"pitfalls?surface={surface}", **({"momentum": 0.0} | knobs))
    return next(step for step in range(1, 20_000) if run.step()["loss"] < below)


def test_the_poor_valley() -> None:
    assert ends("two valleys")["loss_plain"] == pytest.approx(0.6, abs=0.01)
    assert ends("two valleys", momentum=0.8)["loss"] < 0.01
    assert ends("two valleys", momentum=0.9)["loss"] == pytest.approx(0.6, abs=0.01)
    few, right, many = (out("two valleys", noise=level, quiet=500) for level in (1, 3, 10))
    assert few == 0
    says(PITFALLS, f"ends in the deep valley in {right} of 20 seeds. With 1 in none, with 10 in {many}")
    says(PITFALLS, f"Another start works in {out('two valleys', start='random')} of 20 seeds")


def test_the_plateau() -> None:
    assert LabRun("pitfalls?surface=plateau").metrics()["slope_plain"] == pytest.approx(0.0006, abs=5e-5)
    found = {beta: until("plateau", 0.01, momentum=beta) for beta in (0.0, 0.9, 0.99)}
    says(
        PITFALLS,
        f"with 0.9 it takes {spaced(found[0.9])} steps to the hole, with 0.99 it takes {found[0.99]}, "
        f"and plain descent {spaced(found[0.0])}",
    )
    says(PITFALLS, f"with 0.5 plain descent takes {until('plateau', 0.01, rate=0.5)} steps")
    assert ends("plateau", rate=5.0)["loss_plain"] > 0.1
    levels = {level: out("plateau", noise=level, quiet=500) for level in (1, 2, 3, 5)}
    assert levels[1] == max(levels.values())
    says(PITFALLS, f"With 1 for 1 500 steps, then none, it ends in the hole in {levels[1]} of 20 seeds")
    says(PITFALLS, f"Another start is in reach of the hole in {out('plateau', start='random')} of 20 seeds")


def test_the_ravine() -> None:
    shape = LabRun("pitfalls?surface=ravine").state["shape"]
    says(PITFALLS, rf"a bowl with $\kappa = {shape[0]:.0f}$")
    found = {beta: until("ravine", 1e-4, momentum=beta) for beta in (0.0, 0.9, 0.95)}
    says(
        PITFALLS,
        rf"plain descent takes {found[0.0]} steps, and with $\beta = 0.9$ it takes {found[0.9]}. "
        f"With 0.95 it takes {found[0.95]}:",
    )


def test_the_saddle() -> None:
    assert ends("saddle")["loss_plain"] == pytest.approx(0.25)
    assert ends("saddle", momentum=0.9)["loss"] == pytest.approx(0.25)
    tiny, elsewhere = out("saddle", noise=0.001), out("saddle", start="random")
    assert tiny == elsewhere
    says(PITFALLS, f"The tiniest noise is enough: 0.001 ends in a valley in {tiny} of 20 seeds, and so does another start.")


def test_the_sum_of_momentum() -> None:
    assert quiz(PITFALLS, "average").answer == pytest.approx(sum(0.9**k for k in range(1000)))


TASKS = [(name, task) for name in (LOSS, RATE, PITFALLS) for task in lesson(name).tasks]


@pytest.mark.parametrize(
    ("name", "predict"),
    [pair for pair in TASKS if isinstance(pair[1], Predict) and pair[1].kind != "sketch"],
    ids=lambda v: getattr(v, "id", v),
)
def test_predictions_have_an_answer(name: str, predict: Predict) -> None:
    metrics = LabRun(predict.lab).to_end()
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + predict.within + 1, metrics).right
    else:
        assert [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))].count(True) == 1


SOLUTIONS: dict[str, dict[str, Any]] = {
    "one-parabola": {}, "parabola": {"rate": 0.09}, "bowl": {}, "neuron": {"rate": 10.0},
    "three-parabolas": {"rate": 0.05, "rate_c": 0.12}, "three-bowls": {"rate": 0.18}, "narrow": {"rate": 0.198},
    "too-large": {"rate": 20.0},
    "valleys": {"momentum": 0.8}, "plateau": {"momentum": 0.95}, "ravine": {"momentum": 0.9}, "saddle": {"noise": 0.01},
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "block"), [pair for pair in TASKS if isinstance(pair[1], LabBlock)], ids=lambda v: getattr(v, "id", v)
)
def test_goals_are_reached_but_not_at_once(name: str, block: LabBlock) -> None:
    """As the lab is set up the goal never holds, where there is something to turn; with the solution it does, in the end."""
    lab = find_lab(block.lab)
    link = make_link(lab.spec, block.knobs.items())
    goal, solution = parse_condition(block.goal), SOLUTIONS[block.id]

    def reached(turned: dict[str, Any]) -> bool:
        knobs = dict(link.knobs) | turned
        state = lab.start(knobs, link.seed)
        assert not goal.holds({**knobs, **lab.metrics(state, knobs)})
        for _ in range(lab.spec.steps):
            lab.advance(state, knobs, 1, "cpu", None)
            if goal.holds({**knobs, **lab.metrics(state, knobs)}):
                return True
        return False

    assert reached(solution)
    assert not solution or not reached({})


def test_the_exercise_holds() -> None:
    exercise = lesson(PITFALLS).tasks[-1]
    assert isinstance(exercise, Exercise)
    assert prove(exercise) == []


def test_the_exercise_expects_what_the_lab_goes_down_on() -> None:
    """The solution, the finite differences of the check and the kernel agree on the lab's own examples."""
    from tutor.labs.descents import measured

    names: dict[str, dict[str, Any]] = {}
    for part in ("solution", "check"):
        names[part] = {}
        exec((LESSONS / f"02-gradient-descent/exercises/neuron_gradient.{part}.py").read_text(), names[part])
    state = LabRun("gd?loss=neuron").state
    for w in np.random.default_rng(0).normal(size=(20, 2)) * 2:
        expected = measured(state, w)[1]
        for found in (names["solution"]["gradient"], names["check"]["expected"]):
            np.testing.assert_allclose(found(w, state["x"], state["t"]), expected, rtol=1e-6, atol=1e-9)
