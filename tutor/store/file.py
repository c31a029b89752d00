"""Opening the progress file, whatever state it is in.

A sound file is opened. A damaged one is set aside under another name, never deleted, and a new one is begun. A file that
cannot be written (a read-only home) is copied into memory, so that the session goes on; so is nothing at all, where not even
a folder can be made. In each of these cases `notice` says so to the learner.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tutor import paths
from tutor.errors import StoreProblem, UserError
from tutor.store.schema import APPLICATION, MIGRATIONS, Damaged, Foreign, Migration, Newer, check, prepare

NAME = "progress.db"
PATIENCE = 5.0
"""Seconds to wait for another session's write."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@dataclass(frozen=True)
class Opened:
    """A connection in autocommit, and what the learner should know about it."""

    db: sqlite3.Connection
    saved: bool
    """False: it is in memory only."""
    notice: str = ""


def open_file(file: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Opened:
    """Open the progress file, made if missing. Raises StoreProblem for a newer or foreign file, or one that stays locked."""
    notice = ""
    for _ in range(2):
        try:
            return Opened(_open_for_writing(file, migrations), True, notice)
        except Damaged as error:
            why = str(error)
        except Newer as error:
            raise StoreProblem(
                f"{file} was written by a newer dltutor (its version is {error.args[0]}, this one reads {len(migrations)})",
                f"update dltutor, or set {paths.HOME_VARIABLE} to another folder",
            ) from None
        except Foreign:
            raise StoreProblem(f"{file} is not dltutor's file", "move it away; a new one will be made") from None
        except sqlite3.Error as error:
            if code_of(error) in BUSY:
                if not _has_locks(file.parent):
                    return in_memory(file, f"its file system has no locks; set {paths.HOME_VARIABLE} to a folder on another")
                raise StoreProblem(f"{file} is locked by another program ({error})", "close it, then try again") from None
            return in_memory(file, str(error))
        except (OSError, UserError) as error:
            return in_memory(file, getattr(error, "strerror", None) or getattr(error, "message", "") or str(error))
        try:
            notice = _set_aside(file, why, migrations)
        except OSError as error:
            return in_memory(file, f"it is damaged and cannot be moved: {error.strerror}")
    raise StoreProblem(f"{file} is damaged, and so was the new one in its place", "check the disk")


def in_memory(file: Path, why: str) -> Opened:
    """What the file holds, as far as it can be read, in memory."""
    notice = f"Your progress cannot be saved in {file} ({why}): it is kept only until you leave."
    with suppress(sqlite3.Error, UnicodeDecodeError, Damaged, Foreign, Newer, OSError):
        db = _memory()
        with closing(connect(file, "ro" if _has_locks(file.parent) else "ro&nolock=1")) as old:
            check(old)
            old.backup(db)
        prepare(db)
        _try_to_write(db)  # a copy is as read-only as a file whose head forbids writing
        return Opened(db, False, notice)
    db = _memory()
    prepare(db)
    return Opened(db, False, notice)


def _memory() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.text_factory = _text
    return db


def _has_locks(folder: Path) -> bool:
    """Whether files in this folder can be locked. SQLite calls a file that cannot be locked at all one that is locked."""
    try:
        import fcntl

        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return True
    except OSError as error:
        return error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
    return True


def _try_to_write(db: sqlite3.Connection) -> None:
    """See whether the file, its folder (for the journal) and its head allow writing. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(f"PRAGMA application_id = {APPLICATION}")  # which it has: only a write that is done finds out
    finally:
        if db.in_transaction:  # some failures have ended it already
            db.execute("ROLLBACK")


def _open_for_writing(file: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    paths.made(file.parent)
    # Made here, not by SQLite, so that it is never readable by others, whatever the umask. An empty file is an empty database.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
    db = connect(file, "rw")
    try:
        prepare(db, migrations)
        # Not WAL: its shared memory does not work over NFS, where home directories often are.
        db.execute("PRAGMA journal_mode = DELETE")
        _try_to_write(db)
    except BaseException as error:
        db.close()
        # UnicodeDecodeError: from sqlite3 itself, when it wants to name a table whose name is broken.
        if isinstance(error, UnicodeDecodeError) or (isinstance(error, sqlite3.Error) and code_of(error) in _BROKEN):
            raise Damaged(str(error)) from None
        raise
    return db


def connect(file: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=PATIENCE)
    db.text_factory = _text
    return db


def _text(raw: bytes) -> str:
    """A text of the file; one letter that a bad disk has changed does not hide all the others."""
    return raw.decode("utf-8", "replace")


def _set_aside(file: Path, why: str, migrations: Sequence[Migration]) -> str:
    """Rename the damaged file, and say so; "" when another session has done it in the meantime. Raises OSError."""
    with _only_one(file.with_suffix(".lock")):
        try:
            _open_for_writing(file, migrations).close()
        except Damaged:
            aside = free_name(file, "damaged")
            file.rename(aside)
            for tail in ("-journal", "-wal", "-shm"):  # a journal must stay with its file: with the new one it would do harm
                with suppress(FileNotFoundError):
                    Path(f"{file}{tail}").rename(f"{aside}{tail}")
            return f"Your progress was damaged ({why}). The file is kept as {aside}, and a new one begins."
        except (Newer, Foreign, sqlite3.Error):
            pass  # another session put a new file there; the next try says what it is
    return ""


def free_name(file: Path, what: str) -> Path:
    """A name beside the file that nothing has yet: progress-damaged-20260131-142501.db."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        name = file.with_name(f"{file.stem}-{what}-{stamp}{'' if number == 1 else f'-{number}'}{file.suffix}")
        if not name.exists():
            return name
    raise StoreProblem(f"there is no free name beside {file}", "clear that folder")


@contextmanager
def _only_one(file: Path) -> Iterator[None]:
    """Hold a lock file, so that of two sessions that find the damage at once only one moves the file."""
    try:
        import fcntl
    except ImportError:  # not on Windows, where an open file cannot be renamed anyway
        yield
        return
    with file.open("w") as handle:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code, or 0."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
