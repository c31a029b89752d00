"""`dltutor bench --device cuda`: what it says without a GPU, how it compares, and that its workloads train."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_samples import Call
from on_cuda import answer, needs_numba_cuda

from tutor.cli.bench import gpu
from tutor.cli.bench.nets import Runner
from tutor.data.gpu_run import recorded

TRAINED = """
import json, warnings
import numpy as np
from small_blocks import shrink
from kernels.cuda import device
from tutor.cli.bench import convolution, gans, gpu
from tutor.cli.bench.nets import Shape, examples, our_net

if device.simulated:
    shrink()
    from kernels.cuda import gan, mlp
    mlp.THREADS = gan.THREADS = 4  # a thread of the simulator is a thread of Python
fetched = []
from kernels.cuda import held
fetch = held.fetch
def watched(array, copy):
    before = array.copy()
    fetch(array, copy)
    fetched.append(float(np.abs(array - before).max()))
held.fetch = watched

shape = Shape((2, 2, 1), "tanh", 4, 1.0)
gans.HIDDEN, gans.BATCH = (2,), 2
makers = {
    "net": lambda: gpu.cuda_net(shape, *examples(shape)),
    "nets": lambda: gpu.cuda_nets(shape, 2, *examples(shape)),
    "convolution": lambda: gpu.cuda_convolution(convolution.Shape(7, 2, 1.0, (1, 1)), 2),
    "gan": lambda: gans.ours("non-saturating", "kernels.cuda.gan"),
}
moved = {}
for name, make in makers.items():
    del fetched[:]
    make().run(2)
    moved[name] = max(fetched, default=0.0)
print(json.dumps(moved))
"""


@pytest.mark.cuda
@needs_numba_cuda
def test_every_workload_trains() -> None:
    moved = answer(TRAINED)
    assert set(moved) == {"net", "nets", "convolution", "gan"}
    assert all(how_far > 0 for how_far in moved.values()), moved


def test_a_thousand_nets_share_the_cores() -> None:
    from tutor.cli.bench.nets import SHAPES, examples, in_turns

    runner = gpu.our_nets(SHAPES[0], 5, *examples(SHAPES[0]))
    rates = in_turns({"cpu": runner}, 1, 0.01)
    assert rates["cpu"][0] > 0


def test_without_a_gpu_one_sentence_and_no_figures(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "this machine has no NVIDIA GPU")
    file = tmp_path / "gpu.json"
    done = call("bench", "--device", "cuda", "--record", str(file))
    assert (done.status, done.out) == (2, "")
    assert "CUDA cannot be used here: this machine has no NVIDIA GPU; nothing was measured" in done.err
    assert not file.exists()
    done = call("bench", "--record", str(file))
    assert done.status == 2
    assert "add --device cuda" in done.err


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, Runner]:
    """A GPU that seems to be there, and three ways to compute at known rates."""
    rates = {"cuda": [300.0, 200.0, 100.0], "cpu": [10.0, 10.0, 10.0], "torch": [50.0, 50.0, 50.0]}
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "")
    monkeypatch.setattr("kernels.cuda.device.name", lambda: "Some GPU")
    monkeypatch.setattr(gpu, "_no_torch", lambda: "")
    monkeypatch.setattr(gpu, "in_turns", lambda runners, rounds, seconds: {name: rates[name] for name in runners})
    return {name: Runner(lambda steps: None, label="PyTorch with CUDA graphs") for name in rates}


def test_rates_are_compared_in_turns(machine: dict[str, Runner], monkeypatch: pytest.MonkeyPatch) -> None:
    makers: gpu.Makers = {name: lambda runner=runner: runner for name, runner in machine.items()}  # type: ignore[misc]
    cpu, torch = gpu.compared("nets", "net-steps", makers, {"cpu": 30.0, "torch": 3.0}, "all 2 cores", 1024, "vmap, ")
    assert (cpu.name, cpu.value, cpu.met) == ("nets: against the CPU", 20.0, False)
    assert (torch.name, torch.value, torch.met) == ("nets: against PyTorch", 4.0, True)
    assert cpu.how == "204,800 net-steps a second, the CPU, all 2 cores, 10,240"
    assert torch.how == "204,800 net-steps a second, PyTorch with CUDA graphs (vmap, same GPU) 51,200"
    monkeypatch.setattr(gpu, "_no_torch", lambda: "PyTorch is not installed")
    (alone,) = gpu.compared("nets", "net-steps", makers, {}, "one core")
    assert alone.how.endswith("; PyTorch is not installed")
    assert alone.met is None


def test_the_table_has_the_gpu_and_the_date(call: Call, machine: dict[str, Runner], monkeypatch: pytest.MonkeyPatch,
                                            tmp_path: Path) -> None:  # fmt: skip
    makers: gpu.Makers = {name: lambda runner=runner: runner for name, runner in machine.items()}  # type: ignore[misc]

    def fails() -> list[gpu.Result]:
        raise MemoryError

    found = {"nets": lambda: gpu.compared("nets", "steps", makers, {}, "one core"), "gans": fails}
    monkeypatch.setattr(gpu, "measurements", lambda: {name: lambda m=m, n=name: gpu.safely(n, m) for name, m in found.items()})
    monkeypatch.setattr("tutor.cli.warmup.measured", dict)
    file = tmp_path / "gpu.json"
    done = call("bench", "--device", "cuda", "nets", "labs", "--record", str(file))
    assert done.status == 0
    assert done.out.startswith("Some GPU, 20")
    assert "20 ×" in done.out
    document = json.loads(file.read_text())
    assert document["gpu"] == "Some GPU"
    assert [result["value"] for result in document["results"]] == [20.0, 4.0]
    out = call("bench", "nets", "--device", "cuda", "--markdown").out.splitlines()
    assert out[0].startswith("Some GPU, 20")
    assert out[1:4] == ["", "| what | measured | aimed at | |", "|---|---|---|---|"]
    assert out[4] == "| nets: against the CPU | 20 × | – | 200 steps a second, the CPU, one core, 10 |"
    assert call("bench", "nets", "--device", "cuda", "--record").status == 0
    run = recorded()
    assert run is not None, "where the lab looks for it"
    assert (run.gpu, run.ratios) == ("Some GPU", {"nets": {"the CPU": 20.0, "PyTorch": 4.0}})
    done = call("bench", "--device", "cuda", "--json")
    assert done.status == 1, "what failed is no success"
    assert done.json["results"][-1]["how"] == "not measured: the GPU has too little memory left"
    assert call("bench", "--device", "cuda", "paint").status == 2
    done = call("bench", "--device", "cuda", "nets", "--record", str(tmp_path / "no" / "gpu.json"))
    assert "cannot be written" in done.err
