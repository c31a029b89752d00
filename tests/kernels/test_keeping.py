"""A cache of compiled kernels that is damaged, full or read-only: the kernels still run, and are right."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kernels.keeping import checked, verify

ROOT = Path(__file__).parents[2]
USE = """
import sys
sys.path.insert(0, sys.argv[1])
import small
print(small.twice(21.0), sum(small.twice.stats.cache_hits.values()))
"""
SMALL = """
from numba import float64
from kernels.jit import fast

@fast(float64(float64))
def twice(x):
    return 2 * x
"""


def use(folder: Path, **more: Any) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", USE, str(folder)], capture_output=True, text=True, env=environment, timeout=100, **more
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_damaged_file_is_compiled_again(tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(SMALL)
    assert use(tmp_path) == "42.0 0"
    assert use(tmp_path) == "42.0 1"
    files = [file for file in (tmp_path / "cache").rglob("*twice*") if file.is_file()]
    assert {file.suffix for file in files} == {".nbi", ".nbc"}
    for damage in (lambda raw: b"", lambda raw: raw[: len(raw) // 2], lambda raw: raw[:100] + b"?" + raw[101:]):
        for file in files:
            file.write_bytes(damage(file.read_bytes()))
        assert use(tmp_path) == "42.0 0", "nothing of it was used"
    assert use(tmp_path) == "42.0 1", "and it is whole again"


def test_a_file_is_taken_only_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(checked(b"kernel"))
    verify(str(file))
    for raw in (b"", b"kernel", checked(b"kernel")[:-1], checked(b"kernem")[:6] + checked(b"kernel")[6:]):
        file.write_bytes(raw)
        with pytest.raises(OSError, match="damaged"):
            verify(str(file))


def test_where_nothing_can_be_written_it_is_compiled_and_runs(tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(SMALL)
    full = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))}
    assert use(tmp_path, **full) == "42.0 0"
    assert use(tmp_path) == "42.0 0", "nothing was kept"
    assert use(tmp_path, **full) == "42.0 1", "what is kept is read"


AS_OTHER = (
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--bounding-set=-all,+dac_read_search",
)  # fmt: skip
"""Another user, who may read everything, so that Python itself is found wherever it is, and may write only what is theirs."""
PREPARED = "from tutor.engine.cache import prepare\nprint(prepare())\n" + USE


@pytest.mark.parametrize("whose", ["another's", "everyone's", "their own, read-only"])
def test_a_user_whose_cache_cannot_be_trusted_or_written_compiles_elsewhere(tmp_path: Path, whose: str) -> None:
    """As root the program runs as somebody else; as somebody else only what is their own can be tried."""
    root = os.getuid() == 0
    if root and (
        not shutil.which(AS_OTHER[0]) or subprocess.run([*AS_OTHER, sys.executable, "-c", ""], capture_output=True).returncode
    ):
        pytest.skip("no process can be started as another user here")
    if not root and whose != "their own, read-only":
        pytest.skip("needs an administrator, who can make a folder of another user's")
    (tmp_path / "small.py").write_text(SMALL)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    cache = tmp_path / "home" / "cache"
    cache.mkdir(parents=True)
    if whose.startswith("their") and root:
        os.chown(cache, 65534, 65534)
    cache.chmod(0o777 if whose.startswith("everyone") else 0o555)
    variables = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "HOME")}
    variables |= {"DLTUTOR_HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT)}
    variables["DLTUTOR_SHARED"] = str(tmp_path / "none")
    command = [*(AS_OTHER if root else ()), sys.executable, "-B", "-c", PREPARED, str(tmp_path)]
    for hits in (0, 1):
        done = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=100)
        folder, value = done.stdout.splitlines()
        assert (value, done.stderr) == (f"42.0 {hits}", "")
        assert Path(folder).is_relative_to(tmp_path / "tmp")
    assert list(cache.iterdir()) == []
    (made,) = (tmp_path / "tmp").iterdir()
    assert (made.stat().st_uid, made.stat().st_mode & 0o777) == (65534 if root else os.getuid(), 0o700)
