"""A lesson's lab with the whole screen, for terminals where it does not fit beside the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from tutor.store.spot import Spot
from tutor.tui.lab_pane import LabPane


class LessonLab(Screen[None]):
    """Shows a pane until the learner leaves; what happens in it is handed to the lesson."""

    DEFAULT_CSS = """
    LessonLab { background: $background; }
    LessonLab LabPane { width: 1fr; height: 1fr; }
    """

    def __init__(self, pane: LabPane, report: Callable[[Message], None], *, task: str = "") -> None:
        """report: called with each GoalReached and Ended. task: the lesson's block; empty: the lab of an exercise."""
        super().__init__()
        self._pane = pane
        self._report = report
        self._block = task

    def mark_spot(self, spot: Spot) -> Spot:
        own = replace(spot, task=self._block) if self._block else replace(spot, plugged=True)
        return self._pane.mark_spot(replace(own, inside=True))

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.focus()

    @on(LabPane.GoalReached)
    @on(LabPane.Ended)
    def _happened(self, event: LabPane.GoalReached | LabPane.Ended) -> None:
        event.stop()
        self._report(event)

    @on(LabPane.Leave)
    def _leave(self, event: LabPane.Leave) -> None:
        event.stop()
        if self.is_active:  # keys typed in one breath: the first has left already
            self.dismiss(None)
