"""The product's CUDA twin, and the nets that are too large for one block, in Numba's simulator or on a GPU.

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
from kernels import activations, losses, matmul as cpu, mlp, optimizers, reference_mlp as reference
from kernels.cuda import convnet, large, matmul as gpu
from kernels.optimizers import HOLD, rule

shrink()
source = np.random.default_rng(0)
free = (np.zeros(0, np.int64), np.zeros(0, np.float32))

products = {}
for M, N, K in [(1, 1, 1), (7, 17, 1), (17, 1, 7), (7, 1, 17), (1, 7, 7)]:
    for add in (False, True):
        A, B = (source.normal(size=size).astype(np.float32) for size in (2 + M * max(K, 1), 3 + max(M, K) * 20))
        rows, C = source.permutation(max(M, K)) * 20, source.normal(size=1 + max(M, K) * 20).astype(np.float32)
        found = [C.copy(), C.copy()]
        for one, C_ in zip((cpu, gpu), found):
            one.matmul(C_, 1, rows, A, 2, 1, M, B, 3, rows, M, N, K, add)
        truth = C.astype(np.float64)
        a, b = A[2:2 + M * K].reshape(K, M).astype(np.float64), np.zeros((K, N))
        for k in range(K):
            b[k] = B[3 + rows[k] : 3 + rows[k] + N]
        for m in range(M):
            truth[1 + rows[m] : 1 + rows[m] + N] = (truth[1 + rows[m] : 1 + rows[m] + N] if add else 0) + a[:, m] @ b
        products[f"{M} {N} {K} {add}"] = apart(truth, found[1]), apart(*found)

def problem(sizes, hidden, output, loss, examples):
    net = mlp.net(sizes, hidden, output, loss)
    x = source.normal(size=(examples, sizes[0])).astype(np.float32)
    t = np.eye(sizes[-1], dtype=np.float32)[source.integers(0, sizes[-1], examples)]
    return net, x, t, mlp.parameters(net, "glorot", 1)

def life(kernel, net, settled, data, theta, pins, cuts):
    theta, memory, work, at, found = theta.copy(), mlp.memory(net), mlp.work(net, data.batch, len(data.x)), 0, []
    for steps in cuts:
        history = np.full(steps, np.nan, np.float32)
        kernel.train(net, work, settled, data, theta, memory, *pins, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy()))
    return found

def compare(made, settled, batch, sampling, pins=free, cuts=(1, 2)):
    net, x, t, theta = made
    data = mlp.data(x, t, batch, sampling, seed=2**32 - 5)
    here, there = (life(kernel, net, settled, data, theta, pins, cuts) for kernel in (mlp, large))
    return apart(theta, here[-1][1]), max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

found = {}
for k, hidden in enumerate(activations.TRAINABLE):
    loss, sampling, name = losses.NAMES[k % 3], mlp.BATCHES[k % 3], optimizers.NAMES[k]
    made = problem([2, 3, 2], hidden, hidden if loss == "squared" else "linear", loss, 5)
    found[f"{hidden}, {loss}, {name}, {sampling}"] = compare(made, rule(name, 0.1), 3, sampling)
made = problem([3, 2], "tanh", "tanh", "squared", 7)
found["l1 and pins"] = compare(made, rule("adam", 0.05, l1=0.3), 2, "drawn", (np.array([1, 7]), np.float32([0.5, -2])))
found["l2 and clip"] = compare(made, rule("momentum", 0.05, l2=0.3, clip=0.1), 17, "shuffled")

net, x, t, theta = problem([7, 1, 3], "gelu", "linear", "cross-entropy", 7)
data, memory, history = mlp.data(x, t, 7, "in order"), mlp.memory(net), np.zeros(1, np.float32)
before = theta.copy()
large.train(net, None, HOLD, data, theta, memory, *free, 0, 1, history)
room = convnet.room(large.layered(net), 7)
wide = mlp.views(net, theta.astype(np.float64))
truth, slopes, _ = reference.gradients(wide, ("gelu", "linear"), "cross-entropy", x.astype(np.float64), t)
slopes = np.concatenate([np.append(w.ravel(), b) for w, b in slopes])
reached = apart(truth, history[0]), apart(slopes, room.grad.copy_to_host()), apart(before, theta)

many, cuts = [], ((10,), (1, 2, 3, 4))
for steps in cuts:
    data = mlp.data(x, t, 3, "shuffled", seed=3)
    many.append(life(large, net, rule("adam", 0.05), data, theta, free, steps)[-1][1:])
same = [a.tobytes() == b.tobytes() for a, b in zip(*many)]
print(json.dumps({"products": products, "found": found, "reference": reached, "same": same}))
"""


@needs_numba_cuda
def test_products_and_large_nets_agree_with_the_processor() -> None:
    found: Any = answer(TWINS)
    for name, differences in found["products"].items():
        assert max(differences) < 1e-6, name
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert found["reference"] == [pytest.approx(0, abs=1e-6)] * 2 + [0]
    assert found["same"] == [True, True], "a run may be cut anywhere"
