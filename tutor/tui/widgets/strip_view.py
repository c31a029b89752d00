"""A widget that shows rows of cells and repaints only the cells that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.events import Resize
from textual.geometry import Size
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from tutor.draw.cells import Ink, Look, Row
from tutor.draw.plainly import to_ascii
from tutor.tui.strips import changed_regions, to_strip
from tutor.tui.theme import palette


def look_of(widget: Widget) -> Look:
    """What the terminal can show, as the app found out."""
    look = getattr(widget.app, "look", None)
    return look if isinstance(look, Look) else Look()


def ink(role: str, look: Look, *, bold: bool = False, reverse: bool = False, underline: bool = False) -> Ink:
    """An ink of the theme ("muted", "primary", …); without colour, only the marks that it carries."""
    colour = int(palette(look.dark, look.few)[role][1:], 16) if look.colour and role else None
    return Ink(fg=colour, bold=bold, reverse=reverse, underline=underline)


def sign(text: str, plain: str, look: Look) -> str:
    """A sign, or what stands for it in ASCII."""
    return text if look.unicode else plain


def words(text: str, look: Look) -> str:
    """A text that someone else wrote, as this terminal can show it."""
    return text if look.unicode else to_ascii(text)


def tail(look: Look) -> str:
    """The sign for "cut here"."""
    return "…" if look.unicode else "~"


Build = Callable[[int, int], Sequence[Row]]
"""What a view shows, for so many columns and rows."""


class StripView(Widget):
    """Shows rows. What differs from the rows before is repainted, and nothing when nothing does.

    Its height is fixed by style sheets, or by `lines` where they say "auto"; a change of content is never a change of layout.
    """

    DEFAULT_CSS = "StripView { width: 1fr; height: 1; }"

    def __init__(
        self,
        build: Build | None = None,
        *,
        lines: Callable[[int], int] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """build: makes the rows, at every `update_rows` and when the size has changed. lines: how many, for a width."""
        super().__init__(id=id, classes=classes)
        self._lines = lines
        self._rows: tuple[Row, ...] = ()
        self._build = build

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    @property
    def look(self) -> Look:
        return look_of(self)

    def ink(self, role: str, *, bold: bool = False, reverse: bool = False, underline: bool = False) -> Ink:
        return ink(role, self.look, bold=bold, reverse=reverse, underline=underline)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows instead."""
        old, self._rows = self._rows, tuple(rows)
        regions = changed_regions(old, self._rows, self.size.width)
        regions = [region for region in regions if region.y < self.size.height]
        if regions:
            self.refresh(*regions)

    def update_rows(self) -> None:
        """Build the rows anew and show them; without a builder, or while there is no room, nothing."""
        width, height = self.size
        if self._build is not None and width and height:
            self.show(self._build(width, height))

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, theme: Theme) -> None:
        """The rows hold colours of the theme that was: build them anew, and paint all of them on the new ground."""
        self.update_rows()
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, self._lines(width)) if self._lines is not None else 1

    def on_resize(self, event: Resize) -> None:
        self.update_rows()

    def render_line(self, y: int) -> Strip:
        row = self._rows[y] if y < len(self._rows) else ()
        return to_strip(row, self.size.width, self.visual_style.rich_style)
