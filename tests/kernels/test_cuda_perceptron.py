"""The perceptron's CUDA twin: in Numba's simulator, as PTX for a real GPU, and on a real GPU where there is one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
needs_numba_cuda = pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda is not installed")

TWINS = """
import json, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from kernels import perceptron as cpu, random
from kernels.cuda import device, perceptron as gpu

z = np.empty(11 * 4, np.float32)
random.normal(5, 1, 0, z)
x = np.concatenate((z.reshape(11, 4), np.ones((11, 1), np.float32)), axis=1)
t = np.where(x[:, 0] + 0.3 * x[:, 1] + 0.2 > 0, 1, -1).astype(np.float32)
x.setflags(write=False)

def life(kernel, shuffled, rate, seed):
    w, order, tally = np.zeros(5, np.float32), np.arange(11, dtype=np.int32), np.zeros(2, np.int64)
    mistakes = []
    for start, steps in [(11 * e, 11) for e in range(6)] + [(66, 5), (71, 30)]:
        kernel.train(w, order, tally, x, t, seed, rate, shuffled, start, steps)
        mistakes.append(int(tally[0]))
    sums = np.empty(11, np.float32)
    kernel.decide(w, x, sums)
    return [mistakes, w.tobytes().hex(), order.tolist(), tally.tolist(), sums.tobytes().hex()]

pairs = [(life(cpu, *k), life(gpu, *k)) for k in [(True, 0.3, 7), (False, 0.3, 7), (True, 1.7, 2**32 - 1)]]

seeds, rates = np.arange(3, dtype=np.uint64), np.array([0.1, 0.3, 1.7], np.float32)
w, tally = np.zeros((3, 5), np.float32), np.zeros((3, 2), np.int64)
order = np.tile(np.arange(11, dtype=np.int32), (3, 1))
gpu.train_each(w, order, tally, x, t, seeds, rates, True, 0, 40)
many = []
for k in range(3):
    one, o, c = np.zeros(5, np.float32), np.arange(11, dtype=np.int32), np.zeros(2, np.int64)
    cpu.train(one, o, c, x, t, int(seeds[k]), float(rates[k]), True, 0, 40)
    many.append([one.tobytes() == w[k].tobytes(), o.tolist() == order[k].tolist(), c.tolist() == tally[k].tolist()])
print(json.dumps({"why_not": device.why_not(), "name": device.name(), "pairs": pairs, "many": many}))
"""

PTX = """
import json, re, types
import numba.cuda.dispatcher
from numba.cuda import compile_ptx, cuda_paths
from numba.cuda.cudadrv import nvrtc

# A stand-in for the GPU: compiling asks which one there is. Of NVRTC only the name of the architecture is wanted.
numba.cuda.dispatcher.get_current_device = lambda: types.SimpleNamespace(compute_capability=(9, 0))
nvrtc.get_arch_option = lambda major, minor, arch="": f"compute_{major}{minor}"
cuda_paths._get_nvrtc_path = lambda: None

from numba import boolean, float32, int32, int64, uint64, void
from kernels.cuda import perceptron

def fused(a, b, out):
    out[0] = a[0] * b[0] + a[1]

def operations(function, *types):
    ptx, _ = compile_ptx(function, void(*types), cc=(9, 0))
    return sorted({line.split()[0].rstrip(";") for line in map(str.strip, ptx.splitlines()) if re.match(r"[a-z]+[.]", line)})

try:
    control = operations(fused, float32[::1], float32[::1], float32[::1])
except Exception as error:
    print(json.dumps({"missing": f"{type(error).__name__}: {error}"[:300]}))
else:
    rows, row = float32[:, ::1], float32[::1]
    train = operations(
        perceptron._train.py_func, rows, int32[:, ::1], int64[:, ::1], rows, row, uint64[::1], row, boolean, int64, int64
    )
    decide = operations(perceptron._decide.py_func, row, rows, row)
    print(json.dumps({"control": control, "train": train, "decide": decide}))
"""


def answer(code: str, **variables: str) -> Any:
    """What the code prints, as JSON, run in a Python of its own: the simulator must be chosen before Numba is imported."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_twins(found: Any) -> None:
    for cpu, gpu in found["pairs"]:
        assert cpu[0] == gpu[0], "mistakes, epoch by epoch"
        assert cpu == gpu, "weights, order, tally and sums"
    assert found["pairs"][0][0][0][-1] > 0
    assert all(all(one) for one in found["many"])


@needs_numba_cuda
def test_the_twins_agree_in_the_simulator() -> None:
    found = answer(TWINS, NUMBA_ENABLE_CUDASIM="1")
    assert (found["why_not"], found["name"]) == ("", "simulator")
    assert_twins(found)


@needs_numba_cuda
def test_the_machine_code_has_no_float64_and_fuses_nothing() -> None:
    """NVVM fuses a product into the sum after it, which rounds once instead of twice: other bits than a processor's."""
    found = answer(PTX)
    if "missing" in found:
        pytest.skip(f"no NVVM to compile with: {found['missing']}")
    assert any(operation.startswith("fma") for operation in found["control"]), "the search would find a fused operation"
    for name in ("train", "decide"):
        operations = found[name]
        assert "mul.rn.f32" in operations
        assert "add.rn.f32" in operations
        assert not [operation for operation in operations if operation.startswith(("fma", "mad")) or ".f64" in operation]
        # Without .rn the assembler may still fuse them.
        assert not {"mul.f32", "add.f32", "sub.f32"} & set(operations)


@needs_numba_cuda
def test_the_twins_agree_on_a_gpu() -> None:
    from kernels.cuda.device import why_not

    if why_not():
        pytest.skip(why_not())
    assert_twins(answer(TWINS))


def test_without_cuda_the_reason_is_a_sentence() -> None:
    """With numba-cuda out of reach the door still opens, and says what is missing."""
    code = """
import importlib.util, json
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "numba_cuda" else find(name, *rest)
from kernels.cuda import device
print(json.dumps([device.why_not(), device.name()]))
"""
    reason, name = answer(code)
    assert "numba-cuda is not installed" in reason
    assert name == ""
