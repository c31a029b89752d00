"""A worker for the tests of lessons: a run is over at once, with metrics that the test chooses."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tutor.engine.client import Frame
from tutor.engine.curves import Record
from tutor.engine.link import Link, link_text, make_link, parse_link, split_link
from tutor.labs import find_lab
from tutor.labs.spec import LabSpec, Value, Words

HERE = Path(__file__).parent
EXERCISES = HERE.parents[1] / "lessons/01-neuron/exercises"


def _sample_course() -> Path:
    """The small course beside this file, with the perceptron's exercise in it under the name `update`."""
    folder = Path(tempfile.mkdtemp()) / "course"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    shutil.copytree(HERE / "course", folder)
    (folder / "01-first/exercises").mkdir()
    for file in EXERCISES.glob("perceptron_update.*"):
        shutil.copy(file, folder / "01-first/exercises" / file.name.replace("perceptron_update", "update"))
    return folder


COURSE = _sample_course()
SIZES = ((60, 20), (80, 24), (120, 40))


class LessonWorker:
    """`play` goes to step `end` and stays there, finished. `opened` holds (link, plug) of every run."""

    busy = ""
    alive = True

    def __init__(self, metrics: dict[str, float] | None = None, end: int = 12) -> None:
        self.on_busy: Callable[[str], None] | None = None
        self.metrics = metrics or {"mistakes": 5.0, "errors": 0.0}
        self.end = end
        self.opened: list[tuple[str, Path | None]] = []
        self.closed = False
        self.at = 0
        self.plug: Path | None = None
        self.spec: LabSpec
        self.link: Link

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        self.closed = True

    async def open(self, link: str, *, plug: Path | None = None, step: int = 0, free: bool = False) -> None:
        self.opened.append((link, plug))
        self.spec = find_lab(split_link(link)[0]).spec
        self.link, self.plug, self.at = parse_link(link, self.spec), plug, step

    async def play(self, pace: float = 0.0) -> None:
        self.at = self.end

    async def pause(self) -> None:
        pass

    async def step(self, count: int = 1) -> None:
        self.at = min(self.end, self.at + count)

    async def seek(self, step: int) -> None:
        self.at = min(self.end, step)

    async def change(self, knob: str, value: Value) -> None:
        self.link, self.at = self.link.with_knob(knob, value), 0

    async def restart(self, seed: int | None = None) -> None:
        self.link = make_link(self.spec, [*self.link.knobs, ("seed", self.link.seed if seed is None else seed)])
        self.at = 0

    async def revive(self) -> None:
        pass

    async def record(self) -> Record:
        return Record(self.spec.id, self.spec.id, self.at, dict(self.metrics), {})

    async def frame(self, views: Sequence[str], size: tuple[int, int]) -> Frame:
        metrics = dict.fromkeys((metric.name for metric in self.spec.metrics), 1.0)
        if self.at >= self.end:
            metrics.update(self.metrics)
        return Frame(
            lab=self.spec.id,
            link=link_text(self.link, self.spec),
            knobs=dict(self.link.knobs),
            seed=self.link.seed,
            step=self.at,
            head=self.at,
            running=False,
            finished=self.at >= self.end,
            pace=0.0,
            rate=0.0,
            device="cpu",
            plugged=self.plug is not None,
            metrics=metrics,
            words=Words(f"step {self.at}"),
            pictures={},
        )


async def until(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
    """Let the app go on until something holds."""
    for _ in range(500):
        await pilot.pause()
        if holds():
            await pilot.pause()
            return
    raise AssertionError(f"it never came to hold; the screen:\n{glass(pilot.app)}")


async def opened(pilot: Pilot[Any]) -> None:
    """Until a lesson is on the screen and laid out."""
    from tutor.tui.screens.lesson import LessonScreen

    await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen) and pilot.app.screen.page.children)


def glass(app: Any) -> str:
    """The screen as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
