"""The figures that chapter 0 states, run again."""

from __future__ import annotations

from functools import cache

import pytest
from lesson_numbers import LabRun, says

CAN, WINTERS = "00-why/what-it-can-do", "00-why/two-winters"


@cache
def game(seed: int) -> dict[str, float]:
    return LabRun(f"can-do?seed={seed}").step(60)


def test_the_game_of_the_lesson() -> None:
    says(
        CAN,
        "At the start it knows nothing: its 2 410 numbers",
        "1 352 other digits",
        "about 89 % right",
        "It has 17 of 20 right",
    )
    run = LabRun("can-do")
    assert run.state["theta"].size == 2410
    assert len(run.state["x"]) == 1352
    assert len(run.state["test_x"]) == 445
    assert (run.state["nearest"] == run.state["test_kind"][:20]).sum() == 17
    found = run.step(60)
    # Training is chaotic: on another processor the last bits differ, and then a digit or two.
    assert found["net"] == pytest.approx(17, abs=2)
    assert found["accuracy"] == pytest.approx(0.89, abs=0.02)


def test_other_digits() -> None:
    says(CAN, "from 13 to 20: twenty are few")
    right = [game(seed)["net"] for seed in range(20)]
    assert min(right) == pytest.approx(13, abs=1)
    assert max(right) == pytest.approx(20, abs=1)


def test_sharp_digits_are_all_right() -> None:
    says(CAN, "goal: net >= 19")
    assert LabRun("can-do?blur=0&noise=0").step(60)["net"] >= 19


def test_what_was_published() -> None:
    from tutor.data.tables import table

    says(
        CAN,
        "130 000 images chose wrongly for 28",
        "chose wrongly for 34 of 100",
        "500 000 recordings: 92.6 times",
        "80.0 times",
    )
    cases = table("00-why", "can-do")
    assert (cases["skin"]["net"], cases["skin"]["experts"]) == (28, 34)
    assert (cases["ecg"]["net"], cases["ecg"]["experts"]) == (92.6, 80.0)


def test_the_line_and_the_contests() -> None:
    says(WINTERS, "15.3 %", "26.1 %", "6.6 %", "26.1 / 6.6 = 3.95", "In 2013 eight of nine were deep", "one team of six")
    assert LabRun("timeline?event=5").metrics()["quiet"] == 16
    first, last = (LabRun(f"timeline?contest={year}").metrics() for year in (2012, 2014))
    assert (first["deep"], first["shallow"], last["deep"]) == (15.3, 26.1, 6.6)
    assert round(first["shallow"] / last["deep"], 2) == 3.95
    assert 101 * 30 == 3030
