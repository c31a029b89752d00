"""How fast recurrent nets read here, beside PyTorch on the same core: forward, backward through time, one step of descent.

A batch is 32 sequences of 64 symbols of 65; the loss is the cross-entropy of every next symbol. Both sides compute the same.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tutor.cli.bench.nets import Runner, in_turns, one_core
from tutor.cli.bench.result import Result

BATCH, TIMES, SYMBOLS = 32, 64, 65
_RATE = 1e-3


@dataclass(frozen=True)
class Shape:
    """A net to be timed."""

    cell: str
    units: int
    budget: float
    """At least so many times PyTorch's tokens."""


SHAPES = (Shape("lstm", 128, 1.8), Shape("vanilla", 128, 3.5), Shape("lstm", 32, 3.0))


def recurrent(rounds: int = 7, seconds: float = 0.2) -> list[Result]:
    """Tokens a second of each net, as a multiple of PyTorch's (eager)."""
    results = []
    with one_core():
        for shape in SHAPES:
            runners = {"ours": ours(shape)}
            if find_spec("torch") is not None:
                runners["torch"] = _torch(shape)
            rates = in_turns(runners, rounds, seconds)
            tokens = {name: BATCH * TIMES * statistics.median(found) for name, found in rates.items()}
            title = f"{shape.cell} {shape.units}, {TIMES} times, batch {BATCH}"
            if "torch" not in rates:
                found = Result(f"{title}: tokens", tokens["ours"], "/s", None, least=True, how="PyTorch is not installed")
            else:
                ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["torch"], strict=True))
                how = f"{tokens['ours']:,.0f} tokens a second, PyTorch {tokens['torch']:,.0f}"
                found = Result(f"{title}: tokens against PyTorch", ratio, "×", shape.budget, least=True, how=how)
            results.append(found)
    return results


def text() -> Any:
    import numpy as np

    return np.random.default_rng(0).integers(0, SYMBOLS, BATCH * TIMES * 20 + 1).astype(np.uint8)


def ours(shape: Shape, kernel: str = "kernels.recurrent") -> Runner:
    """kernel: the module that trains."""
    import numpy as np

    from tutor.engine import prepare

    prepare()
    from kernels import recurrent_net, sequences
    from kernels.optimizers import rule

    net, symbols = recurrent_net.net(shape.cell, shape.units, SYMBOLS, TIMES), text()
    symbols.setflags(write=False)
    data, descent = sequences.Data(sequences.TEXT, symbols, BATCH, 0, 0, 0), rule("gradient descent", _RATE)
    theta, memory = recurrent_net.parameters(net), recurrent_net.memory(net)
    carry, work = recurrent_net.carry(net, BATCH), recurrent_net.work(net, BATCH)
    made, train = 0, import_module(kernel).train

    def run(steps: int) -> None:
        nonlocal made
        losses, lengths = np.empty(steps, np.float32), np.empty(steps, np.float32)
        train(net, work, descent, data, theta, memory, carry, made, steps, losses, lengths)
        made += steps

    return Runner(run, 2)


def _torch(shape: Shape) -> Runner:
    torch = import_module("torch")
    torch.set_num_threads(1)
    kind = torch.nn.LSTM if shape.cell == "lstm" else torch.nn.RNN
    cell, out = kind(SYMBOLS, shape.units), torch.nn.Linear(shape.units, SYMBOLS)
    descent = torch.optim.SGD([*cell.parameters(), *out.parameters()], lr=_RATE)
    symbols = torch.from_numpy(text().astype("int64"))[:-1].reshape(BATCH, -1).T
    one_hot, cross_entropy = torch.nn.functional.one_hot, torch.nn.functional.cross_entropy
    made, state = 0, None

    def run(steps: int) -> None:
        nonlocal made, state
        for _ in range(steps):
            place = made * TIMES % (len(symbols) - TIMES - 1)
            x, t = symbols[place : place + TIMES], symbols[place + 1 : place + TIMES + 1]
            answers, state = cell(one_hot(x, SYMBOLS).float(), state)
            state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
            loss = cross_entropy(out(answers).reshape(-1, SYMBOLS), t.reshape(-1))
            descent.zero_grad()
            loss.backward()
            descent.step()
            made += 1

    return Runner(run, 2)
