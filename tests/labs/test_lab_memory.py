"""The lab `memory`: fifty symbols later the vanilla net guesses, LSTM and GRU remember; and what the lab says of it."""

from __future__ import annotations

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, metrics_at, run, sound

from tutor.engine.run import Run
from tutor.errors import DeviceProblem
from tutor.pictures import Lines, Text

SEEDS = range(2)


@pytest.fixture(scope="module")
def trained() -> list[Run]:
    """The default of the lab after 700 steps, in two seeds."""
    runs = [run(f"memory?seed={seed}") for seed in SEEDS]
    for one in runs:
        one.lab.advance(one.state, one.knobs, 700, "cpu", None)
    return runs


def test_fifty_symbols_later(trained: list[Run]) -> None:
    for one in trained:
        found = one.metrics()
        assert found["chance"] == 0.125
        assert abs(found["vanilla"] - 0.125) < 0.08
        assert found["lstm"] >= 0.95
        assert found["gru"] >= 0.95
        assert found["loss_vanilla"] > 2.9


def test_the_gradient_of_the_vanilla_net_is_gone(trained: list[Run]) -> None:
    for one in trained:
        picture = one.view("gradient", (80, 24))
        assert isinstance(picture, Lines)
        vanilla, lstm, gru = (series.y for series in picture.series)
        assert vanilla[1] < 1e-6
        assert min(lstm[1], gru[1]) > 1e-3


def test_the_answers_are_shown(trained: list[Run]) -> None:
    picture = trained[0].view("answers", (80, 24))
    assert isinstance(picture, Text)
    head, *lines = picture.lines
    assert head.split() == ["sequence", "vanilla", "LSTM", "GRU"]
    for line in lines:
        asked = line[0]
        assert line.split()[0].endswith("?")
        assert f" {asked} " in line[40:]
    assert sum("(" in line for line in lines) > len(lines) / 2
    assert "LSTM 1.00" in trained[0].words().summary


def test_five_symbols_later_all_remember() -> None:
    found = metrics_at("memory?delay=5", 400)[0]
    assert min(found["vanilla"], found["lstm"], found["gru"]) > 0.95


def test_gates_that_start_half_open_forget() -> None:
    one = run("memory?keep=0&units=16&delay=30")
    one.lab.advance(one.state, one.knobs, 400, "cpu", None)
    assert one.metrics()["lstm"] < 0.25
    assert "LSTM" in one.words().trouble
    assert "forget too soon" in one.words().trouble


def test_cut_anywhere_and_every_picture() -> None:
    chunks_do_not_matter("memory?delay=4&units=8&symbols=3", 75)
    sound("memory?delay=1&units=4&symbols=16&keep=0", (0, 1, 30))


def test_a_training_that_breaks_is_said() -> None:
    one = run("memory?delay=4&units=8")
    one.state["gru_theta"][:] = np.sign(one.state["gru_theta"]) * np.float32(3e38)
    one.advance(40)
    assert one.words().trouble == "the loss was no finite number: GRU at step 1; the rate is too large"
    with pytest.raises(DeviceProblem, match="cpu"):
        one.lab.advance(one.state, one.knobs, 1, "cuda", None)


def test_what_trains_can_be_watched() -> None:
    one = run("memory?delay=4&units=8")
    one.advance(3)
    before = one.hash()
    layers = one.lab.layers(one.state, one.knobs)  # type: ignore[attr-defined]
    assert one.hash() == before
    assert [layer.name for layer in layers] == ["vanilla recurrence", "LSTM recurrence", "GRU recurrence"]
    assert all(layer.activations.shape == (8, 5 * 32) for layer in layers)
    assert all(1e-4 < layer.update < 0.1 for layer in layers)
