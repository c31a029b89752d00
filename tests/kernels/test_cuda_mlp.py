"""The net's CUDA twin: step by step against the processor in Numba's simulator, and as PTX for a real GPU.

Float32 sums are taken in another order there: after each step parameters, memory and loss agree to 2e-5 of their size.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 2e-5
needs_numba_cuda = pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda is not installed")

TWINS = """
import json, sys, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from kernels import activations, losses, mlp as cpu, optimizers
from kernels.cuda import device, mlp as gpu
from kernels.optimizers import HOLD, rule

if device.simulated:  # a thread of the simulator is a thread of Python: few, and a small block's worth of columns
    gpu.THREADS, gpu.COLUMNS = 4, 4
source = np.random.default_rng(0)
free = (np.zeros(0, np.int64), np.zeros(0, np.float32))

def problem(sizes, hidden, output, loss, examples, scale=1.0):
    net = cpu.net(sizes, hidden, output, loss)
    x = (scale * source.normal(size=(examples, sizes[0]))).astype(np.float32)
    kind = np.eye(sizes[-1])[source.integers(0, sizes[-1], examples)]
    t = kind if loss == "cross-entropy" else source.integers(0, 2, (examples, sizes[-1]))
    return net, x, t.astype(np.float32), cpu.parameters(net, "glorot", 1)

def apart(here, there):
    here, there = (np.asarray(a, np.float64) for a in (here, there))
    return float((np.abs(here - there) / (1 + np.abs(here))).max(initial=0.0))

def life(kernel, net, settled, data, theta, pins, cuts):
    theta, memory, work, at, found = theta.copy(), cpu.memory(net), cpu.work(net, data.batch, len(data.x)), 0, []
    for steps in cuts:
        history = np.full(steps, np.nan, np.float32)
        kernel.train(net, work, settled, data, theta, memory, *pins, at, steps, history)
        at += steps
        found.append((history, theta.copy(), memory.copy()))
    return found

def compare(made, settled, batch, sampling, pins=free, cuts=(1, 1, 2)):
    net, x, t, theta = made
    data = cpu.data(x, t, batch, sampling, seed=2**32 - 5)
    here, there = (life(kernel, net, settled, data, theta, pins, cuts) for kernel in (cpu, gpu))
    moved = apart(theta, here[-1][1])
    return moved, max(apart(p, q) for one, other in zip(here, there) for p, q in zip(one, other))

found = {}
names, rules = losses.NAMES, optimizers.NAMES
for k, hidden in enumerate(activations.TRAINABLE):
    loss, sampling = names[k % 3], cpu.BATCHES[k % 3]
    output = activations.TRAINABLE[k] if loss == "squared" else "linear"
    made = problem([2, 3, 2, 2], hidden, output, loss, 5)
    found[f"{hidden}, {loss}, {rules[k]}, {sampling}"] = compare(made, rule(rules[k], 0.1), 3, sampling)
made = problem([3, 2], "tanh", "tanh", "squared", 7)
found["l1 and pins"] = compare(made, rule("adam", 0.05, l1=0.3), 2, "drawn", (np.array([1, 7]), np.float32([0.5, -2])))
found["l2 and clip"] = compare(made, rule("momentum", 0.05, l2=0.3, clip=0.1), 6, "shuffled")
found["larger than the data"] = compare(made, rule("nesterov", 0.05), 17, "shuffled")
made = problem([3, 2], "tanh", "linear", "squared", 7, 1e15)
found["clip of what float32 cannot square"] = compare(made, rule("gradient descent", 0.1, clip=1.0), 6, "in order", cuts=(1,))
still = compare(problem([2, 2], "tanh", "tanh", "squared", 3), HOLD, 3, "in order")

net, x, t, theta = problem([2, 2, 1], "tanh", "linear", "squared", 5)
seeds, rates = np.array([1, 2, 3], np.uint64), (0.03, 0.1, 0.3)
many, memory, history = np.tile(theta, (3, 1)), np.zeros((3, 2 * theta.size), np.float32), np.zeros((3, 4), np.float32)
some = [rule("adam", rate, beta1=rate) for rate in rates]
gpu.train_each(net, some, cpu.data(x, t, 3), seeds, many, memory, *free, 4, 4, history)
each = []
for k in range(3):
    data, one, m, h = cpu.data(x, t, 3, seed=int(seeds[k])), theta.copy(), cpu.memory(net), np.zeros(4, np.float32)
    cpu.train(net, cpu.work(net, 3, 5), some[k], data, one, m, *free, 4, 4, h)
    each.append(max(apart(a, b) for a, b in ((one, many[k]), (m, memory[k]), (h, history[k]))))

big, playground = cpu.net([2, 128, 128, 1]), cpu.net([7, *[8] * 6, 1])
small = [gpu.too_large(playground, rule(name, 1.0)) for name in optimizers.NAMES]
try:
    life(gpu, big, rule("adam", 1.0), cpu.data(x, t, 3), cpu.parameters(big), free, [1])
    refused = ""
except ValueError as error:
    refused = str(error)
print(json.dumps({"found": found, "still": still, "each": each, "small": small, "refused": refused}))
"""

PTX = """
import json, re, sys, types
import numba.cuda.dispatcher
from numba.cuda import compile_ptx, cuda_paths
from numba.cuda.cudadrv import nvrtc

# A stand-in for the GPU: compiling asks which one there is. Of NVRTC only the name of the architecture is wanted.
numba.cuda.dispatcher.get_current_device = lambda: types.SimpleNamespace(compute_capability=(9, 0))
nvrtc.get_arch_option = lambda major, minor, arch="": f"compute_{major}{minor}"
cuda_paths._get_nvrtc_path = lambda: None

from numba import float32, int32, int64, uint64, void
from kernels.cuda import mlp
from kernels.jit import record
from kernels.mlp import Data, Net

def wide(a, out):
    out[0] = a[0] * 0.1

def compiled(function, *types):
    return compile_ptx(function, void(*types), cc=(9, 0))[0]

def operations(ptx):
    return sorted({line.split()[0].rstrip(";") for line in map(str.strip, ptx.splitlines()) if re.match(r"[a-z]+[.]", line)})

row, rows, cube, whole = float32[::1], float32[:, ::1], float32[:, :, ::1], int64[::1]
try:
    control = operations(compiled(wide, row, row))
except Exception as error:
    print(json.dumps({"missing": f"{type(error).__name__}: {error}"[:300]}))
else:
    net, data = record([whole] * 4 + [int64] * 2, Net), record([rows, rows, int64, int64, int64], Data)
    ptx = compiled(
        mlp._train.py_func, net, int64, data, rows, cube, uint64[::1], int32[:, :, ::1], rows, rows, whole, row, int64, rows,
        int64, int64,
    )
    open(sys.argv[1], "w").write(ptx)
    print(json.dumps({"control": control, "train": operations(ptx), "local": ".local" in ptx}))
"""


def answer(code: str, *arguments: str, **variables: str) -> Any:
    """What the code prints, as JSON, run in a Python of its own: the simulator must be chosen before Numba is imported."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_twins(found: Any) -> None:
    for name, (moved, difference) in found["found"].items():
        assert moved > 1e-3, name
        assert difference < TOLERANCE, name
    assert found["still"][0] == 0
    assert found["still"][1] < TOLERANCE, "without an optimizer only the loss is computed"
    assert max(found["each"]) < TOLERANCE
    assert set(found["small"]) == {""}, "whatever the playground offers fits"
    assert "too large for one block" in found["refused"]


@needs_numba_cuda
def test_the_twins_agree_step_by_step_in_the_simulator() -> None:
    assert_twins(answer(TWINS, NUMBA_ENABLE_CUDASIM="1"))


@needs_numba_cuda
def test_the_machine_code_has_no_float64_and_spills_nothing(tmp_path: Path) -> None:
    file = tmp_path / "train.ptx"
    found = answer(PTX, str(file))
    if "missing" in found:
        pytest.skip(f"no NVVM to compile with: {found['missing']}")
    assert any(".f64" in operation for operation in found["control"]), "the search would find float64"
    assert "fma.rn.f32" in found["train"]
    assert not [operation for operation in found["train"] if ".f64" in operation]
    assert not found["local"]
    if shutil.which("ptxas") is None:
        return
    # Local memory and spills are the assembler's to decide; a full block must find enough registers, too.
    done = subprocess.run(
        ["ptxas", "-v", "-arch=sm_90", str(file), "-o", str(tmp_path / "train.cubin")],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in done.stderr
    registers = int(done.stderr.split(" registers")[0].split()[-1])
    assert registers * 256 <= 65536


@needs_numba_cuda
def test_the_twins_agree_on_a_gpu() -> None:
    from kernels.cuda.device import why_not

    if why_not():
        pytest.skip(why_not())
    assert_twins(answer(TWINS))
