"""A line to type one thing into, with what is wrong with it said right below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from tutor.draw.cells import Row
from tutor.tui.strips import wrap
from tutor.tui.widgets.in_order import does_own
from tutor.tui.widgets.strip_view import StripView, tail, words


class _Line(Input):
    """The line itself."""

    async def _on_key(self, event: Key) -> None:
        await does_own(self, event)


class Entry(Vertical):
    """Hidden until `ask`. Enter posts `Given`; whoever asked then calls `refuse` or `close`. Escape posts `Left`."""

    BINDING_GROUP_TITLE = "Typing"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it as it was", id="entry.leave")]
    DEFAULT_CSS = """
    Entry { height: 2; width: 1fr; display: none; }
    Entry Horizontal { height: 1; }
    Entry #entry-prompt { width: auto; min-width: 1; height: 1; }
    Entry Input { width: 1fr; background: $panel; }
    """

    @dataclass
    class Given(Message):
        """Something has been typed and handed in."""

        entry: Entry
        purpose: str
        text: str

    @dataclass
    class Left(Message):
        """The learner does not want to type after all."""

        entry: Entry

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._purpose = ""
        self._prompt = self._say = ""
        self._wrong = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield StripView(self._prompt_rows, id="entry-prompt")
            # A blinking cursor would send bytes while nothing happens.
            line = _Line(compact=True, max_length=4000)
            line.cursor_blink = False
            yield line
        yield StripView(self._say_rows, id="entry-say")

    @property
    def open(self) -> bool:
        return bool(self.display)

    def ask(self, purpose: str, prompt: str, text: str, hint: str) -> None:
        """Show the line. purpose: comes back with `Given`."""
        self._purpose, self._prompt, self._say, self._wrong = purpose, prompt, hint, False
        self.display = True
        view = self.query_one("#entry-prompt", StripView)
        view.styles.width = len(prompt) + 1
        self._update()
        line = self.query_one(Input)
        line.value = text
        # At once, and not with `focus()`, which comes later: what is typed next belongs here.
        self.screen.set_focus(line)
        line.select_all()

    def refuse(self, say: str) -> None:
        """What was typed cannot be: say why, and let it be mended."""
        self._say, self._wrong = say, True
        self._update()

    def close(self) -> None:
        self.display = False

    def action_leave(self) -> None:
        self.post_message(self.Left(self))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given(self, self._purpose, event.value))

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        if self.open and self.app.app_focus:
            self.post_message(self.Left(self))

    def _update(self) -> None:
        for view in self.query(StripView):
            view.update_rows()

    def _prompt_rows(self, width: int, height: int) -> list[Row]:
        view = self.query_one("#entry-prompt", StripView)
        return wrap(words(self._prompt, view.look), width, height, view.ink("accent", bold=True), tail(view.look))

    def _say_rows(self, width: int, height: int) -> list[Row]:
        view = self.query_one("#entry-say", StripView)
        style = view.ink("error", bold=True) if self._wrong else view.ink("muted")
        text = f"! {self._say}" if self._wrong else self._say
        return wrap(words(text, view.look), width, height, style, tail(view.look))
