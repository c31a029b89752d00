"""Downloading a set of images: from the first mirror that has it, going on where an earlier try was cut off, and verified.

What has come lies in the folder `downloads` of the user's data until the set is installed, so that a lost line costs nothing.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import socket
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from tutor.data import images
from tutor.errors import BadData
from tutor.paths import data_folder, made

Tell = Callable[[str, int, int], None]
"""Called with what is being done, and how many bytes have come of how many."""

_PATIENCE = 20.0
"""Seconds without a byte after which a mirror is given up."""
_TRIES = 4
"""How often a mirror that keeps cutting off is asked to go on."""
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Part:
    """One file of a set."""

    name: str
    bytes: int
    md5: str
    """As it was published."""


@dataclass(frozen=True)
class Source:
    """Where a set comes from."""

    mirrors: tuple[str, ...]
    files: tuple[Part, ...]


class _Failed(Exception):
    """This mirror did not give the file; the message says why, in a few words."""


def catalogue() -> dict[str, Source]:
    """Set → where it comes from, as `mirrors.toml` has it."""
    found = tomllib.loads(Path(__file__).with_name("mirrors.toml").read_text(encoding="utf-8"))
    return {name: Source(tuple(s["mirrors"]), tuple(Part(**file) for file in s["files"])) for name, s in found.items()}


def checksums(sources: dict[str, Source]) -> dict[str, str]:
    """MD5 → the set that has a file with it."""
    return {part.md5: name for name, source in sources.items() for part in source.files}


def get(name: str, tell: Tell, sources: dict[str, Source] | None = None) -> images.Manifest:
    """Download a set and install it. Raises BadData, saying what each mirror said and what to do without a network."""
    images.known(name)
    sources = catalogue() if sources is None else sources
    source = sources[name]
    folder = made(data_folder() / "downloads" / name)
    before, total = 0, sum(part.bytes for part in source.files)
    for part in source.files:
        _get_part(name, part, source.mirrors, folder / part.name, partial(_tell_on, tell, name, before, total))
        before += part.bytes
    manifest = images.add(name, [folder / part.name for part in source.files], checksums(sources))
    shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _tell_on(tell: Tell, name: str, before: int, total: int, come: int) -> None:
    tell(name, before + come, total)


def _get_part(name: str, part: Part, mirrors: tuple[str, ...], file: Path, tell: Callable[[int], None]) -> None:
    """One file, from the first mirror that gives it whole. Raises BadData when none does."""
    said: dict[str, list[str]] = {}
    for mirror in mirrors:
        try:
            _from_mirror(mirror + part.name, part, file, tell)
            return
        except _Failed as failure:
            said.setdefault(str(failure), []).append(urlsplit(mirror).hostname or mirror)
    reasons = "; ".join(f"{', '.join(hosts)}: {reason}" for reason, hosts in said.items())
    mend = (
        f"try again later: it goes on from where it is. Without a network, copy the four files of {name} here from another "
        f"machine and run: dltutor data add {name} FOLDER"
    )
    raise BadData(f"{part.name} could not be downloaded ({reasons})", mend)


def _from_mirror(url: str, part: Part, file: Path, tell: Callable[[int], None]) -> None:
    """Raises _Failed when this mirror does not give the file."""
    for _ in range(_TRIES):
        have = _size(file)
        if have < part.bytes:
            _receive(url, part, file, have, tell)
        come = _size(file)
        if come >= part.bytes:
            if _md5(file) == part.md5:
                tell(part.bytes)
                return
            file.unlink()
            if have == 0:
                raise _Failed("what it sends is not what was published: the checksum differs")
        elif come <= have:
            break
    raise _Failed(f"the connection was cut after {_size(file)} of {part.bytes} bytes")


def _receive(url: str, part: Part, file: Path, have: int, tell: Callable[[int], None]) -> None:
    """Add to the file what the mirror sends, until it ends or is cut off."""
    headers = {"User-Agent": "dltutor", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_PATIENCE) as answer:
            goes_on = answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
            if answer.status not in (200, 206) or (answer.status == 206 and not goes_on):
                raise _Failed(f"it answered {answer.status}")
            with file.open("ab" if goes_on else "wb") as out:
                _copy(answer, out, part.bytes, have if goes_on else 0, tell)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # it has fewer bytes than are here: these are not its
            file.unlink(missing_ok=True)
            return
        raise _Failed(f"it answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Failed(_why(error.reason)) from None
    except (http.client.HTTPException, TimeoutError, ConnectionError):
        return  # cut off: what has come is kept
    except OSError as error:
        raise BadData(f"{file} cannot be written: {error.strerror}", "make room, or make the folder writable") from None


def _copy(answer: Any, out: BinaryIO, most: int, come: int, tell: Callable[[int], None]) -> None:
    while chunk := answer.read(_CHUNK):
        come += len(chunk)
        if come > most:
            out.truncate(0)
            raise _Failed(f"it sends more than the {most} bytes of the file")
        out.write(chunk)
        tell(come)


def _why(reason: object) -> str:
    """In a few words, why no connection came about."""
    if isinstance(reason, socket.gaierror):
        return "its name is not found; is there a network?"
    if isinstance(reason, TimeoutError):
        return "it does not answer"
    return getattr(reason, "strerror", None) or str(reason)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _md5(file: Path) -> str:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
