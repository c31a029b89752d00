"""What the lab `dropout` shows."""

from __future__ import annotations

import numpy as np

from tutor.labs import dropout_net as net
from tutor.labs.spec import State
from tutor.labs.words import said
from tutor.pictures import Lines, Series

_LIMITS = (net.LOW, net.HIGH)
_REACH = (-3.0, 3.0)
_SHOWN = 5
"""Thinned nets drawn at once."""


def fit(state: State) -> Lines:
    """The examples, what the net says in use, and what it has said of them in training lately."""
    x = net.grid()
    scale = net.beside(net.in_use(state["theta"], state["x"]), state["seen"])
    return Lines(
        (
            Series("examples", state["x"], state["t"], "muted", dots=True),
            Series("in use", x, net.in_use(state["theta"], x), "b"),
            Series("mean in training", state["x"], state["seen"], "a"),
        ),
        f"in use the answers are {said(scale, 2)} times those in training",
        x_label="x", x_limits=_LIMITS, y_limits=_REACH,
    )  # fmt: skip


def thinned(state: State, keep: float) -> Lines:
    """The first examples' nets of the coming step, each followed over the whole interval; and all of them together, in use."""
    from kernels.dropout import chances, dropout

    x = net.grid()
    a = net.hidden(state["theta"], x)[1]
    _, _, W, b = net.parts(state["theta"])
    u = chances(int(state["seed"][0]), int(state["step"][0]), len(state["x"]), a.shape[1])
    series = [
        Series("thinned" if not k else "", x, (dropout(a, np.broadcast_to(row, a.shape), keep) @ W.T)[:, 0] + b, "muted")
        for k, row in enumerate(u[:_SHOWN])
    ]
    series.append(Series("in use", x, net.in_use(state["theta"], x), "b"))
    title = f"{len(series) - 1} nets with {said(keep, 2)} of the units"
    return Lines(tuple(series), title, x_label="x", x_limits=_LIMITS, y_limits=_REACH)
