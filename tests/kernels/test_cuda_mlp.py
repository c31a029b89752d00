"""The net's CUDA twin: step by step against the processor, in Numba's simulator or on a GPU.

Float32 sums are taken in another order there: after each step parameters, memory and loss agree to 2e-5 of their size.
"""

from __future__ import annotations

from typing import Any

import pytest
from on_cuda import answer, needs_numba_cuda

pytestmark = pytest.mark.cuda
TOLERANCE = 2e-5

TWINS = """
import json, sys, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from kernels import activations, losses, mlp as cpu, optimizers
from kernels.cuda import device, mlp as gpu, optimizers as twin
from kernels.optimizers import HOLD, rule

if device.simulated:  # a thread of the simulator is a thread of Python: few, and a small block's worth of columns
    gpu.THREADS, gpu.COLUMNS = 4, 4
source = np.random.default_rng(0)
free = (np.zeros(0, np.int64), np.zeros(0, np.float32))

def problem(sizes, hidden, output, loss, examples, scale=1.0):
    net = cpu.net(sizes, hidden, output, loss)
    x = (scale * source.normal(size=(examples, sizes[0]))).astype(np.float32)
    kind = np.eye(sizes[-1])[source.integers(0, sizes[-1], examples)]
    t = kind if loss == "cross-entropy" else source.integers(0, 2, (examples, sizes[-1]))
    return net, x, t.astype(np.float32), cpu.parameters(net, "glorot", 1)

def apart(here, there):
    here, there = (np.asarray(a, np.float64) for a in (here, there))
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))

def life(kernel, net, settled, data, theta, pins, cuts):
    theta, memory, work, at, found = theta.copy(), cpu.memory(net), cpu.work(net, data.batch, len(data.x)), 0, []
    for steps in cuts:
        history = np.full(steps, np.nan, np.float32)
        kernel.train(net, work, settled, data, theta, memory, *pins, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy()))
    return found

def compare(made, settled, batch, sampling, pins=free, cuts=(1, 1, 2)):
    net, x, t, theta = made
    data = cpu.data(x, t, batch, sampling, seed=2**32 - 5)
    here, there = (life(kernel, net, settled, data, theta, pins, cuts) for kernel in (cpu, gpu))
    moved = apart(theta, here[-1][1])
    return moved, max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

found = {}
names, rules = losses.NAMES, optimizers.NAMES
for k, hidden in enumerate(activations.TRAINABLE):
    loss, sampling = names[k % 3], cpu.BATCHES[k % 3]
    output = activations.TRAINABLE[k] if loss == "squared" else "linear"
    made = problem([2, 3, 2, 2], hidden, output, loss, 5)
    found[f"{hidden}, {loss}, {rules[k]}, {sampling}"] = compare(made, rule(rules[k], 0.1), 3, sampling)
made = problem([3, 2], "tanh", "tanh", "squared", 7)
found["l1 and pins"] = compare(made, rule("adam", 0.05, l1=0.3), 2, "drawn", (np.array([1, 7]), np.float32([0.5, -2])))
found["l2 and clip"] = compare(made, rule("momentum", 0.05, l2=0.3, clip=0.1), 6, "shuffled")
found["larger than the data"] = compare(made, rule("nesterov", 0.05), 17, "shuffled")
made = problem([3, 2], "tanh", "linear", "squared", 7, 1e15)
found["clip of what float32 cannot square"] = compare(made, rule("gradient descent", 0.1, clip=1.0), 6, "in order", cuts=(1,))
still = compare(problem([2, 2], "tanh", "tanh", "squared", 3), HOLD, 3, "in order")

net, x, t, theta = problem([2, 2, 1], "tanh", "linear", "squared", 5)
seeds, rates = np.array([1, 2, 3], np.uint64), (0.03, 0.1, 0.3)
many, memory, history = np.tile(theta, (3, 1)), np.zeros((3, 2 * theta.size), np.float32), np.zeros((3, 4), np.float32)
some = [rule("adam", rate, beta1=rate) for rate in rates]
gpu.train_each(net, some, cpu.data(x, t, 3), seeds, many, memory, *free, 4, 4, history)
each = []
for k in range(3):
    data, one, m, h = cpu.data(x, t, 3, seed=int(seeds[k])), theta.copy(), cpu.memory(net), np.zeros(4, np.float32)
    cpu.train(net, cpu.work(net, 3, 5), some[k], data, one, m, *free, 4, 4, h)
    each.append(max(apart(a, b) for a, b in ((one, many[k]), (m, memory[k]), (h, history[k]))))

# A pace for all nets and all steps is that of each net and each step.
few, whole = ([], [])
for rules_ in ([rule("momentum", 0.1)] * 3, [rule("adam", 0.1)] * 3, [rule("momentum", rate) for rate in rates]):
    for paces, end in ((gpu.few_paces, few), (twin.paces, whole)):
        gpu.few_paces, kept = paces, gpu.few_paces
        w, m, h = np.tile(theta, (3, 1)), np.zeros((3, 2 * theta.size), np.float32), np.zeros((3, 3), np.float32)
        gpu.train_each(net, rules_, cpu.data(x, t, 3), seeds, w, m, *free, 4, 3, h)
        gpu.few_paces = kept
        end.append([a.tobytes().hex() for a in (w, m, h)])
sizes = [twin.few_paces([rule(name, 0.1)] * 1024, 0, 99).shape[:2] for name in ("gradient descent", "adam")]

big, playground = cpu.net([2, 128, 128, 1]), cpu.net([7, *[8] * 6, 1])
small = [gpu.too_large(playground, rule(name, 1.0)) for name in optimizers.NAMES]
try:
    life(gpu, big, rule("adam", 1.0), cpu.data(x, t, 3), cpu.parameters(big), free, [1])
    refused = ""
except ValueError as error:
    refused = str(error)
print(json.dumps({"found": found, "still": still, "each": each, "small": small, "refused": refused,
                  "paces": [few == whole, sizes]}))
"""


def assert_twins(found: Any) -> None:
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert found["still"][0] == 0
    assert found["still"][1] < TOLERANCE, "without an optimizer only the loss is computed"
    assert max(found["each"]) < TOLERANCE
    assert found["paces"] == [True, [[1, 1], [1, 99]]], "what a thousand nets have in common is sent once"
    assert set(found["small"]) == {""}, "whatever the playground offers fits"
    assert "too large for one block" in found["refused"]


@needs_numba_cuda
def test_the_twins_agree_step_by_step() -> None:
    assert_twins(answer(TWINS))
