"""The CUDA twin of attacks and of training on attacked examples, in Numba's simulator or on a GPU.

Where a slope is far from 0 an example moves as on the processor, up to 1e-6; parameters agree to 2e-5 of their size.
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
from kernels import adversarial as cpu, mlp, reference_adversarial, reference_mlp
from kernels.cuda import adversarial as gpu
from kernels.optimizers import rule

shrink()
source = np.random.default_rng(0)

def problem(sizes, hidden, examples):
    net = mlp.net(sizes, hidden, loss="cross-entropy", inputs=True)
    x = source.random((examples, sizes[0])).astype(np.float32)
    return net, x, np.eye(sizes[-1], dtype=np.float32)[source.integers(0, sizes[-1], examples)], mlp.parameters(net, "he", 1)

cpu.BATCH = 4  # several slices, the last of them short
attacks = {}
for sizes, hidden, examples, more in [
    ((7, 3, 2), "tanh", 6, {}),
    ((3, 4, 3), "gelu", 5, {"steps": 3, "toward": -1}),
    ((1, 1, 2), "sigmoid", 1, {"steps": 2, "stride": 0.01}),
]:
    net, x, t, theta = problem(sizes, hidden, examples)
    here, there = (kernel.attack(net, theta, x, t, 0.1, **more) for kernel in (cpu, gpu))
    wide, steps = mlp.views(net, theta.astype(np.float64)), more.get("steps", 1)
    slope = lambda moved: reference_mlp.gradients(wide, (hidden, "linear"), "cross-entropy", moved, t)[2]
    stride = more.get("stride", 0.1 if steps == 1 else 0.25 / steps)
    truth = reference_adversarial.attack(x, slope, 0.1, stride, steps, more.get("toward", 1))
    attacks[f"{hidden} {more}"] = apart(x, there), apart(here, there), apart(truth, there)

def life(kernel, made, settled, data, way, cuts):
    (net, theta), at, found = (made[0], made[3].copy()), 0, []
    memory = mlp.memory(net)
    for steps in cuts:
        history = np.full(steps, np.nan, np.float32)
        kernel.train(net, settled, data, theta, memory, *way, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy()))
    return found

made = problem((3, 4, 2), "tanh", 7)
data, trained = mlp.data(made[1], made[2], 3, seed=5), {}
for name, way in {"fgsm": (0.1, 0.1, 1), "pgd": (0.2, 0.1, 3), "unmoved": (0.1, 0.1, 0)}.items():
    here, there = (life(kernel, made, rule("adam", 0.05), data, way, (1, 2)) for kernel in (cpu, gpu))
    trained[name] = apart(made[3], here[-1][1]), max(apart(p, q) for a, b in zip(here, there) for p, q in zip(a, b))
ends = [life(gpu, made, rule("adam", 0.05), data, (0.1, 0.1, 1), cuts)[-1][1:] for cuts in ((4,), (1, 3))]
same = [a.tobytes() == b.tobytes() for a, b in zip(*ends)]
signs = gpu.random_signs(made[1], 0.1, 3).tobytes() == cpu.random_signs(made[1], 0.1, 3).tobytes()
try:
    refused = str(gpu.attack(mlp.net((3, 2)), made[3], *made[1:3], 0.1))
except ValueError as error:
    refused = str(error)
print(json.dumps({"attacks": attacks, "trained": trained, "same": same, "signs": signs, "refused": refused}))
"""


@needs_numba_cuda
def test_attacks_agree_with_the_processor_and_so_does_training_on_them() -> None:
    found: Any = answer(TWINS)
    for name, (moved, from_cpu, from_truth) in found["attacks"].items():
        assert moved > 0.01, name
        assert max(from_cpu, from_truth) < 1e-6, name
    for name, (moved, difference) in found["trained"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert found["same"] == [True, True], "a run may be cut anywhere"
    assert found["signs"]
    assert "without gradients by its input" in found["refused"]
