"""Where compiled kernels are kept.

Numba notices a change in a kernel's own file but not in the files it calls, so the folder is named by a hash of every kernel
source and of Numba's version: a changed kernel finds an empty folder, never a stale one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from tutor import paths
from tutor.engine.shared import link_shared, shared_folder
from tutor.errors import UserError

_VARIABLE = "NUMBA_CACHE_DIR"


def prepare() -> Path:
    """Point Numba at the folder of compiled kernels; call it before Numba is imported.

    Returns the folder. One that the user has named in NUMBA_CACHE_DIR is left as it is. It can be written, always (see
    `tutor.paths.cache_folder`), for Numba refuses to import cached kernels when it has no place for them.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        return Path(named)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    link_shared(folder)
    os.environ[_VARIABLE] = str(folder)
    return folder


def prepare_shared(folder: Path | None) -> Path:
    """As `prepare`, but what is compiled goes into a folder for everyone. Raises UserError when it cannot be written.

    folder: None: the one where the program looks by itself.
    """
    place = paths.user_path(folder or shared_folder()).absolute() / "kernels" / kernels_hash()
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise UserError(
            f"{place} cannot be written: {error.strerror}", "name a folder that can, or do it as administrator"
        ) from None
    os.environ[_VARIABLE] = str(place)
    return place


def cache_folder() -> Path:
    """The folder for the kernels as they are now; it may not exist yet."""
    return paths.cache_folder() / "kernels" / kernels_hash()


def kernels_hash() -> str:
    """Sixteen hexadecimal digits that change with any kernel source, with Numba and with Python."""
    digest = hashlib.sha256()
    for name in ("numba", "llvmlite", "numpy", "numba-cuda"):
        try:
            digest.update(f"{name} {version(name)}\n".encode())
        except PackageNotFoundError:
            continue
    for folder in _kernel_folders():
        for file in sorted(folder.rglob("*.py")):
            digest.update(str(file.relative_to(folder)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _kernel_folders() -> list[Path]:
    spec = find_spec("kernels")
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
