"""Many runs of a lab at once on a GPU: one launch for each shape of net, and each cell comes to where its run comes alone."""

from __future__ import annotations

import pytest
from on_cuda import answer, needs_numba_cuda

GRID = """
import json, warnings
import numpy as np
from dataclasses import replace
from kernels.cuda import device, mlp as on_cuda
from tutor.engine.grid import Grid
from tutor.engine.link import parse_link
from tutor.engine.sweep import members, read_axis
from tutor.labs import find_lab

if device.simulated:
    on_cuda.THREADS = 2  # a thread of the simulator is a thread of Python
launched, launch = [], on_cuda.train_each
def counted(net, rules, *rest):
    launched.append([len(rules), net.sizes.tolist(), rest[-2]])
    launch(net, rules, *rest)
on_cuda.train_each = counted

def grids(text, *axes):
    lab = find_lab("playground")
    cells = members(parse_link(text, lab.spec), lab.spec, [read_axis(axis, lab.spec) for axis in axes])
    links = [parse_link(cell.link, lab.spec) for cell in cells]
    return [Grid(lab, [replace(link, device=where) for link in links]) for where in ("cpu", "cuda")]

found = {"apart": {}, "fates": {}, "steps": {}}
for name, text, axes in (
    ("luck", "playground?train=10&batch=2&hidden=2&order=shuffled", ("rate=0.03,0.3", "seed=0,5")),
    ("widths", "playground?train=10&batch=2&hidden=2&rate@2=0.2&pin=1.1.1=0.5", ("hidden=2|3", "regularization=none,L2")),
    ("ends", "playground?train=10&batch=2&hidden=1&data=reg-plane&activation=relu", ("rate=0.01,10", "seed=1,2")),
):
    here, there = grids(text, *axes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the simulator's arithmetic is NumPy's, which says when it overflows
        for target in (1, 3, 12 if name == "ends" else 4):
            for grid in (here, there):
                while grid.advance(target, 60.0):
                    pass
    pairs = [(a.state, b.state) for a, b in zip(here.cells, there.cells) if a.fate == 0]
    found["apart"][name] = max(float(np.abs(a["theta"] - b["theta"]).max()) for a, b in pairs)
    found["fates"][name] = [[cell.fate for cell in grid.cells] for grid in (here, there)]
    found["steps"][name] = [[cell.step for cell in grid.cells] for grid in (here, there)]
    found[name] = launched[:]
    launched.clear()
    assert not there.note, there.note
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
