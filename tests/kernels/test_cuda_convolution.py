"""The CUDA twins of convolution, pooling and batch normalization: nets step by step, in Numba's simulator or on a GPU.

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
from kernels import cnn, reference_convolution as reference
from kernels.cuda import convnet as gpu, dots
from kernels.optimizers import HOLD, rule

shrink()
source = np.random.default_rng(0)
conv, dense, norm, pool = cnn.conv, cnn.dense, cnn.norm, cnn.pool

def problem(image, layers, loss, examples, inputs=False):
    net = cnn.net(image, layers, loss, inputs)
    x, outs = source.normal(size=(examples, int(net.units[1]))).astype(np.float32), int(net.units[-1] - net.units[-2])
    return net, x, np.eye(outs, dtype=np.float32)[source.integers(0, outs, examples)], cnn.parameters(net, "glorot", 1)

def life(kernel, net, settled, data, theta, cuts):
    theta, memory, work, at, found = theta.copy(), cnn.memory(net), cnn.work(net, data.batch, len(data.x)), 0, []
    for steps in cuts:
        history = np.full(steps, np.nan, np.float32)
        kernel.train(net, work, settled, data, theta, memory, *cnn.FREE, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy()))
    return found

nets = {
    "frames and pooling": ((1, 6, 5), [conv(2, 3, padding=1), pool(), conv(3, 2, "tanh"), dense(3)], "cross-entropy"),
    "strides": ((2, 5, 7), [conv(2, 3, "elu", stride=2, padding=2), dense(2, "sigmoid")], "squared"),
    "windows that overlap": ((1, 7, 1), [pool(3, "relu", stride=2, padding=1), dense(2)], "binary cross-entropy"),
    "means": ((1, 5, 5), [conv(2, 2, "leaky relu"), pool(3, stride=1, padding=1, mean=True), dense(2)], "cross-entropy"),
    "normalization": ((1, 4, 4), [conv(2, 2, "linear", stride=2), norm("relu"), dense(2)], "cross-entropy"),
    "one pixel": ((1, 1, 1), [conv(1, 1), dense(1)], "squared"),
}
ways = [("adam", 3, "shuffled", {}), ("momentum", 1, "drawn", {"l2": 0.3, "clip": 0.1}), ("nesterov", 7, "in order", {}),
        ("rmsprop", 3, "drawn", {}), ("gradient descent", 3, "shuffled", {"l1": 0.2}), ("averaged", 2, "in order", {})]
found = {}
for (name, made), (optimizer, batch, sampling, more) in zip(nets.items(), ways):
    net, x, t, theta = problem(*made, 5)
    data, settled = cnn.data(x, t, batch, sampling, seed=2**32 - 5), rule(optimizer, 0.05, **more)
    here, there = (life(kernel, net, settled, data, theta, (1, 1)) for kernel in (cnn, gpu))
    moved = apart(theta, here[-1][1])
    found[name] = moved, max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

# A batch with the gradients of everything, the images too, against float64.
layers = [conv(2, 3, "tanh", stride=2, padding=1), pool(2, stride=1), dense(3)]
net, x, t, theta = problem((2, 7, 5), layers, "cross-entropy", 3, inputs=True)
loss = np.zeros(1, np.float32)
gpu.train(net, None, HOLD, cnn.data(x, t, 3, "in order"), theta, cnn.memory(net), *cnn.FREE, 0, 1, loss)
room = gpu.room(net, 3)
grad, d = room.grad.copy_to_host(), room.d.copy_to_host().reshape(-1, room.P)[:70, :3].T
wide = cnn.views(net, theta.astype(np.float64))
truth, slopes, to_x = reference.gradients(layers, wide, "cross-entropy", x.astype(np.float64).reshape(3, 2, 7, 5), t)
reached = [apart(truth, loss[0]), apart(to_x.reshape(3, 70), d)]
reached += [apart(p, q) for one, pair in zip(slopes, cnn.views(net, grad)) if one for p, q in zip(one, pair)]
long = dots.stretches(2, 18, int(net.layers[0, 6] * net.layers[0, 7]) * room.P)[0]

net, x, t, theta = problem((1, 4, 4), [conv(2, 3, padding=1), pool(), dense(2)], "cross-entropy", 5)
data = cnn.data(x, t, 3, "shuffled", seed=3)
ends = [life(gpu, net, rule("adam", 0.05), data, theta, cuts)[-1][1:] for cuts in ((6,), (1, 2, 3))]
same = [a.tobytes() == b.tobytes() for a, b in zip(*ends)]
print(json.dumps({"found": found, "reference": reached, "stretches": long, "same": same}))
"""


@needs_numba_cuda
def test_convolutional_nets_agree_with_the_processor_step_by_step() -> None:
    found: Any = answer(TWINS)
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert len(found["reference"]) == 6
    assert max(found["reference"]) < 1e-6, "the loss, every gradient and that of the images"
    assert found["stretches"] > 1, "the longest sums are cut into stretches"
    assert found["same"] == [True, True], "a run may be cut anywhere"
