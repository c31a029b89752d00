"""The few dialogs: something to read, and something to confirm."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.draw.cells import Look
from tutor.errors import UserError
from tutor.tui.look import shown
from tutor.words import tr

_CSS = """
%s { align: center middle; background: $background 60%%; }
%s > Vertical { width: 64; max-width: 94%%; height: auto; max-height: 90%%; padding: 1 2; }
%s > Vertical { background: $surface; border: round $primary; }
%s VerticalScroll { height: auto; max-height: 100%%; }
%s .title { text-style: bold; color: $text-primary; margin-bottom: 1; }
%s .mend { color: $text-muted; margin-top: 1; }
%s .keys { color: $text-accent; margin-top: 1; dock: bottom; }
"""
_SCROLL = (
    Binding("down,pagedown", "scroll(4)", "Further down", show=False),
    Binding("up,pageup", "scroll(-4)", "Further up", show=False),
)
"""For a text that is longer than the screen is high: what the keys do always stays below it."""


def _css(name: str) -> str:
    return _CSS % ((name,) * 7)


class Notice(ModalScreen[None]):
    """Something to read; any of the usual keys closes it."""

    DEFAULT_CSS = _css("Notice")
    BINDINGS = [Binding("enter,escape,q,space", "dismiss", "Close"), *_SCROLL]

    def __init__(self, title: str, message: str, mend: str = "") -> None:
        super().__init__()
        self._title, self._message, self._mend = title, message, mend

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._message, markup=False)
                if self._mend:
                    yield Static(self._mend, classes="mend", markup=False)
            yield Static(tr("enter: close"), classes="keys", markup=False)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


class Confirm(ModalScreen[bool]):
    """A question with two answers; the dangerous one is never the default."""

    DEFAULT_CSS = _css("Confirm")
    BINDINGS = [Binding("y", "answer(True)", "Yes"), Binding("n,escape,q,enter", "answer(False)", "No"), *_SCROLL]

    def __init__(self, title: str, message: str, yes: str, no: str) -> None:
        super().__init__()
        self._title, self._message, self._yes, self._no = title, message, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._message, markup=False)
            yield Static(f"y: {self._yes}   n: {self._no}", classes="keys", markup=False)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


def notice_of(error: UserError, look: Look) -> Notice:
    """The dialog for something that the user can mend."""
    message = f"{error.message[:1].upper()}{error.message[1:].rstrip('.')}."
    return Notice(tr(error.title), shown(message, look), shown(error.mend, look))
