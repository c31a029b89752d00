"""Guesses and what a run makes of them: a sketch drawn by keys, guesses in the lab's picture, and how close they were."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lesson_fake import LessonWorker, glass, opened, until
from textual.pilot import Pilot

from tutor.course.model import Predict
from tutor.course.parse import load_outline
from tutor.draw.cells import Look, plain
from tutor.engine.client import Frame
from tutor.labs import find_lab
from tutor.pictures import Lines, Series, Text
from tutor.store import Store
from tutor.tui.app import TutorApp
from tutor.tui.blocks.cards import LabCard
from tutor.tui.blocks.predict import Prediction
from tutor.tui.blocks.sketch import Sketch
from tutor.tui.lab_guesses import Guess, curve_of, guess_line, guess_rows, last_step, watched, with_guesses, with_views
from tutor.tui.lab_pane import LabPane
from tutor.tui.lab_session import Want
from tutor.tui.lesson_lab import LessonLab
from tutor.tui.screens.lesson import LessonScreen

SIZES = ((80, 24), (60, 20))
SPEC = find_lab("perceptron").spec
NUMBER = Predict("n", "?", "number", "perceptron", "mistakes", within=1)
SKETCH = Predict("s", "?", "sketch", "perceptron?data=or", "mistakes", within=0.1, steps=12, low=0.0, high=10.0)
VIEW = next(view for view in SPEC.views if "mistakes" in view.curves)
PICTURE = Lines((Series("mistakes", np.arange(5.0), np.arange(5.0)),), x_limits=(0.0, 4.0))
LESSON = """---
title: A sketch
minutes: 5
---
```predict way
ask: How do the mistakes grow?
kind: sketch
lab: perceptron?data=and
measure: mistakes
steps: 12
range: [0, 10]
within: 0.1
because: They come early.
```

```lab perceptron
knobs: {data: and}
show: [boundary, mistakes]
say: Run it.
```

The rest.

```quiz after
ask: Really?
kind: choice
options: [{say: "yes", right: true}, {say: "no", because: It is so.}]
```
"""


def always(_link: str) -> bool:
    return True


def never(_link: str) -> bool:
    return False


# The parts


def test_a_number_is_a_line_and_a_sketch_a_curve() -> None:
    drawn = with_guesses(PICTURE, VIEW, "perceptron", [Guess(NUMBER, always, "7")])
    assert isinstance(drawn, Lines)
    assert [(guide.value, guide.role) for guide in drawn.guides] == [(7.0, "guess")]
    drawn = with_guesses(PICTURE, VIEW, "perceptron", [Guess(SKETCH, always, "0,1,2,3,4,5,6")])
    assert isinstance(drawn, Lines)
    assert drawn.series[-1].role == "guess"
    assert drawn.series[-1].y[[0, 50, 100]].tolist() == [0, 3, 6]
    assert drawn.x_limits == (0.0, 12.0), "the run grows towards the end of the sketch"


@pytest.mark.parametrize("guess", [Guess(NUMBER, never, "7"), Guess(NUMBER, always, ""), Guess(SKETCH, always, "1,2")])
def test_what_is_not_about_this_run_is_not_drawn(guess: Guess) -> None:
    assert with_guesses(PICTURE, VIEW, "perceptron", [guess]) is PICTURE


def test_other_pictures_stay_as_they_are() -> None:
    other = next(view for view in SPEC.views if not view.curves)
    words = Text(("a",))
    assert with_guesses(words, other, "perceptron", [Guess(NUMBER, always, "7")]) is words
    assert with_guesses(PICTURE, other, "perceptron", [Guess(NUMBER, always, "7")]) is PICTURE


def test_the_curve_of_a_sketch_is_asked_for_though_it_is_not_on_screen() -> None:
    sketch = Guess(SKETCH, always, "0,1,2,3,4,5,6")
    assert watched([sketch, Guess(NUMBER, always, "7")], SPEC) == (VIEW.name,)
    assert watched([replace(sketch, verdict="Near.")], SPEC) == ()
    assert with_views([Want(("boundary",), (40, 10))], (VIEW.name,)) == [Want(("boundary", VIEW.name), (40, 10))]
    assert with_views([Want((VIEW.name,), (40, 10))], (VIEW.name,)) == [Want((VIEW.name,), (40, 10))]
    assert [want.views for want in with_views([], (VIEW.name,))] == [(VIEW.name,)]
    assert last_step([sketch]) == 12
    assert last_step([replace(sketch, given="")]) == 0
    assert last_step([replace(sketch, verdict="Near.")]) == 0


def test_the_line_says_what_was_guessed_and_how_close_it_was() -> None:
    assert guess_line([Guess(NUMBER, always)], "x") == ("", "")
    assert guess_line([Guess(NUMBER, always, "7")], "x") == ("held", "Your guess: 7.")
    assert guess_line([Guess(SKETCH, never, "0,1,2,3,4,5,6")], "x")[1].endswith("It is about perceptron?data=or.")
    scored = Guess(NUMBER, always, "7", "You said 7; it is 9: off by 2 (22 %).")
    assert guess_line([scored], "x") == ("wrong", scored.verdict)
    assert guess_line([scored, Guess(SKETCH, always, "1")], "x")[0] == "held", "what is still open comes first"
    ascii_ = plain(guess_rows([replace(scored, verdict="≈ 9 …", right=True)], "x", 30, 1, Look(unicode=False, colour=False)))
    assert ascii_.isascii()
    assert ascii_.startswith("+ ")


# On the screen


class CurveWorker(LessonWorker):
    """A run whose mistakes come in its first half: 0 to 6, then level."""

    async def frame(self, views: Sequence[str], size: tuple[int, int]) -> Frame:
        frame = await super().frame(views, size)
        x = np.arange(self.at + 1, dtype=np.float32)
        curve = Lines((Series("mistakes", x, np.minimum(x, 6.0)),), VIEW.title, x_limits=(0.0, float(max(1, self.at))))
        return replace(frame, pictures={view: curve for view in views if view == VIEW.name})


@pytest.fixture
def sketch_app(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TutorApp]:
    (tmp_path / "01-one").mkdir()
    (tmp_path / "01-one/index.md").write_text("---\ntitle: One\nsummary: One.\n---\nA page.\n")
    (tmp_path / "01-one/01-sketch.md").write_text(LESSON)
    monkeypatch.setattr("tutor.labs.lab_ids", lambda: ("neuron", "perceptron"))
    course = load_outline(tmp_path, "samples")

    def make(look: Look | None = None) -> TutorApp:
        return TutorApp(course, store, CurveWorker(), look=look or Look(), start="01-one/sketch")

    return make


def play(
    app: TutorApp, act: Callable[[Pilot[Any], LessonScreen], Coroutine[Any, Any, None]], size: tuple[int, int] = (80, 24)
) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            screen = app.screen
            assert isinstance(screen, LessonScreen)
            await act(pilot, screen)

    asyncio.run(run())


DRAW = [
    key
    for i in range(7)
    for key in (*["up"] * (-10 + 2 * min(2 * i, 6) if i > 2 else 0), *["down"] * (10 - 4 * i if i < 3 else 0), "right")
]
"""Keys that draw 0, 2, 4, 6, 6, 6, 6 from a level line at 5, twenty presses being the whole range of 10."""


@pytest.mark.parametrize("size", SIZES)
def test_a_sketch_is_drawn_held_and_scored(
    sketch_app: Callable[..., TutorApp], store: Store, frame: Callable[..., None], size: tuple[int, int]
) -> None:
    app = sketch_app()

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        sketch = screen.query_one(Sketch)
        await pilot.press("enter")
        await pilot.pause()
        assert sketch.has_focus
        await pilot.press(*DRAW)
        await pilot.pause()
        assert sketch.heights == pytest.approx([0, 0.2, 0.4, 0.6, 0.6, 0.6, 0.6])
        assert "mistakes at step 12: 6" in glass(app)
        frame(app, f"sketch-drawn-{size[0]}")
        assert store.drafted("samples", "01-one/sketch", "way") == "0, 2, 4, 6, 6, 6, 6", "kept at every key"
        await pilot.press("enter")
        await pilot.pause()
        assert "Your sketch is held until you have run it." in " ".join(glass(app).split())
        assert "The rest" not in glass(app), "it would give it away"
        assert screen.query_one(LabCard).has_focus
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, LessonLab) and app.screen.query_one(LabPane).frame is not None)
        pane = app.screen.query_one(LabPane)
        assert "Your sketch of mistakes is held." in glass(app)
        await pilot.press("space")
        await until(pilot, lambda: screen.book.is_done("way"))
        await pilot.pause()
        assert "Your sketch is off by 0 %" in glass(app)
        pane.action_show_view(2)
        await until(pilot, lambda: "your sketch" in glass(app))
        frame(app, f"sketch-scored-{size[0]}")
        await pilot.press("q")
        await until(pilot, lambda: app.screen is screen)
        assert screen.query_one(Prediction).state == "done"
        assert screen.page.query("Question").first().display, "what stood behind the veil may be read"

    play(app, act, size)
    [held, scored] = store.answers("samples", "01-one/sketch")
    assert (held.right, held.given) == (None, "0, 2, 4, 6, 6, 6, 6")
    assert scored.right
    assert scored.given.startswith("0, 2, 4, 6, 6, 6, 6\nYour sketch is off by 0 %")


def test_a_sketch_is_there_again(sketch_app: Callable[..., TutorApp], store: Store) -> None:
    store.draft("samples", "01-one/sketch", "way", "0, 2, 4, 6, 6, 6, 6")
    app = sketch_app()

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        assert screen.query_one(Sketch).heights == pytest.approx([0, 0.2, 0.4, 0.6, 0.6, 0.6, 0.6])

    play(app, act)


def test_a_pause_before_the_end_settles_nothing(sketch_app: Callable[..., TutorApp]) -> None:
    app = sketch_app()

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        screen.book.answer("way", "0, 2, 4, 6, 6, 6, 6", None)
        await screen.enter_lab(screen.query_one(LabCard))
        await until(pilot, lambda: isinstance(app.screen, LessonLab) and app.screen.query_one(LabPane).frame is not None)
        await pilot.press("full_stop", "full_stop")
        pane = app.screen.query_one(LabPane)
        await until(pilot, lambda: pane.frame is not None and pane.frame.step == 2)
        await pilot.pause()
        assert not screen.book.is_done("way")
        assert curve_of(pane.frame, pane.spec, "mistakes") == [(0, 0), (1, 1), (2, 2)]

    play(app, act)


def test_a_sketch_in_ascii(sketch_app: Callable[..., TutorApp]) -> None:
    app = sketch_app(Look(unicode=False, colour=False))

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        await pilot.press("enter", "up", "right", "down")
        await pilot.pause()
        assert glass(app).isascii()
        assert "mistakes at step 2" in glass(app)

    play(app, act)


def test_the_run_is_remembered_for_the_transcript(sketch_app: Callable[..., TutorApp], store: Store) -> None:
    app = sketch_app()

    async def act(pilot: Pilot[Any], screen: LessonScreen) -> None:
        screen.book.answer("way", "0, 2, 4, 6, 6, 6, 6", None)
        await screen.enter_lab(screen.query_one(LabCard))
        await until(pilot, lambda: isinstance(app.screen, LessonLab) and app.screen.query_one(LabPane).frame is not None)
        await pilot.press("space")
        await until(pilot, lambda: screen.book.is_done("perceptron"))

    play(app, act)
    [run] = store.all_ran("samples")
    assert (run.lesson, run.task, run.link, run.step, run.reached) == ("01-one/sketch", "perceptron", "perceptron", 12, True)
    assert run.metrics["mistakes"] == 5
