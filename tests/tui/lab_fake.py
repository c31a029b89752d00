"""A toy lab and a worker that answers at once, always the same: what the tests of the lab screen run on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from textual.app import ComposeResult
from textual.pilot import Pilot

import tutor.labs
from tutor.draw.cells import Look, Row, Span
from tutor.engine.client import Frame
from tutor.engine.curves import Record, curve_of
from tutor.engine.link import Change, link_text, make_link, split_link
from tutor.errors import BadLink, DeviceProblem, WorkerGone
from tutor.labs.spec import Knob, LabSpec, Metric, Source, Value, View, Words
from tutor.pictures import Lines, Picture, Series, Text
from tutor.tui.gate import Gated
from tutor.tui.lab_pane import LabPane

KNOBS = (
    Knob("data", "choice", "and", label="Data", help="What it learns from.", choices=("and", "or", "xor", "blobs")),
    Knob("margin", "number", 0.5, label="Margin", help="How far apart.", low=0.0, high=1.0, when=("data", ("blobs",))),
    Knob("rate", "number", 0.1, label="Rate", help="How far a step goes.", low=0.001, high=10.0, log=True, live=True),
    Knob("count", "integer", 4, label="Points", help="How many.", low=2, high=100),
)
VIEWS = (
    View("boundary", "Boundary", "The plane."),
    View("loss", "Loss", "Step by step.", curves=("loss",)),
    View("table", "Table", "All numbers."),
)
SPEC = LabSpec(
    id="toy",
    title="A toy",
    summary="It counts.",
    knobs=KNOBS,
    metrics=(Metric("loss", "Loss", "How bad."), Metric("errors", "Errors", "How many are wrong.", ".0f")),
    views=VIEWS,
    source=Source("kernels.random", "nothing"),
    unit="step",
    pace=8.0,
)
STILL = LabSpec(
    id="still",
    title="Still",
    summary="It only shows.",
    knobs=(Knob("w", "number", 0.0, label="w", low=-2.0, high=2.0, step=0.1, live=True),),
    metrics=(Metric("errors", "Errors"),),
    views=(View("boundary", "Boundary"),),
    source=Source("kernels.random", "nothing"),
    trains=False,
)
DUAL = replace(SPEC, id="dual", title="A toy for two", devices=("cpu", "cuda"))
LAB, STILL_LAB, DUAL_LAB = SimpleNamespace(spec=SPEC), SimpleNamespace(spec=STILL), SimpleNamespace(spec=DUAL)
TROUBLE = "it grows without end"
END = 100
"""The step at which a toy run has ended."""


def install(monkeypatch: Any) -> None:
    """Let the toy labs be found by their ids."""
    monkeypatch.setitem(tutor.labs._MODULES, "toy", "lab_fake")
    monkeypatch.setitem(tutor.labs._MODULES, "still", "lab_fake")
    monkeypatch.setitem(tutor.labs._MODULES, "dual", "lab_fake")
    found = {"toy": LAB, "still": STILL_LAB, "dual": DUAL_LAB}
    real = tutor.labs.find_lab
    monkeypatch.setattr("tutor.tui.lab_parts.draw", draw_plainly)
    for module in ("tutor.tui.lab_pane", "tutor.tui.lab_actions"):
        monkeypatch.setattr(f"{module}.find_lab", lambda lab: found.get(lab) or real(lab))


def draw_plainly(picture: Picture, size: tuple[int, int], look: Look) -> list[Row]:
    """Pictures as their texts, so that these tests are about the screen and nothing else."""
    columns, rows = size
    lines = picture.lines if isinstance(picture, Text) else [f"<{type(picture).__name__}>"]
    return [(Span(line[:columns]),) for line in lines[:rows]]


class FakeWorker:
    """Counts steps. `log` holds every request but frames."""

    def __init__(self) -> None:
        self.on_busy: Callable[[str], None] | None = None
        self.log: list[tuple[Any, ...]] = []
        self.left_open: list[bool] = []
        """Of each run that was opened, whether its link leaves open where it runs."""
        self.frames = 0
        self.views: list[tuple[str, ...]] = []
        self.broken = ""
        self.held: asyncio.Event | None = None
        """While it is set to an event, `open` waits for it."""
        self.spec, self.at, self.head, self.playing, self.pace = SPEC, 0, 0, False, 0.0
        self.link = make_link(SPEC, [])
        self.plug: Path | None = None
        self.no_cuda = self.fell = ""
        """Why there is no GPU; why the run has left it."""
        self.stride = 10
        """Steps that a run makes between two frames."""

    def _note(self, *what: Any) -> None:
        self.log.append(what)
        if self.broken:
            raise WorkerGone(self.broken)

    async def open(self, link: str, *, plug: Path | None = None, step: int = 0, free: bool = False) -> None:
        self._note("open", link, step)
        self.left_open.append(free)
        if self.held is not None:
            await self.held.wait()
        lab, pairs = split_link(link)
        self.spec = {"still": STILL, "dual": DUAL}.get(lab, SPEC)
        self.link, self.plug = make_link(self.spec, pairs), plug
        self.at = self.head = step
        self.playing = False

    async def play(self, pace: float = 0.0) -> None:
        self._note("play", pace)
        self.playing, self.pace = True, pace

    async def pause(self) -> None:
        self._note("pause")
        self.playing = False

    async def step(self, count: int = 1) -> None:
        self._note("step", count)
        self._to(self.at + count)

    async def seek(self, step: int) -> None:
        self._note("seek", step)
        self._to(step)

    def _to(self, step: int) -> None:
        self.at = min(step, END)
        self.head = max(self.head, self.at)

    async def change(self, knob: str, value: Value) -> None:
        self._note("change", knob, value)
        if knob == "device":
            if self.no_cuda:
                raise DeviceProblem(f"CUDA cannot be used here: {self.no_cuda}", "this run goes on on the CPU")
            self.link = replace(self.link, changes=(*self.link.changes, Change(self.at, knob, value)))
            return
        found = self.spec.knob(knob)
        assert found is not None
        if knob == "count" and value == 13:
            raise BadLink("count cannot be 13 here", "take another")
        if found.live and self.spec.trains:
            self.link = self.link.__class__(
                self.link.lab, self.link.knobs, self.link.seed, "cpu", (*self.link.changes, Change(self.at, knob, value))
            )
        else:
            self.link = self.link.with_knob(knob, value)
            self.at = self.head = 0

    async def restart(self, seed: int | None = None) -> None:
        self._note("restart", seed)
        knobs = self.link.knobs_at(self.at)
        self.link = make_link(self.spec, [*knobs.items(), ("seed", self.link.seed if seed is None else seed)])
        self.at = self.head = 0

    async def revive(self) -> None:
        self.broken = ""
        self._note("revive")
        self.playing = False

    async def record(self) -> Record:
        self._note("record")
        x = np.arange(self.at + 1, dtype=np.float64)
        errors = max(0.0, 3.0 - self.at // 10)
        curves = {"loss": curve_of(x, 1 / (1 + x)), "errors": curve_of(x, np.maximum(0.0, 3.0 - x // 10))}
        return Record(
            self.spec.id, link_text(self.link, self.spec), self.at, {"loss": 1 / (1 + self.at), "errors": errors}, curves
        )

    async def frame(self, views: Sequence[str], size: tuple[int, int]) -> Frame:
        await asyncio.sleep(0)
        if self.broken:
            raise WorkerGone(self.broken)
        if views:
            self.frames += 1
            self.views.append(tuple(views))
        if self.playing:
            self._to(self.at + self.stride)
        ended = self.at >= END
        self.playing = self.playing and not ended
        errors = max(0.0, 3.0 - self.at // 10)
        knobs = self.link.knobs_at(self.at)
        return Frame(
            lab=self.spec.id,
            link=link_text(self.link, self.spec),
            knobs=knobs,
            seed=self.link.seed,
            step=self.at,
            head=self.head,
            running=self.playing,
            finished=ended,
            pace=self.pace,
            rate=1234.0 if self.playing else 0.0,
            device=self.link.device_at(self.at),
            fell=self.fell,
            plugged=self.plug is not None,
            metrics={"loss": 1 / (1 + self.at), "errors": abs(float(knobs["w"])) if "w" in knobs else errors},
            words=Words(
                f"{errors:.0f} wrong after {self.at} steps", "it grows without end" if knobs.get("data") == "xor" else ""
            ),
            pictures={name: self._picture(name, size) for name in views},
        )

    def _picture(self, name: str, size: tuple[int, int]) -> Picture:
        if name == "loss":
            x = np.arange(self.at + 1, dtype=np.float32)
            return Lines((Series("loss", x, 1 / (1 + x)),), title="loss")
        columns, rows = size
        middle = rows // 2
        return Text(tuple("#" * columns if y != middle else f"{name} at {self.at:3d}".ljust(columns, "#") for y in range(rows)))


class LabApp(Gated):
    """Nothing but one pane."""

    def __init__(self, link: str = "toy", *, look: Look | None = None, worker: FakeWorker | None = None, **pane: Any) -> None:
        super().__init__()
        self.look = look or Look()
        self.worker = worker or FakeWorker()
        self.posted: list[Any] = []
        self.pane = LabPane(self.worker, link, **pane)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.session.period = 0.0
        self.pane.focus()

    def on_lab_pane_goal_reached(self, message: LabPane.GoalReached) -> None:
        self.posted.append(message)

    def on_lab_pane_ended(self, message: LabPane.Ended) -> None:
        self.posted.append(message)

    def on_lab_pane_leave(self, message: LabPane.Leave) -> None:
        self.posted.append(message)


async def settled(pilot: Pilot[Any], still: Callable[[], bool] | None = None) -> None:
    """Until the conversation is at rest (and `still` holds): nothing pending, nothing stale, nothing running."""
    app = pilot.app
    assert isinstance(app, LabApp)
    for _ in range(400):
        await pilot.pause()
        if app.pane.session.at_rest and (still is None or still()):
            await pilot.pause()
            return
    raise AssertionError("it never came to rest")


def text_of(app: Any) -> list[str]:
    """The screen as it is on the glass, one string a row."""
    return ["".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips()]
