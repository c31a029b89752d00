"""Where the terminal's own cursor stands: on what has the keys, so that screen readers, magnifiers and braille lines follow it.

It is hidden unless `DLTUTOR_CURSOR=1` asks to see it, or there is no colour to show one by. Programs that read the screen
aloud find it either way.
"""

from __future__ import annotations

import os
from typing import Any

from textual.app import App
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input, OptionList, TextArea

VARIABLE = "DLTUTOR_CURSOR"
SHOW = "\x1b[?25h"
_HIDE = "\x1b[?25l"


def wanted() -> bool:
    """Whether the learner wants to see the cursor."""
    return bool(os.environ.get(VARIABLE))


def shown(data: str) -> str:
    """What is written to the terminal, without what hides its cursor."""
    return data.replace(_HIDE, SHOW)


def caret(widget: Widget) -> Offset:
    """The cell of a widget that matters most: where one types, what is chosen; else its first one."""
    if isinstance(widget, Input | TextArea):
        return widget.cursor_screen_offset
    inside = widget.content_region
    if isinstance(widget, OptionList):
        row = widget._index_to_line.get(widget.highlighted or 0, 0) - widget.scroll_offset.y
        return Offset(inside.x, inside.y + max(0, min(row, inside.height - 1)))
    part = getattr(widget, "caret_part", None)
    if part is not None:  # a widget that takes the keys for its parts
        inside = part.content_region
    row = getattr(part or widget, "caret_row", 0)
    return Offset(inside.x, inside.y + max(0, min(row, inside.height - 1)))


class Careted(App[Any]):
    """The part of an app that says where the cursor belongs. Textual asks at every paint."""

    @property
    def cursor_position(self) -> Offset:
        screens = self.screen_stack if self._running else ()
        focused = screens[-1].focused if screens else None
        return caret(focused) if focused is not None else Offset(0, 0)

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        """Textual's own widgets set it; it is worked out instead."""
