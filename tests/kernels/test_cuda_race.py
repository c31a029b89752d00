"""The CUDA twin of the descents: step by step against the processor, in Numba's simulator or on a GPU.

All is float64, as on the processor: after each step the places agree to 1e-9 of their size, and who arrives when is the same.
Noise is float32: with it they agree to 2e-6.
"""

from __future__ import annotations

from typing import Any

import pytest
from on_cuda import answer, needs_numba_cuda

pytestmark = pytest.mark.cuda
TOLERANCE, NOISY = 1e-9, 2e-6

TWINS = """
import json
import numpy as np
from kernels import descent, optimizers, race, surfaces
from kernels.cuda import device, race as gpu
from kernels.trail import CAPACITY

RULES = np.array([*range(7), -1])
MIDDLE = dict(quadratic=[0.01, 0.02, 0.02, 0.3, 0.05, 0.1, 0.1], plateau=[3.0, 0.3, 0.3, 0.5, 0.1, 0.3, 0.3])
CALM = [1e-3, 1e-4, 1e-4, 0.1, 0.01, 0.02, 0.02]
SHAPE = np.array([100.0, 0.5, 0.6])

def apart(here, there):
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))

def starts(runs, d, seed=1):
    w = 0.7 + 0.5 * np.random.default_rng(seed).random((runs, d))
    trails, tallies = np.zeros((runs, CAPACITY, 2)), np.tile(np.array([0, 1]), (runs, 1))
    return w, trails, tallies

def racers(name, d, runs=8):
    w, trails, tallies = starts(runs, d)
    w[:] = w[0]
    rates = [*MIDDLE.get(name, CALM), 0.1]
    way = np.linalg.norm(surfaces.minima(surfaces.NAMES.index(name), d) - w[0], axis=1).min()
    settings = np.array([[rates[k % 8], 0.9, 0.9 if k % 8 == 4 else 0.999, 1e-8, way] for k in range(runs)])
    return (w, np.zeros((runs, 2 * d)), np.zeros((runs, 2), np.int64), trails, tallies), settings

def life(kernel, name, d, cuts, settings=None):
    arrays, usual = racers(name, d)
    number, at, found = surfaces.NAMES.index(name), 0, []
    ends = surfaces.minima(number, d)
    for steps in cuts:
        kernel.race(*arrays, number, SHAPE, ends, RULES, usual if settings is None else settings, at, steps)
        at += steps
        found.append([array.copy() for array in arrays])
    return found

def worst(here, there):
    assert [a[2].tolist() for a in here] == [b[2].tolist() for b in there], "fates"
    return max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

found = {}
for name in surfaces.NAMES:
    d = 5 if name == "quadratic" else 2
    here, there = (life(kernel, name, d, (1, 1, 40)) for kernel in (race, gpu))
    moved = np.abs(here[-1][0] - here[0][0]).max(axis=1)
    assert (moved[:7] > 1e-4).all() and moved[7] == 0, (name, moved)
    found[name] = worst(here, there)

# Until they arrive, or fly off and are stopped.
_, hot = racers("quadratic", 2)
hot[0, 0], hot[1, 0], hot[5, 0] = 10.0, 0.02, 0.05
here, there = (life(kernel, "quadratic", 2, (600, 900), hot) for kernel in (race, gpu))
fates = here[-1][2][:, race.FATE]
assert fates[0] == race.LOST and fates[1] == race.ARRIVED, fates
calm = [k for k in range(8) if k != 4]  # RMSprop hops about the floor for ever: a last bit decides to which side
found["to the end"] = worst(*([[array[calm] for array in one] for one in life] for life in (here, there)))
whole, cut = (life(gpu, "beale", 2, cuts)[-1] for cuts in ((100,), (10,) * 10))
same = all(p.tobytes() == q.tobytes() for p, q in zip(whole, cut))

# Adam by hand, in plain Python.
arrays, settings = racers("rosenbrock", 2)
gpu.race(*arrays, 1, SHAPE, np.ones((1, 2)), RULES, settings, 0, 20)
w, m, s = racers("rosenbrock", 2)[0][0][5], np.zeros(2), np.zeros(2)
for step in range(1, 21):
    x, y = w
    g = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    w = w - settings[5, 0] * (m / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)
found["adam by hand"] = apart(w, arrays[0][5])

# Two races at once, on bowls of their own, and each alone.
shapes = np.repeat([SHAPE, [7.0, 1.0, 0.0]], 8, axis=0)
many, settings = racers("quadratic", 2, 16)
settings[8:, 0] *= 0.5
gpu.race_each(*many, 0, shapes, np.zeros((1, 2)), np.tile(RULES, 2), settings, 0, 30)
each = []
for part in (slice(0, 8), slice(8, 16)):
    one, _ = racers("quadratic", 2)
    gpu.race(*one, 0, shapes[part][0], np.zeros((1, 2)), RULES, settings[part], 0, 30)
    each.append(all(p.tobytes() == q[part].tobytes() for p, q in zip(one, many)))

# The descents of one rule: noisy, on surfaces and for a neuron.
x = np.random.default_rng(3).normal(size=(7, 2))
x[:, 1], t = 1.0, (x[:, 0] > 0).astype(float)
HOW = np.array([[0.05, 0.9, 0.3], [0.02, 0.0, 0.0], [0.05, 0.5, 1.0]])

def runs(w, rates=HOW):
    made = starts(len(w), 2)
    fates = np.full((len(w), 2), descent.NOT_YET)
    return (w.copy(), w.copy(), np.zeros_like(w), fates, *made[1:]), rates

def down(kernel, number, cuts, seed=7, rates=HOW):
    arrays, settings = runs(starts(3, 2)[0], rates)
    at, found = 0, []
    for steps in cuts:
        kernel.descend(*arrays, number, SHAPE, np.zeros((1, 2)), x, t, settings, seed, at, steps)
        at += steps
        found.append([array.copy() for array in arrays])
    return found

def far(here, there):
    assert [a[3].tolist() for a in here] == [b[3].tolist() for b in there], "fates"
    return max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

for number, name in ((0, "noisy bowl"), (6, "noisy dents"), (descent.NEURON, "noisy neuron")):
    here, there = (down(kernel, number, (1, 1, 40)) for kernel in (descent, gpu))
    assert np.abs(here[-1][0] - here[0][0]).max() > 1e-2
    found[name] = far(here, there)
hot = np.array([[10.0, 0.9, 0.0], [0.02, 0.0, 0.0], [0.05, 0.5, 0.0]])
here, there = (down(kernel, 0, (700, 50), rates=hot) for kernel in (descent, gpu))
assert here[-1][3][0, descent.LOST] > 0 and here[-1][3][2, descent.ARRIVED] > 0, here[-1][3]
found["until lost, or there"] = far(here, there)
whole, cut = (down(gpu, 0, cuts)[-1] for cuts in ((100,), (10,) * 10))
same = same and all(p.tobytes() == q.tobytes() for p, q in zip(whole, cut))
w = starts(3, 2)[0]
many, _ = runs(np.concatenate((w, w)))
seeds, places = np.repeat(np.array([7, 8], np.uint64), 3), np.tile(np.arange(3), 2)
gpu.descend_each(*many, 0, np.tile(SHAPE, (6, 1)), np.zeros((1, 2)), x, t, np.tile(HOW, (2, 1)), seeds, places, 0, 30)
for k, seed in enumerate((7, 8)):
    one = down(gpu, 0, (30,), seed)[0]
    each.append(all(p.tobytes() == q[3 * k : 3 * k + 3].tobytes() for p, q in zip(one, many)))
print(json.dumps({"found": found, "same": same, "each": each}))
"""


def assert_twins(found: Any) -> None:
    assert len(found["found"]) == 13
    for name, difference in found["found"].items():
        assert difference < (NOISY if name.startswith("noisy") else TOLERANCE), name
    assert found["same"], "however a run is cut"
    assert found["each"] == [True] * 4, "many at once are what each is alone"


@needs_numba_cuda
def test_the_twins_agree_step_by_step() -> None:
    assert_twins(answer(TWINS))
