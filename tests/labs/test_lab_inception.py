"""The lab `inception`: two nets of as many parameters on the same batches, and outputs on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.engine.run import Run
from tutor.labs.inception.nets import shape_of, silenced
from tutor.pictures import Bars, Columns, Text

SMALL = "inception?width=1"


def trained(link: str, rounds: int) -> Run:
    one = run(link)
    one.lab.advance(one.state, one.knobs, rounds, "cpu", None)
    return one


@pytest.fixture(scope="module")
def reading() -> Run:
    return trained("inception?last=max&seed=1", 20)


def test_both_nets_learn_to_read(reading: Run) -> None:
    found = reading.metrics()
    assert found["inception"] > 0.85
    assert found["plain"] > 0.85
    assert found["halfway"] > 0.6
    assert found["push"] > 0
    assert found["ahead"] == pytest.approx(100 * (found["inception"] - found["plain"]))
    words = reading.words()
    assert not words.trouble
    assert "5 842 and 5 823 numbers" in words.summary


@pytest.mark.parametrize("knobs", ["", "width=1", "width=5&blocks=4", "narrow=no&width=2", "blocks=1", "width=3&share=0"])
def test_the_plain_net_has_as_many_parameters(knobs: str) -> None:
    found = run(f"inception?{knobs}").metrics()
    assert abs(found["plain_parameters"] / found["parameters"] - 1) < 0.05


def test_a_1x1_first_saves_most_of_the_numbers() -> None:
    counts = [shape_of(run(f"inception?narrow={narrow}&width=5").knobs, 16).learned for narrow in ("yes", "no")]
    assert counts[1] > 2.5 * counts[0]


def test_numbers_of_auxiliary_outputs_are_not_counted() -> None:
    with_it, without = (shape_of(run(f"inception?share={share}").knobs, 16) for share in (0.3, 0))
    assert with_it.learned == without.learned == without.inception[0].parameters
    assert with_it.inception[0].parameters - with_it.learned == 10 * 40 + 10
    assert not shape_of(run("inception?blocks=1").knobs, 16).heads


def test_without_an_auxiliary_output_its_metrics_are_0() -> None:
    found = trained(f"{SMALL}&share=0", 1).metrics()
    assert (found["halfway"], found["push"]) == (0, 0)


def test_a_silent_branch_says_nothing(reading: Run) -> None:
    shape = shape_of(reading.knobs, 16)
    for branch in range(4):
        theta = silenced(shape, reading.state["theta"], 2, branch)
        assert 0 < (theta != reading.state["theta"]).sum() < 2000
    bars = reading.view("branches", (80, 20))
    assert isinstance(bars, Bars)
    assert len(bars.labels) == 1 + 2 * 4
    assert bars.values[0] == pytest.approx(reading.metrics()["inception"], abs=0.06), "of fewer images"
    assert bars.values[1:].min() < bars.values[0] - 0.1, "some branch is needed"


def test_the_table_adds_up() -> None:
    picture = run("inception").view("numbers", (50, 17))
    assert isinstance(picture, Columns)
    for part, total in zip(picture.parts, (5842, 5823), strict=True):
        assert isinstance(part, Text)
        numbers = [int(line[17:].replace(" ", "")) for line in part.lines if not line.startswith("  ")]
        assert sum(numbers[:-1]) == numbers[-1] == total
        assert max(len(line) for line in part.lines) <= 24


def test_it_holds_together() -> None:
    chunks_do_not_matter(f"{SMALL}&batch=8", 6)
    sound(f"{SMALL}&blocks=3&activation=tanh&batch=7", (0, 1))


def test_both_nets_see_the_same_digits_whatever_the_other_is() -> None:
    one, other = trained(f"{SMALL}&share=0", 2), trained(f"{SMALL}&share=0.5", 2)
    assert np.array_equal(one.state["plain_theta"], other.state["plain_theta"])
    assert not np.array_equal(one.state["theta"][:80], other.state["theta"][:80])


@pytest.mark.parametrize(
    ("knobs", "rounds", "words"), [("rate=1", 10, "rate 1 is too large"), ("activation=sigmoid&blocks=2", 7, "sigmoids")]
)
def test_what_goes_wrong_is_said(knobs: str, rounds: int, words: str) -> None:
    said: Any = trained(f"{SMALL}&{knobs}", rounds).words()
    assert words in said.trouble
