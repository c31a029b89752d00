"""The labs `transfer`, `fine-tune` and `tune-text`: when what was learned before helps, and when it does not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.engine.run import Run
from tutor.errors import BadData, UserError
from tutor.labs.few import nets
from tutor.pictures import Images, Lines

SMALL = "units=16&layers=1&pre=20"


@cache
def after(link: str, steps: int) -> Run:
    one = run(link)
    one.lab.advance(one.state, one.knobs, steps, "cpu", None)
    return one


def at(one: Run, labels: int) -> dict[str, float]:
    return one.lab.metrics(one.state, {**one.knobs, "at": str(labels)})


def test_what_was_learned_beats_scratch_where_digits_move() -> None:
    moved = after("transfer", 10)
    for labels in (1, 2, 5):
        found = at(moved, labels)
        assert found["wins_frozen"] >= 8, labels
        assert found["wins_tuned"] >= 6, labels
        assert found["frozen"] > found["scratch"] + 0.07
        assert found["frozen"] > found["tuned"] + 0.02
        assert found["frozen"] > found["nearest"] + 0.05
    assert moved.metrics()["before"] > 0.9


@pytest.mark.parametrize("link", ["transfer?pre=0", "transfer?data=digits"])
def test_it_does_not_without_training_before_or_where_there_is_nothing_to_carry_over(link: str) -> None:
    one = after(link, 10)
    for labels in (1, 2, 5):
        assert at(one, labels)["wins_frozen"] <= 7
    assert at(one, 5)["frozen"] < at(one, 5)["scratch"] + 0.02
    assert at(one, 5)["frozen"] < at(one, 5)["nearest"]
    assert "does not help" in one.words().trouble


def test_the_five_kinds_and_the_five_others() -> None:
    for data in ("moved", "digits"):
        found = nets.kinds(data, 3)
        assert set(found.kind) == set(found.test_kind) == set(found.other_kind) == set(range(5))
        assert len(found.x) > 600
        assert len(found.other_x) == 896
        one, again, other = (nets.deal(found.other_kind, 3, draw) for draw in (0, 0, 1))
        assert np.array_equal(one.test, again.test)
        assert not np.array_equal(one.rows(5), other.rows(5))
        assert not set(one.rows(20)) & set(one.test), "a test image is never learned from"
        assert set(one.rows(2)) <= set(one.rows(5)), "fewer labels are some of the more"
        assert np.bincount(found.other_kind[one.rows(5)]).tolist() == [5] * 5


def test_frozen_layers_stay_as_they_are() -> None:
    one = run(f"fine-tune?{SMALL}")
    one.lab.advance(one.state, one.knobs, 1, "cpu", None)
    body, tuned = one.state["pretrained"].copy(), one.state["tuned_theta"].copy()
    one.lab.advance(one.state, one.knobs, 20, "cpu", None)
    assert np.array_equal(one.state["pretrained"], body)
    assert not np.array_equal(one.state["tuned_theta"][:100], tuned[:100])
    assert one.metrics()["learned"] > 0.3


def test_fine_tuning_live() -> None:
    found = after("fine-tune", 60).metrics()
    assert found["frozen"] > found["scratch"] + 0.07
    assert found["frozen"] > found["tuned"]


def solution(w: np.ndarray, b: np.ndarray, h: np.ndarray, t: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    z = h @ w.T + b
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d = (p / p.sum(axis=1, keepdims=True) - t) / len(h)
    return w - rate * d.T @ h, b - rate * d.sum(axis=0)


def test_the_learner_s_update_is_the_kernel_s() -> None:
    ours, theirs = run(f"fine-tune?{SMALL}"), run(f"fine-tune?{SMALL}", solution)
    for one in (ours, theirs):
        one.lab.advance(one.state, one.knobs, 20, "cpu", one.plug)
    assert np.allclose(ours.state["head_theta"], theirs.state["head_theta"], rtol=1e-4, atol=1e-5)
    assert np.array_equal(ours.state["scratch_theta"], theirs.state["scratch_theta"])
    with pytest.raises(UserError, match="2"):
        run(f"fine-tune?{SMALL}", lambda w, b, h, t, rate: w).advance(1)


def test_a_rate_that_is_too_large_is_named() -> None:
    one = run(f"fine-tune?{SMALL}&rate=0.1&head_rate=10")
    one.state["tuned_theta"][:] = 0  # nothing before the first step
    one.lab.advance(one.state, one.knobs, 1, "cpu", None)
    one.state["head_theta"][:] = np.float32(3e38)
    one.lab.advance(one.state, one.knobs, 2, "cpu", None)
    assert "frozen: the loss was no finite number" in one.words().trouble


def test_one_text_then_another() -> None:
    one = after("tune-text?first=python&pre=100&units=32", 200)
    found = one.metrics()
    assert found["steps"] == 100
    assert found["tuned"] < found["scratch"] - 0.2
    assert found["tuned"] < found["untuned"] - 0.5
    assert found["tuned"] > found["table"], "the honest baseline"


def test_without_a_first_text_both_are_the_same() -> None:
    found = after("tune-text?pre=0&units=8&first=toy", 30).metrics()
    assert found["tuned"] == found["scratch"] < found["untuned"]


def test_a_text_that_is_not_there() -> None:
    with pytest.raises(BadData, match="'toi'"):
        run("tune-text?text=toi")


def test_pictures() -> None:
    one = after(f"transfer?{SMALL}&updates=5", 3)
    curves, shown = one.view("curves", (80, 20)), one.view("examples", (80, 20))
    assert isinstance(curves, Lines)
    assert len(curves.series) == 8, "four curves, and their spread"
    assert isinstance(shown, Images)
    assert set(shown.captions) == {"5", "6", "7", "8", "9"}
    answers = after(f"fine-tune?{SMALL}", 5).view("answers", (80, 20))
    assert isinstance(answers, Images)
    wrong = sum("says" in caption for caption in answers.captions)
    assert answers.title.startswith(f"{20 - wrong} of these 20 are right; of all, 0.")


def test_chunks_and_seeks_do_not_matter() -> None:
    chunks_do_not_matter(f"transfer?{SMALL}&updates=5", 3)
    chunks_do_not_matter(f"fine-tune?{SMALL}", 12)
    chunks_do_not_matter("tune-text?first=toy&pre=7&units=4&characters=500", 40)


def test_they_are_sound() -> None:
    sound(f"transfer?{SMALL}&updates=5", (0, 2))
    sound(f"fine-tune?{SMALL}&labels=20", (0, 2))
    sound("tune-text?first=toy&pre=5&units=4&characters=200", (0, 3, 10))
