"""The recurrent nets' CUDA twin: step by step against the processor, in Numba's simulator or on a GPU.

Float32 sums are taken in another order there: after each step parameters, states and losses agree to 2e-5 of their size.
"""

from __future__ import annotations

from typing import Any

import pytest
from on_cuda import answer, needs_numba_cuda

pytestmark = pytest.mark.cuda
TOLERANCE = 2e-5

TWINS = """
import json, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from kernels import recurrent as cpu, recurrent_net as nets, reference_recurrent as reference
from kernels.cuda import device, recurrent as gpu
from kernels.optimizers import HOLD, rule
from kernels.sequences import RECALL, TEXT, Data

if device.simulated:  # a thread of the simulator is a thread of Python
    gpu.THREADS = 2
WHOLE, H, T, B = gpu.ROOM, 2, 3, 2
text = np.random.default_rng(4).integers(0, 4, 21).astype(np.uint8)
none = np.zeros(0, np.uint8)
text.setflags(write=False), none.setflags(write=False)
reading, recalling = Data(TEXT, text, B, 5, 0, 0), Data(RECALL, none, B, 2**32 - 5, 2, 1)

def apart(here, there):
    here, there = (np.asarray(a, np.float64) for a in (here, there))
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))

def begun(cell):
    net = nets.net(cell, H, 4, T)
    return net, nets.parameters(net, 3), nets.memory(net), nets.carry(net, B)

def life(kernel, cell, data, how, cuts, first=0):
    net, *state = begun(cell)
    found, at, work = [], first, nets.work(net, B)
    for steps in cuts:
        history, lengths = np.full(steps, np.nan, np.float32), np.full(steps, np.nan, np.float32)
        kernel.train(net, work, how, data, *state, at, steps, history, lengths)
        at += steps
        found.append([a.copy() for a in (*state, history, lengths)])
    return found

found = {}
for cell, data, how, room in (
    ("vanilla", reading, rule("adam", 0.1, clip=0.5), WHOLE),
    ("lstm", reading, rule("rmsprop", 0.03), 0),
    ("gru", recalling, rule("momentum", 0.1, clip=0.05), WHOLE),
    ("lstm", recalling, rule("adam", 0.03, clip=1.0), WHOLE),
):
    gpu.ROOM = room
    here, there = (life(kernel, cell, data, how, (1, 1)) for kernel in (cpu, gpu))
    found[f"{cell}, {data.kind}"] = (
        apart(begun(cell)[1], here[-1][0]), max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))
    )
gpu.ROOM = WHOLE
# The last step of the text, and the first of the next time through it, which begins without a memory.
here, there = (life(kernel, "gru", reading, rule("gradient descent", 0.1), (2,), first=2)[0] for kernel in (cpu, gpu))
found["round the end"] = apart(begun("gru")[1], here[0]), max(apart(p, q) for p, q in zip(here, there))
here, there = (life(kernel, "vanilla", reading, cpu.LISTEN, (1,))[0] for kernel in (cpu, gpu))
listened = [apart(begun("vanilla")[1], there[0]), apart(here[3], there[3]), apart(here[2], there[2])]

# One step of gradient descent is the gradient; the truth is back-propagation in its textbook form, in float64.
one = Data(TEXT, text[: T + 1], 1, 0, 0, 0)
net, theta, memory, _ = begun("vanilla")
truth = np.concatenate([part.ravel() for part in reference.vanilla_gradients(
    nets.views(net, theta), text[:T], text[1 : T + 1].astype(int), np.zeros(H))])
loss, before, carry = np.zeros((2, 1), np.float32), theta.astype(np.float64), nets.carry(net, 1)
gpu.train(net, None, rule("gradient descent", 1.0), one, theta, memory, carry, 0, 1, *loss)
h = np.zeros((H, 1))
right = reference.loss("vanilla", nets.views(net, before), text[:T, None], text[1 : T + 1, None].astype(int), h, h)
gradient = [apart(truth, before - theta), apart(right, loss[0, 0]), float(np.abs(truth).max())]
gradient[1] = max(gradient[1], apart(np.linalg.norm(truth), loss[1, 0]))

# However a run is cut; and two nets at once, each with its own rate and seed.
how = [rule("adam", rate, clip=0.3) for rate in (0.1, 0.03)]
whole, cut = (life(gpu, "gru", reading, how[0], cuts) for cuts in ((2,), (1, 1)))
same = all(p.tobytes() == q.tobytes() for p, q in zip(whole[-1][:3], cut[-1][:3]))
net, *state = begun("lstm")
many, history, lengths = [np.tile(a, (2, 1)) for a in state], *np.zeros((2, 2, 1), np.float32)
gpu.train_each(net, how, recalling, np.array([1, 2], np.uint64), *many, 0, 1, history, lengths)
each = []
for k in range(2):
    alone = life(gpu, "lstm", recalling._replace(seed=k + 1), how[k], (1,))[0]
    each.append(all(p.tobytes() == q.tobytes() for p, q in zip(alone, (*(a[k] for a in many), history[k], lengths[k]))))
try:
    life(gpu, "gru", reading._replace(text=text[:5]), HOLD, (1,))
    refused = ""
except ValueError as error:
    refused = str(error)
print(json.dumps({
    "found": found, "listened": listened, "gradient": gradient, "same": same, "each": each, "refused": refused}))
"""


def assert_twins(found: Any) -> None:
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert found["listened"][0] == 0
    assert max(found["listened"]) < TOLERANCE
    gradient, loss, size = found["gradient"]
    assert size > 0.05
    assert max(gradient, loss) < TOLERANCE
    assert found["same"], "however a run is cut"
    assert found["each"] == [True] * 2, "many at once are what each is alone"
    assert "too short" in found["refused"]


@needs_numba_cuda
def test_the_twins_agree_step_by_step() -> None:
    assert_twins(answer(TWINS))
