"""What every test has: a home of its own, and compiled kernels shared by the whole suite."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

# Several processes read three hundred files of tests: what one has compiled, the others need not.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Before any test imports numba: kernels compiled once serve every test and every process that tests start, run after run.
os.environ.pop("NUMBA_ENABLE_CUDASIM", None)
_CACHE = Path(tempfile.gettempdir()) / f"dltutor-tests-{os.getuid()}"
_CACHE.mkdir(mode=0o700, exist_ok=True)
if not os.environ.get("NUMBA_CACHE_DIR"):
    os.environ["DLTUTOR_HOME"] = str(_CACHE)
    from tutor.engine.cache import prepare

    prepare()


_LONG = (
    "test_wire_labs", "test_readme", "test_cuda_machine_code", "test_kills", "test_every_screen", "test_lab_inception",
    "test_halves", "test_engine_grid", "test_many_learners",
)  # fmt: skip
"""Files that take longest: they begin first, so that none is left alone at the end."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More processes than processors: tests that drive a terminal spend most of their time waiting for it."""
    return min(6, (os.cpu_count() or 1) + 3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first; the rest keep their order."""
    items.sort(key=lambda item: _LONG.index(item.path.stem) if item.path.stem in _LONG else len(_LONG))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the folders of whoever runs it."""
    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test speaks English, whatever the locale of whoever runs it."""
    from tutor import words

    monkeypatch.setenv(words.VARIABLE, words.ENGLISH)
    words.use(words.ENGLISH)
