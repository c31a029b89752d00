"""Every CUDA kernel with each read and write of each thread looked at (`watched_blocks`), on shapes that fit no block.

DLTUTOR_DRAWS=200 looks at so many draws of shapes and rules instead of a few.
"""

from __future__ import annotations

import ast
import os
from typing import Any

import pytest
from on_cuda import ROOT, answer, needs_numba_cuda

pytestmark = pytest.mark.cuda

SCENES = """
import json, sys, warnings
from watched_blocks import FOUND, LAUNCHED, watch
watch()
import numpy as np
from kernels import activations, cnn, deep as deeper, gan as games, losses, mlp as nets, optimizers, recurrent_net, surfaces
from kernels.architecture import PHIS
from kernels.cuda import adversarial, convnet, deep, dots, gan, large, layers, learning, matmul, mlp, normalization
from kernels.cuda import perceptron, race, recurrent
from kernels.descent import NEURON, NOT_YET
from kernels.optimizers import rule
from kernels.sequences import RECALL, TEXT, Data
from kernels.trail import CAPACITY
warnings.simplefilter("ignore")  # what overflows is not looked for here

free = (np.zeros(0, np.int64), np.zeros(0, np.float32))
floats = lambda *shape: draw.normal(size=shape).astype(np.float32)
one_of = lambda names: names[draw.integers(len(names))]
few = lambda most=5: int(draw.integers(1, most + 1))
often = lambda number: number * (draw.random() < 0.5)

def small():  # blocks smaller and larger than what they work on
    mlp.THREADS, gan.THREADS, recurrent.THREADS = (int(draw.choice([1, 2, 3, 7])) for _ in range(3))
    mlp.COLUMNS = gan.COLUMNS = int(draw.choice([2, 3, 64]))
    recurrent.SPARE = 2 * recurrent.THREADS
    layers.THREADS, learning.THREADS, normalization.THREADS, deep.THREADS = (int(draw.choice([1, 2, 3, 5])) for _ in range(4))
    layers.BLOCKS = int(draw.choice([1, 2]))
    for tile in (matmul, dots):
        tile.LANES, tile.LINES, tile.TALL, tile.WIDE = 3, 2, 2, 2
        tile.ROWS, tile.COLUMNS, tile.DEPTH, tile.BEFORE_NEXT = 4, 6, 4, 5
    dots.BLOCKS, dots.LEAST = 8, 8
    convnet.STEP = deep.STEP = 4
    perceptron._BLOCK = race.THREADS = int(draw.choice([1, 3, 8]))

def how():
    return rule(one_of(optimizers.NAMES), 0.05, l1=often(0.1), l2=often(0.1), clip=often(0.3))

def classes(n, k):
    return np.eye(k, dtype=np.float32)[draw.integers(0, k, n)]

def task():
    sizes = [few() for _ in range(2 + few(2))]
    net = nets.net(sizes, one_of(activations.TRAINABLE), "linear", one_of(losses.NAMES))
    theta, n = floats(int(net.weights[-1])), few(6)
    pins = (np.array([theta.size - 1], np.int64), np.float32([0.5])) if often(1) else free
    data = nets.data(floats(n, sizes[0]), classes(n, sizes[-1]), few(7), one_of(nets.BATCHES), seed=3)
    return net, data, theta, np.zeros(2 * theta.size, np.float32), pins

def a_net():
    net, data, theta, memory, pins = task()
    mlp.train(net, None, how(), data, theta, memory, *pins, few(), 2, np.zeros(2, np.float32))

def nets_at_once():
    net, data, theta, memory, pins = task()
    many, name = few(3), one_of(optimizers.NAMES)
    rules = [rule(name, 0.1 / (k + 1), clip=0.3 * (k % 2), l1=0.1 * (k % 2)) for k in range(many)]
    data = data._replace(x=np.stack([data.x] * many), t=np.stack([data.t] * many)) if often(1) else data
    state = np.tile(theta, (many, 1)), np.tile(memory, (many, 1))
    mlp.train_each(net, rules, data, np.arange(many), *state, *pins, 0, 2, np.zeros((many, 2), np.float32))

def a_wide_net():
    net, data, theta, memory, pins = task()
    large.train(net, None, how(), data, theta, memory, *pins, 0, 2, np.zeros(2, np.float32))

def image_net(between):
    image, bent = (few(2), 3 + few(2), 3 + few(2)), one_of(PHIS)
    layers = [cnn.conv(few(2), 2, bent, stride=few(2), padding=few(2) - 1), between(bent), cnn.dense(few(3))]
    net = cnn.net(image, layers, one_of(losses.NAMES), bool(often(1)))
    n, outs = few(6), int(net.units[-1] - net.units[-2])
    data = cnn.data(floats(n, int(net.units[1])), classes(n, outs), few(4), one_of(nets.BATCHES), seed=3)
    theta = floats(net.parameters)
    convnet.train(net, None, how(), data, theta, np.zeros(2 * theta.size, np.float32), *cnn.FREE, 0, 1, np.zeros(1, np.float32))

def pooled():
    image_net(lambda bent: cnn.pool(2, one_of(("linear", "relu")), stride=few(2), padding=few(2) - 1, mean=bool(often(1))))

def normalized():
    image_net(cnn.norm)

def a_product():
    M, N, K = few(9), few(9), few(9)
    A, rows = floats(2 + M * K), draw.permutation(max(M, K)) * 20
    B, C = floats(3 + max(M, K) * 20), floats(1 + max(M, K) * 20)
    matmul.matmul(C, 1, rows, A, 2, 1, M, B, 3, rows, M, N, K, bool(often(1)))

def text():
    B, T, H, V, many = few(3), few(3), few(3), 3, few(2)
    net = recurrent_net.net(one_of(("vanilla", "lstm", "gru")), H, V + 2, T)
    letters, nothing = draw.integers(0, V, B * T * 2 + 1).astype(np.uint8), np.zeros(0, np.uint8)
    letters.setflags(write=False), nothing.setflags(write=False)
    data = Data(TEXT, letters, B, 5, 0, 0) if often(1) else Data(RECALL, nothing, B, 5, 2, 1)
    theta = np.tile(recurrent_net.parameters(net, 3), (many, 1))
    recurrent.ROOM = int(draw.choice([0, 10**4]))
    name, state = one_of(optimizers.NAMES), (theta, np.zeros((many, 2 * theta.shape[1]), np.float32))
    rules, carry = [rule(name, 0.1, clip=often(0.1))] * many, np.tile(recurrent_net.carry(net, B), (many, 1))
    recurrent.train_each(net, rules, data, np.arange(many), *state, carry, few(3), 3, *np.zeros((2, many, 3), np.float32))

def a_game():
    latent, features, many = few(3), few(2), few(2)
    hidden = [tuple(few(3) for _ in range(few(2))) for _ in range(2)]
    both = games.nets(latent, features, *hidden, one_of(("tanh", "relu", "leaky relu")), one_of(("linear", "tanh")))
    gan.ROOM = int(draw.choice([0, 60, 10**4]))
    rules = [tuple(rule(name, 0.1) for name in (one_of(optimizers.NAMES), one_of(optimizers.NAMES)))] * many
    thetas = tuple(np.stack([floats(int(net.weights[-1]))] * many) for net in both)
    memories = tuple(np.zeros((many, 2 * theta.shape[1]), np.float32) for theta in thetas)
    number, turns = int(draw.integers(len(games.GAMES))), (few(2), few(2))
    played = [games.Game(number, 3 + few(3), *turns, 2.5, 0.5, seed) for seed in range(many)]
    made, last = np.zeros((many, 2), np.int64), np.zeros((many, 2), np.float32)
    gan.play_each(both, rules, thetas, memories, played, floats(5, features), made, 2, last)

def perceptrons():
    runs, n, d = few(5), few(6), few(4)
    w, order, tally = floats(runs, d), np.tile(np.arange(n, dtype=np.int32), (runs, 1)), np.zeros((runs, 2), np.int64)
    x, t = floats(n, d), np.where(draw.random(n) < 0.5, -1, 1).astype(np.float32)
    perceptron.train_each(w, order, tally, x, t, np.arange(runs, dtype=np.uint64), floats(runs), bool(often(1)), few(), 2 * n)
    perceptron.decide(w[0].copy(), x, np.zeros(n, np.float32))

def racers():
    name, runs, d = one_of(surfaces.NAMES), few(9), 2
    number = surfaces.NAMES.index(name)
    begun = lambda: (np.zeros((runs, CAPACITY, 2)), np.tile(np.array([0, 1]), (runs, 1)))
    w, shapes, ends = draw.random((runs, d)), np.tile([7.0, 0.5, 0.6], (runs, 1)), surfaces.minima(number, d)
    settings = np.tile([0.01, 0.9, 0.99, 1e-8, 1.0], (runs, 1))
    state = (w.copy(), np.zeros((runs, 2 * d)), np.zeros((runs, 2), np.int64), *begun())
    race.race_each(*state, number, shapes, ends, draw.integers(-1, 7, runs), settings, few(), 3)
    number, x = int(draw.choice([0, 6, NEURON])), draw.normal(size=(4, d))
    state = (w.copy(), w.copy(), np.zeros_like(w), np.full((runs, 2), NOT_YET), *begun())
    ways = np.tile([0.05, 0.9, often(0.3)], (runs, 1))
    race.descend(*state, number, shapes[0], np.zeros((1, 2)), x, (x[:, 0] > 0).astype(float), ways, 7, few(), 3)

def deep_nets():
    many, residual = few(2), bool(often(1))
    depth = 1 + 2 * few(2) if residual else few(4)
    net, skip = deeper.net(few(4), few(3), depth, few(3), one_of(("tanh", "relu", "gelu")), residual)
    n, theta = few(6), floats(int(net.weights[-1]))
    data = nets.data(floats(n, int(net.sizes[0])), classes(n, int(net.sizes[-1])), few(7), one_of(nets.BATCHES), seed=3)
    state = [np.tile(a, (many, 1)) for a in (theta, np.zeros(2 * theta.size, np.float32), deeper.running(net))]
    name, norm = one_of(optimizers.NAMES), int(draw.integers(3))
    at = (norm, state[2], 0, 2, np.zeros((many, 2), np.float32))
    rules = [rule(name, 0.1, clip=often(0.1))] * many
    deep.train_each([net] * many, rules, data, np.arange(many), *state[:2], [skip] * many, [0.5] * many, *at)

def attacks():
    sizes, n = [few(4), few(3), 1 + few(3)], few(6)
    net = nets.net(sizes, "tanh", loss="cross-entropy", inputs=True)
    x, t, theta = draw.random((n, sizes[0])).astype(np.float32), classes(n, sizes[-1]), floats(int(net.weights[-1]))
    adversarial.attack(net, theta, x, t, 0.1, steps=few(2), toward=int(draw.choice([-1, 1])))
    data, memory = nets.data(x, t, few(7), seed=5), np.zeros(2 * theta.size, np.float32)
    adversarial.train(net, how(), data, theta, memory, 0.1, 0.1, int(draw.integers(3)), 0, 2, np.zeros(2, np.float32))

scenes = [a_net, nets_at_once, a_wide_net, pooled, normalized, a_product, text, a_game, perceptrons, racers, deep_nets, attacks]
for seed in range(int(sys.argv[1]), int(sys.argv[2])):
    for scene in scenes:
        draw = np.random.default_rng([seed, scenes.index(scene)])
        small()
        before = len(FOUND)
        scene()
        FOUND[before:] = [f"{line} ({scene.__name__}, draw {seed})" for line in FOUND[before:]]
print(json.dumps({"found": FOUND, "launched": sorted(LAUNCHED)}))
"""

BROKEN = """
import json, sys
from watched_blocks import FOUND, watch
watch()
import numpy as np
from numba import float32
from kernels.cuda.device import cuda, kernel

ROW = float32[::1]

@kernel(ROW)
def no_barrier(out):
    row = cuda.shared.array(4, float32)
    row[cuda.threadIdx.x] = out[cuda.threadIdx.x]
    out[cuda.threadIdx.x] = row[3 - cuda.threadIdx.x]

@kernel(ROW)
def barrier_for_some(out):
    if cuda.threadIdx.x < 2:
        cuda.syncthreads()

@kernel(ROW)
def two_barriers(out):
    if cuda.threadIdx.x < 2:
        cuda.syncthreads()
    else:
        cuda.syncthreads()

@kernel(ROW)
def all_in_one(out):
    out[0] = cuda.threadIdx.x

@kernel(ROW)
def over_blocks(out):
    out[0] = out[0] + out[1 + cuda.blockIdx.x]

@kernel(ROW)
def before_the_start(out):
    out[cuda.threadIdx.x] = out[cuda.threadIdx.x - 1]

@kernel(ROW)
def never_written(out):
    row = cuda.local.array(2, float32)
    out[cuda.threadIdx.x] = row[0]

@kernel(ROW)
def sound(out):
    row = cuda.shared.array(4, float32)
    row[cuda.threadIdx.x] = out[cuda.threadIdx.x]
    cuda.syncthreads()
    out[cuda.threadIdx.x] = row[3 - cuda.threadIdx.x]

told = {}
for one, blocks, threads in [(no_barrier, 1, 4), (barrier_for_some, 1, 4), (two_barriers, 1, 4), (all_in_one, 1, 4),
                             (over_blocks, 2, 1), (before_the_start, 1, 1), (never_written, 1, 1), (sound, 1, 4)]:
    FOUND.clear()
    one[blocks, threads](cuda.to_device(np.ones(4, np.float32)))
    told[one._compiled.function.__name__] = list(FOUND)
print(json.dumps(told))
"""


@needs_numba_cuda
def test_no_thread_is_in_anothers_way() -> None:
    found = answer(SCENES, "0", os.environ.get("DLTUTOR_DRAWS", "6"), simulated=True)
    assert found["found"] == []
    assert set(found["launched"]) == _kernels(), "every kernel was looked at"


@needs_numba_cuda
def test_what_is_wrong_would_be_told() -> None:
    told = answer(BROKEN, simulated=True)
    for name, words in {
        "no_barrier": "race for a number of shared memory", "barrier_for_some": "do not meet at the barrier",
        "two_barriers": "do not meet at the barrier", "all_in_one": "threads [0, 1] race", "over_blocks": "blocks race",
        "before_the_start": "place -1 of", "never_written": "local memory is read that was never written",
    }.items():  # fmt: skip
        assert any(words in line for line in told[name]), (name, told[name])
    assert told["sound"] == []


def _kernels() -> set[str]:
    """Every kernel, "module.name", from the sources."""
    found = set()
    for file in sorted((ROOT / "kernels" / "cuda").glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            decorators: list[Any] = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            if any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == "kernel" for one in decorators):
                found.add(f"kernels.cuda.{file.stem}.{getattr(node, 'name', '')}")
    return found
