"""A run is a function of its link: however it is cut into chunks, sought and replayed."""

from __future__ import annotations

import numpy as np
import pytest
from walk import SPEC, Walk

from tutor.conditions import parse_condition
from tutor.engine.checkpoints import Checkpoints
from tutor.engine.link import make_link, parse_link
from tutor.engine.run import Run
from tutor.errors import BadLink
from tutor.pictures import Lines


def run_of(text: str = "walk?drift=0.1&seed=3") -> Run:
    return Run(Walk(), parse_link(text, SPEC))


def test_chunks_do_not_matter() -> None:
    whole, pieces = run_of(), run_of()
    whole.advance(5000)
    for size in [1, 2, 3, 994] * 5:
        pieces.advance(size)
    assert pieces.step == whole.step == 5000
    assert pieces.hash() == whole.hash()
    assert run_of("walk?drift=0.1&seed=4").hash() != run_of().hash()


@pytest.mark.parametrize("step", [0, 1, 17, 2047, 2049, 4999, 5000])
def test_seeking_back_is_exact(step: int) -> None:
    run, straight = run_of(), run_of()
    run.advance(5000)
    end = run.hash()
    straight.advance(step)
    run.seek(step)
    assert (run.step, run.head, run.hash()) == (step, 5000, straight.hash())
    run.seek(5000)
    assert run.hash() == end


def test_a_knob_turned_on_the_way_is_part_of_the_link_and_replays() -> None:
    run = run_of()
    run.advance(100)
    run.change("drift", 0.5)
    run.advance(200)
    run.change("drift", -0.25)
    run.advance(300)
    assert run.text == "walk?drift=0.1&drift@100=0.5&drift@300=-0.25&seed=3"
    replay = run_of(run.text)
    replay.advance(600)
    assert replay.hash() == run.hash()
    replay.seek(150)
    replay.seek(600)
    assert replay.hash() == run.hash()


def test_turning_a_knob_in_the_past_branches_there() -> None:
    run = run_of()
    run.advance(100)
    run.change("drift", 0.5)
    run.advance(100)
    run.seek(50)
    run.change("drift", 0.2)
    assert run.head == 50
    assert run.text == "walk?drift=0.1&drift@50=0.2&seed=3"
    run.advance(100)
    replay = run_of(run.text)
    replay.advance(150)
    assert replay.hash() == run.hash()


def test_a_knob_that_cannot_change_on_the_way_starts_again() -> None:
    run = run_of()
    run.advance(100)
    run.change("data", "xor")
    assert (run.step, run.text) == (0, "walk?drift=0.1&data=xor&seed=3")
    with pytest.raises(BadLink, match=r"no knob 'drfit'.*did you mean 'drift'"):
        run.change("drfit", 1)


def test_a_condition_is_seen_at_the_same_step_however_the_run_is_cut() -> None:
    until = parse_condition("far >= 100", ["where", "far"])
    whole, pieces = run_of(), run_of()
    assert whole.advance(5000, until) == "until"
    while not pieces.advance(7, until):
        pass
    assert pieces.step == whole.step < 5000
    assert pieces.hash() == whole.hash()


def test_a_run_that_is_finished_stays_where_it_is() -> None:
    run = run_of("walk?end=37")
    assert run.advance(100) == "finished"
    assert run.advance(100) == "finished"
    assert (run.step, run.finished) == (37, True)
    run.seek(10)
    assert not run.finished
    run.seek(90)
    assert (run.step, run.finished) == (37, True)


def test_a_run_that_leaves_the_finite_numbers_says_so() -> None:
    run = run_of("walk?drift=500")
    assert run.advance(50) == "diverged"
    assert run.step < 10
    assert run.advance(1) == "diverged"


def test_curves_are_drawn_from_the_record_with_a_cursor_in_the_past() -> None:
    run = run_of()
    run.advance(20000)
    picture = run.view("path", (60, 20))
    assert isinstance(picture, Lines)
    assert [series.label for series in picture.series] == ["where", "far"]
    assert len(picture.series[0].x) <= 122
    assert picture.series[0].x[-1] == 20000
    assert picture.cursor is None
    run.seek(500)
    past = run.view("path", (60, 20))
    assert isinstance(past, Lines)
    assert past.cursor == 500.0


def test_checkpoints_stay_within_their_budget_and_never_lose_the_first() -> None:
    store = Checkpoints(budget=100 * 800)
    for step in range(0, 20000, 50):
        store.add(step, {"step": np.array([step]), "w": np.full(100, step, dtype=np.float64)})
    assert store.bytes <= 100 * 808
    assert store.before(49)[0] == 0
    at, state = store.before(10**9)
    assert at == 19950
    assert state["w"][0] == 19950
    gaps = [store.before(step)[0] for step in range(0, 20000, 50)]
    assert max(step - at for step, at in zip(range(0, 20000, 50), gaps, strict=True)) < 2000


def test_the_data_of_a_run_are_shared_by_its_checkpoints() -> None:
    run = run_of()
    run.advance(3000)
    assert len(run.checkpoints) > 50
    assert run.checkpoints.before(1000)[1]["data"] is run.state["data"]
    assert run.checkpoints.bytes < 50_000


def test_links() -> None:
    link = make_link(SPEC, [("drift", "1e-3"), ("seed", 7), ("end", "12")])
    assert link.knobs == (("drift", 0.001), ("end", 12), ("data", "and"))
    for text, message in [
        ("walk?drfit=1", "'walk' has no knob 'drfit'; did you mean 'drift'?"),
        ("walk?data=nor", "data cannot be 'nor'; did you mean 'xor'?"),
        ("walk?drift=fast", "drift must be a number, not 'fast'; use a number from -10 to 1000"),
        ("walk?drift=nan", "drift cannot be nan; use a number from -10 to 1000"),
        ("walk?end=1.5", "end must be a whole number, not 1.5; use a whole number from 0 to 1e+09"),
        ("walk?seed=-1", "the seed cannot be '-1'; use a whole number from 0 to 4294967295"),
        ("walk?device=tpu", "'walk' cannot run on 'tpu'; did you mean 'cpu'?"),
        ("walk?data@5=xor", "'data' cannot change while 'walk' runs; set it from the start"),
        ("walk?drift@x=1", "'drift@x' does not say at which step; write it like: drift@500=…"),
        ("walk?drift", "'drift' in 'walk?drift' is not knob=value; write it like: perceptron?data=and&seed=3"),
    ]:
        with pytest.raises(BadLink) as caught:
            parse_link(text, SPEC)
        assert str(caught.value) == message
