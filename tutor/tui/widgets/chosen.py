"""A list whose chosen line is seen in any terminal: in reverse where colours cannot show it."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList


class ChosenList(OptionList):
    """Textual's list; its styles know of no reverse."""

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        lines = self._lines
        line = self.scroll_offset.y + y
        chosen = line < len(lines) and lines[line][0] == self.highlighted
        if chosen and self.has_focus and self.app.has_class("-bare"):
            return strip.apply_style(Style(reverse=True))
        return strip
