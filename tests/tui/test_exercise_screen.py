"""The exercise screen: editor, check, hints, solution, a file that two editors write, and the lab on the learner's code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import COURSE, SIZES, glass, opened, until
from textual.pilot import Pilot

from tutor.course.model import Exercise
from tutor.course.parse import load_lesson
from tutor.errors import UserError, WorkerGone
from tutor.exercises import Verdict
from tutor.store import Store
from tutor.tui import screens
from tutor.tui.app import TutorApp
from tutor.tui.blocks.cards import ExerciseCard
from tutor.tui.blocks.editor import CodeEditor
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_file import WatchedFile, editor_command, readable
from tutor.tui.lesson_hints import Hints
from tutor.tui.lesson_lab import LessonLab
from tutor.tui.lesson_verdict import Side
from tutor.tui.screens.dialogs import Confirm
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.lesson import LessonScreen

Make = Callable[..., TutorApp]
LAB = "01-first/lab"
WRONG = Verdict(False, "the bias is not moved", ("yours: b = 0", "expected: b = 1"), "bias-forgotten", "a line\n", 26)
RIGHT = Verdict(True, "It passes: 26 cases", (), "", "", 26)


class Judge:
    """Stands in for `tutor.exercises.checker` and for what it makes."""

    def __init__(self) -> None:
        self.verdict: Verdict | UserError = WRONG
        self.codes: list[str] = []
        self.ready = False

    def __call__(self, exercise: Exercise) -> Judge:
        return self

    def get_ready(self) -> None:
        self.ready = True

    async def close(self) -> None:
        self.ready = False

    async def check(self, file: Path) -> Verdict:
        self.codes.append(file.read_text(encoding="utf-8"))
        if isinstance(self.verdict, UserError):
            raise self.verdict
        return self.verdict


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    found = Judge()
    monkeypatch.setattr("tutor.exercises.checker", found)
    return found


def play(
    app: TutorApp, act: Callable[[Pilot[Any], ExerciseScreen], Coroutine[Any, Any, None]], size: tuple[int, int] = (80, 24)
) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            lesson = app.screen
            assert isinstance(lesson, LessonScreen)
            await lesson.go(1)
            await pilot.press("enter", "enter")
            await until(pilot, lambda: isinstance(app.screen, ExerciseScreen) and app.screen.query(CodeEditor))
            screen = app.screen
            assert isinstance(screen, ExerciseScreen)
            await pilot.pause()
            await act(pilot, screen)

    asyncio.run(run())


def editor(screen: ExerciseScreen) -> CodeEditor:
    return screen.query_one(CodeEditor)


@pytest.mark.parametrize("size", SIZES)
def test_before_and_after(
    make_app: Make, judge: Judge, frame: Callable[..., None], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.tui.screens.exercise.short", lambda path, *_: f"~/{path.name}")
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        frame(app, f"exercise-new-{size[0]}")
        await pilot.press("ctrl+t", "ctrl+s")
        await until(pilot, lambda: screen.verdict)
        frame(app, f"exercise-wrong-{size[0]}")
        judge.verdict = RIGHT
        await pilot.press("f5")
        await until(pilot, lambda: screen.verdict is RIGHT)
        frame(app, f"exercise-right-{size[0]}")

    play(app, act, size)


def test_typing_is_in_the_file_at_once(make_app: Make, judge: Judge) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("end", "enter", *"pass")
        await pilot.pause()
        assert screen.file is not None
        assert screen.file.path.read_text(encoding="utf-8") == editor(screen).text
        assert "\n    pass" in editor(screen).text, "the new line has the indent of the one before"
        await pilot.press("ctrl+z", "ctrl+z")
        await pilot.pause()
        assert "pass" not in screen.file.path.read_text(encoding="utf-8")
        assert judge.codes == [], "typing itself checks nothing"

    play(app, act)


def test_a_pause_checks_what_python_can_read(
    make_app: Make, judge: Judge, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.tui.screens.exercise._PAUSE", 0.01)
    looked_at: list[str] = []
    monkeypatch.setattr("tutor.tui.screens.exercise.readable", lambda code: looked_at.append(code) or readable(code))
    app = make_app(LAB)
    judge.verdict = replace(WRONG, line=2)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        code = editor(screen)
        code.load_text("def update(")
        await until(pilot, lambda: "def update(" in looked_at)
        assert judge.codes == [], "half a line is not worth a check"
        code.load_text("def update():\n    return x\n")
        await until(pilot, lambda: screen.verdict)
        assert judge.codes == ["def update():\n    return x\n"]
        assert code.has_focus
        assert code.failing == 2
        assert "\n2!     return x" in glass(app)
        judge.verdict = RIGHT
        code.load_text("def update():\n    return 2\n")
        await until(pilot, lambda: code.failing == 0)
        await until(pilot, lambda: screen.verdict is RIGHT)

    play(app, act)
    assert [answer.right for answer in store.answers("samples", LAB)] == [True], "only what was handed in, or passes, is kept"


def test_indent_after_a_colon_and_back(make_app: Make, judge: Judge) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        code = editor(screen)
        code.load_text("")
        await pilot.press(*"if", "space", "x", "colon", "enter", "y", "enter", "backspace", "z", "tab", "1")
        await pilot.pause()
        assert code.text == "if x:\n    y\nz   1"

    play(app, act)


def test_pass_is_recorded_and_plugs_into_the_lab(make_app: Make, judge: Judge, store: Store) -> None:
    app = make_app(LAB)
    judge.verdict = RIGHT

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert app.screen is screen, "not before it passes"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.verdict)
        assert "It turns the line towards the example." in glass(app), "why it works"
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, LessonLab) and app.worker.opened)
        assert screen.file is not None
        assert app.worker.opened[-1] == ("perceptron", screen.file.path)
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen))
        assert app.screen.query_one(ExerciseCard).state == "done"

    play(app, act)
    assert store.done("samples")[LAB] == {"update": "done"}
    assert [answer.right for answer in store.answers("samples", LAB)] == [True]


def test_solution_takes_a_second_yes_and_is_not_done(make_app: Make, judge: Judge, store: Store) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")
        await pilot.pause()
        assert screen.shown_solution == ""
        await pilot.press("f3", "y")
        await pilot.pause()
        assert "def update" in screen.shown_solution
        assert "The solution" in glass(app)
        assert screen.book.count == 0

    play(app, act)
    assert store.done("samples")[LAB] == {"update": "skipped"}


def test_another_editor_saves(make_app: Make, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert screens.exercise._LOOK <= 0.25, "within half a second"
    monkeypatch.setattr("tutor.tui.screens.exercise._LOOK", 0.01)
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        assert screen.file is not None
        before = editor(screen).text
        screen.file.path.write_text("def update():\n    return 1\n", encoding="utf-8")
        await until(pilot, lambda: screen.verdict)
        assert editor(screen).text == "def update():\n    return 1\n"
        assert judge.codes == ["def update():\n    return 1\n"]
        assert app.screen is screen
        assert editor(screen).has_focus
        await pilot.press("ctrl+z")
        await until(pilot, lambda: editor(screen).text == before)
        assert screen.file.path.read_text(encoding="utf-8") == before, "undo brings back what was there"

    play(app, act)


def test_the_learners_own_editor(make_app: Make, judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "edit"
    script.write_text('#!/bin/sh\necho "x = 1" > "$2"\n')
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{script} --wait")
    app = make_app(LAB)
    monkeypatch.setattr(app, "suspend", nullcontext)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: judge.codes)
        assert editor(screen).text == "x = 1\n"

    play(app, act)


def test_no_editor_is_said(make_app: Make, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.tui.screens.exercise.editor_command", list)
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert "No editor is known" in glass(app)

    play(app, act)


@pytest.mark.parametrize("error", [UserError("the file is gone", "write it again"), WorkerGone("no process could be started")])
def test_trouble_is_one_sentence(make_app: Make, judge: Judge, error: UserError) -> None:
    app = make_app(LAB)
    judge.verdict = error

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: error.message in glass(app))
        assert not screen.checking

    play(app, act)


def test_a_file_that_cannot_be_written(make_app: Make, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(LAB)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        monkeypatch.setattr(os, "replace", full)
        await pilot.press("x")
        await pilot.pause()
        assert "No space left on device" in " ".join(glass(app).split())
        assert editor(screen).text != screen.file.text if screen.file else False
        monkeypatch.undo()

    play(app, act)


def test_escape_reaches_the_text_and_leaves(make_app: Make, judge: Judge) -> None:
    app = make_app(LAB)

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        await pilot.press("escape")
        await pilot.pause()
        assert screen.query_one(Side).has_focus
        await pilot.press("tab")
        await pilot.pause()
        assert editor(screen).has_focus
        assert judge.ready
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(app.screen, LessonScreen) and not judge.ready)

    play(app, act)


def test_a_real_check(make_app: Make) -> None:
    app = make_app(LAB)
    solution = (COURSE / "01-first/exercises/update.solution.py").read_text(encoding="utf-8")

    async def act(pilot: Pilot[Any], screen: ExerciseScreen) -> None:
        editor(screen).load_text(solution)
        await pilot.pause()
        screen.action_check()
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.verdict is not None
        assert screen.verdict.passed

    play(app, act)


# What has no screen


@pytest.fixture
def book(store: Store) -> Book:
    def tell(problem: object) -> None:
        raise AssertionError(problem)

    return Book(store, "samples", load_lesson(COURSE, LAB), tell)


def exercise_of(book: Book) -> Exercise:
    return next(task for task in book.lesson.tasks if isinstance(task, Exercise))


def test_hints_wait_for_their_mistake(book: Book) -> None:
    hints = Hints(exercise_of(book), book)
    assert hints.shown == ()
    hints.saw("bias-forgotten")
    hints.next()
    assert hints.shown == ("The bias moves too.",), "the one that fits comes first"
    hints.next()
    assert len(hints.shown) == 2
    assert not hints.more
    assert Hints(exercise_of(book), book).shown == hints.shown, "they are kept"


def test_hints_without_the_mistake(book: Book) -> None:
    hints = Hints(exercise_of(book), book)
    hints.next()
    assert not hints.more
    assert hints.shown[0].startswith("Look at the sign")


def test_watched_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("one")
    file = WatchedFile(path, "one")
    assert file.changed_outside() is None
    file.write("two")
    assert path.read_text() == "two"
    assert file.changed_outside() is None, "its own writing is no change"
    path.write_text("three!")
    assert file.changed_outside() == "three!"
    assert file.changed_outside() is None
    path.unlink()
    assert file.changed_outside() is None
    file.write("four")
    assert path.read_text() == "four"
    assert list(tmp_path.iterdir()) == [path], "no half file stays"


def test_a_change_is_seen_whatever_time_and_size_say(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("one")
    file, about = WatchedFile(path, "one"), path.stat()
    path.write_text("two")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert file.changed_outside() == "two"


def test_a_file_that_is_being_written_is_not_taken_for_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("one")
    file = WatchedFile(path, "one")
    path.write_text("")
    assert file.changed_outside() is None
    path.write_text("two")
    assert file.changed_outside() == "two"
    path.write_text("")
    assert (file.changed_outside(), file.changed_outside()) == (None, ""), "when it stays empty, it is"


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("one")
    link.symlink_to(real)
    WatchedFile(link, "one").write("two")
    assert link.is_symlink()
    assert real.read_text() == "two"


def test_editor_command() -> None:
    assert editor_command({"VISUAL": "sh -c", "EDITOR": "nothing"}) == ["sh", "-c"]
    assert editor_command({"VISUAL": "no-such-editor", "EDITOR": "sh"}) == ["sh"]
    assert editor_command({"EDITOR": "'unclosed"}) != ["'unclosed"]
