"""Many runs of a lab at once on a GPU: one launch for each shape of net, and each cell comes to where its run comes alone."""

from __future__ import annotations

import pytest
from on_cuda import answer, needs_numba_cuda

GRID = """
import json, warnings
import numpy as np
from dataclasses import replace
from small_blocks import shrink
shrink()
from kernels.cuda import deep, device, gan, mlp as on_cuda, race
from tutor.engine.grid import Grid
from tutor.engine.link import parse_link
from tutor.engine.sweep import members, read_axis
from tutor.labs import find_lab
from tutor.labs.depth import nets

if device.simulated:
    on_cuda.THREADS = gan.THREADS = race.THREADS = 2  # a thread of the simulator is a thread of Python
launched = []
def counted(module, name, many):
    launch = getattr(module, name)
    def made(*given):
        launched.append(many(given))
        return launch(*given)
    setattr(module, name, made)
counted(on_cuda, "train_each", lambda given: [len(given[1]), given[0].sizes.tolist(), given[-2]])
counted(deep, "train_each", lambda given: [len(given[1]), len(given[0][0].phi) - 2])
counted(gan, "play_each", lambda given: [len(given[4]), given[-2]])
counted(race, "race_each", lambda given: [len(given[0]), given[-1]])

def grids(text, *axes):
    lab = find_lab(text.partition("?")[0])
    cells = members(parse_link(text, lab.spec), lab.spec, [read_axis(axis, lab.spec) for axis in axes])
    links = [parse_link(cell.link, lab.spec) for cell in cells]
    return [Grid(lab, [replace(link, device=where) for link in links]) for where in ("cpu", "cuda")]

found = {"apart": {}, "fates": {}, "steps": {}}
for name, text, axes in (
    ("luck", "playground?train=10&batch=2&hidden=2&order=shuffled", ("rate=0.03,0.3", "seed=0,5")),
    ("widths", "playground?train=10&batch=2&hidden=2&rate@2=0.2&pin=1.1.1=0.5", ("hidden=2|3", "regularization=none,L2")),
    ("ends", "playground?train=10&batch=2&hidden=1&data=reg-plane&activation=relu", ("rate=0.01,10", "seed=1,2")),
    ("races", "race?dimensions=2&racers=momentum", ("rate=0.5,2", "condition=1,50")),
    ("games", "gan-2d?hidden_g=2&hidden_d=2&batch=4&noise=1", ("rate_d=0.001,0.01", "seed=0,1")),
):
    here, there = grids(text, *axes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the simulator's arithmetic is NumPy's, which says when it overflows
        for target in (1, 3, 12) if name == "ends" else (1, 3, 4) if text.startswith("playground") else (1,):
            for grid in (here, there):
                while grid.advance(target, 60.0):
                    pass
    pairs = [(a.state, b.state) for a, b in zip(here.cells, there.cells) if a.fate == 0]
    arrays = [part for part in ("theta", "theta_g", "theta_d", "w") if part in pairs[0][0]]
    found["apart"][name] = max(float(np.abs(a[part] - b[part]).max()) for a, b in pairs for part in arrays)
    found["fates"][name] = [[cell.fate for cell in grid.cells] for grid in (here, there)]
    found["steps"][name] = [[cell.step for cell in grid.cells] for grid in (here, there)]
    found[name] = launched[:]
    launched.clear()
    assert not there.note, there.note

# An epoch of digits takes the simulator minutes: deep nets of two rates and seeds make an update or two on eight of them.
lab, shape = find_lab("depth"), nets.Shape("zero start", 2, 4)
knobs = dict(parse_link("depth?depth=2&width=4", lab.spec).knobs)
x, t = (lab.start(knobs, 0)[name][:8] for name in ("x", "t"))
for where in ("cpu", "cuda"):
    states, sides = [nets.started(shape, seed) for seed in (1, 2)], found.setdefault("deep", [])
    for updates in (1, 2):
        nets.train_many(states, [shape] * 2, x, t, [0.01, 0.1], 4, [1, 2], updates, where)
    sides.append(np.stack([state["theta"] for state in states]))
found["apart"]["depths"] = float(np.abs(sides[0] - sides[1]).max())
found["deep"] = launched
print(json.dumps(found))
"""


@pytest.mark.cuda
@needs_numba_cuda
def test_a_grid_is_one_launch_for_each_shape_and_comes_to_the_same_place() -> None:
    found = answer(GRID)
    assert max(found["apart"].values()) < 2e-5
    assert found["luck"] == [[4, [2, 2, 1], steps] for steps in (1, 2, 1)], "nets, their shape, steps"
    assert [launch[:2] for launch in found["widths"][:2]] == [[2, [2, 2, 1]], [2, [2, 3, 1]]]
    for name in ("luck", "widths", "ends"):
        assert found["fates"][name][0] == found["fates"][name][1]
        assert found["steps"][name][0] == found["steps"][name][1]
    assert set(found["fates"]["ends"][0]) == {0, 2}
    racers = found["races"][0][0] // 4
    assert found["races"] == [[4 * racers, 1]], "racers of all four races, and steps"
    assert found["games"] == [[4, 1]], "games, and rounds"
    assert found["deep"] == [[2, 2]] * 2, "nets, and layers between the first and the last"
