"""The store: everything that a learner answered and reached.

Each write is one committed transaction: killing the program loses at most the write in flight. A write waits up to five
seconds for another session of the same learner.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tutor import paths
from tutor.errors import StoreProblem
from tutor.harmless import harmless
from tutor.store import transfer
from tutor.store.file import BUSY, NAME, Opened, code_of, connect, free_name, in_memory, open_file
from tutor.store.model import Answer, KeptRun, Place, Ran, Reviewed
from tutor.store.waiting import Waiting, take_in

_UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_LATER = "max(?, (SELECT coalesce(max(at), 0) + 0.001 FROM places))"
"""Now, but after every other place even if the clock was set back."""


class Store:
    """One learner's progress. To be used from one thread.

    When the file stops being writable in mid-session (a full disk), the write that notices raises StoreProblem once; that
    write and all later ones are then kept in memory, `saved` is False and `notice` says so.
    """

    def __init__(self, file: Path, opened: Opened) -> None:
        self.file = file
        self._waiting: list[tuple[str, list[Any]]] = []
        """Writes that met another session's lock."""
        self._put_down = Waiting(file.parent)
        """The same, for the next session to find, should this one end before."""
        self._take(opened)

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Open the progress in a folder; None: in the user's state folder.

        Raises StoreProblem when the file is of a newer version, not ours, or stays locked. Any other trouble gives a store
        that works, and a `notice`.
        """
        file = (folder if folder is not None else paths.state_folder()) / NAME
        store = cls(file, open_file(file))
        if store.saved:
            take_in(file.parent, store._db)
        return store

    def _take(self, opened: Opened) -> None:
        self._db = opened.db
        self.saved = opened.saved
        """False: kept in memory only."""
        self.notice = opened.notice
        """What the learner should be told about the file, or empty."""

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._catch_up()
        self._put_down.leave()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # Tasks

    def finish(self, course: str, lesson: str, task: str, *, how: str = "done") -> None:
        """Note that a task is "done" or "skipped"; what is done stays done."""
        if how not in ("done", "skipped"):
            raise ValueError(how)
        self._write(transfer.MERGE["tasks"], course, lesson, task, how, time.time())

    def done(self, course: str, lesson: str | None = None) -> dict[str, dict[str, str]]:
        """lesson → {task: "done" or "skipped"}, for all lessons of the course or for one."""
        found: dict[str, dict[str, str]] = {}
        for name, task, how in self._read(
            "SELECT lesson, task, how FROM tasks WHERE course = ?1 AND (?2 IS NULL OR lesson = ?2) ORDER BY rowid",
            course,
            lesson,
        ):
            found.setdefault(name, {})[task] = how
        return found

    # Answers and drafts

    def answer(self, course: str, lesson: str, task: str, given: str, right: bool | None) -> None:
        """Keep an answer; right None: not judged yet."""
        self._write(
            "INSERT INTO answers (course, lesson, task, given, right, at) VALUES (?, ?, ?, ?, ?, ?)",
            *(course, lesson, task, given, right, time.time()),
        )

    def answers(self, course: str, lesson: str) -> list[Answer]:
        """Every answer given in a lesson, newest last."""
        rows = self._read(
            "SELECT task, given, right, at FROM answers WHERE course = ? AND lesson = ? ORDER BY id", course, lesson
        )
        return [Answer(task, given, None if right is None else bool(right), at) for task, given, right, at in rows]

    def all_answers(self, course: str) -> dict[str, list[Answer]]:
        """lesson → every answer given in it, newest last."""
        found: dict[str, list[Answer]] = {}
        rows = self._read("SELECT lesson, task, given, right, at FROM answers WHERE course = ? ORDER BY id", course)
        for lesson, task, given, right, at in rows:
            found.setdefault(lesson, []).append(Answer(task, given, None if right is None else bool(right), at))
        return found

    def review(self, course: str, lesson: str, task: str, given: str, right: bool, seed: int, at: float) -> None:
        """Keep an answer to a question that was asked again."""
        self._write(transfer.MERGE["reviews"], course, lesson, task, given, right, seed, at)

    def reviews(self, course: str) -> list[Reviewed]:
        """Every answer given in reviews, newest last."""
        rows = self._read("SELECT lesson, task, given, right, seed, at FROM reviews WHERE course = ? ORDER BY id", course)
        return [Reviewed(lesson, task, given, bool(right), seed, at) for lesson, task, given, right, seed, at in rows]

    def draft(self, course: str, lesson: str, task: str, text: str) -> None:
        """Keep what has been typed and not yet handed in; an empty text forgets it."""
        if text:
            self._write("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?)", course, lesson, task, text, time.time())
        else:
            self._write("DELETE FROM drafts WHERE course = ? AND lesson = ? AND task = ?", course, lesson, task)

    def drafted(self, course: str, lesson: str, task: str) -> str:
        """What was typed and not handed in, or empty."""
        rows = self._read("SELECT text FROM drafts WHERE course = ? AND lesson = ? AND task = ?", course, lesson, task)
        return str(rows[0][0]) if rows else ""

    # Places

    def place(self, course: str, lesson: str, section: str, block: str = "") -> None:
        """Note where the learner is."""
        self._write(f"INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, {_LATER})", course, lesson, section, block, time.time())

    def last_place(self, course: str) -> Place | None:
        """Where the learner was last in the course."""
        return self._place("course = ? ORDER BY at DESC, rowid DESC LIMIT 1", course)

    def place_in(self, course: str, lesson: str) -> Place | None:
        """Where the learner was last in the lesson."""
        return self._place("course = ? AND lesson = ?", course, lesson)

    def visited(self, course: str) -> list[str]:
        """The lessons that have been opened."""
        return [str(row[0]) for row in self._read("SELECT lesson FROM places WHERE course = ? ORDER BY lesson", course)]

    def _place(self, which: str, *values: str) -> Place | None:
        rows = self._read(f"SELECT course, lesson, section, block, at FROM places WHERE {which}", *values)
        return Place(*rows[0]) if rows else None

    # Runs

    def keep_run(
        self, link: str, step: int, metrics: Mapping[str, float], *, lesson: str = "", name: str = "", curves: str = ""
    ) -> int:
        """Keep a run at a step. Returns its id."""
        self._write(
            "INSERT INTO runs (link, step, metrics, lesson, at, name, curves) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(link, step, transfer.metrics_text(metrics), lesson, time.time(), name, curves),
        )
        return int(self._read("SELECT last_insert_rowid()")[0][0])

    def name_run(self, run: int, name: str) -> None:
        """Call a kept run something; empty: nothing."""
        self._write("UPDATE runs SET name = ? WHERE id = ?", name, run)

    def forget_run(self, run: int) -> None:
        """Keep a run no longer."""
        self._write("DELETE FROM runs WHERE id = ?", run)

    def runs(self, lesson: str | None = None, *, lab: str | None = None, limit: int = 100) -> list[KeptRun]:
        """The runs that were kept, of one lesson, of one lab, or of all; at most `limit`, the newest, newest last."""
        rows = self._read(
            "SELECT id, link, step, metrics, lesson, at, name, curves FROM runs WHERE (?1 IS NULL OR lesson = ?1)"
            " AND (?2 IS NULL OR link = ?2 OR substr(link, 1, length(?2) + 1) = ?2 || '?') ORDER BY id DESC LIMIT ?3",
            *(lesson, lab, limit),
        )
        return [
            KeptRun(id_, link, step, transfer.read_metrics(metrics), place, at, name, curves)
            for id_, link, step, metrics, place, at, name, curves in reversed(rows)
        ]

    def ran(
        self, course: str, lesson: str, task: str, link: str, step: int, metrics: Mapping[str, float], reached: bool
    ) -> None:
        """Remember a lab by this run, unless it is remembered by one that reached its goal and this one has not."""
        before = self._read("SELECT at FROM ran WHERE (course, lesson, task) = (?, ?, ?)", course, lesson, task)
        at = max([time.time(), *(last + 0.001 for (last,) in before)])  # later, even if the clock was set back
        values = (course, lesson, task, link, step, transfer.metrics_text(metrics), reached, at)
        self._write(transfer.MERGE["ran"], *values)

    def all_ran(self, course: str) -> list[Ran]:
        """The run of each lab, the oldest first."""
        rows = self._read(
            "SELECT lesson, task, link, step, metrics, reached, at FROM ran WHERE course = ? ORDER BY at, lesson, task", course
        )
        return [
            Ran(lesson, task, link, step, transfer.read_metrics(metrics), bool(reached), at)
            for lesson, task, link, step, metrics, reached, at in rows
        ]

    # Settings

    def setting(self, name: str, default: str = "") -> str:
        rows = self._read("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else default

    def set(self, name: str, value: str) -> None:
        self._write("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    # All of it

    def export(self) -> dict[str, Any]:
        """Everything, ready for `json.dumps`."""
        with self._transaction("BEGIN"):
            return transfer.dump(self._db)

    def import_(self, document: object) -> int:
        """Merge what `export` gave; done stays done. Returns how many were new. Raises BadData, and then nothing is written."""
        rows = transfer.read(document)
        with self._transaction():
            return transfer.merge(self._db, rows)

    def move(self, course: str, moved: Mapping[str, str]) -> None:
        """Lessons of the course have new ids: what was done in them goes along. moved: old id → new id."""
        here = {*self.visited(course), *self.done(course), *self.all_answers(course)}
        if moved := {old: new for old, new in moved.items() if old in here}:
            with self._transaction():
                transfer.move(self._db, course, moved)

    def reset(self) -> Path:
        """Forget all progress, not the settings. Returns the file that keeps a copy of what was."""
        if not self.saved:
            raise StoreProblem("progress is not being saved, so it cannot be set aside", "make the folder writable first")
        kept = free_name(self.file, "before-reset")
        with self._transaction():
            try:
                # Through a connection of its own: one that holds the write lock cannot be copied, and waits for ever.
                with closing(connect(self.file, "ro")) as source, closing(sqlite3.connect(kept)) as copy:
                    kept.chmod(0o600)
                    source.backup(copy)
            except (sqlite3.Error, OSError) as error:
                raise StoreProblem(
                    f"no copy could be kept in {kept} ({error}), so nothing was reset", "free some space"
                ) from None
            for table in ("tasks", "answers", "places", "drafts", "runs", "reviews", "ran"):
                self._db.execute(f"DELETE FROM {table}")
        return kept

    # SQLite

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            rows = self._db.execute(sql, [_value(value) for value in values]).fetchall()
            return [tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
        except sqlite3.Error as error:
            raise StoreProblem(f"your progress in {self.file} cannot be read ({error})", "start dltutor again") from None

    def _write(self, sql: str, *values: object) -> None:
        write = (sql, [_value(value) for value in values])
        try:
            self._catch_up()
            self._db.execute(*write)
        except sqlite3.Error as error:
            if code_of(error) in BUSY | _UNWRITABLE:
                self._waiting.append(write)
            if code_of(error) in BUSY:
                self._put_down.keep(*write)
            problem = self._refused(error)
            if not self.saved:
                self._catch_up()  # now into memory
            raise problem from None

    def _catch_up(self) -> None:
        """Write what has met a lock, in its order. Raises sqlite3.Error when it still does."""
        while self._waiting:
            self._db.execute(*self._waiting[0])
            del self._waiting[0]
        if self.saved:
            self._put_down.written()

    @contextmanager
    def _transaction(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
        try:
            self._catch_up()
            self._db.execute(begin)
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise self._refused(error) from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _refused(self, error: sqlite3.Error) -> StoreProblem:
        """What a failed write means; where the file cannot be written any more, go on in memory."""
        if self.saved and code_of(error) in _UNWRITABLE:
            old = self._db
            self._take(in_memory(self.file, str(error)))
            old.close()
            return StoreProblem(self.notice.rstrip("."), "make room or make it writable, then start dltutor again")
        if code_of(error) in BUSY:
            said = f"your progress in {self.file} is locked by another session; what you do is written when it lets go"
            return StoreProblem(said, "leave the other session if it hangs")
        return StoreProblem(f"your progress cannot be written to {self.file} ({error})", "try again")


def _value(value: object) -> Any:
    """A parameter for SQLite; texts without what it cannot hold."""
    return transfer.clean(value) if isinstance(value, str) else value
