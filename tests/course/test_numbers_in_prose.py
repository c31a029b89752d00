"""Every number that chapter 1 states, from a run made here. Each test looks for the sentence, with the number put in."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.conditions import parse_condition
from tutor.course.claims import without_claims
from tutor.course.grade import grade, grade_prediction
from tutor.course.model import LabBlock, Lesson, Predict, Quiz
from tutor.course.parse import load_lesson
from tutor.engine.link import make_link, parse_link
from tutor.labs import find_lab
from tutor.labs.sets import digit_pair

LESSONS = Path(__file__).parents[2] / "lessons"
SEEDS = range(20)


@cache
def lesson(name: str) -> Lesson:
    return load_lesson(LESSONS, f"01-neuron/{name}")


def says(name: str, *sentences: str) -> None:
    """Each sentence stands in the lesson's file, wherever its lines break."""
    text = re.sub(r"\s+", " ", without_claims(lesson(name).file.read_text(encoding="utf-8")))
    for sentence in sentences:
        assert re.sub(r"\s+", " ", sentence) in text, sentence


class Run:
    """A run of a lab, straight through its functions."""

    def __init__(self, text: str) -> None:
        self.lab = find_lab(text.partition("?")[0])
        link = parse_link(text, self.lab.spec)
        self.knobs = dict(link.knobs)
        self.state = self.lab.start(self.knobs, link.seed)

    def step(self, count: int = 1) -> dict[str, float]:
        self.lab.advance(self.state, self.knobs, count, "cpu", None)
        return self.metrics()

    def metrics(self) -> dict[str, float]:
        return self.lab.metrics(self.state, self.knobs)

    def to_end(self, chunk: int = 200) -> dict[str, float]:
        for _ in range(self.lab.spec.steps // chunk):
            self.step(chunk)
            if self.lab.finished(self.state, self.knobs):
                break
        return self.metrics()


def neuron(**knobs: Any) -> dict[str, float]:
    return Run("neuron?" + "&".join(f"{name}={value}" for name, value in knobs.items())).metrics()


def test_the_lamp_is_and() -> None:
    assert neuron(data="and", w1=1, w2=1, b=-1.5)["errors"] == 0


def test_the_raised_bias() -> None:
    assert neuron(data="and", w1=1, w2=1, b=-0.5)["errors"] == 2
    assert neuron(data="or", w1=1, w2=1, b=-0.5)["errors"] == 0


def test_a_line_is_the_same_at_twice_the_length() -> None:
    once, twice = (neuron(data="and", w1=k, w2=k, b=-1.5 * k) for k in (1, 2))
    assert once == twice


def test_the_widest_margin_of_and() -> None:
    best = neuron(data="and", w1=1, w2=1, b=-1.5)["margin"]
    assert best == pytest.approx(2**0.5 / 4)
    says("formal-neuron", rf"$\sqrt{{2}} / 4 \approx {best:.3f}$")
    steps = np.arange(-5, 5.01, 0.5)
    assert max(neuron(data="and", w1=a, w2=a, b=b)["margin"] for a in steps for b in steps) <= best + 1e-6


SOLUTIONS = {"and": (1, 1, -1.5), "or": (1, 1, -0.5), "nand": (-1, -1, 1.5), "not": (-1, 0, 0.5)}


@pytest.mark.parametrize("table", SOLUTIONS)
def test_the_solutions_in_the_aside(table: str) -> None:
    w1, w2, b = SOLUTIONS[table]
    assert neuron(data=table, w1=w1, w2=w2, b=b)["errors"] == 0
    second = "" if table == "not" else f"{w2} "
    says("formal-neuron", f"| {table.upper()} | {w1} | {second}| {b} |".replace("-", "−"))


@pytest.mark.parametrize(("w", "b", "table"), [((-1, -1), 0.5, "1000"), ((1, -1), -0.5, "0010"), ((-1, -1), 1.5, "1110")])
def test_the_neurons_of_the_question(w: tuple[int, int], b: float, table: str) -> None:
    answers = "".join("1" if w[0] * x1 + w[1] * x2 + b >= 0 else "0" for x1, x2 in product((0, 1), repeat=2))
    assert answers == table


def test_or_asked_xor() -> None:
    assert neuron(data="xor", w1=1, w2=1, b=-0.5)["errors"] == 1
    steps = np.arange(-5, 5.01, 1)
    assert min(neuron(data="xor", w1=a, w2=c, b=b)["errors"] for a in steps for b in steps for c in steps) == 1


def tables(inputs: int, largest: int) -> int:
    """How many tables a step neuron can answer with whole weights up to `largest` (enough for so few inputs)."""
    x = np.array(list(product((0, 1), repeat=inputs)))
    w = np.array(list(product(range(-largest, largest + 1), repeat=inputs)))
    sums = w @ x.T
    found: set[bytes] = set()
    for bias in np.arange(-inputs * largest, inputs * largest + 1) - 0.5:
        found |= {row.tobytes() for row in np.packbits(sums + bias >= 0, axis=1)}
    return len(found)


def test_how_many_tables_a_neuron_can_answer() -> None:
    assert tables(2, 2) == 14
    says("formal-neuron", "answer: 14")
    assert tables(4, 3) == 1882
    says("formal-neuron", "1 882 tables of 65 536")
    assert 2**16 == 65536


def test_the_loss_of_the_soft_neuron() -> None:
    soft, steep = (neuron(data="and", w1=k, w2=k, b=-1.5 * k, activation="sigmoid") for k in (1, 3))
    assert soft["errors"] == 0
    says("formal-neuron", f"the loss is {soft['loss']:.3f}", f"the loss fell to {steep['loss']:.3f}")
    assert steep["loss"] < 0.03


def test_the_first_pass_over_and() -> None:
    run = Run("perceptron?data=and&order=cyclic")
    rows = []
    for row, t in zip(("00", "01", "10", "11"), run.state["t"], strict=True):
        place = len(rows)
        total = float(run.state["w"] @ run.state["x"][place])
        before = run.metrics()["mistakes"]
        verdict = "mistake" if run.step()["mistakes"] > before else "right"
        w1, w2, b = run.state["w"]
        rows.append(f"| {row} | {t:+.0f} | {total:.0f} | {verdict} | {w1:.0f}, {w2:.0f} | {b:.0f} |".replace("-", "−"))
    says("perceptron", " ".join(rows))


def test_and_in_the_fixed_order() -> None:
    run = Run("perceptron?data=and&order=cyclic")
    last = 0
    for step in range(1, 61):
        before = run.metrics()["mistakes"]
        if run.step()["mistakes"] > before:
            last = step
    w1, w2, b = run.state["w"]
    assert run.lab.finished(run.state, run.knobs)
    mistakes = run.metrics()["mistakes"]
    says(
        "perceptron",
        f"It takes {mistakes:.0f} mistakes in its first {last} examples",
        f"and ends with $w = ({w1:.0f}, {w2:.0f})$ and $b = {b:.0f}$",
        f"You saw {mistakes:.0f}.",
    )


def test_and_in_shuffled_orders() -> None:
    mistakes = [Run(f"perceptron?data=and&seed={seed}").to_end(40)["mistakes"] for seed in SEEDS]
    says("perceptron", f"They make from {min(mistakes):.0f} to {max(mistakes):.0f} mistakes.")
    quiz = next(task for task in lesson("perceptron").tasks if task.id == "spread")
    assert isinstance(quiz, Quiz)
    assert (quiz.low, quiz.high) == (min(mistakes), max(mistakes))
    assert grade(quiz, "12 to 25").right


def test_the_bound_of_and() -> None:
    run = Run("perceptron?data=and")
    assert float(run.state["radius"][0]) ** 2 == pytest.approx(3)
    gamma = float(run.state["gamma"][0])
    assert gamma**2 == pytest.approx(1 / 17)
    bound = run.metrics()["bound"]
    assert bound == pytest.approx(51)
    says("perceptron", "$R^2 = 3$ and $\\gamma^2 = 1/17$", f"at most {bound:.0f} mistakes", f"{gamma:.3f} and not the 0.354")


def test_the_narrow_gap() -> None:
    ends = [Run(f"perceptron?data=blobs&margin=0.05&seed={seed}").to_end() for seed in SEEDS]
    assert all(end["errors"] == 0 and end["mistakes"] <= end["bound"] for end in ends)
    mistakes, bounds = [end["mistakes"] for end in ends], [int(end["bound"]) for end in ends]
    assert max(bounds) == 1508
    says(
        "perceptron",
        f"from {min(mistakes):.0f} to {max(mistakes):.0f} mistakes, with bounds from {min(bounds)} to 1 508",
        f"The bound says at most {int(ends[8]['bound'])} mistakes.",
    )
    assert len(Run("perceptron?data=blobs&seed=8").state["x"]) == 60


def test_the_rate_changes_nothing_but_for_rounding() -> None:
    def mistakes(rate: float) -> float:
        return Run(f"perceptron?data=and&order=cyclic&rate={rate}").to_end(60)["mistakes"]

    assert {mistakes(rate) for rate in (0.25, 0.5, 1, 2, 3, 10)} == {18}
    says("perceptron", f"it makes {mistakes(0.1):.0f} mistakes instead of 18", "With 0.25, 0.5, 2, 3 or 10, the count is 18")
    for seed in range(5):
        ends = [Run(f"perceptron?data=blobs&seed={seed}&rate={rate}").to_end()["mistakes"] for rate in (0.3, 3)]
        assert ends[0] == ends[1]


def test_xor_in_the_fixed_order() -> None:
    run = Run("perceptron?data=xor&order=cyclic")
    for step in range(1, 401):
        assert run.step()["mistakes"] == step
        if step % 4 == 0:
            assert not run.state["w"].any()


@pytest.mark.parametrize("seed", range(5))
def test_xor_never_settles(seed: int) -> None:
    run = Run(f"perceptron?data=xor&seed={seed}")
    assert run.metrics()["bound"] == np.inf
    for _ in range(1000):
        assert run.step()["errors"] >= 2
        assert np.abs(run.state["w"]).max() <= 2
    assert run.step(49_000)["errors"] >= 2


def digit_runs(classes: str) -> list[dict[str, float]]:
    return [Run(f"perceptron?data=digits&classes={classes}&seed={seed}").to_end() for seed in SEEDS]


def test_zeros_and_ones() -> None:
    first = Run("perceptron?data=digits&classes=0,1")
    images, held_out = len(first.state["t"]), len(first.state["test_t"])
    ends = digit_runs("0,1")
    mistakes = [end["mistakes"] for end in ends]
    assert all(end["errors"] == 0 and end["test_accuracy"] == 1 for end in ends)
    says(
        "perceptron",
        f"There are {images} images to learn from.",
        f"{mistakes[0]:.0f} mistakes, and all {held_out} held-out images are right",
        f"from {min(mistakes):.0f} to {max(mistakes):.0f} mistakes, and is always right on all {held_out}",
    )


def test_the_weights_of_zeros_and_ones_make_sense() -> None:
    for seed in range(5):
        run = Run(f"perceptron?data=digits&classes=0,1&seed={seed}")
        run.to_end()
        picture = run.state["w"][:-1].reshape(8, 8)
        assert picture[2:6, 3:5].mean() > 0 > max(picture[2:6, 1:3].mean(), picture[2:6, 5:7].mean())


def test_threes_and_eights_and_their_baselines() -> None:
    ends = digit_runs("3,8")
    assert all(end["errors"] == 0 for end in ends)
    mistakes = [end["mistakes"] for end in ends]
    data = digit_pair((3, 8))
    x, t, test_x, test_t = (np.asarray(a, np.float64) for a in (data.x, data.t, data.test_x, data.test_t))
    always = max(np.mean(test_t == 1), np.mean(test_t == -1))
    distances = ((test_x[:, None] - x[None]) ** 2).sum(axis=2)
    most_similar = np.mean(t[distances.argmin(axis=1)] == test_t)
    far_3, far_8 = (((test_x - x[t == side].mean(axis=0)) ** 2).sum(axis=1) for side in (-1, 1))
    average = np.mean(np.where(far_8 < far_3, 1, -1) == test_t)
    right = np.mean([end["test_accuracy"] for end in ends])
    assert always < average < right < most_similar
    says(
        "perceptron",
        f"between {min(mistakes):.0f} and {max(mistakes):.0f} mistakes",
        f"on the {len(test_t)} held-out images it is right in {right:.3f} on average",
        f"Always the same answer: {always:.3f}.",
        f"The class whose average image is nearer: {average:.3f}.",
        f"The class of the most similar image to learn from: {most_similar:.3f}.",
        f"it keeps {x.shape[1] + 1} numbers, and not {len(x)} images",
    )


TASKS = [(name, task) for name in ("formal-neuron", "perceptron") for task in lesson(name).tasks]


@pytest.mark.parametrize(
    ("name", "predict"), [pair for pair in TASKS if isinstance(pair[1], Predict)], ids=lambda v: getattr(v, "id", v)
)
def test_predictions_have_an_answer(name: str, predict: Predict) -> None:
    metrics = Run(predict.lab).to_end()
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + predict.within + 1, metrics).right
    else:
        verdicts = [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))]
        assert verdicts.count(True) == 1


NEURONS = {
    "bias": (1, 1, -0.5), **SOLUTIONS, "xor": (1, 1, -0.5), "soft": (3, 3, -4.5),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "block"), [pair for pair in TASKS if isinstance(pair[1], LabBlock)], ids=lambda v: getattr(v, "id", v)
)
def test_goals_are_reached_but_not_at_once(name: str, block: LabBlock) -> None:
    spec = find_lab(block.lab).spec
    link = make_link(spec, block.knobs.items())
    goal = parse_condition(block.goal)
    lab, knobs = find_lab(block.lab), dict(link.knobs)
    state = lab.start(knobs, link.seed)
    assert not goal.holds({**knobs, **lab.metrics(state, knobs)})
    if spec.trains:
        for _ in range(2_000):
            lab.advance(state, knobs, 1, "cpu", None)
            if goal.holds({**knobs, **lab.metrics(state, knobs)}):
                return
        pytest.fail("the goal is not reached in 2000 examples")
    else:
        knobs.update(zip(("w1", "w2", "b"), map(float, NEURONS[block.id]), strict=True))
        assert goal.holds({**knobs, **lab.metrics(state, knobs)})
