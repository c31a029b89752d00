"""What chapter 8 states in numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from lesson_numbers import LabRun, lesson, says

from kernels import ngrams
from tutor.conditions import parse_condition
from tutor.course.grade import grade_prediction
from tutor.course.model import Exercise, Predict
from tutor.exercises import prove
from tutor.labs.rnn import corpus

RECURRENCE, TEXT, MEMORY = "08-rnn/recurrence", "08-rnn/text", "08-rnn/memory"


@cache
def ended(link: str) -> LabRun:
    """The run of a prediction, at its end."""
    run = LabRun(link)
    run.to_end()
    return run


def reach(query: str) -> float:
    return LabRun(f"unroll?activation=linear&{query}").metrics()["at_start"]


def test_powers() -> None:
    found = {sigma: reach(f"sigma={sigma}") for sigma in (0.5, 0.9, 1, 1.1, 1.2)}
    says(
        RECURRENCE,
        f"| 0.5 | {found[0.5]:.13f} |",
        f"| 0.9 | {found[0.9]:.3f} |",
        f"| 1 | {found[1]:.0f} |",
        f"| 1.1 | {found[1.1]:.0f} |",
        f"| 1.2 | {found[1.2]:.3g} |".replace("1.47e+03", "1470"),
        f"a sixty-eighth {'of what'}" if round(1 / found[0.9]) == 68 else "",
    )
    assert 0.9**7 < 0.5 < 0.9**6
    assert 0.9**22 < 0.1 < 0.9**21
    assert 0.5**10 < 0.001 < 0.5**9
    assert pytest.approx(11e6, rel=0.01) == 1.5**40
    assert pytest.approx(1e-4, rel=0.3) == 0.125 / 2**10


def test_a_random_matrix_shrinks_in_ten_seeds_of_ten() -> None:
    found = [reach(f"matrix=random&sigma=1.5&seed={seed}") for seed in range(10)]
    assert max(found) < 1
    says(RECURRENCE, f"To {found[0]:.2f} of its size", "In ten seeds of ten it shrinks at σ = 1.5")


def test_clipping() -> None:
    held, free = (LabRun(f"unroll?activation=linear&sigma=1.1&clipping={clipping}") for clipping in ("on", "off"))
    start = held.metrics()
    end = held.step(200)
    free.step(10)
    step = int(free.state["broken"][0])
    says(
        RECURRENCE,
        f"the loss is infinite at step {step}: the first gradient was {start['gradient']:.0f} long",
        f"the loss goes from {start['loss']:.0f} to {end['loss']:.2f} in 200 steps",
    )
    block = LabRun("unroll?activation=linear&sigma=1.1&rate=0.05")
    assert block.step(200)["loss"] < 0.1


def test_the_tables_of_the_toy_text() -> None:
    run = LabRun("char-rnn")
    found = [ngrams.bits(float(loss)) for loss in run.state["tables"]]
    says(
        TEXT,
        f"| all alike | {np.log2(26):.2f} |",
        *(f"| {order}-gram | {found[order - 1]:.2f} |" for order in (1, 2, 3, 5)),
        "needs less than 0.5 bits, where the 5-gram table needs 0.58",
    )


def test_the_lstm_after_a_million_characters() -> None:
    run = ended("char-rnn")
    assert run.metrics()["read"] == pytest.approx(1e6, rel=0.03)
    assert run.metrics()["test_loss"] < 0.5


def test_a_small_vanilla_net_on_python() -> None:
    found = LabRun("char-rnn?text=python&cell=vanilla&units=32").step(500)
    assert found["read"] == pytest.approx(5e5, rel=0.03)
    assert found["test_loss"] > found["trigram"] > found["fivegram"]


def test_examples_of_the_toy_text() -> None:
    from tutor.data import texts

    text = texts.text("toy")
    first = text.write(text.ids[:100]).split("\n")[0]
    says(TEXT, f"> {first}")
    assert len("the cats that the dog sees wait") - len("the cats") > 20
    assert corpus.tables_of(text).found[-1].order == 5


def test_the_numbers_of_memory() -> None:
    assert 1 / (1 + np.exp(-1)) == pytest.approx(0.731, abs=5e-4)
    assert 1 / (1 + np.exp(-4)) == pytest.approx(0.982, abs=5e-4)
    assert (1 / (1 + np.exp(-1))) ** 50 == pytest.approx(1.6e-7, rel=0.03)
    assert (1 / (1 + np.exp(-4))) ** 50 == pytest.approx(0.4, abs=0.01)
    assert 0.5**50 < 1e-15
    says(MEMORY, "The sigmoid of 1 is 0.731, and fifty times that is 0.00000016", "4 is 0.982, and fifty times that is 0.4")
    run = ended("memory")
    picture = run.lab.view("gradient", run.state, run.knobs, (80, 24))
    vanilla, lstm, gru = (series.y for series in picture.series)  # type: ignore[union-attr]
    assert vanilla[1] < 1e-6
    assert min(lstm[1], gru[1]) > 0.1
    says(
        MEMORY,
        "more than a tenth of the gradient arrives at the letter. Of that of the vanilla net it is less than a millionth",
    )


TASKS = [(name, task) for name in (RECURRENCE, TEXT, MEMORY) for task in lesson(name).tasks]


@pytest.mark.parametrize("predict", [task for _, task in TASKS if isinstance(task, Predict)], ids=lambda task: task.id)
def test_predictions_have_an_answer(predict: Predict) -> None:
    metrics = ended(predict.lab).metrics()
    if predict.kind == "number":
        assert grade_prediction(predict, metrics[predict.measure], metrics).right
        assert not grade_prediction(predict, metrics[predict.measure] + 2 * predict.within, metrics).right
    else:
        verdicts = [grade_prediction(predict, i, metrics).right for i in range(len(predict.options))]
        assert verdicts.count(True) == 1


def test_the_exercise_can_be_trusted() -> None:
    exercise: Any = next(task for _, task in TASKS if isinstance(task, Exercise))
    assert prove(exercise) == []


def test_goals_are_reached_but_not_at_once() -> None:
    """Those that take another knob than their block's; the others are what this file and the labs' tests show anyway."""
    for link, goal, steps in (
        ("unroll?activation=linear&sigma=1.15", "at_start > 100", 0),
        ("unroll?activation=linear&matrix=random&sigma=1.7", "at_start > 1", 0),
        ("memory?keep=2.5&symbols=8", "lstm >= 0.95", 300),
    ):
        run = LabRun(link)
        assert parse_condition(goal).holds(run.step(steps)), link
    assert not parse_condition("at_start > 1").holds(LabRun("unroll?activation=linear&matrix=random&sigma=1.5").metrics())
