"""Pictures → terminal cells. `draw` is all that others need; what a picture takes is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.draw.cells import PLAIN, Ink, Look, Row, Span, cell_width, plain, row_width

if TYPE_CHECKING:
    from tutor.pictures import Picture

__all__ = ["PLAIN", "Ink", "Look", "Row", "Span", "cell_width", "draw", "plain", "row_width"]

_WIDEST, _TALLEST = 1000, 500


def draw(picture: Picture, size: tuple[int, int], look: Look) -> list[Row]:
    """The picture as exactly size[1] rows of exactly size[0] cells.

    Whatever is in the picture's arrays, this does not raise and does not take long: what is not finite is a gap, what is too
    large for the room is left out or said in words.
    """
    from tutor.draw.canvas import fit
    from tutor.draw.plainly import one_to_one

    columns, rows = max(0, int(size[0])), max(0, int(size[1]))
    if not columns or not rows:
        return [()] * rows
    within = (min(columns, _WIDEST), min(rows, _TALLEST))
    try:
        found = _draw(picture, within, look)
    except (
        Exception
    ) as error:  # A picture comes from a lab, perhaps through the learner's code: a bad one must not take the screen down.
        found = _draw_words(f"This picture cannot be drawn: {type(error).__name__}: {error}", within, look)
    if not look.unicode:
        found = [tuple(Span(one_to_one(text), ink) for text, ink in row) for row in found]
    return fit(found, columns, rows)


def _draw(picture: Picture, size: tuple[int, int], look: Look) -> list[Row]:
    """The drawing function of each kind of picture; they may raise on a picture whose fields are of the wrong kind."""
    from tutor import pictures

    match picture:
        case pictures.Lines():
            from tutor.draw.lines import draw_lines

            return draw_lines(picture, size, look)
        case pictures.Field():
            from tutor.draw.field import draw_field

            return draw_field(picture, size, look)
        case pictures.Surface():
            from tutor.draw.surface import draw_surface

            return draw_surface(picture, size, look)
        case pictures.Images():
            from tutor.draw.images import draw_images

            return draw_images(picture, size, look)
        case pictures.Bars():
            from tutor.draw.bars import draw_bars

            return draw_bars(picture, size, look)
        case pictures.Histograms():
            from tutor.draw.histograms import draw_histograms

            return draw_histograms(picture, size, look)
        case pictures.Network():
            from tutor.draw.network import draw_network

            return draw_network(picture, size, look)
        case pictures.Graph():
            from tutor.draw.graph import draw_graph

            return draw_graph(picture, size, look)
        case pictures.Cells():
            from tutor.draw.cellmap import draw_cells

            return draw_cells(picture, size, look)
        case pictures.Text():
            from tutor.draw.layout import draw_text

            return draw_text(picture, size, look)
        case pictures.Columns():
            from tutor.draw.layout import draw_columns

            return draw_columns(picture, size, look, _draw)


def _draw_words(words: str, size: tuple[int, int], look: Look) -> list[Row]:
    from tutor.draw.layout import draw_text
    from tutor.pictures import Text

    return draw_text(Text((words,)), size, look)
