"""A recurrent net as part of a lab's state: started, trained, asked, and stopped where its numbers end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.devices import kernels
from tutor.labs.spec import State, scalar

if TYPE_CHECKING:
    from kernels.optimizers import Rule
    from kernels.recurrent_net import Net, Work
    from kernels.sequences import Data

Array = NDArray[Any]

RECENT = 20
"""So many batches back goes the mean that is called the training loss."""


def begun(net: Net, batch: int, seed: int, keep: float, prefix: str = "") -> State:
    """The part of a state that `train` works on; a prefix for the names tells several nets of one state apart."""
    from kernels import recurrent_net

    parts = {
        "theta": recurrent_net.parameters(net, seed, keep),
        "memory": recurrent_net.memory(net),
        "carry": recurrent_net.carry(net, batch),
        # The losses of the last batches and the lengths of their gradients; that of step n is at n % RECENT.
        "losses": np.zeros(RECENT, np.float32),
        "lengths": np.zeros(RECENT, np.float32),
        # The number of the step whose loss was no finite number; 0: all is well.
        "broken": scalar(0),
    }
    return {prefix + name: array for name, array in parts.items()}


def train(
    state: State, net: Net, data: Data, rule: Rule, first: int, steps: int, prefix: str = "", device: str = "cpu"
) -> None:
    """Make the steps number first … first + steps − 1. At a loss that is not finite the net stays as it is, for good.

    Raises DeviceProblem where the device is not there.
    """
    recurrent = kernels("recurrent", device)
    theta, memory, carry, broken = (state[prefix + name] for name in ("theta", "memory", "carry", "broken"))
    if steps <= 0 or broken[0]:
        return
    where = (theta, memory, carry)
    before, history, lengths = [array.copy() for array in where], np.empty(steps, np.float32), np.empty(steps, np.float32)
    memory_of_steps = _work(net, data.batch)
    recurrent.train(net, memory_of_steps, rule, data, *where, first, steps, history, lengths)
    bad = np.flatnonzero(~np.isfinite(history))
    if bad.size:  # back to the last net that there was
        for array, old in zip(where, before, strict=True):
            array[:] = old
        done = int(bad[0])
        recurrent.train(net, memory_of_steps, rule, data, *where, first, done, history[:done], lengths[:done])
        broken[0] = first + done + 1
        history, lengths = history[: done + 1], np.append(lengths[:done], np.float32(0))
    places = (first + np.arange(len(history)))[-RECENT:] % RECENT
    state[prefix + "losses"][places] = history[-RECENT:]
    state[prefix + "lengths"][places] = lengths[-RECENT:]


def recent(state: State, name: str, step: int, prefix: str = "") -> float:
    """The mean of "losses" or "lengths" over the last batches; nan where there was none yet."""
    made = int(state[prefix + "broken"][0]) or step
    return float(state[prefix + name][: min(made, RECENT)].mean(dtype=np.float64)) if made else float("nan")


def measured(theta: Array, net: Net, data: Data, steps: int) -> float:
    """The mean loss of the steps 0 … steps − 1, nothing learnt, the states carried from one to the next."""
    from kernels import recurrent, recurrent_net

    none, losses = np.zeros(0, np.float32), np.empty(steps, np.float32)
    carry, lengths = recurrent_net.carry(net, data.batch), np.empty(steps, np.float32)
    recurrent.train(net, _work(net, data.batch), recurrent.LISTEN, data, theta, none, carry, 0, steps, losses, lengths)
    return float(losses.mean(dtype=np.float64))


def answers(theta: Array, net: Net, data: Data, step: int) -> tuple[Array, Array, Array]:
    """What is read in the batch of this step, the targets of its last time, and the probability of each symbol there.

    x: (T, B), t: (B,), p: (V, B) float64.
    """
    from kernels import recurrent, recurrent_net

    work, none, one = _work(net, data.batch), np.zeros(0, np.float32), np.empty(1, np.float32)
    carry = recurrent_net.carry(net, data.batch)
    recurrent.train(net, work, recurrent.LISTEN, data, theta, none, carry, step, 1, one, one.copy())
    T, V, B = net.times, net.symbols, data.batch
    t = work.t.reshape(T, -1)[-1, :B].copy()
    p = work.y.reshape(T, V, -1)[-1, :, :B].astype(np.float64) * int(work.asked.sum())
    p[t, np.arange(B)] += 1.0  # the slope of the loss is p − onehot(t)
    return work.x.reshape(T, -1)[:, :B].copy(), t, p


def through_time(theta: Array, net: Net, data: Data, step: int) -> Array:
    """The length of ∂L/∂h (for an LSTM of ∂L/∂c) at each time, the state before the first included: (T + 1,) float64."""
    from kernels import cells, recurrent, recurrent_net

    work = _work(net, data.batch)
    recurrent.gradients(net, work, theta, data, recurrent_net.carry(net, data.batch), step)
    slopes = work.dc if net.cell == cells.LSTM else work.dh
    return np.asarray(np.linalg.norm(slopes.reshape(net.times + 1, -1).astype(np.float64), axis=1))


def written(theta: Array, net: Net, start: Array, length: int, temperature: float, seed: int) -> Array:
    """`start` (k,), and so many symbols after it: (k + length,) uint8."""
    from kernels import recurrent

    text = np.zeros(len(start) + length, np.uint8)
    text[: len(start)] = start
    recurrent.generate(net, _work(net, 1), theta, text, len(start), float(temperature), seed)
    return text


def expected(theta: Array, net: Net, start: Array) -> Array:
    """The probability of each symbol (V,) after these (k,), at temperature 1."""
    from kernels import recurrent, recurrent_net

    work = _work(net, 1)
    recurrent.generate(net, work, theta, np.array(start, np.uint8), len(start), 1.0, 0)
    logits = work.y[: net.symbols * recurrent_net.padded(1)].reshape(net.symbols, -1)[:, 0].astype(np.float64)
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


_kept: dict[tuple[Any, ...], Work] = {}
"""Memory for steps by what it was made for, the newest last."""
_MOST_KEPT = 8


def _work(net: Net, batch: int) -> Work:
    """Memory for steps of such a net. Nothing in it outlives a call."""
    from kernels import recurrent_net

    key = (net, recurrent_net.padded(batch))
    found = _kept.pop(key, None) or recurrent_net.work(net, batch)
    _kept[key] = found
    if len(_kept) > _MOST_KEPT:
        del _kept[next(iter(_kept))]
    return found
