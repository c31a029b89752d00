"""A grid of runs: each is the run of its link, they go on together, and the map says what they come to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from walk import SPEC, Walk

from tutor.engine.grid import DIVERGED, FAILED, FINISHED, RUNNING, WAITING, Grid
from tutor.engine.grid_crew import GridCrew
from tutor.engine.gridmap import best_cell, first_metric, map_of, words_of
from tutor.engine.link import Link, parse_link
from tutor.engine.run import Run
from tutor.engine.sweep import MOST_ON_CUDA, BadSweep, map_suggestion, members, read_axis
from tutor.errors import DeviceProblem
from tutor.labs import find_lab
from tutor.labs.spec import Knobs, Lab, LabSpec, Metric, State

FATES = {"": RUNNING, "finished": FINISHED, "diverged": DIVERGED}


def links_of(text: str, spec: LabSpec, *axes: str) -> list[Link]:
    cells = members(parse_link(text, spec), spec, [read_axis(axis, spec) for axis in axes])
    return [parse_link(cell.link, spec) for cell in cells]


def carried(lab: Lab, links: Sequence[Link], *targets: int, seconds: float = 60.0) -> Grid:
    grid = Grid(lab, links)
    for target in targets:
        while grid.advance(target, seconds):
            pass
    return grid


def is_as_single_runs(lab: Lab, links: Sequence[Link], *targets: int) -> list[int]:
    """Whether each cell is its link's run, bit for bit, and ends where and as it does. Returns their fates."""
    grid = carried(lab, links, *targets)
    for cell, link in zip(grid.cells, links, strict=True):
        run = Run(lab, link)
        reason = run.advance(targets[-1])
        assert (cell.step, cell.fate, cell.hash()) == (run.step, FATES[reason], run.hash()), link
        assert cell.metrics() == pytest.approx(run.metrics(), rel=0, abs=0, nan_ok=True)
    return [cell.fate for cell in grid.cells]


@pytest.mark.parametrize(
    ("text", "axes", "targets", "fates"),
    [
        ("playground?data=reg-plane&activation=relu&hidden=3", ("rate=0.1,10", "seed=1,2"), (1, 40, 300), {RUNNING, DIVERGED}),
        ("playground?hidden=3&rate@25=0.3", ("seed=0..1", "hidden=2|3,2"), (30, 90), {RUNNING}),
        ("race?dimensions=2&racers=momentum", ("condition=1,1000", "rate=0.5,100"), (1, 3, 300), {RUNNING, FINISHED}),
    ],
)
def test_each_cell_is_the_run_of_its_link_bit_for_bit(
    text: str, axes: tuple[str, str], targets: tuple[int, ...], fates: set[int]
) -> None:
    lab = find_lab(text.partition("?")[0])
    assert set(is_as_single_runs(lab, links_of(text, lab.spec, *axes), *targets)) == fates


def test_a_cell_ends_at_the_record_point_where_its_run_does() -> None:
    """Past step 2 048 not every step is one."""
    assert is_as_single_runs(
        Walk(), links_of("walk?drift@2500=200", SPEC, "end=0,2049,3001", "seed=0..1"), 700, 2501, 4100
    ) == [
        *(DIVERGED, DIVERGED),
        *(FINISHED, FINISHED),
        *(DIVERGED, DIVERGED),
    ]


def test_all_get_to_a_step_before_any_goes_further() -> None:
    grid = Grid(Walk(), links_of("walk", SPEC, "drift=1,2", "seed=0..2"))
    turns = []
    for target in (10, 20):
        while moved := grid.advance(target, 0.0):
            turns.append(moved)
            assert {cell.step for cell in grid.cells} <= {target - 10, target}
    assert turns == [[k] for k in (*range(6), *range(6))]


def test_a_run_that_cannot_begin_fails_alone() -> None:
    lab = find_lab("playground")
    grid = carried(lab, links_of("playground", lab.spec, "hidden=2|9,9", "seed=0..1"), 5)
    assert [cell.fate for cell in grid.cells] == [RUNNING, RUNNING, FAILED, FAILED]
    assert "the hidden layers cannot be '9,9'" in grid.cells[2].error
    assert grid.cells[2].metrics() == {}


class Pack(Walk):
    """A walk that a device takes on many at once, up to a step."""

    def __init__(self, last: int = 10**9) -> None:
        self.last, self.calls = last, list[tuple[int, int, str]]()

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        self.calls.append((len(states), steps, device))
        for k, (state, own) in enumerate(zip(states, knobs, strict=True)):
            if state["step"][0] + steps > self.last and k:
                raise DeviceProblem("the device is full")
            self.advance(state, own, steps, device, None)


def on_cuda(links: Sequence[Link]) -> list[Link]:
    return [Link(link.lab, link.knobs, link.seed, "cuda", link.changes) for link in links]


def test_a_device_takes_them_all_in_one_call() -> None:
    lab, links = Pack(), links_of("walk?drift@6=0.5", SPEC, "end=0,8", "seed=0..2")
    grid = carried(lab, on_cuda(links), 4, 10, 12)
    assert lab.calls == [(6, 4, "cuda"), (6, 2, "cuda"), (6, 4, "cuda"), (3, 2, "cuda")]
    for cell, link in zip(grid.cells, links, strict=True):
        run = Run(lab, link)
        run.advance(12)
        assert (cell.step, cell.hash()) == (run.step, run.hash())


def test_where_the_device_cannot_go_on_the_processor_does() -> None:
    lab, links = Pack(last=5), links_of("walk", SPEC, "drift=1,2", "seed=0..1")
    grid = carried(lab, on_cuda(links), 4, 8, 9)
    assert grid.note == "All go on on the CPU: the device is full."
    assert [cell.step for cell in grid.cells] == [9] * 4
    assert [cell.hash() for cell in grid.cells] == [cell.hash() for cell in carried(Walk(), links, 9).cells]


def test_processes_carry_a_share_each_and_one_that_dies_takes_only_its_own_down() -> None:
    lab = find_lab("gd")
    links = [link.link for link in members(parse_link("gd", lab.spec), lab.spec, [read_axis("rate=0.1,0.02,0.05", lab.spec)])]
    seen: list[set[int]] = []

    async def main() -> GridCrew:
        crew = GridCrew(lab.spec, links, processes=2)
        assert set(crew.fates.tolist()) == {WAITING}
        crew.moved = lambda: seen.append(set(crew.steps.tolist()))
        try:
            await crew.plant()
            while crew.step < 20:
                await crew.advance(20)
            await crew.hash()
            await crew._children[1].kill()
            await crew.advance(25)
        finally:
            await crew.close()
        return crew

    crew = asyncio.run(main())
    assert len(seen) > 6
    for k, link in enumerate(links):
        run = Run(lab, parse_link(link, lab.spec))
        run.advance(20)
        assert crew.hashes[k] == run.hash()
    assert [int(fate) for fate in crew.fates] == [RUNNING, FAILED, RUNNING]
    assert crew.errors[1].startswith("A process of the map")
    assert crew.steps[0] > 20


def test_a_grid_may_be_larger_on_a_gpu() -> None:
    spec = find_lab("playground").spec
    axes = [read_axis("seed=0..255", spec, MOST_ON_CUDA), read_axis("rate=0.01,0.03,0.1,0.3", spec)]
    assert len(members(parse_link("playground?device=cuda", spec), spec, axes)) == MOST_ON_CUDA
    with pytest.raises(BadSweep, match="1024 runs are too many at once"):
        members(parse_link("playground", spec), spec, axes)


# -- the map


def test_the_words_name_the_best_and_count_what_went_wrong() -> None:
    spec = find_lab("playground").spec
    axes = [read_axis("rate=0.1,1", spec), read_axis("seed=0..1", spec)]
    metric = spec.metrics[first_metric(spec)]
    values, fates = np.array([0.5, 0.98, 0.7, np.nan]), np.array([RUNNING, RUNNING, FINISHED, DIVERGED])
    assert words_of(spec, axes, metric, values, fates) == (
        "best accuracy 0.980 at rate 0.1, seed 1; 1 of 4 diverged; 1 of 4 finished"
    )
    assert best_cell(spec.metrics[0], values, fates) == 0
    plain = Metric("epoch", format=".0f")
    assert words_of(spec, axes, plain, np.arange(4.0), np.zeros(4)) == (
        "highest epoch 3 at rate 1, seed 1; lowest epoch 0 at rate 0.1, seed 0"
    )
    assert words_of(spec, axes, metric, values, np.full(4, WAITING)) == "no run has a number yet"


def test_the_first_knob_goes_to_the_right_and_the_letters_from_the_best_to_the_worst() -> None:
    spec = find_lab("playground").spec
    axes = [read_axis("rate=0.1,1,10", spec), read_axis("seed=0..1", spec)]
    values = np.array([0.61, 0.7, 0.99, 0.8, np.nan, 0.9])
    picture = map_of(spec, axes, spec.metrics[2], values, np.array([0, 0, 0, 0, DIVERGED, WAITING]), (1, 2))
    assert picture.values[0].tolist() == pytest.approx([0.61, 0.99, np.nan], nan_ok=True)
    assert picture.signs == ("..!", ".. ")
    assert (picture.x_labels, picture.y_labels) == (("0.1", "1", "10"), ("0", "1"))
    assert (picture.x_label, picture.y_label) == ("rate ρ (log)", "seed")
    assert (picture.best, picture.worst, picture.log) == (pytest.approx(1.0), pytest.approx(0.6), False)
    low = map_of(spec, axes, spec.metrics[0], np.array([1e-4, 1, 2, 3, 4, 5.0]), np.zeros(6))
    assert (low.best, low.worst, low.log) == (pytest.approx(1e-4), pytest.approx(10.0), True)


def test_every_map_that_a_lab_offers_can_be_made() -> None:
    for name in ("playground", "depth", "gan-2d", "race"):
        spec = find_lab(name).spec
        (view,) = [view for view in spec.views if view.sweep]
        cells = members(parse_link(name, spec), spec, [read_axis(axis, spec) for axis in view.sweep])
        assert 36 <= len(cells) <= 64
        assert map_suggestion(spec, None, "").split() == list(view.sweep)
    assert map_suggestion(spec, spec.knob("scale"), 1.0) == "scale=0.1,0.3,1,3,10 seed=0..7"
