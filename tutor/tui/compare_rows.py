"""The rows of the screen that compares: the table of what was tried, the words above it, the keys below."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from tutor.draw import palette
from tutor.draw.cells import Look, Row, Span, cell_width, row_width
from tutor.draw.lines import mark_of
from tutor.engine.curves import ROLES
from tutor.tui.kept import Sheet
from tutor.tui.lab_keys import key_text
from tutor.tui.strips import fit
from tutor.tui.widgets.strip_view import ink, sign, tail, words
from tutor.words import tr

_WIDEST = 16
"""Columns of a name in the table."""

CSS = """
CompareScreen { background: $background; color: $foreground; layout: vertical; }
CompareScreen #compare-title, CompareScreen #compare-foot { background: $surface; }
CompareScreen #compare-picture { height: 1fr; }
CompareScreen #compare-words { height: 2; }
CompareScreen #compare-table { height: 8; }
CompareScreen.-short #compare-table { height: 6; }
CompareScreen.-tall #compare-table { height: 14; }
CompareScreen.-typing #compare-words { display: none; }
"""
BINDINGS: list[Binding] = [
    Binding("down", "choose(1)", "Next run", id="compare.next"),
    Binding("up", "choose(-1)", "Run before", id="compare.previous"),
    Binding("space", "draw", "Draw this run, or not", id="compare.draw"),
    Binding("tab", "page(1)", "Curves, or pictures side by side", id="compare.next_page"),
    Binding("shift+tab", "page(-1)", "The picture before", id="compare.previous_page"),
    Binding("right", "metric(1)", "Next number", id="compare.next_metric"),
    Binding("left", "metric(-1)", "Number before", id="compare.previous_metric"),
    Binding("left_square_bracket", "cursor(-1)", "Read the values further left", id="compare.cursor_back"),
    Binding("right_square_bracket", "cursor(1)", "Read the values further right", id="compare.cursor_on"),
    Binding("left_curly_bracket", "cursor(-10)", "Far left", id="compare.cursor_far_back"),
    Binding("right_curly_bracket", "cursor(10)", "Far right", id="compare.cursor_far_on"),
    Binding("y", "log_axis", "Logarithmic axis, or not", id="compare.log_axis"),
    Binding("w", "smooth", "Smooth more, or not at all", id="compare.smooth"),
    Binding("enter", "open", "Go on with this run in the lab", id="compare.open"),
    Binding("c", "keep", "Keep this run", id="compare.keep"),
    Binding("t", "name", "Give it a name", id="compare.name"),
    Binding("d", "delete", "Keep it no longer", id="compare.delete"),
    Binding("x", "export", "Write all as CSV and JSON files", id="compare.export"),
    Binding("question_mark", "help", "Help", id="compare.help"),
    Binding("q,escape,backspace,C", "leave", "Back", id="compare.leave"),
]
_FOOT = (
    (("compare.previous", "compare.next"), "run"),
    (("compare.leave",), "back"),
    (("compare.help",), "help"),
    (("compare.draw",), "draw"),
    (("compare.open",), "open"),
    (("compare.next_page",), "pictures"),
    (("compare.previous_metric", "compare.next_metric"), "number"),
    (("compare.cursor_back", "compare.cursor_on"), "read"),
    (("compare.log_axis",), "log"),
    (("compare.smooth",), "smooth"),
    (("compare.keep",), "keep"),
    (("compare.name",), "name"),
    (("compare.delete",), "delete"),
    (("compare.export",), "export"),
)
"""(ids of bindings, word), the most needed first."""


def foot(bindings: Sequence[Binding], width: int, look: Look) -> Row:
    """As many keys as fit."""
    first = {b.id: key_text(b.key.partition(",")[0], look) for b in reversed(bindings) if b.id}
    row: list[Span] = []
    for ids, word in _FOOT:
        parts = [first[name] for name in ids if name in first]
        keys = (" " if any(len(part) > 1 for part in parts) else "").join(parts)
        spans = [
            Span("  " if row else ""),
            Span(keys, ink("accent", look, bold=True)),
            Span(f" {tr(word)}", ink("muted", look)),
        ]
        if row_width((*row, *spans)) <= width:
            row += spans
    return tuple(span for span in row if span.text)


def table_rows(
    sheet: Sheet, drawn: Sequence[int | None], current: int, width: int, height: int, look: Look, top: int = 0
) -> tuple[list[Row], int]:
    """The heads and as many runs as there is room for, the current one among them; and the first that is shown.

    drawn: of each run, which curve of the plot is its own, or None.
    """
    room = max(1, height - 1)
    top = max(min(top, current), current - room + 1, 0)
    top = min(top, max(0, len(sheet.rows) - room))
    count = len(sheet.heads)
    lines = [line for line in (sheet.heads, *sheet.rows) if len(line) == count]
    widths = [min(_WIDEST, max(cell_width(line[k]) for line in lines)) for k in range(count)]
    shown = count
    while shown > 2 and 3 + sum(widths[:shown]) + 2 * shown > width:
        shown -= 1  # half of a number would be a wrong one
    rows = [_line(sheet.heads[:shown], widths[:shown], [Span("     ")], width, look, "muted", False)]
    for k in range(top, min(top + room, len(sheet.rows))):
        place = drawn[k]
        pointer = Span(sign("▸ ", "> ", look) if k == current else "  ", ink("accent", look, bold=True))
        mark = Span(mark_of(place), palette.ink(ROLES[place], look, bold=True)) if place is not None else Span(" ")
        whole = len(sheet.rows[k]) == count  # else a sentence stands in place of the numbers
        cells, room_for = (sheet.rows[k][:shown], widths[:shown]) if whole else (sheet.rows[k], widths)
        rows.append(_line(cells, room_for, [pointer, mark, Span("  ")], width, look, "text", k == current))
    return rows, top


def _line(cells: Sequence[str], widths: Sequence[int], head: list[Span], width: int, look: Look, role: str, bold: bool) -> Row:
    row = list(head)
    style = ink(role, look, bold=bold)
    for k, text in enumerate(cells):
        said = words(text, look)
        last = k == len(cells) - 1 and len(cells) < len(widths)  # a sentence in place of the numbers
        if not last and cell_width(said) > widths[k]:
            said = said[: widths[k] - 1] + tail(look)
        gap = " " * max(0, widths[k] - cell_width(said))
        row.append(Span((said + gap if k == 0 or last else gap + said) + "  ", style))
    return fit(tuple(row), width, tail(look))
