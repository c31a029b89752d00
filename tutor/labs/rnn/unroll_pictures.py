"""What the lab `unroll` shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import Knobs, State
from tutor.labs.words import said
from tutor.pictures import Flow, Graph, Guide, Lines, Quantity, Series

Array = NDArray[Any]

_LEAST, _MOST = 1e-30, 1e30
_COLUMN = 15
"""Columns of cells that a time of the drawn net takes."""


def lengths(state: State) -> Array:
    """The length of ∂L/∂h of every time, over all sequences: (T + 1,)."""
    with np.errstate(over="ignore"):
        return np.asarray(np.sqrt((state["g"] ** 2).sum(axis=(1, 2))))


def gradient(state: State) -> Lines:
    """The gradient's length as a share of that at the last time, and what σ to the power of the distance allows at most."""
    found = lengths(state)
    T = len(found) - 1
    t = np.arange(T + 1, dtype=np.float32)
    share = found / found[-1] if found[-1] > 0 else np.full(T + 1, np.nan)
    bound = np.linalg.norm(state["U"], 2) ** (T - np.arange(T + 1.0))
    return Lines(
        (_series("the gradient", t, share, "a"), _series("at most: σ to the power of the distance", t, bound, "muted")),
        title="length of ∂L/∂h, beside the last",
        x_label="time",
        guides=(Guide("", 1.0),),
        x_limits=(0.0, float(T)),
        y_log=True,
    )


def shares(state: State, bends: bool) -> Lines:
    """The length of what each time adds to ∂L/∂U: its gradient times the state before it."""
    g, h = state["g"], state["h"]
    dz = g[1:] * (1 - h[1:] ** 2) if bends else g[1:]
    each = np.sqrt(((dz[:, :, :, None] * h[:-1][:, :, None, :]).sum(axis=1) ** 2).sum(axis=(1, 2)))
    each[each == 0] = np.nan  # a state of 0 adds nothing
    t = np.arange(1, len(g), dtype=np.float32)
    return Lines(
        (_series("added to ∂L/∂U", t, each, "b"),),
        title="what each time adds",
        x_label="time",
        x_limits=(0.0, float(len(t))),
        y_log=True,
    )


def net(state: State, knobs: Knobs, size: tuple[int, int]) -> Graph:
    """The first and the last times of the unrolled net, with the lengths of states and gradients of the first sequence."""
    T, room = len(state["x"]), max(3, size[0] // _COLUMN - 1)
    left = max(1, room // 2)
    times = list(range(T + 1)) if room > T else [*range(left), *range(T + 1 - (room - left), T + 1)]
    quantities, flows, before = [], [], -1
    for column, t in enumerate(times):
        h, g = (float(np.linalg.norm(state[name][t, 0])) for name in ("h", "g"))
        if t > 0:
            signal, noise = state["x"][t - 1, 0]
            quantities.append(Quantity(column - 1, f"x{t}", (f"{said(float(signal), 2)}  {said(float(noise), 2)}",)))
        here = len(quantities)
        quantities.append(Quantity(column, f"h{t}", (f"h {short(h)}", f"∂ {short(g)}"), "accent" if t in (0, T) else "muted"))
        if t > 0:
            flows.append(Flow(here - 1, here, "W"))
        if before >= 0:
            flows.append(Flow(before, here, "U" if times[column - 1] == t - 1 else "…"))
        before = here
    caption = "the lengths of the state h and of ∂, the gradient of the loss by it"
    return Graph(tuple(quantities), tuple(flows), f"{T} times the same cell", (caption,))


def _series(label: str, x: Array, y: Array, role: str) -> Series:
    """A line in float32; what is too small or too large for it is drawn at the edge."""
    with np.errstate(invalid="ignore"):
        y = np.where(np.isfinite(y), np.clip(y, _LEAST, _MOST), np.nan)
    return Series(label, x, y.astype(np.float32), role)


def short(value: float) -> str:
    """A number of any size in a few characters."""
    return said(value, 2) if value == 0 or 1e-3 <= value < 1e4 else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
