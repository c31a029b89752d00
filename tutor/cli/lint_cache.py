"""What the linter has found out before and need not find out again: proofs of exercises, and what runs came to.

Each finding is a small file in the user's cache, named by a hash of all that it depends on: the question, this program, the
libraries that compute, and the processor, for rounding differs. A finding that cannot be read or written is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.labs.declared import is_plain

_FOLDERS = ("kernels", "tutor/data", "tutor/engine", "tutor/exercises", "tutor/labs")
_LIBRARIES = ("numpy", "numba", "llvmlite", "scipy")


@cache
def program_hash() -> str:
    """It changes with whatever computes: modules of this program, Python, the libraries, the processor."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()} {_processor()}".encode())
    digest.update(os.environ.get("NUMBA_CPU_NAME", "").encode())
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\n".encode())
    root = Path(__file__).resolve().parents[2]
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(str(file.relative_to(root)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def files_hash(root: Path) -> str:
    """It changes with the code and the data of a course: all of its plain files but the texts."""
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        name = file.relative_to(root)
        if file.suffix != ".md" and is_plain(file) and not any(part.startswith((".", "__")) for part in name.parts):
            digest.update(f"{name}\0".encode("utf-8", "surrogateescape"))
            with suppress(OSError), open(file, "rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _processor() -> str:
    """Its name, where the system tells one."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line
    return platform.processor()


class Findings:
    """What is known of one kind of question."""

    def __init__(self, kind: str) -> None:
        """kind: the name of their folder."""
        self._kind = kind

    def _file(self, question: str) -> Path:
        name = hashlib.sha256(f"{program_hash()}\n{question}".encode()).hexdigest()[:32]
        return paths.cache_folder() / "lint" / self._kind / f"{name}.json"

    def known(self, question: str) -> Any | None:
        """The answer, or None when there is none."""
        try:
            return json.loads(self._file(question).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, question: str, answer: Any) -> None:
        """Keep an answer that is no None."""
        file = self._file(question)
        half = file.with_name(f".{file.name}.{os.getpid()}")
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps(answer), encoding="utf-8")
            os.replace(half, file)
