"""The CUDA twin of generator and critic: update by update against the processor, in Numba's simulator or on a GPU.

Float32 sums are taken in another order there: after each round parameters, memory and losses agree to 2e-5 of their size. But
where a sum should be 0 and is not quite, Adam makes a whole step of the rest; so with Adam the games here are not those in
which a bias of the critic makes no difference.
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
from kernels import gan as cpu, reference_gan
from kernels.activations import EVERY
from kernels.cuda import device, gan as gpu
from kernels.net import memory, parameters, views
from kernels.optimizers import rule
from kernels.opponents import BETWEEN, CRITICS_NOISE, GENERATORS_NOISE, REAL
from kernels.random import below, bits, normal, unit
from kernels.reference_mlp import forward

if device.simulated:  # a thread of the simulator is a thread of Python: few, and a small block's worth of columns
    gpu.THREADS, gpu.COLUMNS = 2, 4
WHOLE, HALF, NONE = gpu.ROOM, 100, 0
LATENT, FEATURES, BATCH, SEED, STRENGTH = 3, 2, 5, 2**32 - 5, 2.5
x = np.random.default_rng(0).normal(size=(9, FEATURES)).astype(np.float32)

def apart(here, there):
    here, there = (np.asarray(a, np.float64) for a in (here, there))
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))

def players(phi, output="linear", hidden=((3,), (3, 2))):
    nets = cpu.nets(LATENT, FEATURES, *hidden, phi, output)
    draw = np.random.default_rng(2)
    thetas = tuple((0.6 * draw.normal(size=int(one.weights[-1]))).astype(np.float32) for one in nets)
    return nets, thetas, tuple(memory(one) for one in nets)

def game_of(name, turns=(1, 1), seed=SEED, limit=0.5):
    return cpu.Game(cpu.GAMES.index(name), BATCH, *turns, STRENGTH, limit, seed)

def life(kernel, name, phi, output, rules, cuts, turns=(1, 1), broken=False):
    nets, thetas, memories = players(phi, output)
    thetas[1][0] = 1e38 if broken else thetas[1][0]
    room, made, last, found = cpu.room(nets, name, BATCH), np.zeros(2, np.int64), np.zeros(2, np.float32), []
    for rounds in cuts:
        done = kernel.play(nets, room, rules, thetas, memories, game_of(name, turns), x, made, rounds, last)
        found.append([a.copy() for a in (*thetas, *memories, made, last)] + [np.array([done])])
    return found

found = {}
for name, phi, output, optimizers, turns, room in (
    ("minimax", "tanh", "tanh", ("adam", "rmsprop"), (1, 1), WHOLE),
    ("non-saturating", "relu", "sigmoid", ("gradient descent", "adam"), (2, 1), NONE),
    ("least squares", "leaky relu", "linear", ("momentum", "adam"), (1, 1), HALF),
    ("wgan", "tanh", "linear", ("rmsprop", "gradient descent"), (1, 1), HALF),
    ("wgan-gp", "tanh", "linear", ("momentum", "nesterov"), (1, 1), WHOLE),
    ("wgan-gp", "leaky relu", "sigmoid", ("gradient descent", "momentum"), (1, 1), NONE),
):
    gpu.ROOM, rules = room, tuple(rule(one, 0.1, beta1=0.5, beta2=0.9) for one in optimizers)
    cuts = (1, 1) if name == "minimax" else (1,)
    here, there = (life(kernel, name, phi, output, rules, cuts, turns) for kernel in (cpu, gpu))
    moved = min(apart(p, q) for p, q in zip(players(phi, output)[1], here[-1]))
    found[f"{name}, {phi}"] = moved, max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))
gpu.ROOM = WHOLE

# One update of each by gradient descent is the gradient; the truth is differences of the loss, in float64.
step = (rule("gradient descent", 1.0), rule("gradient descent", 1.0))
z = [np.empty(BATCH * LATENT, np.float32) for _ in range(2)]
for noise, stream in zip(z, (CRITICS_NOISE, GENERATORS_NOISE)):
    normal(SEED, stream, 0, noise)
z = [noise.reshape(BATCH, LATENT).astype(np.float64) for noise in z]
nets, thetas, _ = players("tanh")
phis = [[EVERY[number] for number in net.phi] for net in nets]
wide = [theta.astype(np.float64) for theta in thetas]
ask = lambda player, theta, rows: forward(views(nets[player], theta), phis[player], rows)[1][-1]
words = [bits(SEED, REAL, 0, i) for i in range(BATCH)]
real = x[[int(below(word, len(x))) for word in words]].astype(np.float64)
share = np.array([[unit(bits(SEED, BETWEEN, 0, i))] for i in range(BATCH)], np.float64)
made = ask(0, wide[0], z[0])
between = made + share * (real - made)

def critics(theta):
    f = reference_gan.critics_loss("wgan-gp", ask(1, theta, real)[:, 0], ask(1, theta, made)[:, 0])
    return f + STRENGTH * reference_gan.penalty(views(nets[1], theta), phis[1], between)

one = life(gpu, "wgan-gp", "tanh", "linear", step, (1,), turns=(1, 0))[0]
truth = reference_gan.differences(critics, wide[1])
differences = {"critic": [apart(truth, wide[1] - one[1]), apart(critics(wide[1]), one[5][0]), float(np.abs(truth).max())]}

def generators(theta):
    return reference_gan.generators_loss("non-saturating", ask(1, wide[1], ask(0, theta, z[1]))[:, 0])

one = life(gpu, "non-saturating", "tanh", "linear", step, (1,), turns=(0, 1))[0]
truth = reference_gan.differences(generators, wide[0])
differences["generator"] = [apart(truth, wide[0] - one[0]), apart(generators(wide[0]), one[5][1]), float(np.abs(truth).max())]

# Where a loss is not finite both stop, and the net stays as it was.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the simulator's arithmetic is NumPy's, which says when it overflows
    stopped = [life(kernel, "least squares", "relu", "linear", step, (2,), broken=True)[0] for kernel in (cpu, gpu)]
fates = [[end[6].tolist(), end[4].tolist(), bool(np.isfinite(end[5][0])), apart(end[1], stopped[0][1])] for end in stopped]

# However a run is cut; and two at once, each with its own rates, seed and examples.
pairs = [(rule("momentum", 0.1), rule("rmsprop", rate)) for rate in (0.1, 0.03)]
whole, cut = (life(gpu, "least squares", "tanh", "linear", pairs[0], cuts)[-1] for cuts in ((2,), (1, 1)))
same = all(p.tobytes() == q.tobytes() for p, q in zip(whole[:6], cut[:6]))
games = [game_of("wgan", seed=seed, limit=limit) for seed, limit in ((3, 0.5), (4, 0.3))]
nets, thetas, memories = players("tanh")
both = [np.tile(array, (2, 1)) for array in (*thetas, *memories)]
made, last, several = np.zeros((2, 2), np.int64), np.zeros((2, 2), np.float32), np.stack((x, -x[::-1]))
done = gpu.play_each(nets, pairs, tuple(both[:2]), tuple(both[2:]), games, several, made, 2, last)
each = [done.tolist() == [2, 2]]
for k in range(2):
    _, thetas, memories = players("tanh")
    count, end = np.zeros(2, np.int64), np.zeros(2, np.float32)
    gpu.play(nets, None, pairs[k], thetas, memories, games[k], several[k].copy(), count, 2, end)
    alone, together = (*thetas, *memories, count, end), (*(array[k] for array in both), made[k], last[k])
    each.append(all(p.tobytes() == q.tobytes() for p, q in zip(alone, together)))

places = [gpu.laid_out(cpu.nets(2, 2, (size, size), (size, size)), 4, 64, False) for size in (4, 64, 128)]
refused = gpu.too_large(cpu.nets(2, 2, (3,), (3,), "tanh", "gelu"))
print(json.dumps({
    "found": found, "differences": differences, "fates": fates, "same": same, "each": each,
    "shared": [[int((where >= 0).sum()), *sizes] for where, *sizes in places], "refused": refused,
}))
"""


def assert_twins(found: Any) -> None:
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    for player, (gradient, loss, size) in found["differences"].items():
        assert size > 0.05, player
        assert gradient < TOLERANCE, player
        assert loss < TOLERANCE, player
    for rounds, made, finite, difference in found["fates"]:
        assert rounds == [0]
        assert made == [0, 0]
        assert not finite
        assert difference == 0
    assert found["same"], "however a run is cut"
    assert found["each"] == [True] * 3, "many at once are what each is alone"
    for parts, columns, shared, _ in found["shared"]:
        assert 0 < columns <= 64
        assert 4 * shared < 48 * 1024
        assert parts > 0
    assert found["shared"][0][3] == 0, "small nets lie in shared memory altogether"
    assert "gelu" in found["refused"]


@needs_numba_cuda
def test_the_twins_agree_update_by_update() -> None:
    assert_twins(answer(TWINS))
