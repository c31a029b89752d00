"""The line of keys at the bottom of a screen: those that work now, taken from the bindings, the most wanted first."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.words import tr

_SHORT = {
    "question_mark": "?",
    "full_stop": ".",
    "comma": ",",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


class KeyLine(Widget):
    """Shows the bindings with `show=True` of what has the focus, its ancestors and the app; help and back stay at any width.

    Of several keys for the same thing the first is shown; help names them all.
    """

    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; background: $panel; color: $foreground; }
    KeyLine Static { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: clip; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.call_after_refresh(self.refill)

    def on_resize(self) -> None:
        self.refill()

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self.refill)

    def refill(self) -> None:
        """Read the bindings again."""
        if not self.is_attached:
            return
        shown: dict[str, str] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.enabled and active.binding.description:
                words = tr(active.binding.description)
                shown.setdefault(words[:1].lower() + words[1:], key_name(active.binding))
        entries = [(key, words) for words, key in shown.items()]
        for line in self.query(Static):  # none any more, when its screen is just being left
            line.update(fit_keys(entries, max(10, self.size.width - 2)))


def key_name(binding: Binding) -> str:
    """A key as it is written on the screen."""
    return binding.key_display or _SHORT.get(binding.key, binding.key.replace("ctrl+", "^"))


def fit_keys(entries: list[tuple[str, str]], width: int) -> Content:
    """As many (key, words) entries as fit; help and quit (or back) are kept, at the end."""
    last = [entry for entry in entries if entry[1] in [tr(word).lower() for word in ("Help", "Quit", "Back")]]
    others = [entry for entry in entries if entry not in last]
    room = width - sum(_length(entry) for entry in last)
    kept = []
    for entry in others:
        if _length(entry) <= room:
            kept.append(entry)
            room -= _length(entry)
    parts = [Content.assemble((key, "bold $footer-key-foreground"), " ", words) for key, words in [*kept, *last]]
    return Content("  ").join(parts)


def _length(entry: tuple[str, str]) -> int:
    return len(entry[0]) + len(entry[1]) + 3
