"""Devices: the kernels of the one that a run is on, whether a GPU can be used here, and what went wrong on it, in words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tutor.errors import DeviceProblem

REFUSAL = "CUDA cannot be used here: "
"""How the message of a DeviceProblem about CUDA begins."""


def kernels(name: str, device: str, cpu: str = "") -> Any:
    """The module `kernels.NAME` or its twin `kernels.cuda.NAME`. cpu: where the functions are that the processor has elsewhere.

    Raises DeviceProblem where the device is not there.
    """
    if device == "cpu":
        return import_module(f"kernels.{cpu or name}")
    if reason := why_not():
        raise refused(reason)
    return import_module(f"kernels.cuda.{name}")


def refused(reason: str) -> DeviceProblem:
    """What to raise where CUDA cannot be used, for this reason."""
    return DeviceProblem(f"{REFUSAL}{reason}", "run on the cpu")


def why_not() -> str:
    """Why CUDA cannot be used here, as a sentence without its full stop; empty when it can."""
    from kernels.cuda.device import why_not

    return why_not()


def gpu() -> str:
    """The GPU's name; empty where there is none."""
    from kernels.cuda.device import name

    return name()


def failure(error: BaseException) -> str:
    """What an error of a step on a GPU means, as a sentence without its full stop. Nothing is left there afterwards."""
    from kernels.cuda.held import forget
    from kernels.cuda.trouble import failure

    forget()
    if isinstance(error, DeviceProblem):
        return error.message.removeprefix(REFUSAL)
    return failure(error)


def need_cuda(mend: str) -> None:
    """Raises DeviceProblem where CUDA cannot be used. mend: what to do instead."""
    if reason := why_not():
        raise DeviceProblem(f"{REFUSAL}{reason}", mend)
