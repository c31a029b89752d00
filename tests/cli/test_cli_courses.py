"""Courses from elsewhere, through the command line: added, listed, opened, trusted, tested, renewed, removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_samples import Call

from tutor.store import Store

EXERCISE = "01-first/exercises/mean_square.check.py"


@pytest.fixture
def mine(call: Call, course: Path, tmp_path: Path) -> Path:
    """A course of the user's own, as `new` makes it."""
    root = tmp_path / "deep-nets"
    assert call("new", "course", str(root)).status == 0
    return root


@pytest.fixture
def theirs(call: Call, mine: Path) -> Path:
    """The same course from someone else: added."""
    done = call("course", "add", str(mine))
    assert done.status == 0, done.err
    assert "Deep nets 1.0 is added" in done.out
    assert "dltutor course trust deep-nets" in done.out
    shutil.rmtree(mine)
    return mine.parent / "home/data/courses/deep-nets"


def test_an_added_course_is_listed_and_read(call: Call, course: Path, theirs: Path) -> None:
    names = [(one["name"], one["version"], one["lessons"], one["code"]) for one in call("course", "list", "--json").json]
    assert names == [("built-in", "", 1, "built-in"), ("deep-nets", "1.0", 1, "not trusted")]
    assert "no code runs" in call("course").out
    listed = call("list", "--json").json
    assert [listed["name"], *(one["name"] for one in listed["courses"])] == ["built-in", "deep-nets"]
    assert "# Deep nets (deep-nets)" in call("list").out
    assert call("read", "every-block").status == 0
    assert call("read", "deep-nets:01-first/every-block").out == call("read", "every-block").out
    chosen = call("--course", "deep-nets", "list", "--json").json
    assert [chosen["name"], *(one["name"] for one in chosen["courses"])] == ["deep-nets", "built-in"]
    assert call("list", "--course=deep-nets", "--json").json == chosen
    assert call("list", "--json").json == listed


def test_code_runs_only_after_the_course_was_trusted_by_name(call: Call, theirs: Path) -> None:
    check = theirs / EXERCISE
    good = check.read_text()
    check.write_text("raise RuntimeError('it ran')\n" + good)
    linted = call("lint", "deep-nets")
    assert (linted.status, linted.out) == (0, "No mistakes found.\n")
    assert "2 exercises were read and not proven" in linted.err
    assert "dltutor course trust deep-nets" in linted.err
    tested = call("course", "test", "deep-nets")
    assert "no code was run" in tested.out
    for words in (("check", "mean_square"), ("check", "wrong_way.py")):
        refused = call(*words)
        assert refused.status == 2
        assert "which you have not trusted" in refused.err
        assert refused.err.count("\n") == 1
        assert "it ran" not in refused.err
    assert "it ran" not in linted.out + linted.err + tested.out + tested.err

    trusted = call("course", "trust", "deep-nets")
    assert EXERCISE in trusted.out
    assert "its code is trusted" in call("course", "list").out
    tested = call("course", "test", "deep-nets", "--json")
    assert (tested.status, tested.json["exercises"]) == (1, 2)
    assert "it ran" in tested.out

    check.write_text(good)
    refused = call("check", "mean_square")
    assert (refused.status, "has changed since you trusted it" in refused.err) == (2, True)
    assert "its code has changed" in call("course", "list").out
    call("course", "trust", "deep-nets")
    assert call("check", "mean_square").status == 1  # the starter does not pass
    assert call("course", "distrust", "deep-nets").out == "deep-nets is trusted no more.\n"
    assert call("check", "mean_square").status == 2


def test_the_author_is_asked_once(call: Call, mine: Path) -> None:
    """`new course` makes a course of one's own: its code runs however often it changes, in that folder only."""
    check = mine / EXERCISE
    check.write_text(check.read_text() + "# changed\n")
    done = call("course", "test", str(mine), "--json")
    assert (done.status, done.json["exercises"], done.json["not_run"]) == (0, 2, "")
    copy = mine.with_name("copy")
    shutil.copytree(mine, copy)
    assert f"dltutor course trust {copy}" in call("lint", str(copy)).err
    assert call("course", "trust", str(copy), "--own").status == 0
    shown = call("course", "list", "--course", str(copy), "--json").json
    assert [one["code"] for one in shown] == ["trusted", "built-in"]
    assert call("course", "distrust", str(mine)).status == 0
    assert "not proven" in call("lint", str(mine)).err


def test_a_damaged_or_lying_list_of_trust_trusts_nothing(call: Call, theirs: Path) -> None:
    call("course", "trust", "deep-nets")
    file = theirs.parents[2] / "config/trusted.json"
    assert file.stat().st_mode & 0o077 == 0
    for text in ("", "[]", '{"deep-nets": 1}', '{"deep-nets": {"code": null}}', "[" * 100_000, "\x00"):
        file.write_text(text)
        assert call("check", "mean_square").status == 2, text
    (theirs / "01-first/exercises/more.py").symlink_to("/etc/hostname")
    refused = call("course", "trust", "deep-nets")
    assert (refused.status, "is a symbolic link" in refused.err) == (2, True)


def test_a_newer_version_keeps_what_was_done_and_moved(call: Call, mine: Path, tmp_path: Path) -> None:
    assert call("course", "add", str(mine)).status == 0
    call("course", "trust", "deep-nets")
    own = tmp_path / "home/data/exercises/deep-nets/01-first/every-block/mean_square.py"
    assert call("check", "mean_square").status == 1
    own.write_text((mine / "01-first/exercises/mean_square.solution.py").read_text())
    assert call("check", "mean_square").status == 0
    with Store.open() as store:
        store.place("deep-nets", "01-first/every-block", "x")

    assert call("new", "chapter", str(mine / "more")).status == 0
    lesson = mine / "02-more/02-all-blocks.md"
    lesson.write_text(
        (mine / "01-first/01-every-block.md").read_text().replace("---\n", "---\nwas: [01-first/every-block]\n", 1)
    )
    shutil.move(mine / "01-first/exercises", mine / "02-more/exercises")
    (mine / "01-first/01-every-block.md").unlink()
    (mine / "course.yaml").write_text((mine / "course.yaml").read_text().replace("1.0", "1.1"))
    assert "in the place of 1.0" in call("course", "add", str(mine)).out
    done = call("--course", "deep-nets", "list", "--json").json
    lessons = {lesson["id"]: lesson["done"] for chapter in done["chapters"] for lesson in chapter["lessons"]}
    assert (lessons["02-more/all-blocks"], done["last"], done["version"]) == (1, "02-more/all-blocks", "1.1")
    call("course", "trust", "deep-nets")
    assert call("check", "mean_square").status == 0
    assert not own.exists()

    (mine / "course.yaml").write_text((mine / "course.yaml").read_text().replace("1.1", "1.0.9"))
    older = call("course", "add", str(mine))
    assert (older.status, "deep-nets 1.1 is there already, and is newer than 1.0.9" in older.err) == (2, True)
    assert call("course", "remove", "deep-nets", "--json").json == {"name": "deep-nets", "removed": True}
    assert call("course", "add", str(mine)).status == 0
    with Store.open() as store:
        assert store.done("deep-nets")["02-more/all-blocks"]["mean-square"] == "done"
    assert call("check", "mean_square").status == 2  # a removed course is trusted no more


def test_a_lesson_may_have_an_id_of_its_own(call: Call, mine: Path) -> None:
    lesson = mine / "01-first/01-every-block.md"
    lesson.write_text(lesson.read_text().replace("---\n", "---\nid: everything\n", 1))
    shown = call("list", "--course", str(mine), "--json").json
    assert [one["id"] for one in shown["chapters"][0]["lessons"]] == ["everything"]
    assert call("read", "everything", "--course", str(mine)).status == 0
    call("course", "distrust", str(mine))  # reading is enough here
    assert call("lint", str(mine)).status == 0
    other = mine / "01-first/02-other.md"
    other.write_text("---\ntitle: Other\nminutes: 1\nid: everything\nwas: [everything, Bad Id]\n---\nText.\n")
    rules = sorted(call("lint", str(mine), "--json").out.count(rule) for rule in ("duplicate-id", "lesson-id"))
    assert rules == [1, 2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("course", "add"), "needs a name"),
        (("course", "add", "nowhere.zip"), "there is no nowhere.zip"),
        (("course", "add", "/dev/null"), "is neither a folder nor a file"),
        (("course", "ad", "x"), "did you mean 'add'?"),
        (("course", "remove", "deep-net"), "did you mean 'deep-nets'?"),
        (("course", "remove", "built-in"), "comes with the program"),
        (("course", "trust", "built-in"), "needs no trust"),
        (("course", "trust", "deep-nets", "--own"), "it is a copy of the author's"),
        (("course", "test", "--own"), "goes with trust"),
        (("course", "list", "x"), "does not take 'x'"),
        (("list", "--course", "deep-net"), "did you mean 'deep-nets'?"),
        (("list", "--course", "/"), "has no chapter"),
        (("list", "--course"), "needs a course's name or folder"),
        (("read", "deep-nets:nothing"), "there is no lesson"),
    ],
)
def test_one_sentence(call: Call, theirs: Path, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_an_archive_is_not_a_course_before_it_is_added(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "c.zip"
    file.write_bytes(b"PK not really")
    assert "add it first" in call("list", "--course", str(file)).err
    assert "no whole zip archive" in call("course", "add", str(file)).err
