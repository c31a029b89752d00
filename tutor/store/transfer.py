"""Progress as one JSON document: to take along, to keep, and to read back.

What comes in is not trusted: every entry is checked before the first is written, and a mistake is named by its path, such as
`answers[3].right`. Reading is a merge that loses nothing: done stays done, the same answer is not there twice, and what is
already here (a place, a draft, a setting) is kept.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.errors import BadData
from tutor.harmless import harmless

FORMAT = "dltutor-progress"
VERSION = 2
_LONGEST = 1_000_000
_LATEST = 4_102_444_800.0  # the year 2100
_MEND = "give a file that `dltutor progress export` wrote"

# Each table's columns, and what each may hold. This order is also the one of the parameters in MERGE.
_TABLES: dict[str, dict[str, str]] = {
    "tasks": {"course": "text", "lesson": "text", "task": "text", "how": "how", "at": "time"},
    "answers": {"course": "text", "lesson": "text", "task": "text", "given": "text", "right": "verdict", "at": "time"},
    "places": {"course": "text", "lesson": "text", "section": "text", "block": "text", "at": "time"},
    "drafts": {"course": "text", "lesson": "text", "task": "text", "text": "text", "at": "time"},
    "runs": {
        "link": "text",
        "step": "count",
        "metrics": "metrics",
        "lesson": "text",
        "at": "time",
        "name": "text",
        "curves": "text",
    },
    "settings": {"name": "text", "value": "text"},
    "reviews": {
        "course": "text", "lesson": "text", "task": "text", "given": "text", "right": "yes", "seed": "count", "at": "time",
    },
    "ran": {
        "course": "text", "lesson": "text", "task": "text", "link": "text", "step": "count", "metrics": "metrics",
        "reached": "yes", "at": "time",
    },
}  # fmt: skip
_SINCE = {"reviews": 2, "ran": 2}
"""The version of the export that has a table first; an older one has nothing for it."""
_ADDED = {"runs": {"name": "", "curves": ""}}
"""What older exports do not have in a table, and what it is there."""
MERGE: dict[str, str] = {
    "tasks": "INSERT INTO tasks VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET how = 'done', at = excluded.at"
    " WHERE tasks.how != 'done' AND excluded.how = 'done'",
    "answers": "INSERT INTO answers (course, lesson, task, given, right, at) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS"
    " (SELECT 1 FROM answers WHERE (course, lesson, task, given, at) = (?1, ?2, ?3, ?4, ?6) AND right IS ?5)",
    "places": "INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?)",
    "drafts": "INSERT OR IGNORE INTO drafts VALUES (?, ?, ?, ?, ?)",
    "runs": "INSERT INTO runs (link, step, metrics, lesson, at, name, curves) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
    " WHERE NOT EXISTS (SELECT 1 FROM runs WHERE (link, step, lesson, at) = (?1, ?2, ?4, ?5))",
    "settings": "INSERT OR IGNORE INTO settings VALUES (?, ?)",
    "reviews": "INSERT INTO reviews (course, lesson, task, given, right, seed, at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT"
    " EXISTS (SELECT 1 FROM reviews WHERE (course, lesson, task, given, right, seed, at) = (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
    "ran": "INSERT INTO ran VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
    " link = ?4, step = ?5, metrics = ?6, reached = ?7, at = ?8 WHERE (?7, ?8) > (ran.reached, ran.at)",
}


def metrics_text(metrics: Mapping[str, float]) -> str:
    """Metrics as JSON; numbers that JSON does not have are the words "inf", "-inf" and "nan"."""
    return json.dumps({name: _plain(value) for name, value in metrics.items()})


def _plain(value: float) -> float | str:
    return float(value) if math.isfinite(value) else str(float(value))


def read_metrics(text: object) -> dict[str, float]:
    """The metrics again; none, where a damaged disk has left no metrics."""
    try:
        return {str(name): float(value) for name, value in json.loads(str(text)).items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def dump(db: sqlite3.Connection) -> dict[str, Any]:
    """Everything in the file, ready for `json.dumps`. db: inside a transaction, so that the tables belong together."""
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    for table, columns in _TABLES.items():
        rows = db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid")
        document[table] = [entry(table, row) for row in rows]
    return document


def entry(table: str, row: Sequence[Any]) -> dict[str, Any]:
    """One row as the document has it."""
    return {name: _out(kind, value) for (name, kind), value in zip(_TABLES[table].items(), row, strict=True)}


def nothing() -> dict[str, Any]:
    """The document of a file without any entry."""
    return {"format": FORMAT, "version": VERSION, **{table: [] for table in _TABLES}}


def _out(kind: str, value: Any) -> Any:
    """A value as the document has it. What a damaged disk has made of it is bent into shape, so that it can be read back."""
    match kind:
        case "verdict":
            return None if value is None else bool(value)
        case "yes":
            return bool(value)
        case "metrics":
            return {name: _plain(number) for name, number in read_metrics(value).items()}
        case "how":
            return "done" if value == "done" else "skipped"
        case "time":
            return value if _is_number(value) and 0 <= value <= _LATEST else 0.0
        case "count":
            return value if isinstance(value, int) and 0 <= value < 2**53 else 0
    return clean(str(value))


def merge(db: sqlite3.Connection, rows: Mapping[str, list[tuple[Any, ...]]]) -> int:
    """Write what `read` gave. db: inside a transaction. Returns how many entries were new or changed."""
    before = db.total_changes
    for table, entries in rows.items():
        db.executemany(MERGE[table], entries)
    return db.total_changes - before


def move(db: sqlite3.Connection, course: str, moved: Mapping[str, str]) -> None:
    """What was done in a lesson goes with it to its new id, and merges with what is there. db: inside a transaction."""
    for table, columns in _TABLES.items():
        if "lesson" not in columns or "course" not in columns:
            continue
        names = ", ".join("?2" if name == "lesson" else name for name in columns)
        for old, new in moved.items():
            rows = db.execute(f"SELECT {names} FROM {table} WHERE course = ?1 AND lesson = ?3", (course, new, old)).fetchall()
            db.executemany(MERGE[table], rows)
            db.execute(f"DELETE FROM {table} WHERE course = ? AND lesson = ?", (course, old))
    db.executemany("UPDATE runs SET lesson = ? WHERE lesson = ?", [(new, old) for old, new in moved.items()])


def read(document: object) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each table. Raises BadData, naming the first entry that is wrong."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadData("this is not exported progress", _MEND)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        raise BadData(f"the export has version {version!r}, this dltutor reads {VERSION} and older", "update dltutor")
    unknown = set(document) - set(_TABLES) - {"format", "version"}
    if unknown:
        raise BadData(f"the export has a part {min(map(str, unknown))!r} that is not known", _MEND)
    tables = [table for table in _TABLES if _SINCE.get(table, 1) <= version or table in document]
    return {table: list(_rows(table, document.get(table))) for table in tables}


def _rows(table: str, entries: object) -> Iterator[tuple[Any, ...]]:
    columns = _TABLES[table]
    if not isinstance(entries, list):
        raise BadData(f"{table!r} in the export is not a list", _MEND)
    for number, entry in enumerate(entries):
        if isinstance(entry, dict):
            entry = {**_ADDED.get(table, {}), **entry}
        if not isinstance(entry, dict) or set(entry) != set(columns):
            raise BadData(f"{table}[{number}] in the export does not have exactly {', '.join(columns)}", _MEND)
        yield tuple(_in(kind, entry[name], f"{table}[{number}].{name}") for name, kind in columns.items())


def _in(kind: str, value: object, where: str) -> Any:
    match kind:
        case "text":
            return _text(value, where)
        case "how":
            good = value in ("done", "skipped")
        case "time":
            good = _is_number(value) and 0 <= value <= _LATEST  # type: ignore[operator]
        case "count":
            good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
        case "verdict":
            good = value is None or isinstance(value, bool)
        case "yes":
            good = isinstance(value, bool)
        case _:
            return _metrics(value, where)
    if not good:
        raise BadData(f"{where} in the export cannot be {_short(value)}", _MEND)
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise BadData(f"{where} in the export is not a text, or is too long", _MEND)
    return clean(value)


def _metrics(value: object, where: str) -> str:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise BadData(f"{where} in the export is not a mapping of names", _MEND)
    for name, number in value.items():
        if not _is_number(number) and number not in ("inf", "-inf", "nan"):
            raise BadData(f"{where}.{_short(name)} in the export is not a number", _MEND)
    return json.dumps({clean(name): number for name, number in value.items()})


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond any float
        return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def clean(text: str) -> str:
    """The text without halves of surrogate pairs, which SQLite cannot hold, and without commands for a terminal."""
    return harmless(text.encode("utf-8", "replace").decode("utf-8"))
