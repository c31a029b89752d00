from __future__ import annotations

import json
import math
import sqlite3
import stat
from pathlib import Path
from random import Random

import pytest

from tutor.errors import StoreProblem
from tutor.store import Answer, Store
from tutor.store.file import NAME, open_file
from tutor.store.schema import APPLICATION, MIGRATIONS


def test_what_is_written_is_there_when_opened_again(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.saved
        assert store.notice == ""
        store.finish("", "1/a", "bound", how="skipped")
        store.finish("", "1/a", "quiz")
        store.finish("", "1/b", "quiz")
        store.finish("other", "1/a", "quiz")
        store.answer("", "1/a", "bound", "4", None)
        store.answer("", "1/a", "bound", "5", False)
        store.answer("", "1/a", "quiz", "ü\udc80\0", True)
        store.place("", "1/a", "intro")
        store.place("", "1/b", "intro", "lab")
        store.place("", "1/a", "end")
        store.draft("", "1/a", "quiz", "half a th")
        store.keep_run("perceptron?data=and", 12, {"errors": 0.0, "loss": math.inf}, lesson="1/a")
        store.keep_run("neuron", 0, {})
        store.set("theme", "dark")
    with Store.open(tmp_path) as store:
        assert store.done("") == {"1/a": {"bound": "skipped", "quiz": "done"}, "1/b": {"quiz": "done"}}
        assert store.done("", "1/b") == {"1/b": {"quiz": "done"}}
        answers = store.answers("", "1/a")
        assert [(a.task, a.given, a.right) for a in answers] == [
            ("bound", "4", None),
            ("bound", "5", False),
            ("quiz", "ü?\ufffd", True),
        ]
        assert isinstance(answers[0], Answer)
        last, there = store.last_place(""), store.place_in("", "1/b")
        assert last is not None
        assert (last.lesson, last.section) == ("1/a", "end")
        assert there is not None
        assert (there.section, there.block) == ("intro", "lab")
        assert store.last_place("nowhere") is None
        assert store.drafted("", "1/a", "quiz") == "half a th"
        store.draft("", "1/a", "quiz", "")
        assert store.drafted("", "1/a", "quiz") == ""
        assert [run.link for run in store.runs()] == ["perceptron?data=and", "neuron"]
        assert store.runs("1/a")[0].metrics == {"errors": 0.0, "loss": math.inf}
        assert [run.link for run in store.runs(limit=1)] == ["neuron"]
        assert store.setting("theme") == "dark"
        assert store.setting("speed", "1") == "1"


def test_done_stays_done(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t", how="skipped")
        store.finish("", "a", "t")
        store.finish("", "a", "t", how="skipped")
        assert store.done("") == {"a": {"t": "done"}}


def test_the_last_place_does_not_depend_on_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as store:
        store.place("", "a", "s")
        monkeypatch.setattr("time.time", lambda: 0.0)
        store.place("", "b", "s")
        place = store.last_place("")
        assert place is not None
        assert place.lesson == "b"


def test_only_the_learner_can_read_it(tmp_path: Path) -> None:
    Store.open(tmp_path / "state").close()
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", ["text", "head", "tail", "tables"])
def test_a_damaged_file_is_set_aside_not_deleted(tmp_path: Path, damage: str) -> None:
    with Store.open(tmp_path) as store:
        for number in range(200):
            store.answer("", "a", "t", "x" * 100 + str(number), True)
    file = tmp_path / NAME
    good = file.read_bytes()
    match damage:
        case "text":
            file.write_text("this was never a database, but it is long enough to be read as one" * 10)
        case "head":
            file.write_bytes(b"\0" * 50 + good[50:])
        case "tail":
            file.write_bytes(good[: len(good) // 2])
        case _:
            db = sqlite3.connect(file)
            db.execute("DROP TABLE answers")
            db.close()
    bad = file.read_bytes()
    with Store.open(tmp_path) as store:
        assert "damaged" in store.notice
        assert store.saved
        store.finish("", "a", "t")
    [aside] = tmp_path.glob("progress-damaged-*.db")
    assert aside.read_bytes() == bad
    assert str(aside) in store.notice
    with Store.open(tmp_path) as store:
        assert store.notice == ""
        assert store.done("") == {"a": {"t": "done"}}


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / NAME)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StoreProblem, match="newer dltutor"):
        Store.open(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before
    assert not list(tmp_path.glob("*damaged*"))


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / NAME)
    db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StoreProblem, match="not dltutor's file"):
        Store.open(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before


def test_an_older_file_is_brought_up_to_date_all_or_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")
    later = (*MIGRATIONS, ("ALTER TABLE tasks ADD COLUMN note TEXT", "CREATE TABLE more (x TEXT)"))
    broken = (*MIGRATIONS, ("CREATE TABLE more (x TEXT)", "CREATE TABLE more (x TEXT)"))
    opened = open_file(tmp_path / NAME, broken)
    assert not opened.saved
    opened.db.close()
    with Store.open(tmp_path) as store:  # the failed migration left no trace
        assert store.done("") == {"a": {"t": "done"}}
    opened = open_file(tmp_path / NAME, later)
    assert opened.db.execute("SELECT task, note FROM tasks").fetchall() == [("t", None)]
    assert opened.db.execute("PRAGMA user_version").fetchone() == (len(later),)
    opened.db.close()


def test_a_file_of_the_first_version_keeps_all_and_gets_the_new_tables(tmp_path: Path) -> None:
    opened = open_file(tmp_path / NAME, MIGRATIONS[:1])
    opened.db.execute("INSERT INTO answers (course, lesson, task, given, right, at) VALUES ('', 'a', 't', '4', 1, 5.0)")
    opened.db.execute("INSERT INTO tasks VALUES ('', 'a', 't', 'done', 5.0)")
    opened.db.execute("INSERT INTO runs (link, step, metrics, lesson, at) VALUES ('neuron', 3, '{}', 'a', 5.0)")
    opened.db.close()
    with Store.open(tmp_path) as store:
        assert store.saved
        assert store.notice == ""
        assert store.done("") == {"a": {"t": "done"}}
        assert [answer.given for answer in store.all_answers("")["a"]] == ["4"]
        assert [(run.link, run.name) for run in store.runs()] == [("neuron", "")]
        assert (store.reviews(""), store.all_ran("")) == ([], [])
        store.review("", "a", "t", "5", True, 1, 6.0)
        assert [(r.task, r.right, r.seed, r.at) for r in store.reviews("")] == [("t", True, 1, 6.0)]


def test_where_no_folder_can_be_made_progress_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Store.open(tmp_path / "file" / "state") as store:
        assert not store.saved
        assert "only until you leave" in store.notice
        store.finish("", "a", "t")
        assert store.done("") == {"a": {"t": "done"}}
        with pytest.raises(StoreProblem):
            store.reset()


def test_a_file_that_cannot_be_written_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")

    def refuse(file: Path, migrations: object) -> sqlite3.Connection:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tutor.store.file._open_for_writing", refuse)
    with Store.open(tmp_path) as store:
        assert "Permission denied" in store.notice
        store.finish("", "a", "u")
        assert store.done("") == {"a": {"t": "done", "u": "done"}}


def test_a_disk_that_fills_up_is_said_once_and_the_session_goes_on(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to be full
        with pytest.raises(StoreProblem, match="full"):
            store.draft("", "a", "t", "x" * 100_000)
        assert not store.saved
        assert store.drafted("", "a", "t") == "x" * 100_000
        store.finish("", "a", "u")
        assert store.done("") == {"a": {"t": "done", "u": "done"}}
    with Store.open(tmp_path) as store:
        assert store.saved
        assert store.done("") == {"a": {"t": "done"}}


def test_a_locked_file_is_a_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as store:
        other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        store._db.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(StoreProblem, match="locked"):
            store.finish("", "a", "t")
        assert store.saved
        monkeypatch.setattr("tutor.store.file.PATIENCE", 0.0)
        with pytest.raises(StoreProblem, match="locked by another program"):
            Store.open(tmp_path)
        other.close()
        store.finish("", "a", "t")
        assert store.done("") == {"a": {"t": "done"}}


def test_reset_keeps_a_copy_and_the_settings(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")
        store.set("theme", "dark")
        kept = store.reset()
        assert store.done("") == {}
        assert store.setting("theme") == "dark"
    assert kept.parent == tmp_path
    kept.rename(tmp_path / NAME)
    with Store.open(tmp_path) as store:
        assert store.done("") == {"a": {"t": "done"}}


def test_a_file_with_any_bytes_wrong_is_never_more_than_a_problem(tmp_path: Path) -> None:
    """Flipped and missing bytes: the store opens, or says in one sentence why not; what it then gives has the right shape."""
    with Store.open(tmp_path / "good") as store:
        for number in range(30):
            store.finish("", "a", f"t{number}")
            store.answer("", "a", f"t{number}", "four", True)
            store.keep_run(f"perceptron?seed={number}", number, {"errors": 1.0})
    good = (tmp_path / "good" / NAME).read_bytes()
    chance = Random(7)
    set_aside = 0
    for turn in range(150):
        folder = tmp_path / str(turn)
        folder.mkdir()
        bad = bytearray(good)
        for _ in range(chance.choice((1, 1, 4))):
            bad[chance.randrange(100) if chance.random() < 0.3 else chance.randrange(len(bad))] = chance.randrange(256)
        (folder / NAME).write_bytes(bad[: chance.randrange(len(bad))] if chance.random() < 0.2 else bad)
        try:
            store = Store.open(folder)
        except StoreProblem:
            continue
        with store:
            set_aside += "damaged" in store.notice
            json.dumps([store.done(""), store.export()], allow_nan=False)
            assert all(isinstance(value, float) for run in store.runs() for value in run.metrics.values())
            store.finish("", "b", "t")
            assert store.done("", "b") == {"b": {"t": "done"}}
    assert set_aside > 30


def test_kept_runs_are_found_by_lab_named_and_forgotten(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        first = store.keep_run("gd?rate=1", 5, {"loss": 1.0}, curves='{"a": 1}')
        second = store.keep_run("gd", 6, {}, name="plain")
        store.keep_run("gdx?rate=1", 7, {})
        store.name_run(first, "the big one")
    with Store.open(tmp_path) as store:
        assert [(run.id, run.name, run.curves) for run in store.runs(lab="gd")] == [
            (first, "the big one", '{"a": 1}'),
            (second, "plain", ""),
        ]
        store.forget_run(first)
        assert [run.link for run in store.runs()] == ["gd", "gdx?rate=1"]


def test_runs_of_an_older_file_are_kept_on(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / NAME) as db:
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute("INSERT INTO runs VALUES (1, 'gd?rate=1', 5, '{}', '', 1.0)")
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute("PRAGMA user_version = 1")
    db.close()
    with Store.open(tmp_path) as store:
        assert store.saved
        assert [(run.link, run.name, run.curves) for run in store.runs(lab="gd")] == [("gd?rate=1", "", "")]
