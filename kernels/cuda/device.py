"""CUDA behind one door: whether it can be used here, and the few names that kernels need of it.

Nothing else in the project imports numba-cuda. Importing this file never fails; without numba-cuda, `cuda` is None.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numba import config

cuda: Any = None
"""numba-cuda, or None where it is not installed."""
simulated = bool(getattr(config, "ENABLE_CUDASIM", False))
"""Whether kernels run in Numba's simulator (NUMBA_ENABLE_CUDASIM=1): slow, on the CPU, for tests."""

if find_spec("numba_cuda") is not None:
    try:
        from numba import cuda as _cuda

        cuda = _cuda
    except ImportError:
        pass


def kernel(function: Callable[..., Any]) -> Any:
    """A function of CUDA threads, started from the processor with `function[blocks, threads](...)`."""
    return cuda.jit(cache=not simulated)(function)


def on_device(function: Callable[..., Any]) -> Any:
    """A function that kernels call."""
    return cuda.jit(device=True)(function)


def times(a: Any, b: Any) -> Any:
    """The product of two float32, rounded, and never fused with a sum: what a processor computes."""
    return np.float32(a * b)


def plus(a: Any, b: Any) -> Any:
    """The sum of two float32, rounded, and never fused with a product."""
    return np.float32(a + b)


if cuda is not None and not simulated:
    # Without these, NVVM fuses every product into the sum that follows it, and the bits differ from the processor's.
    from numba.cuda import libdevice

    times, plus = libdevice.fmul_rn, libdevice.fadd_rn


def why_not() -> str:
    """Why CUDA cannot be used here, as a sentence without its full stop; empty when it can. Never raises."""
    if cuda is None:
        return "numba-cuda is not installed; pip install 'dltutor[cuda]' adds it"
    if simulated:
        return ""
    try:
        if cuda.is_available() and len(cuda.gpus) > 0:
            return ""
        reason = cuda.cuda_error()
    except Exception as error:  # a driver can fail in ways that no list of exceptions foresees
        reason = str(error) or type(error).__name__
    first = next((line.strip(" .:") for line in str(reason or "").splitlines() if line.strip()), "")
    return f"no NVIDIA GPU answers: {first}" if first else "this machine has no NVIDIA GPU"


def name() -> str:
    """The GPU's name, such as "NVIDIA H100", or an empty string where CUDA cannot be used. Never raises."""
    if why_not():
        return ""
    if simulated:
        return "simulator"
    try:
        raw = cuda.get_current_device().name
    except Exception:  # as above
        return ""
    return raw.decode() if isinstance(raw, bytes) else str(raw)
