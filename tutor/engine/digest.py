"""Questions about a whole state: its hash, and whether its numbers are ordinary ones."""

from __future__ import annotations

import hashlib

import numpy as np

from tutor.labs.spec import State


def sha256(state: State) -> str:
    """SHA-256 over every array of the state: names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def is_finite(state: State) -> bool:
    """Whether every number that may change is an ordinary one."""
    return all(
        bool(np.isfinite(array).all())
        for array in state.values()
        if array.flags.writeable and np.issubdtype(array.dtype, np.floating)
    )
