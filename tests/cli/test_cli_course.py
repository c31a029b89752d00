"""The commands that walk the course, and those that look after the learner's progress."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_samples import LESSON, Call

from tutor import paths
from tutor.cli import check
from tutor.cli.courses import whole_course
from tutor.course.model import Exercise
from tutor.exercises import Verdict
from tutor.store import Store

LESSON_ID = "01-first/one-idea"


def test_list_shows_what_is_done(call: Call, course: Path) -> None:
    done = call("list")
    assert (done.status, done.err) == (0, "")
    assert "First things" in done.out
    assert "0 of 2 done" in done.out
    with Store.open() as store:
        store.finish("", LESSON_ID, "sum")
        store.finish("", LESSON_ID, "twice", how="skipped")
        store.place("", LESSON_ID, "one-idea")
    assert f"You were last in {LESSON_ID}." in call("list").out
    listed = call("list", "--json").json
    [lesson] = listed["chapters"][0]["lessons"]
    assert (listed["last"], lesson["id"], lesson["tasks"], lesson["done"]) == (LESSON_ID, LESSON_ID, 2, 1)
    shown = call("progress", "show")
    assert "1 of 2 done  1 skipped" in shown.out
    assert call("progress", "--json").json["lessons"][LESSON_ID]["done"] == {"sum": "done", "twice": "skipped"}


def test_a_faulty_course_is_still_listed(call: Call, course: Path) -> None:
    (course / "01-first" / "02-broken.md").write_text("no front matter")
    done = call("list")
    assert done.status == 0
    assert "dltutor lint" in done.err
    assert LESSON_ID in done.out


@pytest.mark.parametrize("name", [LESSON_ID, "one-idea"])
def test_read_prints_a_lesson(call: Call, course: Path, name: str) -> None:
    done = call("read", name, "--width", "60")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("One idea\n========\n")
    assert "w = 2" in done.out.replace("\u00a0", " ")
    assert "$" not in done.out
    assert "Count them." not in done.out
    assert "Count them." in call("read", name, "--answers").out
    assert call("read", name, "--json").json["id"] == LESSON_ID


def test_read_shows_formulas_as_well_as_the_terminal_can(call: Call, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = course / "01-first" / "01-one-idea.md"
    lesson.write_text(LESSON.replace("is a number", "≤ … “a number” $\\sum_i \\alpha_i$"))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "∑ᵢ αᵢ" in call("read", "one-idea").out.replace("\u00a0", " ")
    monkeypatch.setenv("DLTUTOR_ASCII", "1")
    plain = call("read", "one-idea").out
    assert plain.isascii()
    assert "sum_i alpha_i" in plain


def test_lint_says_where(call: Call, course: Path) -> None:
    done = call("lint", str(course))
    assert done.status == 1  # the exercise's files are empty
    assert "exercises/twice.check.py:1:1: the exercise 'twice' does not hold" in done.out
    lesson = course / "01-first" / "01-one-idea.md"
    lesson.write_text(LESSON.partition("```exercise")[0])
    done = call("lint", str(course))
    assert (done.status, done.out) == (0, "No mistakes found.\n")
    assert call("lint", str(lesson), "--json").json["problems"] == []
    lesson.write_text(lesson.read_text().replace("$w = 2$", "$\\nonsense{2}$"))
    for path in (course, course / "01-first", lesson):
        done = call("lint", str(path), "--json")
        [problem] = done.json["problems"]
        assert (done.status, problem["rule"], problem["line"]) == (1, "bad-formula", 7)
        assert problem["file"] == str(lesson)
    assert call("lint", str(course / "01-first" / "index.md")).status == 0


def judged(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> list[Path]:
    seen: list[Path] = []

    def check_now(exercise: Exercise, file: Path) -> Verdict:
        seen.append(file)
        return verdict

    class Checker:
        def __init__(self, exercise: Exercise) -> None:
            self.exercise = exercise

        async def check(self, file: Path) -> Verdict:
            return check_now(self.exercise, file)

        async def close(self) -> None:
            seen.append(Path("closed"))

    monkeypatch.setattr("tutor.cli.check.check_now", check_now)
    monkeypatch.setattr("tutor.cli.check.checker", Checker)
    return seen


PASSED = Verdict(True, "It passes: 3 cases", cases=3)
FAILED = Verdict(False, "twice is wrong", ("yours: 1", "expected: 4"), "halved", "hello", 3)


def test_check_tells_what_is_wrong(call: Call, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = judged(monkeypatch, FAILED)
    file = tmp_path / "twice.py"
    file.write_text("")
    done = call("check", str(file))
    assert (done.status, seen) == (1, [file])
    assert done.out.splitlines() == [
        "twice is wrong",
        "  yours: 1",
        "  expected: 4",
        "It printed:",
        "  hello",
        "Hint: You halved it.",
        f"The file: {file}",
    ]
    found = call("check", str(file), "--json")
    assert found.status == 1
    assert (found.json["exercise"], found.json["passed"], found.json["mistake"]) == ("twice", False, "halved")


def test_only_the_learners_own_file_counts_as_done(
    call: Call, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = judged(monkeypatch, PASSED)
    solution = course / "01-first" / "exercises" / "twice.solution.py"
    assert call("check", str(solution)).status == 0
    with Store.open() as store:
        assert store.done("") == {}
    done = call("check", "twice")
    own = paths.data_folder() / "exercises" / "built-in" / LESSON_ID / "twice.py"
    assert seen == [solution, own]
    assert own.exists()
    assert "Doubling is adding twice." in done.out
    assert "is done" in done.out
    with Store.open() as store:
        assert store.done("") == {LESSON_ID: {"twice": "done"}}


def test_a_watched_file_is_checked_at_each_save_and_nothing_else(
    call: Call, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check._LOOK <= 0.25, "within half a second"
    file = tmp_path / "twice.py"
    file.write_text("one")
    seen = judged(monkeypatch, FAILED)
    saves = ["one", "two", None, "two", "three"]

    async def look(seconds: float) -> None:
        if not saves:
            raise KeyboardInterrupt
        if (text := saves.pop(0)) is None:
            file.unlink()
        else:
            file.write_text(text)

    monkeypatch.setattr("tutor.cli.check.asyncio.sleep", look)
    done = call("check", str(file), "--watch", "--json")
    assert done.status == 130
    assert seen == [file] * 3 + [Path("closed")], "at first, and for two saves that changed it"
    assert [json.loads(line)["passed"] for line in done.out.splitlines()] == [False] * 3


def test_hints_come_one_at_a_time_and_the_solution_after_a_second_yes(
    call: Call, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(monkeypatch, replace(FAILED, mistake=""))
    (course / "01-first" / "exercises" / "twice.solution.py").write_text("def twice(): ...\n")
    assert "Hint: Add it to itself." in call("check", "twice", "--hint").out
    assert "There is no hint left." in call("check", "twice", "--hint").out, "the other is for a mistake that was not made"
    judged(monkeypatch, FAILED)
    assert call("check", "twice", "--hint", "--json").json["hint"] == "You halved it."
    refused = call("check", "twice", "--solution")
    assert (refused.status, refused.out) == (2, "")
    assert "say --yes" in refused.err
    assert call("check", "twice", "--solution", "--yes").out == "def twice(): ...\n"
    assert "0 of 2 done, 1 skipped" in call("list").out
    lesson = call("list", "--json").json["chapters"][0]["lessons"][0]
    assert (lesson["done"], lesson["skipped"]) == (0, 1)
    judged(monkeypatch, PASSED)
    call("check", "twice")
    assert "1 of 2 done\n" in call("list").out, "one's own code makes it done"


def test_check_for_real(call: Call) -> None:
    """The built-in exercises: the solution passes, the starter does not."""
    course, _ = whole_course()
    tasks = [task for lesson in course.lessons for task in lesson.tasks if isinstance(task, Exercise)]
    if not tasks:
        pytest.fail("the course has no exercise")
    solution = tasks[0].file.with_name(f"{tasks[0].file.stem}.solution.py")
    assert call("check", str(solution)).status == 0
    assert call("check", tasks[0].file.name).status == 1


def test_a_right_adam_passes_and_wrong_ones_are_told_what_is_wrong(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "adam.py"
    right = (
        "def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):\n    for i in range(len(w)):\n"
        "        m[i] += (1 - beta1) * (g[i] - m[i])\n        s[i] += (1 - beta2) * (g[i] ** 2 - s[i])\n"
        "        w[i] -= rate * (m[i] / (1 - beta1**t)) / ((s[i] / (1 - beta2**t)) ** 0.5 + epsilon)\n    return w, m, s\n"
    )
    file.write_text(right)
    done = call("check", str(file))
    assert done.status == 0
    assert "dltutor run race --plug" in done.out
    wrong = {
        "no-bias-correction": right.replace(" / (1 - beta1**t)", "").replace(" / (1 - beta2**t)", ""),
        "inverted-correction": right.replace(" / (1 - beta", " * (1 - beta"),
        "shared-moment": right.replace("g[i] ** 2", "m[i] ** 2"),
    }
    for mistake, text in wrong.items():
        file.write_text(text)
        found = call("check", str(file), "--json")
        assert (found.status, found.json["mistake"]) == (1, mistake)


def test_progress_travels(call: Call, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open() as store:
        store.finish("", LESSON_ID, "sum")
    file = tmp_path / "progress.json"
    assert call("progress", "export", str(file)).status == 0
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(call("progress", "export").out) == json.loads(file.read_text())
    again = call("progress", "export", str(file))
    assert again.status == 2
    assert "is there already" in again.err
    reset = call("progress", "reset", "--yes")
    assert reset.status == 0
    assert Path(reset.out.rpartition("kept as ")[2].rstrip(".\n")).exists()
    assert "0 of 2 done" in call("list").out
    assert call("progress", "import", str(file), "--json").json == {"new": 1}
    assert call("progress", "import", str(file), "--json").json == {"new": 0}
    assert "1 of 2 done" in call("list").out


@pytest.mark.parametrize(
    "raw",
    [
        b"[]",
        b"",
        b"{",
        b'{"format": "dltutor-progress", "version": 1',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"at": NaN}',
        b"1" * 5000,
    ],
)
def test_an_import_that_is_none_is_one_line(call: Call, tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "half.json"
    file.write_bytes(raw)
    done = call("progress", "import", str(file))
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "dltutor progress export" in done.err


def test_where_nothing_can_be_saved_import_and_reset_refuse(call: Call, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    exported = call("progress", "export")
    assert exported.status == 0
    assert "only until you leave" in exported.err
    file = tmp_path / "progress.json"
    file.write_text(exported.out)
    assert call("progress", "import", str(file)).status == 2
    assert call("progress", "reset", "--yes").status == 2


def test_doctor_says_what_to_do(call: Call, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = call("doctor", "--json")
    findings: dict[str, Any] = {finding["name"]: finding for finding in done.json["findings"]}
    assert set(findings) == {
        "python", "packages", "terminal", "text", "processor", "numba", "CUDA", "kernels",
        "progress", "your files", "data sets", "course", "sandbox", "link",
    }  # fmt: skip
    assert all(finding["state"] in ("ok", "warning", "problem") for finding in findings.values())
    assert all(finding["state"] == "ok" or finding["mend"] for finding in findings.values())
    assert findings["packages"]["state"] == "ok"
    monkeypatch.setattr("tutor.cli.examine.WANTED", {"textual": "8.2", "numba": "0.1", "no-such-package": ""})
    done = call("doctor")
    assert done.status == 1
    assert "0.1 is needed" in done.out
    assert "no-such-package is missing" in done.out
    assert "textual is" not in done.out


def test_doctor_itself_does_not_faint(call: Call, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faint() -> None:
        raise RuntimeError("oh")

    monkeypatch.setitem(__import__("tutor.cli.examine", fromlist=["_LOOKS"])._LOOKS, "python", faint)
    done = call("doctor")
    assert done.status == 1
    assert "RuntimeError: oh" in done.out


def test_a_bugs_line_is_pointed_at(call: Call) -> None:
    wrong = call("check", "bug_adam.py", "--line", "9")
    assert (wrong.status, wrong.err) == (1, "")
    assert wrong.out.startswith("Not line 9: ")
    told = call("check", "bug_adam.py", "--line", "12", "--json")
    assert (told.status, told.json["right"], told.json["bug"]) == (1, False, "adam-flies-off")
    nothing = call("check", "bug_adam.py", "--line", "7")
    assert "computes nothing" in nothing.out
    right = call("check", "bug_adam.py", "--line", "11")
    assert right.status == 0
    assert "Line 11 is the one." in right.out
    assert "mend it in your copy" in right.out
    with Store.open() as store:
        kept = [(answer.task, answer.given, answer.right) for answer in store.answers("", "03-sgd/step-size")]
    assert kept == [("adam-flies-off/line", given, given == "11") for given in ("9", "12", "11")]
    no_bug = call("check", "adam.py", "--line", "3")
    assert no_bug.status == 2
    assert "no line to be found" in no_bug.err
