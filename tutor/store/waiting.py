"""Writes that have met another session's lock, in a file beside the progress until they are written: no end loses them.

Each session has a file of its own, which it holds locked as long as it lives. What is found unlocked belongs to a session that
is gone; whoever opens the progress next takes it in, checked and merged as an export is, so that twice is the same as once.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tutor.errors import BadData
from tutor.store import transfer

_PREFIX, _SUFFIX = "waiting-", ".jsonl"
_KEPT = re.compile("INSERT INTO (tasks|answers|reviews|ran|runs) ")
"""What is acknowledged to the learner. A place, a draft or a setting is the older one, at worst."""
_LARGEST = 16_000_000


class Waiting:
    """The file of this session: made when something has to wait, gone when nothing does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: Path | None = None
        self._handle = -1

    def keep(self, sql: str, values: Sequence[Any]) -> None:
        """Put one write down. Where that cannot be done, it is kept in memory only; never fails."""
        if not (table := _KEPT.match(sql)):
            return
        line = json.dumps([table[1], transfer.entry(table[1], values)]).encode() + b"\n"
        with suppress(OSError):
            if self._file is None:
                self._handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=self.folder)
                self._file = Path(name)
                _lock(self._handle)
            os.write(self._handle, line)
            os.fsync(self._handle)

    def written(self) -> None:
        """Nothing waits any more."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
            self.leave()

    def leave(self) -> None:
        """Let go of the file, for whoever comes next."""
        if self._handle >= 0:
            os.close(self._handle)
        self._file, self._handle = None, -1


def take_in(folder: Path, db: sqlite3.Connection) -> None:
    """Write what sessions that are gone have left. What cannot be written yet stays; what nobody can read is set aside."""
    for file in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
        with suppress(OSError):
            handle = os.open(file, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                _lock(handle)
                if os.fstat(handle).st_nlink and os.fstat(handle).st_uid == os.getuid():
                    _merge(file, os.read(handle, _LARGEST), db)
            finally:
                os.close(handle)


def _merge(file: Path, raw: bytes, db: sqlite3.Connection) -> None:
    document: dict[str, Any] = transfer.nothing()
    try:
        for line in raw.splitlines(keepends=True):
            if line.endswith(b"\n"):  # the last one may have met the end of its session
                table, entry = json.loads(line)
                document[str(table)].append(entry)
        rows = transfer.read(document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BadData):
        file.rename(file.with_suffix(".damaged"))
        return
    try:
        db.execute("BEGIN IMMEDIATE")
        transfer.merge(db, rows)
        db.execute("COMMIT")
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        return
    file.unlink()


def _lock(handle: int) -> None:
    """Raises OSError when another process has it, or where there are no locks: then nothing is taken for left behind."""
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
