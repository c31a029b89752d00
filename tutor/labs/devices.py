"""Kernels for the device that a run is to be computed on."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tutor.errors import DeviceProblem


def kernels(name: str, device: str, cpu: str = "") -> Any:
    """The module `kernels.NAME` or its twin `kernels.cuda.NAME`. cpu: where the functions are that the processor has elsewhere.

    Raises DeviceProblem where the device is not there.
    """
    if device == "cpu":
        return import_module(f"kernels.{cpu or name}")
    from kernels.cuda.device import why_not

    if reason := why_not():
        raise refused(reason)
    return import_module(f"kernels.cuda.{name}")


def refused(reason: str) -> DeviceProblem:
    """What to raise where CUDA cannot be used, for this reason."""
    return DeviceProblem(f"CUDA cannot be used here: {reason}", "run on the cpu")
