"""Which GPU there is, with what; or what is missing, and what to install. For `dltutor doctor`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kernels.cuda import device
from kernels.cuda.trouble import first_line

_INSTALL = "pip install '.[cuda]'"
_SIMULATOR = "NUMBA_ENABLE_CUDASIM"
_OLDEST = (5, 0)
"""The compute capability that numba-cuda still compiles for."""


@dataclass(frozen=True)
class About:
    """What is known; a number is 0 and a text empty where it is not."""

    package: str = ""
    """"numba-cuda 0.30.4"."""
    gpu: str = ""
    memory: int = 0
    """Bytes on the GPU."""
    capability: tuple[int, int] = (0, 0)
    """(9, 0) for an H100."""
    driver: tuple[int, int] = (0, 0)
    """The newest CUDA that the driver knows."""
    toolkit: tuple[int, int] = (0, 0)
    """The CUDA that kernels are compiled with."""
    problem: str = ""
    """Why no kernel can run here, as a sentence without its full stop."""
    mend: str = ""
    """What to do; empty also where there is simply no GPU."""


def about() -> About:
    """Look at everything that a kernel needs, up to the first thing that is missing. Never raises."""
    found = About(_package())
    cuda: Any = device.cuda
    if cuda is None:
        if not found.package:
            return replace(found, problem="numba-cuda is not installed", mend=f"for an NVIDIA GPU: {_INSTALL}")
        problem = f"{found.package} cannot be loaded beside numba {_version('numba')}: {device.broken}"
        return replace(found, problem=problem, mend="pip install --force-reinstall '.[cuda]'")
    if device.simulated:
        return replace(found, gpu="Numba's simulator", problem=f"{_SIMULATOR} is set", mend=f"unset {_SIMULATOR}")
    try:
        found = replace(found, driver=tuple(cuda.cudadrv.driver.get_version()))
        cuda.get_current_device()
    except Exception as error:  # a driver can fail in ways that no list of exceptions foresees
        problem, mend = _no_gpu(str(error))
        return replace(found, problem=problem, mend=mend)
    try:
        found = replace(found, toolkit=tuple(cuda.cudadrv.runtime.get_version()))
        cuda.cudadrv.nvvm.NVVM()
    except Exception as error:  # as above
        problem = f"a GPU is there, but no whole CUDA toolkit: {first_line(str(error)) or type(error).__name__}"
        return _with_gpu(replace(found, problem=problem, mend=_INSTALL), cuda)
    found = _with_gpu(found, cuda)
    if found.problem:
        return found
    if found.driver[0] < found.toolkit[0]:
        problem = f"the driver is for CUDA {dotted(found.driver)}, the toolkit here is {dotted(found.toolkit)}"
        older = f"or pip install 'numba-cuda[cu{found.driver[0]}]'"
        return replace(found, problem=f"{problem}: the driver is too old", mend=f"install a newer NVIDIA driver, {older}")
    if found.capability < _OLDEST:
        has, needs = dotted(found.capability), dotted(_OLDEST)
        return replace(found, problem=f"the GPU's compute capability {has} is too old, {needs} is needed")
    return found


def _no_gpu(text: str) -> tuple[str, str]:
    """What a driver that does not answer means, and what to do."""
    says = first_line(text) or "the driver does not answer"
    if "library cannot be found" in text:
        return "there is no NVIDIA driver", "with an NVIDIA GPU: install its driver, and look again"
    if "NO_DEVICE" in text:
        return "the NVIDIA driver finds no GPU", "in a container: start it with its GPUs (--gpus all)"
    if "INSUFFICIENT_DRIVER" in text or "SYSTEM_DRIVER_MISMATCH" in text:
        return f"the NVIDIA driver is too old, or half updated ({says})", "install a newer one, and restart"
    return f"the NVIDIA driver does not answer ({says})", "nvidia-smi says more"


def _with_gpu(found: About, cuda: Any) -> About:
    """The GPU itself; its memory is known once something runs on it."""
    try:
        gpu = cuda.get_current_device()
        name = gpu.name.decode() if isinstance(gpu.name, bytes) else str(gpu.name)
        found = replace(found, gpu=name, capability=tuple(gpu.compute_capability))
        return replace(found, memory=int(cuda.current_context().get_memory_info()[1]))
    except Exception as error:  # as above
        problem = found.problem or f"the GPU cannot be used: {first_line(str(error)) or type(error).__name__}"
        return replace(found, problem=problem, mend=found.mend or "nvidia-smi says who else uses it")


def dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _package() -> str:
    found = _version("numba-cuda")
    return f"numba-cuda {found}" if found else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
