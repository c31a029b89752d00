"""What the lab `escape` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import State
from tutor.labs.words import said
from tutor.pictures import Guide, Lines, Series

Array = NDArray[Any]

_STOCHASTIC, _WHOLE = "b", "c"
"""The roles of the two kinds of descent, the same in every view."""


def landscape(state: State) -> Lines:
    """The loss of every frequency, the stochastic runs on it as dots, and descent on all examples."""
    grid, w, whole = state["grid"], state["w"], state["whole"]
    seen = np.where((w >= grid[0]) & (w <= grid[-1]), w, np.nan)
    return Lines(
        (
            Series("loss", grid, state["loss"], "muted"),
            Series("stochastic", seen, losses(state, w), _STOCHASTIC, dots=True),
            Series("batch", whole, losses(state, whole), _WHOLE, dots=True),
        ),
        title="Loss by frequency",
        x_label="frequency w",
        x_limits=(float(grid[0]), float(grid[-1])),
        y_limits=(0.0, 1.6),
    )


def fit(state: State) -> Lines:
    """The data and two sines."""
    x, across = state["x"], np.linspace(-3, 3, 200)
    w, whole = float(state["w"][0]), float(state["whole"][0])
    return Lines(
        (
            Series(f"stochastic, w = {said(w)}", across, np.sin(w * across), _STOCHASTIC),
            Series(f"batch, w = {said(whole)}", across, np.sin(whole * across), _WHOLE),
            Series("data", x, state["y"], "muted", dots=True),
        ),
        x_label="x",
        x_limits=(-3.0, 3.0),
    )


def noise(state: State, batch: int) -> Lines:
    """The size of the slope, and how far a step's gradient typically is from it."""
    grid = state["grid"]
    return Lines(
        (
            Series("slope", grid, np.abs(state["slope"]), "a"),
            Series(f"noise of {batch}" if batch > 1 else "noise of one example", grid, state["noise"] / np.sqrt(batch), "b"),
        ),
        title="Slope and noise",
        x_label="frequency w",
        guides=(Guide("true", 3.0, "x"),),
        x_limits=(float(grid[0]), float(grid[-1])),
    )


def losses(state: State, w: Array) -> Array:
    """The loss at each of these frequencies (k,)."""
    from kernels.sine import landscape as measure

    found, slope, spread = np.empty(len(w)), np.empty(len(w)), np.empty(len(w))
    measure(np.ascontiguousarray(w), state["x"], state["y"], found, slope, spread)
    return found
