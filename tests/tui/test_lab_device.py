"""Which device a lab runs on, on the screen: `g` goes from one to the other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lab_fake import FakeWorker, LabApp, install, settled, text_of

from tutor.tui.screens.help import sections_for


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def shown(link: str, *pressed: str, worker: FakeWorker | None = None, size: tuple[int, int] = (120, 40)) -> tuple[LabApp, str]:
    """The app after these keys, and its screen as text."""

    async def main() -> tuple[LabApp, str]:
        app = LabApp(link, worker=worker)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            for key in pressed:
                await pilot.press(key)
                await settled(pilot)
            return app, "\n".join(text_of(app))

    return asyncio.run(main())


def test_g_goes_to_the_gpu_and_back_and_the_foot_says_where_it_runs() -> None:
    app, text = shown("dual", ".", "g")
    assert app.worker.log[1:] == [("step", 1), ("change", "device", "cuda")]
    assert "cuda · dual?device@1=cuda" in text
    assert "device cuda from 1" in text
    app, text = shown("dual", ".", "g", ".", "g")
    assert app.worker.log[-1] == ("change", "device", "cpu")
    assert "cpu · dual?device@1=cuda&device@2=cpu" in text


def test_without_a_gpu_one_sentence_says_why_and_what_to_install() -> None:
    worker = FakeWorker()
    worker.no_cuda = "numba-cuda is not installed; pip install '.[cuda]' in dltutor's clone adds it"
    app, text = shown("dual", ".", "g", worker=worker)
    said = " ".join(text.split())
    assert "CUDA cannot be used here: numba-cuda is not installed; pip install '.[cuda]' in dltutor's clone adds it" in said
    assert "cpu · dual" in text
    app, text = shown("dual", ".", "g", ".", worker=worker)
    assert "CUDA" not in text, "said once"
    assert app.worker.log[-1] == ("step", 1), "the run goes on"


def test_a_run_that_has_left_the_gpu_says_so() -> None:
    worker = FakeWorker()
    worker.fell = "This run goes on on the CPU from step 3 on: the GPU has too little memory left."
    _, text = shown("dual", worker=worker)
    assert worker.fell in " ".join(text.split())
    _, text = shown("dual", ".", worker=worker)
    assert "too little memory" not in text


def test_only_a_link_that_does_not_say_it_leaves_open_where_it_runs() -> None:
    assert shown("dual")[0].worker.left_open == [True]
    assert shown("dual?device=cpu")[0].worker.left_open == [False]
    assert shown("dual?device@5=cuda")[0].worker.left_open == [False]
    app, _ = shown("dual", "g", "g", "colon", *"dual?device=cuda", "enter")
    assert app.worker.left_open == [True, False]
    app, _ = shown("dual", "colon", *"dual?seed=3", "enter")
    assert app.worker.left_open == [True, True]

    async def again() -> list[bool]:
        app = LabApp("dual")
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            await pilot.press("g", "g")
            await settled(pilot)
            app.pane.reopen()
            await settled(pilot)
        return app.worker.left_open

    assert asyncio.run(again()) == [True, False], "a run that has begun stays where it is"


def test_the_wish_is_remembered_and_reaches_the_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tutor.cli import main
    from tutor.tui import app as screen

    monkeypatch.setenv("DLTUTOR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tutor.cli.open.need_terminal", lambda: None)
    wishes: list[str] = []
    monkeypatch.setattr(screen.TutorApp, "run", lambda app, **_: wishes.append(app.worker.device))
    assert main(["open", "--device", "auto"]) == 0
    assert main([]) == 0
    assert main(["open", "--device", "cpu"]) == 0
    assert wishes == ["auto", "auto", "cpu"]
    assert main(["open", "--device", "gpu"]) == 2


@pytest.mark.parametrize(("lab", "there"), [("dual", True), ("toy", False)])
def test_the_key_is_named_only_where_there_are_two(lab: str, there: bool) -> None:
    app, text = shown(lab, "g", size=(200, 40))
    assert ("g device" in text) is there
    assert (("change", "device", "cuda") in app.worker.log) is there
    assert ("g" in keys_of(app)) is there


def keys_of(app: LabApp) -> set[str]:
    """The keys that the help lists."""
    found: set[str] = set()

    async def main() -> None:
        again = LabApp(app.pane.spec.id)
        async with again.run_test(size=(120, 60)) as pilot:
            await settled(pilot)
            for section in sections_for(again.screen):
                found.update(keys for keys, _ in section.entries)

    asyncio.run(main())
    return found
