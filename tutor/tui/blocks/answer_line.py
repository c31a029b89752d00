"""A line to type an answer in."""

from __future__ import annotations

from textual import on
from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input

from tutor.tui.blocks.options import Drafted, Handed
from tutor.tui.widgets.in_order import does_own


class AnswerLine(Input):
    """Typed text; enter hands it in. Up and down, which mean nothing in one line, scroll the page."""

    DEFAULT_CSS = """
    AnswerLine { width: 40; max-width: 100%; height: 1; border: none; padding: 0 1; background: $panel; color: $foreground; }
    AnswerLine:focus { border: none; background-tint: transparent; }
    AnswerLine > .input--placeholder { color: $text-muted; }
    """
    BINDINGS = [Binding("enter", "submit", "Answer")]

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text, placeholder=hint, compact=True, max_length=200, select_on_focus=False)
        self.cursor_blink = False  # a blinking cursor costs bytes for ever

    async def _on_key(self, event: Key) -> None:
        await does_own(self, event)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Drafted(event.value))

    @on(Input.Submitted)
    def _handed(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(Handed(event.value))

    def freeze(self) -> None:
        """Take no more answers."""
        self.disabled = True
