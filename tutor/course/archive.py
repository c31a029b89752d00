"""Unpacks a course that came as an archive, or copies one that is a folder, into a new folder. Nothing in it is believed.

Sizes are counted as they come, not as they are declared; names are refused unless they are plain relative names, no two of
which a file system without upper and lower case would take for one; only plain files and folders are made, without any right
to be executed.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from tutor.errors import UserError

LARGEST_ARCHIVE = 100_000_000
"""Bytes of the archive itself."""
LARGEST_FILE = 50_000_000
LARGEST_COURSE = 200_000_000
"""Bytes of one file, and of all together, unpacked."""
MOST_FILES = 5_000
RATIO = 200
"""How many times larger than the archive its contents may be, above `_FREE` bytes."""
_FREE = 1_000_000
_DEEPEST, _LONGEST = 10, 200
_DIRECTORY = 2_000_000
"""Bytes of a zip's list of contents."""
_CHUNK = 1 << 20
_ODD = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff<>:"|?*\\\\]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z", re.IGNORECASE)
_SKIPPED = ("__pycache__", "__MACOSX")
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error,
    OverflowError, LookupError,
)  # fmt: skip


class BadArchive(UserError):
    """Something that will not be unpacked."""

    title = "That course cannot be added"


@dataclass(frozen=True)
class Entry:
    """A file or folder of a course that is being brought in."""

    name: str
    kind: str
    """"file", "folder", or what else it is, in words."""
    member: zipfile.ZipInfo | tarfile.TarInfo | Path


def bring(source: Path, target: Path) -> None:
    """Put the course in `source` (a folder, a .zip, a .tar, a .tar.gz) into the empty folder `target`. Raises UserError."""
    if source.is_dir():
        _fill(target, _folder_entries(source), lambda entry: _plain_file(source, entry), 0)
        return
    try:
        size = source.stat().st_size
        if not stat.S_ISREG(source.stat().st_mode):
            raise BadArchive(f"{source} is neither a folder nor a file", "name a course's folder or its archive")
        if size > LARGEST_ARCHIVE:
            raise BadArchive(f"{source.name} is larger than {LARGEST_ARCHIVE // 1_000_000} MB", "that is no course")
        with open(source, "rb") as stream:
            head = stream.read(4)
            stream.seek(0)
            if head[:2] == b"PK":
                _from_zip(stream, source.name, target, size)
            else:
                _from_tar(stream, head, source.name, target, size)
    except OSError as error:
        raise BadArchive(f"{source} cannot be read: {error.strerror or error}", "check its name and its permissions") from None
    except MemoryError:
        raise BadArchive(f"{source.name} asks for more memory than a course needs", "it may be damaged") from None


def _from_zip(stream: IO[bytes], name: str, target: Path, size: int) -> None:
    _check_directory(stream, name)
    try:
        with zipfile.ZipFile(stream) as archive:
            _fill(target, _zip_entries(archive), lambda entry: archive.open(_zip_info(entry)), size)
    except _DAMAGED as error:
        raise _damaged(name, error) from None


def _check_directory(stream: IO[bytes], name: str) -> None:
    """The list of contents is read whole before anything can be counted: it must not be too long itself."""
    end = stream.seek(0, os.SEEK_END)
    start = max(0, end - 65_557)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    at = len(tail) - 22 if tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0" else tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise BadArchive(f"{name} is no whole zip archive", "pack the course again")
    if b"PK\6\7" in tail[max(0, at - 20) : at] or struct.unpack_from("<I", tail, at + 12)[0] > _DIRECTORY:
        raise BadArchive(f"{name} lists more files than a course has", f"a course holds at most {MOST_FILES}")


def _zip_info(entry: Entry) -> zipfile.ZipInfo:
    assert isinstance(entry.member, zipfile.ZipInfo)
    if entry.member.flag_bits & 1:
        raise BadArchive(f"{_said(entry.name)} is encrypted", "pack the course without a password")
    return entry.member


def _zip_entries(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if info.orig_filename != info.filename and "\0" in info.orig_filename:
            raise BadArchive(f"the name {_said(info.orig_filename)} holds a zero byte", "rename the file, and pack it again")
        kind = "folder" if info.filename.endswith("/") else "file"
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            kind = _kind(mode)
        yield Entry(info.filename, kind, info)


def _from_tar(stream: IO[bytes], head: bytes, name: str, target: Path, size: int) -> None:
    with tempfile.TemporaryFile() as plain:
        source: IO[bytes] = stream
        try:
            if head[:2] == b"\x1f\x8b":
                with gzip.open(stream) as unzipped:
                    _copy(unzipped, plain, _Budget(size, name), LARGEST_COURSE * 2, name)
                plain.seek(0)
                source = plain
            with tarfile.open(fileobj=source, mode="r:") as archive:
                _fill(target, _tar_entries(archive), lambda entry: _tar_file(archive, entry), size)
        except _DAMAGED as error:
            raise _damaged(name, error) from None
        except OSError as error:
            if isinstance(error, gzip.BadGzipFile):
                raise _damaged(name, error) from None
            raise


def _tar_entries(archive: tarfile.TarFile) -> Iterator[Entry]:
    for info in archive:
        kind = "file" if info.isreg() and not info.issparse() else "folder" if info.isdir() else "a symbolic link"
        if kind == "a symbolic link" and not info.issym():
            kind = "a hard link" if info.islnk() else "a sparse file" if info.issparse() else "a device or a pipe"
        yield Entry(info.name, kind, info)


def _tar_file(archive: tarfile.TarFile, entry: Entry) -> IO[bytes]:
    assert isinstance(entry.member, tarfile.TarInfo)
    stream = archive.extractfile(entry.member)
    assert stream is not None
    return stream


def _folder_entries(source: Path) -> Iterator[Entry]:
    folders = [source]
    while folders:
        folder = folders.pop()
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda one: one.name)
        for one in entries:
            path = folder / one.name
            name = path.relative_to(source).as_posix()
            if one.name.startswith(".") or one.name in _SKIPPED:
                continue
            mode = one.stat(follow_symlinks=False).st_mode
            kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else _kind(mode)
            if kind == "folder":
                folders.append(path)
            yield Entry(name, kind, path)


def _plain_file(source: Path, entry: Entry) -> IO[bytes]:
    return open(os.open(source / entry.name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def _kind(mode: int) -> str:
    return "a symbolic link" if stat.S_ISLNK(mode) else "a device or a pipe"


class _Budget:
    """How many bytes may still come out of an archive of this size (0: a folder, which is as large as it looks)."""

    def __init__(self, size: int, name: str) -> None:
        self.left = min(LARGEST_COURSE, _FREE + RATIO * size) if size else LARGEST_COURSE
        self.bomb = bool(size) and self.left < LARGEST_COURSE
        self.name = name

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            why = f"more than {RATIO} times its own size" if self.bomb else f"more than {LARGEST_COURSE // 1_000_000} MB"
            raise BadArchive(f"{self.name} unpacks to {why}", "no course does")


def _fill(target: Path, entries: Iterator[Entry], read: Callable[[Entry], IO[bytes]], size: int) -> None:
    """Make the files and folders of the entries. read: from an entry to its stream."""
    budget = _Budget(size, "the course")
    seen: dict[str, str] = {}
    files: set[str] = set()
    for count, entry in enumerate(entries, 1):
        if count > MOST_FILES:
            raise BadArchive(f"the course holds more than {MOST_FILES} files", "no course does")
        parts = _parts(entry.name)
        if not parts or any(part.startswith(".") or part in _SKIPPED for part in parts):
            continue
        if entry.kind not in ("file", "folder"):
            raise BadArchive(f"{_said(entry.name)} is {entry.kind}", "a course holds plain files and folders only")
        _unlike_others(parts, entry.kind, seen, files)
        place = target.joinpath(*parts)
        if entry.kind == "folder":
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with read(entry) as stream, open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            _copy(stream, out, budget, LARGEST_FILE, entry.name)


def _copy(stream: IO[bytes] | gzip.GzipFile, out: IO[bytes], budget: _Budget, most: int, name: str) -> None:
    written = 0
    while chunk := stream.read(_CHUNK):
        written += len(chunk)
        if written > most:
            raise BadArchive(f"{_said(name)} is larger than {most // 1_000_000} MB", "no file of a course is")
        budget.spend(len(chunk))
        out.write(chunk)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name. Raises BadArchive unless it is a plain relative one."""
    if odd := _ODD.search(name):
        raise BadArchive(f"the name {_said(name)} holds the character U+{ord(odd.group()):04X}", "rename the file")
    if name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise BadArchive(f"{_said(name)} leads out of the course's folder", "pack the course's folder itself")
    parts = PurePosixPath(name).parts
    if len(parts) > _DEEPEST or len(name.encode()) > _LONGEST:
        raise BadArchive(f"the name {_said(name)} is too long or too deep", f"use at most {_LONGEST} letters")
    for part in parts:
        if _DEVICE.match(part) or part.endswith((" ", ".")):
            raise BadArchive(f"the name {_said(name)} cannot be used on every machine", "rename the file")
    return parts


def _unlike_others(parts: tuple[str, ...], kind: str, seen: dict[str, str], files: set[str]) -> None:
    """Each name, and each folder on the way to it, is spelled in one way only, and a file comes once."""
    for end in range(1, len(parts) + 1):
        name = "/".join(parts[:end])
        key = unicodedata.normalize("NFKC", name).casefold()
        other = seen.setdefault(key, name)
        last = end == len(parts)
        if other != name:
            raise BadArchive(f"{_said(other)} and {_said(name)} differ only in how they are written", "rename one of them")
        if key in files or (last and kind == "file" and key + "/" in seen):
            raise BadArchive(f"{_said(name)} is there twice", "pack the course again")
        if last and kind == "file":
            files.add(key)
        else:
            seen.setdefault(key + "/", name)


def _damaged(name: str, error: Exception) -> BadArchive:
    return BadArchive(f"{name} is no archive that can be read: {str(error)[:100] or type(error).__name__}", "pack it as .zip")


def _said(name: str) -> str:
    text = repr(name)
    return text if len(text) <= 80 else f"{text[:77]}…'"
