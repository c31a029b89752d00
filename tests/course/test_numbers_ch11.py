"""What chapter 11 states in numbers."""

from __future__ import annotations

import pytest
from lesson_numbers import LabRun, lesson, says

from tutor.course.model import LabBlock
from tutor.engine.grid import Grid
from tutor.engine.gridmap import where
from tutor.engine.link import make_link, parse_link
from tutor.engine.sweep import members, read_axis
from tutor.labs import find_lab
from tutor.labs.machines.lab import net_of


def test_the_size_of_the_step() -> None:
    batch, inputs, hidden, classes = 32, 64, 32, 10
    assert int(net_of(hidden).weights[-1]) == 2410
    forward = batch * hidden * (inputs + classes)
    assert round(2 * forward + batch * hidden * classes, -4) == 160_000
    assert inputs * hidden * batch == 65_536
    says("11-machines/same-step", "has 2 410 weights", "about 160 000 pairs of numbers", "answer: 65536")


def test_the_net_gets_to_nine_of_ten() -> None:
    assert LabRun("machines").step(300)["accuracy"] >= 0.9


def test_the_libraries() -> None:
    assert LabRun("libraries").metrics()["ended"] == 5
    assert LabRun("libraries").metrics()["most"] == 16
    speed = {
        name: LabRun("libraries?criterion=speed", library=name).metrics()["pluses"] for name in ("Torch", "TensorFlow", "CNTK")
    }
    assert speed == {"Torch": 3, "TensorFlow": 2, "CNTK": 2}
    says("11-machines/libraries", "TensorFlow got the most pluses, 16", "Five have ended: Theano, Caffe, MXNet, Neon and CNTK")


MANY = "11-machines/many-nets-at-once"


def map_of(block: str, metric: str = "accuracy") -> dict[str, float]:
    """What the map of a block comes to: by the settings of each cell, a metric at the lab's last step."""
    found = next(task for task in lesson(MANY).tasks if isinstance(task, LabBlock) and task.id == block)
    lab = find_lab(found.lab)
    axes = [read_axis(axis, lab.spec) for axis in found.axes]
    cells = members(make_link(lab.spec, found.knobs.items()), lab.spec, axes)
    grid = Grid(lab, [parse_link(cell.link, lab.spec) for cell in cells])
    while grid.advance(lab.spec.steps, 60.0):
        pass
    return {where(axes, k): cell.metrics()[metric] for k, cell in enumerate(grid.cells)}


@pytest.fixture(scope="module")
def by_rate() -> dict[str, list[float]]:
    """The accuracies of the eight seeds, in their order, by rate."""
    found = map_of("map")
    assert len(found) == 64
    rates = list(dict.fromkeys(place.partition(",")[0].removeprefix("rate ") for place in found))
    return {rate: [value for place, value in found.items() if place.startswith(f"rate {rate},")] for rate in rates}


def test_the_map_of_rates_is_as_it_is_read(by_rate: dict[str, list[float]]) -> None:
    assert by_rate["0.03"] + by_rate["0.1"] == [1.0] * 16
    assert max(by_rate["3"]) < 0.75
    assert max(by_rate["0.001"]) < 0.8
    assert (min(by_rate["0.003"]), max(by_rate["0.003"])) == (pytest.approx(0.63, abs=0.005), pytest.approx(0.90, abs=0.005))
    assert (by_rate["0.003"].index(max(by_rate["0.003"])), by_rate["0.003"].index(min(by_rate["0.003"]))) == (3, 2)
    assert (by_rate["0.003"][3], by_rate["0.01"][5]) == (pytest.approx(0.90, abs=0.005), pytest.approx(0.87, abs=0.005))
    assert sum(value == 1.0 for value in by_rate["0.01"]) == 6
    assert min(by_rate["1"]) < 0.95
    says(
        MANY, "at 0.03 and 0.1, all sixteen have every point right", "none of the eight comes near",
        "the seeds lie between 0.63 and 0.90", "One try with seed 3 and one with seed 2",
        "at 0.01 six of eight have every point right, at 0.003 none has", "rows 3 and 5", "answer: 320000",
    )  # fmt: skip


def test_the_map_of_widths_is_as_it_is_read() -> None:
    found = map_of("widths")
    of = {width: [value for place, value in found.items() if place.startswith(f"hidden {width},")] for width in "123468"}
    assert max(of["1"]) < 0.75
    assert max(of["2"]) < 0.92
    assert of["4"] + of["6"] + of["8"] == [1.0] * 24
    assert sum(value > 0.99 for value in of["3"]) in (6, 7)
    assert of["2"][0] == pytest.approx(0.9, abs=0.02)
    says(MANY, "One unit stays below 0.75 and two below 0.92", "From four units on all have every point right")


def test_the_spiral_can_be_learned_to_95_of_100() -> None:
    says(MANY, "gets 95 of 100 unseen points right", "goal: test_accuracy >= 0.95")
    assert max(map_of("spiral", "test_accuracy").values()) >= 0.96
