"""How fast convolutional nets train here, beside PyTorch on the same cores: forward, backward, a step of gradient descent."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tutor.cli.bench.nets import Runner, in_turns, one_core
from tutor.cli.bench.result import Result
from tutor.engine.crew import cores

BATCH = 32
_EXAMPLES, CLASSES, _RATE = 640, 10, 1e-3
BATCHES = 4
"""So many are there on a GPU."""


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


LARGE = SHAPES[0]
"""The shape that is measured on two cores too."""
BUDGET_OF_TWO = 4.0
"""There, at least so many times the images of PyTorch with its channels last, which is how it is fastest."""


def convolution(rounds: int = 7, seconds: float = 0.2) -> list[Result]:
    """Images a second of each net, as a multiple of PyTorch's (eager), on one core; of the larger one on two cores too."""
    results, torch = [], find_spec("torch") is not None
    with one_core():
        for shape in SHAPES:
            runners = {"ours": ours(shape)} | ({"torch": _torch(shape)} if torch else {})
            results.append(_compared(titled(shape), in_turns(runners, rounds, seconds), "torch", "PyTorch", shape.budget))
    if cores() < 2:
        return results
    runners = {"ours": ours(LARGE, 2)} | ({"torch": _torch(LARGE, 2)} if torch else {})
    compiled = _compiled(LARGE) if torch else None
    rates = in_turns(runners | ({"compiled": compiled} if compiled else {}), rounds, seconds)
    title = f"{titled(LARGE)}, two cores"
    results.append(_compared(title, rates, "torch", "PyTorch, channels last,", BUDGET_OF_TWO))
    if compiled:
        results.append(_compared(title, rates, "compiled", "torch.compile", None))
    return results


def titled(shape: Shape, batch: int = BATCH) -> str:
    return f"convolutions {shape.size}×{shape.size}×8 and ×16 on {shape.side}×{shape.side}, batch {batch}"


def _compared(title: str, rates: dict[str, list[float]], name: str, label: str, budget: float | None) -> Result:
    """Our images beside those of the runner with this name; alone, where it is not there."""
    speed = BATCH * statistics.median(rates["ours"])
    if name not in rates:
        return Result(f"{title}: images", speed, "/s", None, least=True, how="PyTorch is not installed")
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates[name], strict=True))
    how = f"{speed:,.0f} images a second, {label} {BATCH * statistics.median(rates[name]):,.0f}"
    return Result(f"{title}: images against {label.rstrip(',')}", ratio, "×", budget, least=True, how=how)


def examples(shape: Shape, count: int = _EXAMPLES) -> tuple[Any, Any]:
    import numpy as np

    source = np.random.default_rng(0)
    x = source.normal(size=(count, shape.side**2)).astype(np.float32)
    return x, source.integers(0, CLASSES, count)


def ours(shape: Shape, threads: int = 1, batch: int = BATCH, kernel: Any = None) -> Runner:
    """threads: 2: every batch in two halves. kernel: the module that trains; without one, the processor's."""
    import numpy as np

    from tutor.engine import prepare

    prepare()
    from kernels import cnn, halves
    from kernels.optimizers import rule

    layers = [cnn.conv(shape.filters[0], shape.size), cnn.pool(), cnn.conv(shape.filters[1], shape.size), cnn.pool()]
    net = cnn.net((1, shape.side, shape.side), [*layers, cnn.dense(CLASSES)])
    x, kind = examples(shape, _EXAMPLES if batch == BATCH else BATCHES * batch)
    theta, memory, work, works = cnn.parameters(net), cnn.memory(net), cnn.work(net, batch), halves.works(net, batch)
    train = partial(halves.train, net, works, threads=2) if threads == 2 else partial((kernel or cnn).train, net, work)
    data = cnn.data(x, np.eye(CLASSES, dtype=np.float32)[kind], batch, "in order")
    descent, made = rule("gradient descent", _RATE), 0

    def run(steps: int) -> None:
        nonlocal made
        train(descent, data, theta, memory, *cnn.FREE, made, steps, np.empty(steps, np.float32))
        made += steps

    return Runner(run)


def _torch(shape: Shape, threads: int = 1, compiled: bool = False) -> Runner:
    """threads: 2: with the channels last."""
    torch = import_module("torch")
    nn, (first, second) = torch.nn, shape.filters
    side = ((shape.side - shape.size + 1) // 2 - shape.size + 1) // 2
    model = nn.Sequential(
        *(nn.Conv2d(1, first, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(first, second, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(second * side * side, CLASSES)),
    )
    x, kind = examples(shape)
    images, wanted, place = torch.from_numpy(x).reshape(-1, 1, shape.side, shape.side), torch.from_numpy(kind), 0
    if threads == 2:
        model, images = (part.to(memory_format=torch.channels_last) for part in (model, images))
    descent = torch.optim.SGD(model.parameters(), lr=_RATE)
    answer = torch.compile(model) if compiled else model

    def run(steps: int) -> None:
        nonlocal place
        torch.set_num_threads(threads)
        for _ in range(steps):
            start = place % _EXAMPLES
            loss = nn.functional.cross_entropy(answer(images[start : start + BATCH]), wanted[start : start + BATCH])
            descent.zero_grad()
            loss.backward()
            descent.step()
            place += BATCH

    return Runner(run, block=5)


def _compiled(shape: Shape) -> Runner | None:
    """The same on two cores through torch.compile; None where that does not work, for want of a compiler of C++, say."""
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # else it starts processes, and leaves them
    try:
        runner = _torch(shape, 2, compiled=True)
        runner.run(1)
    except Exception:  # it fails in many ways
        return None
    return runner
