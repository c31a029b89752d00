"""What went wrong on a GPU, in words. numba-cuda's errors are told apart by their names: none of them need be importable."""

from __future__ import annotations

import re

_LOST = (
    *(
        "ILLEGAL_ADDRESS",
        "ILLEGAL_INSTRUCTION",
        "MISALIGNED_ADDRESS",
        "LAUNCH_FAILED",
        "LAUNCH_TIMEOUT",
        "HARDWARE_STACK_ERROR",
    ),
    *("CONTEXT_IS_DESTROYED", "INVALID_CONTEXT", "NO_DEVICE", "DEVICE_UNAVAILABLE", "SYSTEM_NOT_READY", "ECC_UNCORRECTABLE"),
    *("NVLINK_UNCORRECTABLE", "INVALID_DEVICE", "DEINITIALIZED", "HARDWARE_STACK_ERROR", "ERROR_UNKNOWN"),
)
"""CUDA's codes after which the device gives no more answers to this process."""
_COMPILERS = (
    *("NvvmError", "NvvmSupportError", "NvrtcError", "NvrtcCompilationError", "NvrtcBuiltinOperationFailure"),
    *("NvrtcSupportError", "LinkerError", "CCSupportError", "TypingError", "LoweringError", "CudaLoweringError"),
    *("UnsupportedError", "UnsupportedBytecodeError", "nvJitLinkError", "DynamicLibNotFoundError"),
)
_DRIVERS = ("CudaSupportError", "CudaRuntimeError")


def failure(error: BaseException) -> str:
    """What this error, raised while something was done on a GPU, means: a sentence without its full stop."""
    name, text = type(error).__name__, str(error)
    first = first_line(text)
    if isinstance(error, MemoryError) or "OUT_OF_MEMORY" in text:
        return "the GPU has too little memory left"
    if any(f"CUDA_ERROR_{code}" in text or code == text for code in _LOST):
        return f"the GPU no longer answers ({_code(text)})"
    if "UNSUPPORTED_PTX" in text:
        return "the NVIDIA driver is older than the CUDA toolkit; dltutor doctor says more"
    if "OUT_OF_RESOURCES" in text:
        return "the GPU has too few registers or too little shared memory for this kernel"
    if any(known.__name__ in _COMPILERS for known in type(error).__mro__):
        return f"its kernel could not be compiled ({name}: {first})" if first else f"its kernel could not be compiled ({name})"
    if any(known.__name__ in _DRIVERS for known in type(error).__mro__):
        return f"the CUDA driver does not answer ({first})" if first else "the CUDA driver does not answer"
    return f"the GPU failed ({name}: {first})" if first else f"the GPU failed ({name})"


def first_line(text: str) -> str:
    """The first line of an error that says something by itself, without the stop at its end."""
    lines = [line.strip() for line in text.splitlines() if any(character.isalnum() for character in line)]
    found = next((line for line in lines if not line.endswith(":")), lines[0] if lines else "").strip(" .:")
    return found if len(found) <= 120 else f"{found[:119]}…"


def _code(text: str) -> str:
    found = re.search(r"CUDA_ERROR_\w+", text)
    return found[0] if found else first_line(text)
