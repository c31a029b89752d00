"""Which labs a course carries, without running anything of it: the files in `labs/` that bind the name LAB."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

_LARGEST = 400_000


def declared_labs(root: Path) -> dict[str, Path]:
    """Lab's id → its file. `labs/two_spirals.py` is the lab `two-spirals`."""
    try:
        files = sorted((root / "labs").glob("*.py"))
    except OSError:
        return {}
    found = {}
    for file in files:
        name = file.stem
        if not name.startswith(("_", "test_")) and name.isidentifier() and name.isascii() and _binds_lab(file):
            found[name.lower().replace("_", "-")] = file
    return found


def source_file(root: Path, module: str) -> Path | None:
    """The file of a course's module, such as "labs.spiral_kernels"."""
    parts = module.split(".")
    if parts[0] != "labs" or not all(part.isidentifier() for part in parts):
        return None
    base = root.joinpath(*parts)
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if is_plain(file) and file.resolve().is_relative_to(root.resolve()):
            return file
    return None


def is_plain(file: Path) -> bool:
    """Whether it is a plain file, not a link to one."""
    try:
        return stat.S_ISREG(os.lstat(file).st_mode)
    except OSError:
        return False


def _binds_lab(file: Path) -> bool:
    if not is_plain(file):
        return False
    try:
        with open(file, "rb") as stream:
            tree = ast.parse(stream.read(_LARGEST))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return b"\nLAB = " in _bytes(file)  # a lab that cannot be read is a lab all the same: loading it says why
    return any(
        isinstance(target, ast.Name) and target.id == "LAB"
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _bytes(file: Path) -> bytes:
    try:
        with open(file, "rb") as stream:
            return b"\n" + stream.read(_LARGEST)
    except OSError:
        return b""
