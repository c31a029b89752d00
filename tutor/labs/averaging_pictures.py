"""What the lab `averaging` shows. `state` is the state of that lab."""

from __future__ import annotations

import numpy as np

from tutor.labs.plane import grid
from tutor.labs.spec import State
from tutor.pictures import Field, Path, Points

_REACH = 0.45
"""How far the picture shows around the best weights, up and down."""


def cloud(state: State, size: tuple[int, int]) -> Field:
    """The loss around the best weights over the first two of them (the others at their best; by its curvature there)."""
    best, curvature = state["best"][:2], state["curvature"]
    x_limits = (float(best[0]) - 2 * _REACH, float(best[0]) + 2 * _REACH)
    y_limits = (float(best[1]) - _REACH, float(best[1]) + _REACH)
    points, shape = grid(x_limits, size, y_limits=y_limits)
    away = points - best
    heights = np.sqrt(np.einsum("ki,ij,kj->k", away, curvature, away))
    step, recent = int(state["step"][0]), state["recent"]
    # The ring begins anew after its end: put the oldest place first.
    places = np.roll(recent, -(step % len(recent)), axis=0) if step >= len(recent) else recent[:step]
    ends = np.stack((best, state["v"][:2], state["mean"][:2]))
    return Field(
        heights.astype(np.float32).reshape(shape), x_limits, y_limits, 0.0, float(heights.max()), None,
        points=Points(ends.astype(np.float32), np.array([3, 2, 1])),
        paths=(Path(places.astype(np.float32), "a"),),
        title=f"The last {len(places)} places of sgd", x_label="w1", y_label="w2",
        legend=(("a", "sgd"), ("b", "its average"), ("c", "SAGA"), ("d", "best")),
    )  # fmt: skip
