"""Temporary folders: there as long as their process lives, and gone soon after it has been killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.engine.scratch import Scratch, clear_left

HOLDER = """
import sys
from tutor.engine.scratch import Scratch
scratch = Scratch()
(scratch.folder / "learner.py").write_text("x")
print(scratch.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_it_is_removed_when_it_is_no_longer_needed(tmp_path: Path) -> None:
    scratch = Scratch()
    (scratch.folder / "deep").mkdir()
    (scratch.folder / "deep/file").write_text("x")
    scratch.clear()
    scratch.clear()
    assert not list(tmp_path.iterdir())


def test_that_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    folders = []
    for process in both:
        assert process.stdout is not None
        folders.append(Path(process.stdout.readline().strip()))
    os.kill(both[0].pid, signal.SIGKILL)
    both[0].wait()
    assert all((folder / "learner.py").exists() for folder in folders)
    clear_left()
    assert [folder.exists() for folder in folders] == [False, True]
    both[1].kill()
    both[1].wait()
    scratch = Scratch()
    assert [folder for folder in tmp_path.iterdir() if folder.is_dir()] == [scratch.folder]
    scratch.clear()
    for process in both:
        process.stdin.close()  # type: ignore[union-attr]
        process.stdout.close()  # type: ignore[union-attr]


def test_what_only_looks_like_one_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (tmp_path / "dltutor-scratch-trap.lock").symlink_to(target)
    (tmp_path / "dltutor-scratch-other").mkdir()
    clear_left()
    assert target.is_dir()
    assert (tmp_path / "dltutor-scratch-other").is_dir()
