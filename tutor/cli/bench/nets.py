"""How fast nets train here, beside PyTorch and JAX on the same machine: forward, backward and one step of gradient descent.

All three compute the same numbers, on one core, in turns, so that what else the machine does falls on each alike.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from tutor.cli.bench.result import Result

Run = Callable[[int], object]
"""Makes so many training steps."""


@dataclass(frozen=True)
class Runner:
    """A way to train."""

    run: Run
    block: int = 20
    """Steps are made in multiples of this."""
    label: str = ""
    """What it is called beside others, where that is not known before."""


_EXAMPLES = 640
_RATE = 1e-3


@dataclass(frozen=True)
class Shape:
    """A net to be timed."""

    sizes: tuple[int, ...]
    hidden: str
    """The hidden layers' activation: "tanh" or "relu"."""
    batch: int
    budget: float
    """At least so many times PyTorch's steps."""
    against_jax: float | None = None
    """At least so many times JAX's."""

    @property
    def classes(self) -> bool:
        """Whether it is trained on cross-entropy rather than on the squared error."""
        return self.sizes[-1] > 1


SHAPES = (
    Shape((2, 8, 8, 1), "tanh", 10, 150.0, 4.0),
    Shape((2, 64, 64, 1), "tanh", 32, 20.0),
    Shape((64, 64, 10), "relu", 32, 16.0),
    Shape((64, 256, 10), "relu", 32, 6.0),
    Shape((64, 256, 256, 10), "relu", 32, 4.0),
    Shape((64, 1024, 1024, 10), "relu", 32, 2.0),
)


def nets(rounds: int = 7, seconds: float = 0.06) -> list[Result]:
    """Training steps a second of each shape, as a multiple of PyTorch's (eager) and, where asked, of JAX's (jit and scan)."""
    results: list[Result] = []
    with one_core():
        for shape in SHAPES:
            results += _compare(shape, rounds, seconds)
    return results


def _compare(shape: Shape, rounds: int, seconds: float) -> list[Result]:
    x, t = examples(shape)
    runners: dict[str, Runner] = {"ours": our_net(shape, x, t)}
    for name, make in (("torch", _torch), ("jax", _jax)):
        if find_spec(name) is not None:
            runners[name] = make(shape, x, t)
    rates = in_turns(runners, rounds, seconds)
    title = "-".join(str(size) for size in shape.sizes) + f" {shape.hidden}, batch {shape.batch}"
    speed = f"{statistics.median(rates['ours']):,.0f} steps a second"
    results = []
    for name, label, budget in (("torch", "PyTorch", shape.budget), ("jax", "JAX", shape.against_jax)):
        if name in rates:
            ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates[name], strict=True))
            how = f"{speed}, {label} {statistics.median(rates[name]):,.0f}"
            results.append(Result(f"{title}: steps against {label}", ratio, "×", budget, least=True, how=how))
        elif name == "torch":
            rate = statistics.median(rates["ours"])
            results.append(Result(f"{title}: steps", rate, "/s", None, least=True, how="PyTorch is not installed"))
    return results


def in_turns(runners: dict[str, Runner], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Steps a second of each, measured in turns: so many rounds of about so many seconds."""
    counts = {}
    for name, runner in runners.items():
        runner.run(runner.block)
        runner.run(runner.block)
        start = time.perf_counter()
        runner.run(runner.block)
        blocks = seconds / max(time.perf_counter() - start, 1e-6)
        counts[name] = runner.block * max(1, round(blocks))
    rates: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, runner in runners.items():
            start = time.perf_counter()
            runner.run(counts[name])
            rates[name].append(counts[name] / (time.perf_counter() - start))
    return rates


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and every thread that a library starts in it, on one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def examples(shape: Shape) -> tuple[Any, Any]:
    import numpy as np

    source = np.random.default_rng(0)
    x = source.normal(size=(_EXAMPLES, shape.sizes[0])).astype(np.float32)
    if shape.classes:
        return x, np.eye(shape.sizes[-1], dtype=np.float32)[source.integers(0, shape.sizes[-1], _EXAMPLES)]
    return x, np.sign(x[:, :1] * x[:, 1:])


def our_net(shape: Shape, x: Any, t: Any, kernel: Any = None, block: int = 20) -> Runner:
    """Our own. kernel: the module that trains; without one, the processor's."""
    import numpy as np

    from tutor.engine import prepare

    prepare()
    from kernels import mlp
    from kernels.optimizers import rule

    net = mlp.net(shape.sizes, shape.hidden, "linear", "cross-entropy" if shape.classes else "squared")
    theta, memory = mlp.parameters(net), mlp.memory(net)
    work, data, descent = (
        mlp.work(net, shape.batch, len(x)),
        mlp.data(x, t, shape.batch, "in order"),
        rule("gradient descent", _RATE),
    )
    nothing, none = np.zeros(0, np.int64), np.zeros(0, np.float32)
    made, train = 0, (kernel or mlp).train

    def run(steps: int) -> None:
        nonlocal made
        train(net, work, descent, data, theta, memory, nothing, none, made, steps, np.empty(steps, np.float32))
        made += steps

    return Runner(run, block)


def _torch(shape: Shape, x: Any, t: Any) -> Runner:
    torch = import_module("torch")
    torch.set_num_threads(1)
    layers: list[Any] = []
    for inputs, outputs in pairwise(shape.sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh() if shape.hidden == "tanh" else torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    descent = torch.optim.SGD(model.parameters(), lr=_RATE)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(t.argmax(1) if shape.classes else t)
    place = 0

    def run(steps: int) -> None:
        nonlocal place
        for _ in range(steps):
            start = place % (_EXAMPLES - shape.batch + 1)
            answers, wanted = model(inputs[start : start + shape.batch]), targets[start : start + shape.batch]
            if shape.classes:
                loss = torch.nn.functional.cross_entropy(answers, wanted)
            else:
                loss = 0.5 * torch.nn.functional.mse_loss(answers, wanted)
            descent.zero_grad()
            loss.backward()
            descent.step()
            place += shape.batch

    return Runner(run)


def _jax(shape: Shape, x: Any, t: Any) -> Runner:
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    jax = import_module("jax")
    jnp = jax.numpy
    keys = jax.random.split(jax.random.PRNGKey(0), len(shape.sizes))
    pairs = zip(keys, shape.sizes, shape.sizes[1:], strict=False)
    weights = [(jax.random.normal(key, (i, o)) * (1 / i) ** 0.5, jnp.zeros(o)) for key, i, o in pairs]
    phi = jnp.tanh if shape.hidden == "tanh" else jax.nn.relu
    batches = _EXAMPLES // shape.batch
    inputs = jnp.asarray(x[: batches * shape.batch]).reshape(batches, shape.batch, -1)
    targets = jnp.asarray(t[: batches * shape.batch]).reshape(batches, shape.batch, -1)

    def loss(weights: Any, inputs: Any, wanted: Any) -> Any:
        for w, b in weights[:-1]:
            inputs = phi(inputs @ w + b)
        answers = inputs @ weights[-1][0] + weights[-1][1]
        if shape.classes:
            return -jnp.mean(jnp.sum(wanted * jax.nn.log_softmax(answers), axis=1))
        return 0.5 * jnp.mean((answers - wanted) ** 2)

    def step(weights: Any, number: Any) -> Any:
        slopes = jax.grad(loss)(weights, inputs[number % batches], targets[number % batches])
        return jax.tree_util.tree_map(lambda w, g: w - _RATE * g, weights, slopes), None

    parameters = sum((i + 1) * o for i, o in pairwise(shape.sizes))
    block = min(1000, max(10, 4_000_000 // parameters))
    scan = jax.jit(lambda weights, first: jax.lax.scan(step, weights, first + jnp.arange(block))[0])

    def run(steps: int) -> None:
        nonlocal weights
        for first in range(0, steps, block):
            weights = scan(weights, first)
        jax.block_until_ready(weights)

    return Runner(run, block)
