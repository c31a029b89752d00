"""The perceptron's CUDA twin, bit for bit, in Numba's simulator or on a GPU."""

from __future__ import annotations

from typing import Any

import pytest
from on_cuda import ON_GPU, answer, needs_numba_cuda

pytestmark = pytest.mark.cuda

TWINS = """
import json, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from kernels import perceptron as cpu, random
from kernels.cuda import device, perceptron as gpu

z = np.empty(11 * 4, np.float32)
random.normal(5, 1, 0, z)
x = np.concatenate((z.reshape(11, 4), np.ones((11, 1), np.float32)), axis=1)
t = np.where(x[:, 0] + 0.3 * x[:, 1] + 0.2 > 0, 1, -1).astype(np.float32)
x.setflags(write=False)

def life(kernel, shuffled, rate, seed):
    w, order, tally = np.zeros(5, np.float32), np.arange(11, dtype=np.int32), np.zeros(2, np.int64)
    mistakes = []
    for start, steps in [(11 * e, 11) for e in range(6)] + [(66, 5), (71, 30)]:
        kernel.train(w, order, tally, x, t, seed, rate, shuffled, start, steps)
        mistakes.append(int(tally[0]))
    sums = np.empty(11, np.float32)
    kernel.decide(w, x, sums)
    return [mistakes, w.tobytes().hex(), order.tolist(), tally.tolist(), sums.tobytes().hex()]

pairs = [(life(cpu, *k), life(gpu, *k)) for k in [(True, 0.3, 7), (False, 0.3, 7), (True, 1.7, 2**32 - 1)]]

seeds, rates = np.arange(3, dtype=np.uint64), np.array([0.1, 0.3, 1.7], np.float32)
w, tally = np.zeros((3, 5), np.float32), np.zeros((3, 2), np.int64)
order = np.tile(np.arange(11, dtype=np.int32), (3, 1))
gpu.train_each(w, order, tally, x, t, seeds, rates, True, 0, 40)
many = []
for k in range(3):
    one, o, c = np.zeros(5, np.float32), np.arange(11, dtype=np.int32), np.zeros(2, np.int64)
    cpu.train(one, o, c, x, t, int(seeds[k]), float(rates[k]), True, 0, 40)
    many.append([one.tobytes() == w[k].tobytes(), o.tolist() == order[k].tolist(), c.tolist() == tally[k].tolist()])
print(json.dumps({"why_not": device.why_not(), "name": device.name(), "pairs": pairs, "many": many}))
"""


def assert_twins(found: Any) -> None:
    for cpu, gpu in found["pairs"]:
        assert cpu[0] == gpu[0], "mistakes, epoch by epoch"
        assert cpu == gpu, "weights, order, tally and sums"
    assert found["pairs"][0][0][0][-1] > 0
    assert all(all(one) for one in found["many"])


@needs_numba_cuda
def test_the_twins_agree() -> None:
    found = answer(TWINS)
    assert found["why_not"] == ""
    assert ON_GPU or found["name"] == "simulator"
    assert_twins(found)


def test_without_cuda_the_reason_is_a_sentence() -> None:
    """With numba-cuda out of reach the door still opens, and says what is missing."""
    code = """
import importlib.util, json
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "numba_cuda" else find(name, *rest)
from kernels.cuda import device
print(json.dumps([device.why_not(), device.name()]))
"""
    reason, name = answer(code, simulated=False)
    assert "numba-cuda is not installed" in reason
    assert name == ""
