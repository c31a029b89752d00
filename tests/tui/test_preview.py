"""The preview: the lesson of its author, drawn anew when its file is saved, at the same place; or the mistake on its line."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lesson_fake import COURSE, LessonWorker, glass, until
from textual.pilot import Pilot

from tutor.cli.lint import tools
from tutor.cli.preview import find_file
from tutor.course.parse import load_outline
from tutor.errors import UserError
from tutor.store import Store
from tutor.tui.preview import PreviewApp, frame_text
from tutor.tui.screens.preview import PreviewScreen

Act = Callable[[Pilot[Any], PreviewScreen, Path], Awaitable[None]]


@pytest.fixture
def play(store: Store, tmp_path: Path) -> Callable[..., None]:
    """Previews a copy of the sample course's first lesson, and acts on it."""

    def run(act: Act, *, at: tuple[int, int] | None = None, size: tuple[int, int] = (80, 24)) -> None:
        root = tmp_path / "course"
        shutil.copytree(COURSE, root)

        async def main() -> None:
            app = PreviewApp(load_outline(root, "samples"), store, LessonWorker(), start="01-first/words")  # type: ignore[arg-type]
            app.file, _ = find_file(root, root / "01-first" / "01-words.md")
            app.make_tools, app.at = tools, at
            async with app.run_test(size=size) as pilot:
                await until(pilot, lambda: isinstance(app.screen, PreviewScreen) and app.screen.page.children)
                screen = app.screen
                assert isinstance(screen, PreviewScreen)
                while screen._tools is None or screen._index is None or screen._loading.locked():
                    await asyncio.sleep(0.01)
                    await pilot.pause()
                await act(pilot, screen, app.file.file)

        asyncio.run(main())

    return run


def renamed_over(file: Path, text: str) -> None:
    """As many editors save."""
    half = file.with_name(".half")
    half.write_text(text)
    os.replace(half, file)


@pytest.mark.parametrize("save", [Path.write_text, renamed_over], ids=["in-place", "renamed"])
def test_a_save_is_seen_at_the_same_place(play: Callable[..., None], save: Callable[[Path, str], object]) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        await screen.go(1)
        await pilot.pause()
        screen.page.scroll_to(y=9, animate=False, immediate=True)
        await pilot.pause()
        text = file.read_text()
        before = glass(pilot.app)
        title = screen.section.title
        save(file, text.replace(f"## {title}", f"Something more above.\n\n## {title}"))
        await until(pilot, lambda: len(screen.lesson.sections[0].blocks) and "more above" in repr(screen.lesson.sections[0]))
        await until(pilot, lambda: glass(pilot.app) == before)
        assert screen.page.scroll_offset.y == 9
        assert screen.section.title == title
        save(file, text.replace("title:", "title: Anew,"))
        await until(pilot, lambda: "Anew," in glass(pilot.app))

    play(act, size=(60, 20))


def test_the_first_mistake_is_shown_on_its_line(play: Callable[..., None]) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        text = file.read_text()
        await screen.go(1)
        await pilot.pause()
        line = text.count("\n", 0, text.index("## ")) + 1
        file.write_text(text.replace("## ", "See $\\nonsense$ and [x](nowhere.md).\n\n## ", 1))
        await until(pilot, lambda: "nonsense" in glass(pilot.app))
        shown = glass(pilot.app)
        assert shown.startswith(f" 01-first/01-words.md:{line}:6")
        assert f"    {line} See $\\nonsense$ and" in shown.replace("\u00a0", " ")
        assert "And one more below." in shown
        marked, below = (shown.split("\n")[k + n] for k, row in enumerate(shown.split("\n")) if "See $" in row for n in (0, 1))
        assert below.index("^") == marked.index("\\nonsense")
        assert screen.check_action("turn", (1,)) is False
        file.write_text(text)
        await until(pilot, lambda: not screen.problems and screen.index == 1 and screen.section.title in glass(pilot.app))

    play(act)


@pytest.mark.parametrize("wrong", ["```lab perceptron\nknobs: {rate: 1000}\n```\n", "no front matter", "---\ntitle: x\n---\n"])
def test_every_kind_of_mistake_and_back(play: Callable[..., None], wrong: str) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        text = file.read_text()
        file.write_text(text + "\n" + wrong if wrong.startswith("```") else wrong)
        await until(pilot, lambda: screen.problems)
        assert glass(pilot.app).startswith(" 01-first/01-words.md:")
        file.write_text(text)
        await until(pilot, lambda: not screen.problems and "enter to the task" in glass(pilot.app))

    play(act)


def test_half_a_save_is_no_mistake(play: Callable[..., None]) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        text = file.read_text()
        for gone in (lambda: file.write_text(""), file.unlink):
            gone()
            await screen.look()
            assert not screen.problems
            file.write_text(text)
            await screen.look()
            assert not screen.problems
        file.unlink()
        await until(pilot, lambda: screen.problems)
        assert "01-words.md" in glass(pilot.app)
        file.write_text(text)
        await until(pilot, lambda: not screen.problems)

    play(act)


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _out(file: Path) -> None:
    file.symlink_to(file.parents[2] / "secret")


@pytest.mark.parametrize(
    ("make", "said"),
    [(Path.mkdir, "no plain file"), (_pipe, "no plain file"), (_out, "out of the course")],
    ids=["folder", "pipe", "link"],
)
def test_what_is_no_text_of_the_course_is_neither_waited_for_nor_shown(
    play: Callable[..., None], make: Callable[[Path], object], said: str
) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        (file.parents[2] / "secret").write_text("---\ntitle: A secret\n---\n")
        text = file.read_text()
        file.unlink()
        make(file)
        await until(pilot, lambda: said in glass(pilot.app))
        assert "secret" not in glass(pilot.app)
        file.rmdir() if file.is_dir() else file.unlink()
        file.write_text(text)
        await until(pilot, lambda: not screen.problems and "enter to the task" in glass(pilot.app))

    play(act)


def test_a_frame_of_another_size(play: Callable[..., None]) -> None:
    async def act(pilot: Pilot[Any], screen: PreviewScreen, file: Path) -> None:
        await pilot.resize_terminal(131, 50)
        await until(pilot, lambda: screen.size == (60, 20))
        assert {len(line) <= 60 for line in glass(pilot.app).split("\n")} == {True}

    play(act, at=(60, 20), size=(60, 20))
    drawn = frame_text(60, 20, unicode=False)
    assert drawn.isascii()
    assert "\x1b[20;61H|" in drawn
    assert "\x1b[21;1H-----" in drawn
    assert drawn.count(" 60x20 ") == 1


def test_what_can_be_previewed(tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(COURSE, root)
    assert find_file(root, root)[0].id == "01-first/words"
    assert find_file(root, root / "02-second")[0].id == "02-second/other"
    french = root / "01-first" / "01-words.fr.md"
    french.write_text((root / "01-first" / "01-words.md").read_text())
    found, language = find_file(root, french)
    assert (found.id, found.file, language) == ("01-first/words", french, "fr")
    with pytest.raises(UserError, match="is no lesson"):
        find_file(root, root / "01-first" / "index.md")
