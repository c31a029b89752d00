"""The files of compiled kernels, made to bear damage: what is not whole is compiled again, what cannot be written is left out.

Numba trusts its cache: a file that was cut off ends the program, and one with a wrong bit is run. Here each file ends with a
check sum, and a folder that can only be read (one that many share) still serves. Only this module reaches into Numba's cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from numba.core import caching as plain_caching

_SIZE = 16
caching: Any = plain_caching
_Plain: Any = caching.IndexDataCacheFile


def checked(raw: bytes) -> bytes:
    """The bytes and their check sum."""
    return raw + hashlib.blake2b(raw, digest_size=_SIZE).digest()


def verify(file: str) -> None:
    """Raises OSError when the file is missing, or is not as it was written; Numba then takes it for missing."""
    raw = Path(file).read_bytes()
    if checked(raw[:-_SIZE]) != raw:
        raise OSError(f"{file} is damaged")


class CheckedFile(_Plain):  # type: ignore[misc]
    """A kernel's files. Pickles say where they end, so the check sum behind them disturbs no one."""

    def _load_index(self) -> Any:
        try:
            verify(self._index_path)
        except OSError:
            return {}
        return super()._load_index()

    def _load_data(self, name: str) -> Any:
        verify(self._data_path(name))
        return super()._load_data(name)

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[IO[bytes]]:
        with super()._open_for_write(filepath) as file:
            whole = BytesIO()
            yield whole
            file.write(checked(whole.getvalue()))


@contextlib.contextmanager
def _done_without(cache: Any) -> Iterator[None]:
    """A kernel that cannot be read is compiled, one that cannot be written (a full disk) is compiled again next time."""
    with contextlib.suppress(OSError):
        yield


def _ensure(locator: Any) -> None:
    """A folder that can be written, or at least read."""
    folder = locator.get_cache_path()
    try:
        caching._CacheLocator.ensure_cache_path(locator)
    except OSError:
        if not os.path.isdir(folder) or not os.access(folder, os.R_OK | os.X_OK):
            raise


def bear_damage() -> None:
    """From now on, Numba's cache is one of this kind."""
    caching.IndexDataCacheFile = CheckedFile
    caching.Cache._guard_against_spurious_io_errors = _done_without
    caching.UserProvidedCacheLocator.ensure_cache_path = _ensure
