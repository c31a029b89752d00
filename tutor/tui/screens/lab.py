"""A lab by itself, on the whole screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from tutor.tui.lab_pane import LabPane
from tutor.tui.lab_session import Engine


class LabScreen(Screen[Any]):
    """One lab, with every view and knob. Raises BadLink when the link names no run."""

    BINDING_GROUP_TITLE = "The lab"

    def __init__(self, worker: Engine, link: str, *, plug: Path | None = None) -> None:
        super().__init__()
        self._pane = LabPane(worker, link, plug=plug)

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.focus()

    @on(LabPane.Leave)
    def _leave(self) -> None:
        if self.is_active:  # keys typed in one breath: the first has left already
            self.dismiss()
