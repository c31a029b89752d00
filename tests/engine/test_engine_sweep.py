"""Sweeps: which values, which runs, how curves are kept, smoothed and laid over each other."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest
from walk import SPEC, Walk

from tutor.engine.crew import Job, Outcome, outcomes
from tutor.engine.curves import Curve, curve_of, differing, overlay, pack, record_of, smoothed, unpack
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.engine.sweep import MOST, Axis, BadSweep, members, read_axis, suggestion
from tutor.engine.wire import HEADER, decode, encode
from tutor.errors import UserError
from tutor.labs.spec import Knob, LabSpec

KNOBS = (*SPEC.knobs, Knob("hidden", "text", "4"), Knob("rate", "number", 0.1, low=1e-3, high=10.0, log=True))
WIDER = LabSpec("walk", "", "", KNOBS, SPEC.metrics, SPEC.views, SPEC.source)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("drift=0.5, 1,2.5", (0.5, 1.0, 2.5)),
        ("seed=0..4", (0, 1, 2, 3, 4)),
        ("end=10..50..20,7", (10, 30, 50, 7)),
        ("data=xor,and", ("xor", "and")),
        ("hidden=4,2|8", ("4,2", "8")),
        ("drift=1,1.0,2", (1.0, 2.0)),
    ],
)
def test_values_are_read(text: str, values: tuple[object, ...]) -> None:
    assert read_axis(text, WIDER) == Axis(text.partition("=")[0], values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drfit=1,2", "'walk' has no knob 'drfit'; did you mean 'drift'?"),
        ("drift=1,fast", "drift must be a number, not 'fast'; use a number from -10 to 1000"),
        ("drift=1,2000", "drift cannot be 2000; use a number from -10 to 1000"),
        ("data=and,nor", "data cannot be 'nor'; did you mean 'xor'?"),
        ("drift", "'drift' is not KNOB=VALUES; write it like: rate=0.01,0.03,0.1 or seed=0..4"),
        ("drift=1", "a sweep over drift needs at least two values; write it like: drift=…,…"),
        ("hidden=4,2", "a sweep over hidden needs at least two values; separate them with |: hidden=4,2|8"),
        ("seed=4..1", "the range 4..1 is empty; write the smaller number first"),
        ("seed=a..b", "'a..b' is no range of whole numbers; write it like: seed=0..4 or seed=0..100..10"),
        ("seed=0..1000000000", "1000000001 runs are too many at once; ask for at most 200"),
    ],
)
def test_what_cannot_be_swept_is_said_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        read_axis(text, WIDER)
    assert str(caught.value) == says


def test_two_axes_make_a_grid_with_a_place_for_each_cell() -> None:
    link = parse_link("walk?drift@9=3&end=5&seed=2", SPEC)
    axes = [read_axis("drift=1,2", SPEC), read_axis("seed=0..2", SPEC)]
    cells = members(link, SPEC, axes)
    assert [cell.place for cell in cells] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert cells[4].link == "walk?drift=2&end=5&seed=1"
    assert cells[4].values == (("drift", 2.0), ("seed", 1))
    with pytest.raises(BadSweep, match="'seed' is swept twice"):
        members(link, SPEC, [axes[1], axes[1]])
    many = Axis("seed", tuple(range(MOST // 2 + 1)))
    with pytest.raises(BadSweep, match=f"{MOST + 2} runs are too many at once"):
        members(link, SPEC, [axes[0], many])


def test_the_values_that_are_suggested_can_be_read_and_hold_the_knobs_own() -> None:
    for knob in WIDER.knobs:
        if knob.kind != "text":
            assert knob.default in read_axis(suggestion(knob, knob.default), WIDER).values
    assert suggestion(KNOBS[-1], 0.2) == "rate=0.02,0.06,0.2,0.6,2"


def test_a_record_travels_whole_and_ends_where_the_run_is() -> None:
    run = Run(Walk(), parse_link("walk?drift=0.1", SPEC))
    run.advance(3000)
    run.seek(1000)
    record = record_of(run)
    assert (record.step, record.metrics, record.link) == (1000, run.metrics(), run.text)
    assert record.curves["where"].x[-1] == 1000
    data = encode(pack(record))
    size = HEADER.unpack(data[: HEADER.size])[0]
    back = unpack(decode(data[HEADER.size : HEADER.size + size], data[HEADER.size + size :]))
    assert back.metrics == record.metrics
    for name, curve in record.curves.items():
        for part in ("x", "y", "at", "mean"):
            assert np.array_equal(getattr(back.curves[name], part), getattr(curve, part))


def test_few_points_keep_the_extremes_and_the_means() -> None:
    x = np.arange(10_000.0)
    y = np.where(x % 1000 == 17, 50.0, 1.0)
    curve = curve_of(x, y, 20)
    assert len(curve.x) <= 42
    assert curve.y.max() == 50
    assert curve.mean == pytest.approx([1.0 + 49 / 500 if k % 2 == 0 else 1.0 for k in range(20)])
    assert curve.at[-1] == 9999


def test_smoothing_is_a_moving_average_with_its_bias_corrected() -> None:
    x = np.arange(200.0)
    flat = smoothed(curve_of(x, np.full(200, 3.0)), 0.05)
    assert flat.y == pytest.approx(np.full(200, 3.0))
    y = np.random.default_rng(0).normal(size=200)
    got = smoothed(curve_of(x, y), 0.05).y
    fade = math.exp(-1 / (0.05 * 199))
    m, expected = 0.0, []
    for k, value in enumerate(y, 1):
        m = fade * m + (1 - fade) * value
        expected.append(m / (1 - fade**k))
    assert got == pytest.approx(expected)
    uneven = Curve(*(np.array([0.0, 1.0, 2.0, 50.0, 100.0]), np.array([1.0, 1.0, np.nan, 1.0, 2.0])) * 2)
    assert np.isfinite(smoothed(uneven, 0.2).y).all()
    assert 1.0 < smoothed(uneven, 0.2).y[-1] < 2.0
    assert smoothed(uneven, 0.0) is uneven


def test_a_value_is_read_at_any_step() -> None:
    curve = curve_of(np.array([0.0, 2.0, 4.0]), np.array([5.0, 6.0, 7.0]))
    assert [curve.value(step) for step in (0, 1, 2, 3.9, 100)] == [5, 5, 6, 6, 7]
    assert math.isnan(curve.value(-1))


def test_curves_are_laid_over_each_other_in_different_roles() -> None:
    curve = curve_of(np.array([0.0, 40.0]), np.array([1.0, 2.0]))
    picture = overlay([("one", curve), ("two", curve)], "loss", "step", y_log=True, cursor=7.0)
    assert [(s.label, s.role) for s in picture.series] == [("one", "a"), ("two", "b")]
    assert (picture.x_limits, picture.y_log, picture.cursor) == ((0.0, 40.0), True, 7.0)


def test_only_what_differs_is_named() -> None:
    assert differing([{"rate": 1, "data": "and", "seed": 0}, {"rate": 1, "data": "or", "seed": 0}]) == ["data"]
    assert differing([{"rate": 1}]) == []


def test_a_crew_makes_each_run_as_it_is_made_alone_and_a_bad_one_does_no_harm() -> None:
    jobs = [Job("gd?rate=0.1", 30), Job("gd?rate=nothing", 5), Job("gd?rate=0.02", 30, "loss < 1", "loss", (40, 10))]
    steps: list[int] = []

    async def main() -> list[Outcome]:
        return [outcome async for outcome in outcomes(jobs, 2, moved=lambda index, step: steps.append(step))]

    found = sorted(asyncio.run(main()), key=lambda outcome: outcome.index)
    from tutor.labs import find_lab

    for k in (0, 2):
        record = found[k].record
        assert record is not None
        run = Run(find_lab("gd"), parse_link(jobs[k].link, find_lab("gd").spec))
        run.advance(record.step)
        assert (run.hash(), run.metrics()["loss"]) == (found[k].sha256, record.metrics["loss"])
    assert found[0].reason == "steps"
    assert found[2].reason == "until"
    assert found[2].picture is not None
    assert found[1].record is None
    assert "rate must be a number" in found[1].error
    assert steps
