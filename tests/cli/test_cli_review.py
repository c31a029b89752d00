"""`dltutor review` and the transcript, without the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_samples import Call

from tutor.store import Store

LESSON = "01-first/one-idea"


@pytest.fixture
def missed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    with Store.open() as store:
        store.answer("", LESSON, "sum", "2", False)
    now += 601.0


def test_nothing_yet(call: Call, course: Path) -> None:
    done = call("review", "--list")
    assert done.status == 0
    assert "nothing to review yet" in done.out
    assert call("review", "--json").json == {"due": 0, "questions": []}


def test_what_is_due(call: Call, missed: None) -> None:
    done = call("review", "--list")
    assert done.out.splitlines() == ["1 due.", "", f"now  {LESSON}  What is 1 + 1?"]
    found = call("review", "--json").json
    assert found["due"] == 1
    [question] = found["questions"]
    assert (question["lesson"], question["question"], question["due"], question["missed"]) == (LESSON, "sum", True, True)


def test_the_screen_needs_a_terminal(call: Call, course: Path) -> None:
    done = call("review")
    assert done.status == 2
    assert "needs a terminal" in done.err


def test_a_transcript(call: Call, missed: None, tmp_path: Path) -> None:
    done = call("progress", "export", "--markdown")
    assert "- Asked: What is 1 + 1?\n  - Answered: three (wrong, 1 try)" in done.out
    file = tmp_path / "mine.md"
    assert call("progress", "export", str(file), "--markdown").status == 0
    assert file.read_text(encoding="utf-8") == done.out
    wrong = call("progress", "show", "--markdown")
    assert wrong.status == 2
    assert "export --markdown" in wrong.err
