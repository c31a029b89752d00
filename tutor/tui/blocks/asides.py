"""Blocks that are only read: a remark to unfold, a timeline to walk."""

from __future__ import annotations

from dataclasses import dataclass

from textual.actions import SkipAction
from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.message import Message

from tutor.course.model import Aside, Timeline
from tutor.draw.cells import Look
from tutor.tui.blocks.flow import Flow, Gap, Para, Piece
from tutor.tui.blocks.task import rich_pieces

_CSS = """
%s { height: auto; margin: 0 0 1 0; padding: 0 1 0 1; border-left: outer $panel; }
%s:focus { border-left: outer $accent; }
"""


class AsideBlock(Flow, can_focus=True):
    """A remark off the main path, folded until it is asked for."""

    DEFAULT_CSS = _CSS % (("AsideBlock",) * 2)
    BINDINGS = [Binding("enter,space", "fold", "Unfold/fold"), Binding("escape", "screen.read", "Text", show=False)]

    def __init__(self, aside: Aside, look: Look) -> None:
        super().__init__()
        self.aside = aside
        self.look = look
        self.unfolded = False

    def on_mount(self) -> None:
        self._refill()

    def _refill(self) -> None:
        closed, opened = ("▸", "▾") if self.look.unicode else (">", "v")
        lead = Content.styled((opened if self.unfolded else closed) + " ", "bold $text-accent")
        pieces: list[Piece] = [Para(Content.styled(self.aside.title, "bold"), lead, Content("  "))]
        if self.unfolded:
            pieces += [Gap(), *rich_pieces(self.aside.text, self.look, lead=Content("  "))]
        self.show(pieces)

    def action_fold(self) -> None:
        self.unfolded = not self.unfolded
        self._refill()

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_fold()


class TimelineBlock(Flow, can_focus=True):
    """Events in order; arrows walk them, and enter goes to the chapter of the one that is shown."""

    DEFAULT_CSS = _CSS % (("TimelineBlock",) * 2)
    BINDINGS = [
        Binding("up", "walk(-1)", "Earlier", show=False),
        Binding("down", "walk(1)", "Later", show=False),
        Binding("enter", "go", "Its chapter"),
        Binding("escape", "screen.read", "Text", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The learner wants to go to this chapter."""

        chapter: str

    def __init__(self, timeline: Timeline, look: Look) -> None:
        super().__init__()
        self.timeline = timeline
        self.look = look
        self.at = 0

    def on_mount(self) -> None:
        self._refill()

    def _refill(self) -> None:
        dot, here = ("│", "●") if self.look.unicode else ("|", "o")
        width = max((len(event.year) for event in self.timeline.events), default=4)
        pieces: list[Piece] = []
        for i, event in enumerate(self.timeline.events):
            current = i == self.at
            year = Content.styled(f"{event.year:>{width}}", "bold $text-accent" if current else "$text-muted")
            lead = year + " " + Content.styled(here if current else dot, "$text-primary") + " "
            rest = Content(" " * (width + 1)) + Content.styled(dot, "$text-primary") + " "
            pieces.append(Para(Content.styled(event.title, "bold" if current else ""), lead, rest))
            if current and event.text:
                pieces += rich_pieces(event.text, self.look, lead=rest)
        self.show(pieces)

    def action_walk(self, by: int) -> None:
        if not 0 <= self.at + by < len(self.timeline.events):
            raise SkipAction
        self.at += by
        self._refill()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        events = self.timeline.events
        return action != "go" or bool(events and events[self.at].chapter)

    def action_go(self) -> None:
        self.post_message(self.Chosen(self.timeline.events[self.at].chapter))
