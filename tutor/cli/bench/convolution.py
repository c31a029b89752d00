"""How fast convolutional nets train here, beside PyTorch on the same core: forward, backward and a step of gradient descent."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tutor.cli.bench.nets import Runner, in_turns, one_core
from tutor.cli.bench.result import Result

BATCH = 32
_EXAMPLES, _CLASSES, _RATE = 640, 10, 1e-3


@dataclass(frozen=True)
class Shape:
    """Two convolutions, each with ReLU and pooling over 2 × 2, and a dense layer."""

    side: int
    size: int
    """Of the kernels."""
    budget: float
    """At least so many times PyTorch's images."""
    filters: tuple[int, int] = (8, 16)


SHAPES = (Shape(28, 5, 5.0), Shape(10, 3, 25.0))


def convolution(rounds: int = 7, seconds: float = 0.2) -> list[Result]:
    """Images a second of each net, as a multiple of PyTorch's (eager), on one core."""
    results = []
    with one_core():
        for shape in SHAPES:
            runners = {"ours": _ours(shape)}
            if find_spec("torch") is not None:
                runners["torch"] = _torch(shape)
            rates = in_turns(runners, rounds, seconds)
            title = f"convolutions {shape.size}×{shape.size}×8 and ×16 on {shape.side}×{shape.side}, batch {BATCH}: images"
            speed = BATCH * statistics.median(rates["ours"])
            if "torch" not in rates:
                results.append(Result(title, speed, "/s", None, least=True, how="PyTorch is not installed"))
                continue
            ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["torch"], strict=True))
            how = f"{speed:,.0f} images a second, PyTorch {BATCH * statistics.median(rates['torch']):,.0f}"
            results.append(Result(f"{title} against PyTorch", ratio, "×", shape.budget, least=True, how=how))
    return results


def _images(shape: Shape) -> tuple[Any, Any]:
    import numpy as np

    source = np.random.default_rng(0)
    x = source.normal(size=(_EXAMPLES, shape.side**2)).astype(np.float32)
    return x, source.integers(0, _CLASSES, _EXAMPLES)


def _ours(shape: Shape) -> Runner:
    import numpy as np

    from tutor.engine import prepare

    prepare()
    from kernels import cnn
    from kernels.optimizers import rule

    layers = [cnn.conv(shape.filters[0], shape.size), cnn.pool(), cnn.conv(shape.filters[1], shape.size), cnn.pool()]
    net = cnn.net((1, shape.side, shape.side), [*layers, cnn.dense(_CLASSES)])
    x, kind = _images(shape)
    theta, memory, work = cnn.parameters(net), cnn.memory(net), cnn.work(net, BATCH)
    data = cnn.data(x, np.eye(_CLASSES, dtype=np.float32)[kind], BATCH, "in order")
    descent, made = rule("gradient descent", _RATE), 0

    def run(steps: int) -> None:
        nonlocal made
        cnn.train(net, work, descent, data, theta, memory, *cnn.FREE, made, steps, np.empty(steps, np.float32))
        made += steps

    return Runner(run)


def _torch(shape: Shape) -> Runner:
    torch = import_module("torch")
    torch.set_num_threads(1)
    nn, (first, second) = torch.nn, shape.filters
    side = ((shape.side - shape.size + 1) // 2 - shape.size + 1) // 2
    model = nn.Sequential(
        *(nn.Conv2d(1, first, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(first, second, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(second * side * side, _CLASSES)),
    )
    descent = torch.optim.SGD(model.parameters(), lr=_RATE)
    x, kind = _images(shape)
    images, wanted, place = torch.from_numpy(x).reshape(-1, 1, shape.side, shape.side), torch.from_numpy(kind), 0

    def run(steps: int) -> None:
        nonlocal place
        for _ in range(steps):
            start = place % _EXAMPLES
            loss = nn.functional.cross_entropy(model(images[start : start + BATCH]), wanted[start : start + BATCH])
            descent.zero_grad()
            loss.backward()
            descent.step()
            place += BATCH

    return Runner(run, block=5)
