"""The tables of the progress file, and how an older file becomes a newer one.

`PRAGMA user_version` counts the migrations that a file has had. A migration is a tuple of statements; a released one is never
edited, a change is a new one at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

APPLICATION = 0x444C5431
"""`PRAGMA application_id`: "DLT1", what tells our file from any other SQLite file."""

Migration = tuple[str, ...]

MIGRATIONS: tuple[Migration, ...] = (
    (
        """CREATE TABLE tasks (
            course TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL, how TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson, task))""",
        """CREATE TABLE answers (
            id INTEGER PRIMARY KEY, course TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL,
            given TEXT NOT NULL, right INTEGER, at REAL NOT NULL)""",
        "CREATE INDEX answers_by_lesson ON answers (course, lesson)",
        """CREATE TABLE places (
            course TEXT NOT NULL, lesson TEXT NOT NULL, section TEXT NOT NULL, block TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson))""",
        """CREATE TABLE drafts (
            course TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson, task))""",
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY, link TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL,
            lesson TEXT NOT NULL, at REAL NOT NULL)""",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        """CREATE TABLE reviews (
            id INTEGER PRIMARY KEY, course TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL,
            given TEXT NOT NULL, right INTEGER NOT NULL, seed INTEGER NOT NULL, at REAL NOT NULL)""",
        """CREATE TABLE ran (
            course TEXT NOT NULL, lesson TEXT NOT NULL, task TEXT NOT NULL, link TEXT NOT NULL, step INTEGER NOT NULL,
            metrics TEXT NOT NULL, reached INTEGER NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson, task))""",
    ),
    (
        "ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN curves TEXT NOT NULL DEFAULT ''",
    ),
)


class Newer(Exception):
    """The file was written by a later version of the program; args[0] is its schema."""


class Foreign(Exception):
    """A sound SQLite file, but not one of ours."""


class Damaged(Exception):
    """A file of ours that cannot be used; args[0] says why."""


def prepare(db: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Check a file and bring it up to date. Raises Newer, Foreign, Damaged, or sqlite3.Error.

    db: in autocommit (isolation_level None). All migrations are one transaction that takes the write lock first and then looks
    at the version again, so of two programs that start at once one migrates and the other waits.
    """
    if _number(db, "user_version") < len(migrations):
        db.execute("BEGIN IMMEDIATE")
        try:
            version = _number(db, "user_version")
            if version == 0:
                if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise Foreign
                db.execute(f"PRAGMA application_id = {APPLICATION}")
            elif _number(db, "application_id") != APPLICATION:
                raise Foreign
            for migration in migrations[version:]:
                for statement in migration:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {max(version, len(migrations))}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    check(db, migrations)


def check(db: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """See that a file is ours, of this version and whole. Raises Newer, Foreign, Damaged, or sqlite3.Error."""
    if _number(db, "application_id") != APPLICATION:
        raise Foreign
    version = _number(db, "user_version")
    if version > len(migrations):
        raise Newer(version)
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(str(found))
    if _shape(db) != _expected(migrations[:version]):
        raise Damaged("its tables are not as they should be")


def _expected(migrations: Sequence[Migration]) -> dict[str, list[str]]:
    with sqlite3.connect(":memory:") as db:
        for migration in migrations:
            for statement in migration:
                db.execute(statement)
        shape = _shape(db)
    db.close()
    return shape


def _shape(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each table."""
    rows = db.execute(
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY t.name, c.cid"
    )
    shape: dict[str, list[str]] = {}
    for table, column in rows:
        shape.setdefault(table, []).append(column)
    return shape


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
