"""A lab by itself, on the whole screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from tutor.store.spot import Spot
from tutor.tui.lab_pane import LabPane
from tutor.tui.lab_session import Engine


class LabScreen(Screen[Any]):
    """One lab, with every view and knob. Raises BadLink when the link names no run."""

    BINDING_GROUP_TITLE = "The lab"

    def __init__(self, worker: Engine, link: str, *, plug: Path | None = None, spot: Spot | None = None) -> None:
        """spot: how far the run was, in another session."""
        super().__init__()
        self._pane = LabPane(worker, link, plug=plug, spot=spot)

    def mark_spot(self, spot: Spot) -> Spot:
        return self._pane.mark_spot(replace(spot, screen="lab"))

    def compose(self) -> ComposeResult:
        yield self._pane

    def on_mount(self) -> None:
        self._pane.focus()

    @on(LabPane.Leave)
    def _leave(self) -> None:
        if self.is_active:  # keys typed in one breath: the first has left already
            self.dismiss()
