"""CUDA behind one door: whether it can be used here, and the few names that kernels need of it.

Nothing else in the project imports numba-cuda. Importing this file never fails; without numba-cuda, `cuda` is None.

A kernel says the types of its arguments, from `numba` or from `kernels.jit`:

    @kernel(NET, int64, rows, float32[::1])
    def _train(net, steps, theta, history): ...

They are how it is compiled where there is no GPU: `tests/kernels/test_cuda_machine_code.py` walks the modules of this folder,
compiles every kernel for sm_90 and fails on a float64 or on a register that is spilled. In the simulator each launch compares
what it is given with them: a Python float, which a real GPU would take for a float64, is refused. Arrays come from
`kernels.cuda.held`, so they are read-only in no signature.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numba import config, types
from numba.np.numpy_support import as_dtype

_PI = np.float32(math.pi)

cuda: Any = None
"""numba-cuda, or None where it is not installed."""
broken = ""
"""Why numba-cuda cannot be loaded though it is installed."""
simulated = bool(getattr(config, "ENABLE_CUDASIM", False))
"""Whether kernels run in Numba's simulator (NUMBA_ENABLE_CUDASIM=1): slow, on the CPU, for tests."""

if find_spec("numba_cuda") is not None:
    try:
        # It stands in for the CUDA inside Numba, which is old. Python does this by itself where it was installed into an
        # environment, but not in a folder on PYTHONPATH.
        import_module("_numba_cuda_redirector")
        from numba import cuda as _cuda

        cuda = _cuda
    except ImportError as error:
        broken = str(error)

KERNELS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}
"""Every kernel of the modules that were imported, "module.name": the Python function, and the types of its arguments."""


def kernel(*kinds: Any) -> Callable[[Callable[..., Any]], Any]:
    """A function of CUDA threads with arguments of these types, started with `function[blocks, threads](...)`.

    It is compiled at its first launch, and found in the cache from then on.
    """
    if not kinds or not all(isinstance(kind, types.Type) for kind in kinds):
        raise TypeError("a kernel names the types of its arguments: @kernel(float32[::1], int64)")

    def made(function: Callable[..., Any]) -> Any:
        KERNELS[f"{function.__module__}.{function.__name__}"] = function, kinds
        compiled = cuda.jit(cache=not simulated)(function)
        return Checked(compiled, kinds) if simulated else compiled

    return made


def on_device(function: Callable[..., Any]) -> Any:
    """A function that kernels call."""
    return cuda.jit(device=True)(function)


class Checked:
    """A kernel in the simulator, which by itself takes anything."""

    def __init__(self, compiled: Any, kinds: tuple[Any, ...]) -> None:
        self._compiled, self._kinds = compiled, kinds

    def __getitem__(self, launch: Any) -> Callable[..., None]:
        def started(*given: Any) -> None:
            if len(given) != len(self._kinds):
                raise TypeError(f"a kernel of {len(self._kinds)} arguments is given {len(given)}")
            for place, (value, kind) in enumerate(zip(given, self._kinds, strict=True)):
                if not _agrees(value, kind):
                    raise TypeError(f"argument {place} of a kernel is {kind}, not {type(value).__name__} {value!r:.80}")
            self._compiled[launch](*given)

        return started


def _agrees(value: Any, kind: Any) -> bool:
    """Whether a GPU would take the value for one of this type."""
    if isinstance(kind, types.BaseTuple):
        parts: Any = kind
        return isinstance(value, tuple) and len(value) == len(parts) and all(map(_agrees, value, parts))
    if isinstance(kind, types.Array):
        return bool(value.ndim == kind.ndim and value.dtype == as_dtype(kind.dtype) and value.is_c_contiguous())
    if isinstance(value, bool | np.bool_):
        return bool(kind == types.boolean)
    if isinstance(value, np.generic):
        return bool(value.dtype == as_dtype(kind))
    return bool(kind == types.int64) and isinstance(value, int)


def times(a: Any, b: Any) -> Any:
    """The product of two float32, rounded, and never fused with a sum: what a processor computes."""
    return np.float32(a * b)


def plus(a: Any, b: Any) -> Any:
    """The sum of two float32, rounded, and never fused with a product."""
    return np.float32(a + b)


def cosine(half_turns: Any) -> Any:
    """cos πv, for a float32 v."""
    return np.cos(_PI * half_turns)


def sine(half_turns: Any) -> Any:
    """sin πv, likewise."""
    return np.sin(_PI * half_turns)


if cuda is not None and not simulated:
    # What an old driver means, `dltutor doctor` says.
    os.environ.setdefault("CUDA_PYTHON_DISABLE_MAJOR_VERSION_WARNING", "1")
    # A net a block, and one net, is what is wanted here; Numba would write into the learner's terminal that it is few.
    setattr(config, "CUDA_LOW_OCCUPANCY_WARNINGS", 0)  # noqa: B010 (mypy does not know it)
    # Without these, NVVM fuses every product into the sum that follows it, and the bits differ from the processor's.
    from numba.cuda import libdevice

    times, plus = libdevice.fmul_rn, libdevice.fadd_rn
    # In terms of π angles are exact. Half the code of plain cos and sin is for angles of thousands of turns, and needs memory.
    cosine, sine = libdevice.cospif, libdevice.sinpif


def bare(array: Any) -> Any:
    """An array of the GPU's memory, as functions for both devices take it; in the simulator they take only NumPy's own."""
    return array


if simulated:

    def bare(array: Any) -> Any:
        array = getattr(array, "_item", array)
        return getattr(array, "_ary", array)

elif cuda is not None:
    bare = on_device(bare)


def _as_it_is(context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
    """A place in an array, in LLVM."""
    return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)


if cuda is not None and not simulated:
    # To Python, what is before the start of an array is its end. No kernel means that, and the tests look at every access; to
    # ask each time takes a quarter of the registers, so of the nets that are at work at once.
    with suppress(ImportError):
        import_module("numba.cuda.np.arrayobj").fix_integer_index = _as_it_is  # type: ignore[attr-defined]


def why_not() -> str:
    """Why CUDA cannot be used here, as a sentence without its full stop; empty when it can. Never raises."""
    if broken:
        return f"numba-cuda cannot be loaded ({broken}); dltutor doctor says more"
    if cuda is None:
        return "numba-cuda is not installed; pip install '.[cuda]' in dltutor's clone adds it"
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
