"""The digits for the labs of deep nets, pixels from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from tutor.data import digits
from tutor.labs.spec import State, frozen

CLASSES = 10


def dealt() -> State:
    """x (n, 64), t (n, 10), labels (n,) to learn from, and test_x, test_labels, all read-only."""
    every = digits()
    x: Any = every.images.reshape(-1, 64).astype(np.float32) / np.float32(16)
    labels, learn = every.labels.astype(np.int64), ~every.held_out
    return {
        "x": frozen(x[learn]),
        "t": frozen(np.eye(CLASSES, dtype=np.float32)[labels[learn]]),
        "labels": frozen(labels[learn]),
        "test_x": frozen(x[~learn]),
        "test_labels": frozen(labels[~learn]),
    }
