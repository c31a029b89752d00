"""Scripts about CUDA, each in a Python of its own: the simulator must be chosen before Numba is imported.

`DLTUTOR_GPU=1 python -m pytest -m cuda` runs the same scripts on the GPU, and fails where there is none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
ON_GPU = os.environ.get("DLTUTOR_GPU", "") not in ("", "0")
"""Whether the learner wants a real one."""

needs_numba_cuda = pytest.mark.skipif(find_spec("numba_cuda") is None and not ON_GPU, reason="numba-cuda is not installed")


def answer(code: str, *arguments: str, simulated: bool | None = None, **variables: str) -> Any:
    """What the code prints, as JSON. simulated: whether in the simulator; None: unless a GPU is wanted."""
    if simulated is None and ON_GPU and (reason := _why_not()):
        pytest.fail(f"DLTUTOR_GPU asks for a GPU: {reason}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))), **variables}
    environment.pop("NUMBA_ENABLE_CUDASIM", None)
    if simulated or (simulated is None and not ON_GPU):
        environment["NUMBA_ENABLE_CUDASIM"] = "1"
        code = f"from small_blocks import steady\nsteady()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _why_not() -> str:
    from kernels.cuda.device import why_not

    return why_not()
