"""The labs `machines` and `libraries`: all ways make the same step, rates are numbers, and the table is whole."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.errors import UserError
from tutor.labs.machines import libraries, ways
from tutor.pictures import Bars, Columns, Text


@pytest.mark.parametrize("link", ["machines", "machines?hidden=1&batch=1", "machines?hidden=200&batch=48"])
def test_all_ways_agree(link: str) -> None:
    one = run(link)
    one.advance(20)
    picture = one.view("agreement", (80, 20))
    assert isinstance(picture, Text)
    said = [line for line in picture.lines if "off by" in line]
    assert len(said) >= 4
    assert all("agrees: off by" in line for line in said)


def test_a_way_that_is_wrong_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from kernels import plain

    right = plain.step_in_numpy
    monkeypatch.setattr(
        plain, "step_in_numpy", lambda net, x, t, rate: right(net, x, t, rate * (2 if x.dtype == np.float32 else 1))
    )
    picture = run("machines").view("agreement", (80, 20))
    assert isinstance(picture, Text)
    assert any(line.startswith("NumPy") and "does NOT agree" in line for line in picture.lines)


def test_rates_are_measured_and_drawn() -> None:
    one = run("machines?hidden=4&batch=2")
    found = one.metrics()
    assert all(found[f"rate_{way}"] > 0 for way in ("python", "numpy", "numba", "cores"))
    assert (found["rate_cuda"] > 0) == (not ways.why_not_cuda())
    picture = one.view("rates", (80, 20))
    assert isinstance(picture, Bars)
    assert picture.labels[:3] == ("pure Python", "NumPy", "Numba, 1 core")
    assert "as many steps as pure Python" in one.words().summary


RECORD = {
    "gpu": "NVIDIA Something 9", "date": "2031-02-03",
    "results": [
        {"name": "2-8-8-1 tanh, one net: against the CPU", "value": 0.52},
        {"name": "2-8-8-1 tanh, 1,024 nets at once: against the CPU", "value": 34.5},
        {"name": "2-8-8-1 tanh, 1,024 nets at once: against PyTorch", "value": 6123.4},
        {"name": "lab xor: against the CPU", "value": 3.0},
        {"name": "gans", "value": "nan"},
    ],
}  # fmt: skip


def test_a_recorded_run_on_a_gpu_is_shown_with_its_gpu_and_date() -> None:
    from tutor.data.gpu_run import own_record

    one = run("machines?hidden=4&batch=2")
    assert isinstance(one.view("rates", (80, 20)), Bars), "and nothing where none is recorded"
    own_record().parent.mkdir(parents=True)
    own_record().write_text(json.dumps(RECORD))
    picture = one.view("rates", (80, 20))
    assert isinstance(picture, Columns)
    bars, text = picture.parts
    assert isinstance(bars, Bars)
    assert isinstance(text, Text)
    assert text.lines == (
        "NVIDIA Something 9, 2031-02-03",
        "2-8-8-1 tanh, 1,024 nets at once", "  34.5 × the CPU, 6,120 × PyTorch",
        "2-8-8-1 tanh, one net", "  0.52 × the CPU",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "[" * 10**5, json.dumps(RECORD | {"date": "today"}), json.dumps(RECORD | {"gpu": "\x1b[31mred"}),
     json.dumps(RECORD | {"results": []}), json.dumps(RECORD | {"results": [{"name": "x: against y", "value": "nan"}]})],
)  # fmt: skip
def test_what_is_no_record_is_not_shown(text: str) -> None:
    from tutor.data.gpu_run import own_record, recorded

    own_record().parent.mkdir(parents=True)
    own_record().write_text(text)
    assert recorded() is None


def test_a_record_that_comes_with_the_course_is_in_readme_too() -> None:
    from tutor.data.gpu_run import read_record
    from tutor.paths import lessons_folder

    readme = " ".join((lessons_folder().parent / "README.md").read_text().split())
    shipped = read_record(lessons_folder() / "data" / "gpu.json")
    if shipped is None:
        assert "No figures of a GPU are given here" in readme
    else:
        assert shipped.gpu in readme
        assert shipped.day.isoformat() in readme


def test_times_do_not_touch_the_run() -> None:
    one, other = run("machines?seed=5"), run("machines?seed=5")
    ways.rates.cache_clear()
    one.advance(50)
    ways.rates.cache_clear()
    other.advance(50)
    assert one.hash() == other.hash()
    chunks_do_not_matter("machines?hidden=8", 60)


def test_the_learner_s_step_trains_the_net() -> None:
    from kernels import plain

    def step(W1, b1, W2, b2, x, t, rate):  # type: ignore[no-untyped-def]
        return plain.step_in_numpy((W1, b1, W2, b2), x, t, rate)

    mine, ours = run("machines", step), run("machines")
    mine.advance(100)
    ours.advance(100)
    assert mine.metrics()["accuracy"] == pytest.approx(ours.metrics()["accuracy"], abs=0.01)
    np.testing.assert_allclose(mine.state["theta"], ours.state["theta"], atol=1e-4)
    with pytest.raises(UserError, match="b1 of shape"):
        run("machines", lambda *given: (given[0], 0.0, given[2], given[3])).advance(1)


def test_the_table_is_the_one_of_2017() -> None:
    rows, criteria = libraries.found()
    assert tuple(row.name for row in rows) == libraries.NAMES
    assert tuple(criteria) == libraries.CRITERIA[1:]
    assert {row.name: sum(row.scores.values()) for row in rows} == {
        "Theano": 11, "TensorFlow": 16, "Torch": 13, "Caffe": 6, "MXNet": 12, "Neon": 8, "CNTK": 9,
    }  # fmt: skip


def test_they_are_sound() -> None:
    sound("machines?hidden=8&batch=4", (0, 20))
    sound("libraries?criterion=speed&library=CNTK", (0,))
