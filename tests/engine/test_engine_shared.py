"""Kernels that are compiled once for many: shared by an administrator, or by whoever comes first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tutor.engine.compiling import compiled_once, only_one
from tutor.engine.shared import link_shared, trusted

ROOT = Path(__file__).parents[2]
LAB = "perceptron"


def warmup(home: Path, *arguments: str, **more: str) -> dict[str, object]:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"PYTHONPATH": str(ROOT), "DLTUTOR_HOME": str(home), "DLTUTOR_SHARED": str(home / "none"), **more}
    command = [sys.executable, "-P", "-m", "tutor", "warmup", LAB, "--json", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_what_the_administrator_compiled_no_learner_compiles_again(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    first = warmup(tmp_path / "admin", "--shared", str(shared))
    assert int(str(first["compiled"])) > 0
    assert str(first["folder"]).startswith(str(shared))
    assert not (tmp_path / "admin" / "cache").exists()
    files = {file: file.stat().st_mtime_ns for file in shared.rglob("*")}
    for file in files:
        file.chmod(0o555 if file.is_dir() else 0o444)

    second = warmup(tmp_path / "learner", DLTUTOR_SHARED=str(shared))
    assert second["compiled"] == 0
    assert str(second["folder"]).startswith(str(tmp_path / "learner"))
    assert {file: file.stat().st_mtime_ns for file in shared.rglob("*")} == files

    # One whose version it does not fit has no use for it, and no harm from it.
    (kernels,) = (shared / "kernels").iterdir()
    shared.chmod(0o755)
    kernels.parent.chmod(0o755)
    kernels.rename(kernels.with_name("0" * 16))
    third = warmup(tmp_path / "other", DLTUTOR_SHARED=str(shared))
    assert third["compiled"] == first["compiled"]


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "shared" / "kernels" / "abc"
    (source / "gd_1").mkdir(parents=True)
    (source / "gd_1" / "train.nbi").write_bytes(b"code")
    for folder in (source, source.parent, source.parent.parent):
        folder.chmod(0o755)
    own = tmp_path / "own" / "abc"
    own.mkdir(parents=True)
    monkeypatch.setenv("DLTUTOR_SHARED", str(tmp_path / "shared"))
    source.parent.chmod(0o777)
    assert not trusted(source)
    assert link_shared(own) == 0
    assert list(own.iterdir()) == []
    source.parent.chmod(0o755)
    assert link_shared(own) == 1
    assert (own / "gd_1" / "train.nbi").read_bytes() == b"code"
    assert link_shared(own) == 0


def test_of_many_that_start_at_once_one_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiling = threading.Semaphore(1)
    began, told, compiled = threading.Barrier(4), [0], [0]

    def start() -> None:
        began.wait()
        with compiled_once("gd", lambda: told.__setitem__(0, told[0] + 1)):
            if not (tmp_path / "kernel").exists():
                assert compiling.acquire(blocking=False)
                compiled[0] += 1
                (tmp_path / "kernel").touch()
                compiling.release()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert compiled == [1]
    assert (tmp_path / "labs" / "gd").exists()
    before = told[0]
    with compiled_once("gd", lambda: told.__setitem__(0, 99)):
        pass
    assert told == [before]


def test_what_fails_is_compiled_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    with pytest.raises(ZeroDivisionError), compiled_once("gd"):
        raise ZeroDivisionError
    assert not (tmp_path / "labs" / "gd").exists()
    with compiled_once("gd"):
        pass
    assert (tmp_path / "labs" / "gd").exists()


def test_one_program_at_a_time_compiles_ahead(tmp_path: Path) -> None:
    lock = only_one(tmp_path, "warming")
    assert lock is not None
    assert only_one(tmp_path, "warming") is None
    lock.close()
    again = only_one(tmp_path, "warming")
    assert again is not None
    again.close()
