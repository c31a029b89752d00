"""Disks, homes and clocks that are not as they should be: each has an outcome, said in one sentence."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT, all_gone, start, state

from tutor.cli.bench.probe import family
from tutor.cli.entry import main
from tutor.errors import StoreProblem
from tutor.review.schedule import Event, due_at
from tutor.store import Store
from tutor.store.file import NAME
from tutor.store.schema import MIGRATIONS
from tutor.store.spot import Spot, read_spot, write_spot

FILLER = """
import resource, signal, sys
from pathlib import Path
from tutor.errors import StoreProblem
from tutor.store import Store
store = Store.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
for number in range(10_000):
    try:
        store.answer("", "lesson", "task", str(number) + "x" * 2000, True)
    except StoreProblem as problem:
        print(number, problem)
        break
store.answer("", "lesson", "task", "after", True)
print(store.saved, len(store.answers("", "lesson")))
"""


def test_a_disk_that_is_full_is_said_once_and_what_was_saved_before_is_sound(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(tmp_path)], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True
    )
    said, after = done.stdout.splitlines()
    number = int(said.split()[0])
    assert "kept only until you leave" in said
    assert "make room" in said
    assert after == f"False {number + 2}", "the answer that met the full disk, and those after it, are kept in memory"
    with Store.open(tmp_path) as store:
        assert (store.saved, store.notice) == (True, "")
        assert len(store.answers("", "lesson")) == number


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a folder that nobody can write, not even root")
def test_in_a_home_that_cannot_be_written_the_program_works_and_says_what_is_not_kept(tmp_path: Path) -> None:
    elsewhere = {"DLTUTOR_HOME": "/proc/dltutor", "TMPDIR": str(tmp_path), "NUMBA_CACHE_DIR": ""}
    with start(environment=elsewhere) as probe:
        assert probe.wait_for("cannot be saved", 60)
        assert probe.wait_for("only until you leave", 10)
        processes = family(probe.pid)
        probe.send("\r")
        assert probe.wait_for("first page", 20)
        probe.send("\x11")
        assert probe.wait(10) == 0
        assert probe.restored()
        assert all_gone(probe, processes)
    assert b"Traceback" not in probe.received


def test_a_file_system_without_locks_is_named_and_what_is_there_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")

    def refuse(file: Path, migrations: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("tutor.store.file._open_for_writing", refuse)
    monkeypatch.setattr("fcntl.lockf", no_locks)
    with Store.open(tmp_path) as store:
        assert not store.saved
        assert "has no locks" in store.notice
        assert "DLTUTOR_HOME" in store.notice
        assert store.done("") == {"a": {"t": "done"}}
        store.finish("", "a", "u")
    monkeypatch.undo()
    with Store.open(tmp_path) as store:
        assert store.done("") == {"a": {"t": "done"}}


def locked_out(store: Store, folder: Path) -> sqlite3.Connection:
    """Another session, which holds the lock of the store; this one does not wait for it."""
    other = sqlite3.connect(folder / NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store._db.execute("PRAGMA busy_timeout = 0")
    return other


def test_an_answer_that_meets_a_lock_is_written_when_the_lock_is_gone(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        other = locked_out(store, tmp_path)
        with pytest.raises(StoreProblem, match="another session"):
            store.answer("", "a", "t", "4", True)
        with pytest.raises(StoreProblem):
            store.finish("", "a", "t")
        other.execute("ROLLBACK")
        other.close()
        store.place("", "a", "s")
        assert [answer.given for answer in store.answers("", "a")] == ["4"]
        assert store.done("") == {"a": {"t": "done"}}
        other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreProblem):
            store.answer("", "a", "t", "5", True)
        other.execute("ROLLBACK")
        other.close()
    with Store.open(tmp_path) as store:
        assert [answer.given for answer in store.answers("", "a")] == ["4", "5"], "it was written when the store was closed"


LOCKED_OUT = """
import os, signal, sys
from pathlib import Path
from tutor.errors import StoreProblem
from tutor.store import Store
store = Store.open(Path(sys.argv[1]))
store._db.execute("PRAGMA busy_timeout = 0")
print("open", flush=True)
sys.stdin.readline()
for act in (
    lambda: store.answer("", "a", "t", "4", True), lambda: store.finish("", "a", "t"),
    lambda: store.keep_run("perceptron?data=or", 7, {"errors": float("inf")}, name="mine"), lambda: store.place("", "a", "s"),
):
    try:
        act()
    except StoreProblem:
        print("refused", flush=True)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
store.close()
"""


@pytest.mark.parametrize("end", ["kill", "close"])
def test_an_answer_that_meets_a_lock_until_the_end_is_taken_in_by_the_next_session(tmp_path: Path, end: str) -> None:
    command = [sys.executable, "-c", LOCKED_OUT, str(tmp_path), end]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as session:
        assert session.stdin is not None
        assert session.stdout is not None
        assert session.stdout.readline() == "open\n"
        other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert session.communicate("go on\n", timeout=60)[0] == "refused\n" * 4
    other.execute("ROLLBACK")
    other.close()
    for _ in range(2):
        with Store.open(tmp_path) as store:
            assert [answer.given for answer in store.answers("", "a")] == ["4"]
            assert store.done("") == {"a": {"t": "done"}}
            assert [(run.link, run.step, run.name) for run in store.runs()] == [("perceptron?data=or", 7, "mine")]
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "raw", [b"\xff\n", b"[]\n", b'["tasks", 1]\n', b'["tasks; DROP TABLE answers", {}]\n', b"[" * 9999 + b"\n"]
)
def test_what_waits_and_cannot_be_read_is_set_aside(tmp_path: Path, raw: bytes) -> None:
    with Store.open(tmp_path) as store:
        store.finish("", "a", "t")
    (tmp_path / "waiting-x.jsonl").write_bytes(raw)
    with Store.open(tmp_path) as store:
        assert store.done("") == {"a": {"t": "done"}}
    assert (tmp_path / "waiting-x.damaged").read_bytes() == raw


def test_what_waits_in_a_session_that_lives_is_its_own(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        other = locked_out(store, tmp_path)
        with pytest.raises(StoreProblem, match="another session"):
            store.answer("", "a", "t", "4", True)
        other.execute("ROLLBACK")
        other.close()
        with Store.open(tmp_path) as second:
            assert second.answers("", "a") == []
        store.place("", "a", "s")
        assert [file.name for file in tmp_path.iterdir()] == [NAME]
        assert len(store.answers("", "a")) == 1


def test_a_newer_file_is_one_sentence_and_exit_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    Store.open().close()
    with sqlite3.connect(state() / NAME) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 5}")
    db.close()
    assert main(["progress", "show"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "newer dltutor" in said
    assert "update dltutor" in said


def test_a_damaged_file_is_told_and_set_aside(capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open() as store:
        store.finish("", "a", "t")
    (state() / NAME).write_bytes(b"not a database at all" * 400)
    assert main(["doctor", "--json"]) in (0, 1)
    found = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert found["progress"]["state"] == "warning"
    assert "damaged" in found["progress"]["says"]
    assert list(state().glob("progress-damaged-*"))


def test_a_clock_that_goes_back_loses_nothing_and_keeps_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = 86400.0
    now = [1_900_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    with Store.open(tmp_path) as store:
        store.answer("", "a", "t", "first", False)
        store.place("", "a", "s")
        store.ran("", "a", "lab", "perceptron", 5, {}, True)
        now[0] -= 400 * day
        store.answer("", "a", "t", "second", True)
        store.finish("", "a", "t")
        store.place("", "b", "s")
        store.ran("", "a", "lab", "perceptron?data=or", 6, {}, True)
        store.keep_run("perceptron", 1, {})
    with Store.open(tmp_path) as store:
        assert [answer.given for answer in store.answers("", "a")] == ["first", "second"]
        assert store.done("") == {"a": {"t": "done"}}
        last = store.last_place("")
        assert last is not None
        assert last.lesson == "b"
        assert [run.link for run in store.all_ran("")] == ["perceptron?data=or"], "what was run last"
        document = store.export()
    with Store.open(tmp_path / "new") as store:
        assert store.import_(json.loads(json.dumps(document))) > 0
        assert [answer.given for answer in store.answers("", "a")] == ["first", "second"]
    # A question that was answered "in the future" is due now and not in a year; one answered now is due later.
    assert due_at([Event(now[0] + 400 * day, True)], now[0]) == now[0]
    later = due_at([Event(now[0] - day, True), Event(now[0] + 400 * day, True)], now[0])
    assert later is not None
    assert later < now[0] + 30 * day


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"step": "far"}', '{"step": -1}', '{"pace": NaN}', '{"step": true}', "\0" * 99]
)
def test_a_damaged_note_of_the_place_is_no_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "here.json").write_text(text)
    assert read_spot(tmp_path) is None


def test_a_place_is_kept_whole_and_private(tmp_path: Path) -> None:
    spot = Spot("", "lab", link="perceptron?rate=0.1@40=1", step=2**40, playing=True, pace=8.0, view="loss")
    write_spot(tmp_path, spot)
    assert read_spot(tmp_path) == spot
    assert (tmp_path / "here.json").stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["here.json"]
    write_spot(tmp_path / "missing", spot)  # the store tells of such a folder


def test_two_sessions_at_once_both_save(tmp_path: Path) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as two:
        for number in range(20):
            (one if number % 2 else two).answer("", "a", "t", str(number), True)
        one.finish("", "a", "t")
        assert two.done("") == {"a": {"t": "done"}}
        assert [answer.given for answer in two.answers("", "a")] == [str(number) for number in range(20)]
