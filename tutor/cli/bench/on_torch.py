"""The workloads of the benchmark in PyTorch on a GPU, as fast as it does them without its compiler.

Small nets are captured as a CUDA graph, an epoch a graph, so that no step waits for Python; where that fails, and where cuDNN
has one large product to make, they run eagerly. All is float32: TF32, which rounds factors to ten bits, is off on both sides.
`device="cpu"` runs the same code without graphs, to see that it learns.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from typing import Any

from tutor.cli.bench import convolution as images
from tutor.cli.bench import gans, recurrent
from tutor.cli.bench.nets import Runner, Shape

_RATE = 1e-3
Step = Callable[[int], Any]
"""Makes the step of this number on the GPU, and returns its loss there."""


def torch_for(device: str) -> Any:
    """PyTorch, set up for float32 on this device."""
    torch = import_module("torch")
    torch.manual_seed(0)
    if device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
    return torch


def graphed(torch: Any, step: Step, block: int, device: str) -> Runner:
    """So many steps as one CUDA graph, played again and again; step by step where that cannot be."""
    if device != "cuda":
        return eager(torch, step, block, device)
    try:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for k in range(3):
                step(k)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for k in range(block):
                step(k)
    except Exception:  # not every operation can be captured
        return eager(torch, step, block, device)

    def run(steps: int) -> None:
        for _ in range(steps // block):
            graph.replay()
        torch.cuda.synchronize()

    return Runner(run, block, "PyTorch with CUDA graphs")


def eager(torch: Any, step: Step, block: int, device: str) -> Runner:
    """Step by step."""

    def run(steps: int) -> None:
        for k in range(steps):
            step(k % block)
        if device == "cuda":
            torch.cuda.synchronize()

    return Runner(run, block, "PyTorch (eager)")


def net(shape: Shape, x: Any, t: Any, device: str = "cuda") -> Runner:
    """One net of `nets.SHAPES`."""
    torch = torch_for(device)
    model = _layers(torch, shape).to(device)
    descent = torch.optim.SGD(model.parameters(), lr=_RATE)
    inputs, targets = _batches(torch, shape, x, t, device)

    def step(k: int) -> Any:
        descent.zero_grad(set_to_none=True)
        loss = _loss(torch, shape, model(inputs[k]), targets[k])
        loss.backward()
        descent.step()
        return loss

    return graphed(torch, step, len(inputs), device)


def many(shape: Shape, count: int, x: Any, t: Any, device: str = "cuda") -> Runner:
    """So many nets of one shape at once, on the same batches: `torch.func.vmap` over their gradients."""
    torch = torch_for(device)
    func, models = import_module("torch.func"), [_layers(torch, shape).to(device) for _ in range(count)]
    parameters, buffers = func.stack_module_state(models)
    inputs, targets = _batches(torch, shape, x, t, device)
    weights = {name: part.detach() for name, part in parameters.items()}

    def loss(one: Any, batch: Any, wanted: Any) -> Any:
        value = _loss(torch, shape, func.functional_call(models[0], (one, buffers), (batch,)), wanted)
        return value, value

    slopes = func.vmap(func.grad(loss, has_aux=True), in_dims=(0, None, None))

    def step(k: int) -> Any:
        gradient, losses = slopes(weights, inputs[k], targets[k])
        for name, weight in weights.items():
            weight.sub_(gradient[name], alpha=_RATE)
        return losses.mean()

    return graphed(torch, step, len(inputs), device)


def convolution(shape: images.Shape, batch: int, device: str = "cuda") -> Runner:
    """A convolutional net, eagerly: its products are large enough that Python does not hold them up much."""
    torch = torch_for(device)
    nn, (first, second) = torch.nn, shape.filters
    side = ((shape.side - shape.size + 1) // 2 - shape.size + 1) // 2
    model = nn.Sequential(
        *(nn.Conv2d(1, first, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(first, second, shape.size), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(second * side * side, images.CLASSES)),
    ).to(device)
    x, kind = images.examples(shape, images.BATCHES * batch)
    pixels = torch.from_numpy(x).reshape(-1, 1, shape.side, shape.side).to(device)
    wanted, descent = torch.from_numpy(kind).to(device), torch.optim.SGD(model.parameters(), lr=_RATE)

    def step(k: int) -> Any:
        here = slice(k * batch, (k + 1) * batch)
        loss = nn.functional.cross_entropy(model(pixels[here]), wanted[here])
        descent.zero_grad()
        loss.backward()
        descent.step()
        return loss

    return eager(torch, step, len(x) // batch, device)


def recurrences(shape: recurrent.Shape, device: str = "cuda") -> Runner:
    """A recurrent net, eagerly: cuDNN makes all its times in one call."""
    torch = torch_for(device)
    kind = torch.nn.LSTM if shape.cell == "lstm" else torch.nn.RNN
    cell, out = kind(recurrent.SYMBOLS, shape.units).to(device), torch.nn.Linear(shape.units, recurrent.SYMBOLS).to(device)
    descent = torch.optim.SGD([*cell.parameters(), *out.parameters()], lr=_RATE)
    text = torch.from_numpy(recurrent.text().astype("int64")).to(device)[:-1].reshape(recurrent.BATCH, -1).T
    block, state = (len(text) - 1) // recurrent.TIMES, None

    def step(k: int) -> Any:
        nonlocal state
        place = k * recurrent.TIMES
        x, t = text[place : place + recurrent.TIMES], text[place + 1 : place + recurrent.TIMES + 1]
        answers, state = cell(torch.nn.functional.one_hot(x, recurrent.SYMBOLS).float(), state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        loss = torch.nn.functional.cross_entropy(out(answers).reshape(-1, recurrent.SYMBOLS), t.reshape(-1))
        descent.zero_grad()
        loss.backward()
        descent.step()
        return loss

    return eager(torch, step, block, device)


def gan(game: str, device: str = "cuda") -> Runner:
    """A generator and a critic, which take turns."""
    torch = torch_for(device)
    turn = gans.turn_of(torch, game, device)
    return graphed(torch, lambda k: turn(), 16, device)


def _layers(torch: Any, shape: Shape) -> Any:
    layers: list[Any] = []
    for inputs, outputs in pairwise(shape.sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh() if shape.hidden == "tanh" else torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def _loss(torch: Any, shape: Shape, answers: Any, wanted: Any) -> Any:
    if shape.classes:
        return torch.nn.functional.cross_entropy(answers, wanted)
    return 0.5 * torch.nn.functional.mse_loss(answers, wanted)


def _batches(torch: Any, shape: Shape, x: Any, t: Any, device: str) -> tuple[Any, Any]:
    """The epoch's batches, in order, on the device."""
    inputs, targets = torch.from_numpy(x).to(device), torch.from_numpy(t.argmax(1) if shape.classes else t).to(device)
    return tuple(inputs.split(shape.batch)), tuple(targets.split(shape.batch))
