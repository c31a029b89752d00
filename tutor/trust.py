"""Whose code may run here: the learner trusts a course by name, and what is trusted is the code that it had then.

The code of the built-in course is the program's own. A course from elsewhere is read, asked and answered freely, but its code
(checks, solutions and faults of exercises, labs in Python) runs only after `grant`. A changed file of code asks again. Who
writes a course trusts its folder as their own instead (`own`): then what they change stays trusted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.errors import UserError

PASSIVE = frozenset(
    [
        ".md",
        ".yaml",
        ".yml",
        ".txt",
        ".csv",
        ".tsv",
        ".json",
        ".npz",
        ".npy",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".gz",
        ".toml",
        ".rst",
        ".html",
        ".css",
        ".bib",
        ".pdf",
    ]
)
"""Suffixes of files that nothing runs; every other file counts as code."""
MOST_FILES = 20_000
MOST_BYTES = 500_000_000
_SKIPPED = ("__pycache__",)


class Untrusted(UserError):
    """Code of a course that the learner has not trusted."""

    title = "This course has not been trusted"


def is_built_in(root: Path) -> bool:
    """Whether this is the folder of the course that comes with the program."""
    return _real(root) == _real(paths.lessons_folder())


def has_code(root: Path) -> bool:
    """Whether there is anything in the course's folder that could run."""
    return next(_code_files(root), None) is not None


def is_trusted(root: Path) -> bool:
    """Whether the code of the course in this folder may run: there is none, or it is built-in, the user's own, or trusted."""
    if is_built_in(root):
        return True
    records = list(_records().values())
    if any(record.get("own") == str(_real(root)) for record in records):
        return True
    with suppress(UserError):
        return not has_code(root) or code_hash(root) in {record.get("code") for record in records}
    return False


def need(root: Path, name: str, what: str) -> None:
    """Raise Untrusted, in one sentence, unless the course's code may run. what: what would run, such as "its labs"."""
    if not is_trusted(root):
        why = "has changed since you trusted it" if was_trusted(name) else "you have not trusted"
        raise Untrusted(
            f"{what} is code of the course {name!r}, which {why}",
            f"look at its files in {root}, then run: dltutor course trust {named(name, root)}",
        )


def grant(name: str, root: Path, *, own: bool = False) -> None:
    """Trust the code that the course has now; own: and whatever it becomes in this folder. Raises UserError."""
    records = _records()
    if own:
        records[str(_real(root))] = {"own": str(_real(root))}
    else:
        records[name] = {"code": code_hash(root)}
    _write(records)


def revoke(name: str, root: Path | None = None) -> bool:
    """Trust a course no more, nor what is in its folder; whether it was trusted. Raises UserError."""
    records = _records()
    gone = [records.pop(key, None) for key in (name, str(_real(root)) if root is not None else "")]
    if not any(gone):
        return False
    _write(records)
    return True


def was_trusted(name: str) -> bool:
    """Whether a course of this name is trusted, or was before its code changed."""
    return name in _records()


def code_hash(root: Path) -> str:
    """A SHA-256 over the names and the contents of the course's files of code. Raises UserError where it cannot be taken."""
    digest = hashlib.sha256()
    total = 0
    for file in _code_files(root):
        name = file.relative_to(root).as_posix()
        if file.is_symlink():
            raise UserError(f"{name} is a symbolic link", "a course whose code is trusted holds plain files only")
        try:
            with open(os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise UserError(f"{name} is no plain file", "a course whose code is trusted holds plain files only")
                raw = stream.read(MOST_BYTES - total + 1)
        except OSError as error:
            raise UserError(f"{name} cannot be read: {error.strerror}", "check its permissions") from None
        total += len(raw)
        if total > MOST_BYTES:
            raise UserError(f"the code of {root.name} takes more than {MOST_BYTES // 1_000_000} MB", "that is no course")
        digest.update(f"{name}\n{len(raw)}\n".encode("utf-8", "surrogateescape"))
        digest.update(raw)
    return digest.hexdigest()


def code_names(root: Path, most: int = 8) -> list[str]:
    """The names of the first files of code, for whoever is asked."""
    found: list[str] = []
    for file in _code_files(root):
        found.append(file.relative_to(root).as_posix() if len(found) < most else "…")
        if len(found) > most:
            break
    return found


def _code_files(root: Path) -> Iterator[Path]:
    """In order. A symbolic link counts as code, and is never followed; hidden files are no part of a course."""
    seen = 0
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > MOST_FILES:
                raise UserError(f"{root} holds more than {MOST_FILES} files", "that is no course")
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_symlink() or path.suffix.lower() not in PASSIVE:
                if path.parent == root and entry.is_file(follow_symlinks=False) and not path.suffix:
                    continue  # LICENSE and its like
                yield path


def named(name: str, root: Path) -> str:
    """How the command line names the course: an added one by its name, another by its folder."""
    return name if root.parent == paths.data_folder() / "courses" else shlex.quote(str(root))


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _file() -> Path:
    return paths.config_folder() / "trusted.json"


def _records() -> dict[str, dict[str, Any]]:
    """Name → {"code": hash} or {"own": folder}. A file that cannot be read trusts nothing."""
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, UserError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): record for name, record in found.items() if isinstance(record, dict)}


def _write(records: dict[str, dict[str, Any]]) -> None:
    file = _file()
    paths.made(file.parent)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump(records, stream, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(half, file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UserError(f"{file} cannot be written: {error.strerror}", "make its folder writable") from None
