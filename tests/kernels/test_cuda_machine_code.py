"""Every CUDA kernel as machine code for sm_90, without a GPU: no float64, nothing spilled, registers for a full block.

A new kernel is found by itself: every module under kernels/cuda is imported, and `kernels.cuda.device.KERNELS` has what they
hold. NVVM compiles them to PTX (it comes with the test extra, or with a CUDA toolkit); where there is an assembler, ptxas, it
says what is spilled.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from on_cuda import ROOT, answer

from tutor.engine.cache import kernels_hash

FOLDER = ROOT / "kernels" / "cuda"
BLOCK = 256
"""Threads of a full block, which share 65 536 registers."""
EXACT = ("kernels.cuda.perceptron.",)
"""Where each product and each sum must be rounded on its own, because the bits are the processor's."""
DOUBLE = ("kernels.cuda.race.",)
"""Float64 as on the processor: float32 does not tell who has come within a millionth of the way. Their sines, for angles of
thousands of turns, keep a few numbers in local memory."""
PROBES = ("wide", "kept", "placed")
"""Three that are no kernels of the course."""
STACK = 40
"""So many bytes the sines keep."""

COMPILED = """
import importlib, json, pkgutil, sys, types
import numba.cuda.dispatcher
from numba.cuda import compile_ptx, cuda_paths
from numba.cuda.cudadrv import nvrtc

# A stand-in for the GPU: compiling asks which one there is. Of NVRTC only the name of the architecture is wanted.
numba.cuda.dispatcher.get_current_device = lambda: types.SimpleNamespace(compute_capability=(9, 0))
nvrtc.get_arch_option = lambda major, minor, arch="": f"compute_{major}{minor}"
cuda_paths._get_nvrtc_path = lambda: None

from numba import float32, void
import kernels.cuda
from kernels.cuda import device

def wide(a, out):
    out[0] = a[0] * 0.1

def kept(a, out):  # what is chosen by a number cannot stay in registers
    room = device.cuda.local.array(64, float32)
    for i in range(a.shape[0]):
        room[int(a[i]) % 64] = a[i]
    out[0] = room[int(out[0]) % 64]

def placed(a, out):
    out[0] = a[int(out[1])]

def compiled(function, kinds):
    return compile_ptx(function, void(*kinds), cc=(9, 0))[0]

row = float32[::1]
try:
    found = {one.__name__: compiled(one, (row, row)) for one in (wide, kept, placed)}
except Exception as error:
    print(json.dumps({"missing": f"{type(error).__name__}: {error}"[:300]}))
else:
    for module in pkgutil.walk_packages(kernels.cuda.__path__, "kernels.cuda."):
        importlib.import_module(module.name)
    found |= {name: compiled(*one) for name, one in device.KERNELS.items() if name.startswith("kernels.cuda.")}
    print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """The PTX of every kernel by its full name, and of two that are wrong on purpose."""
    if find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    ptx = _kept(COMPILED, lambda: answer(COMPILED, simulated=False))
    if "missing" in ptx:
        reason = f"no NVVM to compile with (pip install nvidia-nvvm nvidia-cuda-runtime): {ptx['missing']}"
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    return ptx


def _kept(what: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What is made of the kernels as they are now; it takes a minute, and lies beside the compiled kernels from then on."""
    key = hashlib.sha256(f"{kernels_hash()} {what}".encode()).hexdigest()[:16]
    file = Path(os.environ["NUMBA_CACHE_DIR"]) / f"machine-code-{key}.json"
    if file.exists():
        found: dict[str, str] = json.loads(file.read_text())
        return found
    found = make()
    if "missing" not in found:
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(found))
        part.replace(file)
    return found


def operations(ptx: str) -> set[str]:
    return {match[1] for match in re.finditer(r"^\s*(?:@!?%p\d+\s+)?([a-z]+[.][\w.:]+)", ptx, re.M)}


def wide(ptx: str) -> list[str]:
    return sorted(operation for operation in operations(ptx) if ".f64" in operation)


def test_the_search_would_find_what_it_looks_for(found: dict[str, str]) -> None:
    assert wide(found["wide"])
    assert ".local" in found["kept"]


def test_no_access_asks_whether_its_place_is_before_the_start(found: dict[str, str]) -> None:
    assert not {done for done in operations(found["placed"]) if done.startswith(("selp", "setp", "shr", "and"))}


def test_no_kernel_has_float64_or_local_memory(found: dict[str, str]) -> None:
    ours = {name: ptx for name, ptx in found.items() if name not in PROBES}
    assert {"kernels.cuda.mlp._train", "kernels.cuda.perceptron._train"} <= set(ours)
    assert all(wide(ptx) for name, ptx in ours.items() if name.startswith(DOUBLE))
    ours = {name: ptx for name, ptx in ours.items() if not name.startswith(DOUBLE)}
    assert {name: wide(ptx) for name, ptx in ours.items() if wide(ptx)} == {}
    assert [name for name, ptx in ours.items() if ".local" in ptx or "depot" in ptx] == []
    for name in ours:
        if name.startswith(EXACT):
            done = operations(ours[name])
            assert {"mul.rn.f32", "add.rn.f32"} <= done, name
            fused = {operation for operation in done if operation.startswith(("fma", "mad.rn"))}
            assert not fused | (done & {"mul.f32", "add.f32", "sub.f32"}), f"{name}: the assembler may fuse what has no .rn"


def test_the_assembler_spills_nothing(found: dict[str, str], tmp_path: Path) -> None:
    """Whether registers suffice is the assembler's to decide; a full block must find enough of them, too."""
    ptxas = _assembler()
    if ptxas is None:
        pytest.skip("no ptxas here (pip install nvidia-cuda-nvcc)")
    version = subprocess.run([ptxas, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    names = [name for name in found if name != "wide"]
    says = _kept(f"{COMPILED} {version}", lambda: {name: _assembled(ptxas, found[name], tmp_path / name) for name in names})
    assert "0 bytes stack frame" not in says.pop("kept"), "a kernel with local memory has a stack frame"
    from kernels.cuda import gan, mlp, recurrent

    # What the host may ask for besides, at most; no other kernel has shared memory whose size is chosen at its launch.
    most = {"mlp": mlp.ROOM - mlp._FIXED, "gan": gan.ROOM, "recurrent": recurrent.ROOM}
    dynamic = {f"kernels.cuda.{module}._train": 4 * floats for module, floats in most.items()}
    assert {name for name in says if ".extern .shared" in found[name]} == set(dynamic)
    for name, text in says.items():
        stack = STACK if name.startswith(DOUBLE) else 0
        assert f"{stack} bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in text, name
        assert not re.search(r"[1-9]\d* bytes spill", text), name
        registers, shared = _needs(text)
        assert _at_work(registers, BLOCK, shared + dynamic.get(name, 0)) > 0, f"{name}: a full block cannot be started"
        assert shared + dynamic.get(name, 0) <= 48 * 1024, f"{name}: more shared memory must be asked for"


def test_a_thousand_small_nets_are_at_work_at_once(found: dict[str, str], tmp_path: Path) -> None:
    """On 132 multiprocessors, those of an H100: if one net waited for another to end, the GPU would be half as fast."""
    ptxas = _assembler()
    if ptxas is None:
        pytest.skip("no ptxas here (pip install nvidia-cuda-nvcc)")
    from kernels import mlp
    from kernels.cuda import mlp as gpu
    from kernels.optimizers import rule

    registers, fixed = _needs(_assembled(ptxas, found["kernels.cuda.mlp._train"], tmp_path / "mlp"))
    net, batch, descent = mlp.net((2, 8, 8, 1)), 10, rule("gradient descent", 0.1)
    many, alone, clipped = (
        gpu.threads_of(net, rules, batch) for rules in ([descent] * 1024, [descent], 2 * [rule("adam", 1, clip=1)])
    )
    assert many < alone == clipped, "a net alone has as many threads as it has work for, and so has one that is clipped"
    assert 132 * _at_work(registers, many, fixed + 4 * gpu._floats(net, 0, batch)) >= 1024
    assert 132 * _at_work(registers, alone, fixed + 4 * gpu._floats(net, 0, batch)) < 1024


def _needs(text: str) -> tuple[int, int]:
    """Registers of a thread, and bytes of shared memory that a block has in any case, from what the assembler says."""
    shared = re.findall(r"(\d+) bytes smem", text)
    return int(re.findall(r"Used (\d+) registers", text)[-1]), int(shared[-1]) if shared else 0


def _at_work(registers: int, threads: int, shared: int) -> int:
    """How many blocks a multiprocessor of compute capability 9.0 has at once: CUDA C++ Programming Guide, technical limits.

    Registers are given out to a warp 256 at a time; a block has 1 KB of shared memory besides.
    """
    warps, each = -(-threads // 32), -(-registers * 32 // 256) * 256
    return min(64 // warps, 65536 // (each * warps), 228 * 1024 // (shared + 1024), 32) if threads <= 1024 else 0


def _assembler() -> str | None:
    """ptxas of the package nvidia-cuda-nvcc, which is as new as the compiler beside it; else that of a toolkit."""
    folders = [Path(folder) / "nvidia" for folder in sys.path]
    packaged = (str(file) for folder in folders for file in sorted(folder.glob("*/bin/ptxas")))
    return next(packaged, None) or shutil.which("ptxas")


def _assembled(ptxas: str, ptx: str, file: Path) -> str:
    """What the assembler says about a kernel."""
    file.write_text(ptx)
    command = [ptxas, "-v", "-arch=sm_90", str(file), "-o", f"{file}.cubin"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stderr


def test_a_launch_writes_nothing_into_the_terminal() -> None:
    """Numba has a warning for every launch of fewer than 128 blocks; one net is one block."""
    if find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    from numba.cuda.core import config

    import kernels.cuda.device  # noqa: F401

    assert not config.CUDA_LOW_OCCUPANCY_WARNINGS


def test_every_kernel_goes_through_the_one_door() -> None:
    """`cuda.jit` anywhere else would make a kernel that is not looked at here."""
    for file in FOLDER.rglob("*.py"):
        if file.name == "device.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            assert not (isinstance(node, ast.Attribute) and node.attr == "jit"), f"{file.name}:{node.lineno} calls jit"
            assert not (isinstance(node, ast.Name) and node.id == "jit"), f"{file.name}:{node.lineno} names jit"


def test_a_kernel_without_types_is_refused() -> None:
    from kernels.cuda.device import kernel

    function: Any = lambda a: None  # noqa: E731
    with pytest.raises(TypeError, match="names the types of its arguments"):
        kernel(function)
    with pytest.raises(TypeError, match="names the types of its arguments"):
        kernel()
