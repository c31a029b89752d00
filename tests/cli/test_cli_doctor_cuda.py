"""What `dltutor doctor` says about CUDA: the GPU that there is, or what is missing and what to install."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cli_samples import Call

from kernels.cuda import about, device
from tutor.cli import examine
from tutor.engine import pick


def fails(text: str) -> Callable[[], Any]:
    """What raises this when it is called."""

    def call() -> Any:
        raise RuntimeError(text)

    return call


def machine(**parts: Callable[[], Any]) -> SimpleNamespace:
    """A numba-cuda on a machine with an H100; parts: what differs."""
    gpu = SimpleNamespace(name=b"NVIDIA H100", compute_capability=parts.pop("capability", lambda: (9, 0))())
    context = SimpleNamespace(get_memory_info=parts.pop("memory", lambda: (10 * 2**30, 80 * 2**30)))
    toolkit, nvvm, driver = (
        parts.pop(name, default)
        for name, default in (("toolkit", lambda: (13, 0)), ("nvvm", lambda: None), ("driver", lambda: (13, 0)))
    )
    return SimpleNamespace(
        get_current_device=parts.pop("device", lambda: gpu),
        current_context=lambda: context,
        cudadrv=SimpleNamespace(
            driver=SimpleNamespace(get_version=driver),
            runtime=SimpleNamespace(get_version=toolkit),
            nvvm=SimpleNamespace(NVVM=nvvm),
        ),
    )


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], examine.Finding]:
    """The finding on a machine."""

    def look(cuda: Any) -> examine.Finding:
        monkeypatch.setattr(device, "cuda", cuda)
        monkeypatch.setattr(about, "_version", {"numba-cuda": "0.30.4", "numba": "0.68.1"}.get)
        return examine.cuda()

    return look


Found = Callable[[Any], examine.Finding]


def test_a_gpu_with_all_it_needs(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "NVIDIA H100, 80 GiB, compute capability 9.0, driver for CUDA 13.0, toolkit 13.0, numba-cuda 0.30.4"
    finding = found(machine())
    assert (finding.state, finding.says) == ("ok", f"{said}; --device auto takes the processor")
    assert finding.mend == "dltutor warmup measures what is faster"
    speeds = {"xor": pick.Speed(1.0, 9.0), "gd": pick.Speed(5.0, 1.0)}
    monkeypatch.setattr(pick, "speeds", lambda: speeds)
    assert found(machine()).says == f"{said}; faster for xor"


@pytest.mark.parametrize(
    ("parts", "state", "says", "mend"),
    [
        ({"driver": fails("Error at driver init: \n\nCUDA driver library cannot be found.\nEnsure that…")},
         "ok", "no GPU, numba-cuda 0.30.4: there is no NVIDIA driver", "with an NVIDIA GPU: install its driver"),
        ({"device": fails("Error at driver init: \nCall to cuInit results in CUDA_ERROR_NO_DEVICE (100):")},
         "warning", "no GPU, driver for CUDA 13.0, numba-cuda 0.30.4: the NVIDIA driver finds no GPU", "--gpus all"),
        ({"device": fails("Call to cuInit results in CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)")},
         "warning", "the NVIDIA driver is too old, or half updated", "install a newer one"),
        ({"device": fails("Call to cuInit results in CUDA_ERROR_UNKNOWN (999)")},
         "warning", "does not answer (Call to cuInit results in CUDA_ERROR_UNKNOWN (999))", "nvidia-smi"),
        ({"driver": lambda: (12, 4)},
         "warning", "the driver is for CUDA 12.4, the toolkit here is 13.0: the driver is too old", "numba-cuda[cu12]"),
        ({"toolkit": fails('Failure finding "libnvrtc.so.13"')},
         "warning", 'no whole CUDA toolkit: Failure finding "libnvrtc.so.13"', "pip install '.[cuda]'"),
        ({"nvvm": fails("libNVVM cannot be found")},
         "warning", "NVIDIA H100, 80 GiB", "pip install '.[cuda]'"),
        ({"memory": fails("Call to cuCtxCreate results in CUDA_ERROR_DEVICE_UNAVAILABLE")},
         "warning", "the GPU cannot be used: Call to cuCtxCreate", "nvidia-smi"),
        ({"capability": lambda: (3, 5)}, "warning", "compute capability 3.5 is too old, 5.0 is needed", ""),
    ],
)  # fmt: skip
def test_what_is_missing(found: Found, parts: dict[str, Any], state: str, says: str, mend: str) -> None:
    finding = found(machine(**parts))
    assert finding.state == state
    assert says in finding.says
    assert finding.says.endswith("labs run on the processor")
    assert mend in finding.mend
    assert "\n" not in finding.says


def test_numba_cuda_that_is_missing_or_does_not_fit(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "broken", "cannot import name 'x' from 'numba.core'")
    finding = found(None)
    assert finding.says.startswith(
        "no GPU, numba-cuda 0.30.4: numba-cuda 0.30.4 cannot be loaded beside numba 0.68.1: cannot import"
    )
    assert "force-reinstall" in finding.mend
    assert "cannot import name" in device.why_not()
    monkeypatch.setattr(device, "broken", "")
    monkeypatch.setattr(about, "_version", lambda package: "")
    finding = examine.cuda()
    assert (finding.state, finding.says) == ("ok", "no GPU: numba-cuda is not installed; labs run on the processor")
    assert finding.mend == "for an NVIDIA GPU: pip install '.[cuda]'"
    monkeypatch.setattr(device, "simulated", True)
    assert found(machine()).mend == "unset NUMBA_ENABLE_CUDASIM"


def test_the_doctor_says_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "_LOOKS", {"CUDA": examine.cuda})
    monkeypatch.setattr(device, "cuda", machine(driver=lambda: (12, 4)))
    done = call("doctor", "--json")
    assert done.status == 0, "a GPU is never needed"
    assert "the driver is too old" in json.loads(done.out)["findings"][0]["says"]
