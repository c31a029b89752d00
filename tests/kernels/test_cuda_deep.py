"""The CUDA twin of deep nets, plain and residual, with and without normalization, in Numba's simulator or on a GPU.

Float32 sums are taken in another order there: a step's numbers agree to 2e-5 of their size.
"""

from __future__ import annotations

from typing import Any

import pytest
from on_cuda import answer, needs_numba_cuda

pytestmark = pytest.mark.cuda
TOLERANCE = 2e-5

TWINS = """
import json
import numpy as np
from small_blocks import apart, shrink
from kernels import deep as cpu, mlp
from kernels.cuda import deep as gpu
from kernels.optimizers import HOLD, rule

shrink()
source = np.random.default_rng(0)

def life(kernel, made, settled, data, scale, norm, cuts):
    (net, skip), theta = made, mlp.parameters(made[0], "glorot", 1)
    work, memory, met, at, found = mlp.work(net, data.batch, len(data.x)), mlp.memory(net), cpu.running(net), 0, []
    for steps in cuts:
        history, space = np.full(steps, np.nan, np.float32), cpu.space(net, work)
        kernel.train(net, work, settled, data, theta, memory, skip, scale, norm, space, met, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy(), met.copy()))
    return found

x = source.normal(size=(7, 3)).astype(np.float32)
t = np.eye(2, dtype=np.float32)[source.integers(0, 2, 7)]
ways = {
    "plain": (cpu.net(3, 2, 2, 2, "gelu"), rule("momentum", 0.1), 3, "shuffled", 1.0, cpu.NO_NORM),
    "residual": (cpu.net(3, 3, 5, 2, "relu", True), rule("adam", 0.05), 1, "drawn", 1.0, cpu.NO_NORM),
    "by batches": (cpu.net(3, 2, 3, 2, "tanh", True), rule("momentum", 0.1, clip=0.1), 5, "in order", 0.4, cpu.BATCH_NORM),
    "by layers": (cpu.net(3, 4, 3, 2, "elu", True), rule("nesterov", 0.05), 17, "shuffled", 1.0, cpu.LAYER_NORM),
}
found = {}
for name, (made, settled, batch, sampling, scale, norm) in ways.items():
    data = mlp.data(x, t, batch, sampling, seed=2**32 - 5)
    here, there = (life(kernel, made, settled, data, scale, norm, (1, 2)) for kernel in (cpu, gpu))
    moved = apart(mlp.parameters(made[0], "glorot", 1), here[-1][1])
    found[name] = moved, max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

# The gradient against float64: plain descent at rate 1 from theta to theta - grad.
net, skip = cpu.net(3, 3, 5, 2, "gelu", True)
theta, data = mlp.parameters(net, "glorot", 1), mlp.data(x, t, 7, "in order")
reached = []
for norm in range(3):
    wide, w = mlp.work(net, 7, dtype=np.float64), theta.astype(np.float64)
    truth = cpu.gradients(net, wide, w, skip, 0.5, norm, x.astype(np.float64), t.astype(np.float64))
    moved, history = theta.copy(), np.zeros(1, np.float32)
    given = (mlp.memory(net), skip, 0.5, norm, None, cpu.running(net), 0, 1, history)
    gpu.train(net, None, rule("gradient descent", 1.0), data, moved, *given)
    reached += [apart(truth, history[0]), apart(w - wide.grad, moved)]

# Three nets at once are the three on their own, and a run may be cut anywhere: bit for bit.
plain, _ = cpu.net(3, 3, 3, 2, "tanh")
bent, block = cpu.net(3, 3, 3, 2, "relu", True)
nets, skips, scales = [plain, bent, bent], [np.zeros(4, np.int64), block, block], [1.0, 1.0, 0.5]
rules = [rule("momentum", rate) for rate in (0.03, 0.1, 0.3)]
data = mlp.data(x, t, 3)
many = [np.stack([start] * 3) for start in (mlp.parameters(plain, "he", 2), mlp.memory(plain), cpu.running(plain))]
for first, steps in ((0, 1), (1, 3)):
    at = (first, steps, np.zeros((3, steps), np.float32))
    gpu.train_each(nets, rules, data, np.arange(3), many[0], many[1], skips, scales, cpu.BATCH_NORM, many[2], *at)
same = []
for k in range(3):
    one = [mlp.parameters(plain, "he", 2), mlp.memory(plain), cpu.running(plain)]
    rest = (skips[k], scales[k], cpu.BATCH_NORM, None, one[2], 0, 4, np.zeros(4, np.float32))
    gpu.train(nets[k], None, rules[k], data._replace(seed=k), one[0], one[1], *rest)
    same.append([a.tobytes() == b[k].tobytes() for a, b in zip(one, many)])
print(json.dumps({"found": found, "reference": reached, "same": same}))
"""


@needs_numba_cuda
def test_deep_nets_agree_with_the_processor_step_by_step() -> None:
    found: Any = answer(TWINS)
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert max(found["reference"]) < 1e-5, "loss and gradient, for each normalization"
    assert found["same"] == [[True] * 3] * 3
