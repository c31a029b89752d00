"""The benchmark's workloads on a GPU: our CUDA kernels beside our kernels for the processor, and beside PyTorch on that GPU.

Every ratio is of rates measured in turns. One net is compared with one core; a thousand nets at once with all of them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tutor.cli.bench import convolution as images
from tutor.cli.bench import gans, recurrent
from tutor.cli.bench.nets import SHAPES, Runner, Shape, examples, in_turns, our_net
from tutor.cli.bench.result import Result
from tutor.engine.crew import cores
from tutor.labs.devices import failure

MANY = 1024
"""Nets at once."""
BATCH = 256
"""Images in a batch of the convolutional net."""
_ROUNDS, _SECONDS = 5, 0.3
_EPOCHS = 10
"""How many a core makes of a net in one call, where it trains many: a call has its price."""
_RATE = 1e-3
Makers = dict[str, Callable[[], Runner]]


Measurements = dict[str, Callable[[], list[Result]]]


def measurements() -> Measurements:
    """By the name of the workload."""
    found: Measurements = {"nets": nets, "many": many, "convolution": convolution, "recurrent": recurrences, "gans": games}
    return {name: partial(safely, name, measure) for name, measure in found.items()}


def safely(name: str, measure: Callable[[], list[Result]]) -> list[Result]:
    """What it measures; a GPU that fails in it does not take the other measurements along."""
    try:
        return measure()
    except Exception as error:  # numba-cuda, PyTorch and their drivers fail in ways that no list foresees
        return [Result(name, math.nan, "×", 1.0, least=True, how=f"not measured: {failure(error)}")]


def nets() -> list[Result]:
    """One net at a time, in one launch of many steps, or where it is too large for a block, layer by layer."""
    results = []
    for shape in SHAPES:
        x, t = examples(shape)
        makers: Makers = {
            "cuda": partial(cuda_net, shape, x, t),
            "cpu": partial(our_net, shape, x, t),
            "torch": partial(_on_torch, "net", shape, x, t),
        }
        small = shape is SHAPES[0]
        results += compared(f"{named(shape)}, one net", "steps", makers, {"torch": 3.0 if small else None}, "one core")
    return results


def many(count: int = MANY) -> list[Result]:
    """A thousand small nets at once, a block each; the processor's cores share them."""
    shape = SHAPES[0]
    x, t = examples(shape)
    makers: Makers = {
        "cuda": partial(cuda_nets, shape, count, x, t),
        "cpu": partial(our_nets, shape, count, x, t),
        "torch": partial(_on_torch, "many", shape, count, x, t),
    }
    title = f"{named(shape)}, {count:,} nets at once"
    return compared(title, "net-steps", makers, {"cpu": 20.0, "torch": 5.0}, f"all {cores()} cores", count, "vmap, ")


def convolution() -> list[Result]:
    shape = images.SHAPES[0]
    makers: Makers = {
        "cuda": partial(cuda_convolution, shape, BATCH),
        "cpu": partial(images.ours, shape, batch=BATCH),
        "torch": partial(_on_torch, "convolution", shape, BATCH),
    }
    return compared(images.titled(shape, BATCH), "images", makers, {}, "one core", BATCH, "TF32 off, ")


def recurrences() -> list[Result]:
    """Nothing, as long as recurrent nets have no kernels for a GPU."""
    if find_spec("kernels.cuda.recurrent") is None:
        return []
    results = []
    for shape in recurrent.SHAPES:
        makers: Makers = {
            "cuda": partial(recurrent.ours, shape, "kernels.cuda.recurrent"),
            "cpu": partial(recurrent.ours, shape),
            "torch": partial(_on_torch, "recurrences", shape),
        }
        tokens = recurrent.BATCH * recurrent.TIMES
        title = f"{shape.cell} {shape.units}, {recurrent.TIMES} times, batch {recurrent.BATCH}"
        results += compared(title, "tokens", makers, {}, "one core", tokens, "TF32 off, ")
    return results


def games() -> list[Result]:
    results = []
    for game in ("non-saturating", "wgan-gp"):
        makers: Makers = {
            "cuda": partial(gans.ours, game, "kernels.cuda.gan"),
            "cpu": partial(gans.ours, game),
            "torch": partial(_on_torch, "gan", game),
        }
        results += compared(f"GAN on points, {game}, 64-64-64, batch {gans.BATCH}", "rounds", makers, {}, "one core")
    return results


def compared(
    title: str, what: str, makers: Makers, budgets: dict[str, float | None], processor: str, each: int = 1, manner: str = ""
) -> list[Result]:
    """Our rate on the GPU as a multiple of each other's. each: how many of `what` a step makes."""
    runners, missing = {}, ""
    for name, make in makers.items():
        if name == "torch" and (missing := _no_torch()):
            continue
        runners[name] = make()
    rates = in_turns(runners, _ROUNDS, _SECONDS)
    speed = each * statistics.median(rates["cuda"])
    labels = {"cpu": f"the CPU, {processor},"}
    if "torch" in runners:
        labels["torch"] = f"{runners['torch'].label} ({manner}same GPU)".replace(") (", ", ")
    results = []
    for name, label in labels.items():
        ratio = statistics.median(a / b for a, b in zip(rates["cuda"], rates[name], strict=True))
        how = f"{speed:,.0f} {what} a second, {label} {each * statistics.median(rates[name]):,.0f}"
        against = "the CPU" if name == "cpu" else "PyTorch"
        results.append(Result(f"{title}: against {against}", ratio, "×", budgets.get(name), least=True, how=how))
    if missing:
        results[-1] = replace(results[-1], how=f"{results[-1].how}; {missing}")
    return results


def _no_torch() -> str:
    """Why PyTorch cannot be compared with, or empty."""
    if find_spec("torch") is None:
        return "PyTorch is not installed"
    return "" if import_module("torch").cuda.is_available() else "this PyTorch sees no GPU"


def _on_torch(name: str, *given: Any) -> Runner:
    from tutor.cli.bench import on_torch

    runner: Runner = getattr(on_torch, name)(*given)
    return runner


def named(shape: Shape) -> str:
    return "-".join(str(size) for size in shape.sizes) + f" {shape.hidden}, batch {shape.batch}"


def cuda_net(shape: Shape, x: Any, t: Any) -> Runner:
    """One net on the GPU."""
    from kernels.cuda import large, mlp

    net, data, rule = _task(shape, x, t)
    return our_net(shape, x, t, large if mlp.too_large(net, rule) else mlp, block=len(data.x) // shape.batch)


def cuda_nets(shape: Shape, count: int, x: Any, t: Any) -> Runner:
    """Nets of one shape on the GPU, a block each."""
    import numpy as np

    from kernels import net as start
    from kernels.cuda import mlp

    net, data, rule = _task(shape, x, t)
    theta = np.stack([start.parameters(net, seed=k) for k in range(count)])
    memory = np.stack([start.memory(net)] * count)
    seeds, free, made = np.arange(count, dtype=np.uint64), (np.zeros(0, np.int64), np.zeros(0, np.float32)), 0
    history = np.empty((count, 0), np.float32)

    def run(steps: int) -> None:
        nonlocal made, history
        if history.shape[1] != steps:  # to have the system find fresh memory for it each time would be timed, too
            history = np.zeros((count, steps), np.float32)
        mlp.train_each(net, [rule] * count, data, seeds, theta, memory, *free, made, steps, history)
        made += steps

    return Runner(run, len(x) // shape.batch)


def our_nets(shape: Shape, count: int, x: Any, t: Any) -> Runner:
    """The same on all cores: each has a share of the nets, and trains them one after another."""
    import numpy as np

    from kernels import mlp

    net, data, rule = _task(shape, x, t)
    thetas, memories = [mlp.parameters(net, seed=k) for k in range(count)], [mlp.memory(net) for _ in range(count)]
    free, workers = (np.zeros(0, np.int64), np.zeros(0, np.float32)), cores()
    works, pool, made = [mlp.work(net, shape.batch, len(x)) for _ in range(workers)], ThreadPoolExecutor(workers), 0

    def share(core: int, steps: int) -> None:
        history = np.empty(steps, np.float32)
        for k in range(core, count, workers):
            mlp.train(net, works[core], rule, data, thetas[k], memories[k], *free, made, steps, history)

    def run(steps: int) -> None:
        nonlocal made
        list(pool.map(lambda core: share(core, steps), range(workers)))
        made += steps

    return Runner(run, _EPOCHS * len(x) // shape.batch)


def cuda_convolution(shape: images.Shape, batch: int) -> Runner:
    """A convolutional net on the GPU."""
    from kernels.cuda import convnet

    return images.ours(shape, batch=batch, kernel=convnet)


def _task(shape: Shape, x: Any, t: Any) -> tuple[Any, Any, Any]:
    """The net, its data, and how it learns."""
    from tutor.engine import prepare

    prepare()
    from kernels import mlp
    from kernels.optimizers import rule

    net = mlp.net(shape.sizes, shape.hidden, "linear", "cross-entropy" if shape.classes else "squared")
    return net, mlp.data(x, t, shape.batch, "in order"), rule("gradient descent", _RATE)
