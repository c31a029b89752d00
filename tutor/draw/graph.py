"""A computation in boxes: quantities in columns from left to right, their numbers inside, lines for what flows into what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tutor.draw import palette, raster
from tutor.draw.canvas import DIM, Canvas, cut, say, wrap
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.pictures import Flow, Graph, Quantity

_MOST_BOXES, _MOST_FLOWS, _MOST_COLUMNS = 200, 600, 64
_LEAST_GAP, _WIDEST_GAP = 2, 14
_PLACES = (0.5, 0.36, 0.64, 0.25, 0.75)
"""Where along a line its label is tried."""
_NARROWEST = 5


@dataclass
class _Box:
    """A quantity on the canvas; without one, a place that a long line goes through."""

    quantity: Quantity | None
    rank: float
    """Where it wants to be in its column, from 0 at the top to 1."""
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 1

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass
class _Route:
    """A flow, and the boxes that it goes through, its source first."""

    flow: Flow
    stops: list[_Box] = field(default_factory=list)


def draw_graph(graph: Graph, size: tuple[int, int], look: Look) -> list[Row]:
    """The graph in exactly this size; without room boxes lose their lines from the last, then their frames."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    top = 0
    if graph.title and rows >= 8:
        canvas.put(0, 0, cut(say(graph.title, look), columns, look), Ink(bold=True))
        top = 1
    caption = [piece for line in graph.caption[:50] for piece in wrap(say(line, look), columns)]
    caption = caption[: max(0, rows - top - 3)]
    for k, line in enumerate(caption):
        canvas.put(0, rows - len(caption) + k, line)
    kept = [q for q in graph.quantities[:_MOST_BOXES] if 0 <= q.column < _MOST_COLUMNS]
    if not kept:
        canvas.put(0, top, cut("nothing is computed yet", columns, look), palette.ink("muted", look))
        return canvas.finish()
    boxes, routes, stacks = _arranged(graph)
    _place(stacks, columns, top, rows - top - len(caption), look)
    for route in sorted(routes, key=lambda route: route.flow.role != "muted"):
        _line(canvas, route, look)
    for box in boxes.values():
        _box(canvas, box, look)
    taken: set[tuple[int, int]] = set()
    for route in sorted(routes, key=lambda route: route.flow.role == "muted"):
        _label(canvas, route, taken, look)
    return canvas.finish()


def _arranged(graph: Graph) -> tuple[dict[int, _Box], list[_Route], list[list[_Box]]]:
    """The boxes by their numbers, the routes, and what stands in each column from the top, lines passing by included."""
    given = {k: q for k, q in enumerate(graph.quantities[:_MOST_BOXES]) if 0 <= q.column < _MOST_COLUMNS}
    used = sorted({q.column for q in given.values()})
    columns = {column: place for place, column in enumerate(used)}
    stacks: list[list[_Box]] = [[] for _ in used]
    boxes: dict[int, _Box] = {}
    for k, quantity in given.items():
        beside = [other for other in given.values() if other.column == quantity.column]
        boxes[k] = _Box(quantity, (next(i for i, q in enumerate(beside) if q is quantity) + 0.5) / len(beside))
        stacks[columns[quantity.column]].append(boxes[k])
    routes = []
    for flow in graph.flows[:_MOST_FLOWS]:
        if flow.source not in boxes or flow.target not in boxes:
            continue
        a, b = boxes[flow.source], boxes[flow.target]
        first, last = columns[given[flow.source].column], columns[given[flow.target].column]
        if first >= last:
            continue
        route = _Route(flow, [a])
        for place in range(first + 1, last):
            # Just above or below its own way, so that lines do not share a row with the box in the middle of a column.
            rank = a.rank + (b.rank - a.rank) * (place - first) / (last - first)
            route.stops.append(_Box(None, rank + (1e-3 if rank >= 0.5 else -1e-3)))
            stacks[place].append(route.stops[-1])
        route.stops.append(b)
        routes.append(route)
    for stack in stacks:
        stack.sort(key=lambda box: box.rank)
    return boxes, routes, stacks


def _place(stacks: list[list[_Box]], columns: int, top: int, rows: int, look: Look) -> None:
    """Give every box its cells: with as many lines as all have room for."""
    most = max((len(box.quantity.lines) for stack in stacks for box in stack if box.quantity), default=0)
    gaps = max(1, len(stacks) - 1)
    shown, widths = 0, [1] * len(stacks)
    for shown in range(most, -1, -1):
        widths = [max(_width(box, shown, look) for box in stack) for stack in stacks]
        tall = max(sum(_height(box, shown) for box in stack) for stack in stacks)
        if tall <= rows and sum(widths) + _LEAST_GAP * gaps <= columns:
            break
    else:
        shown = -1
        widths = [max(_width(box, shown, look) for box in stack) for stack in stacks]
    while sum(widths) + gaps > columns and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    gap = max(1, min(_WIDEST_GAP, (columns - sum(widths)) // gaps)) if len(stacks) > 1 else 0
    x = max(0, (columns - sum(widths) - gap * (len(stacks) - 1)) // 2)
    for stack, width in zip(stacks, widths, strict=True):
        heights = [_height(box, shown) for box in stack]
        spare = max(0, rows - sum(heights))
        between = min(2, spare // max(1, len(stack)))
        y = top + max(0, (rows - sum(heights) - between * (len(stack) - 1)) // 2)
        for box, height in zip(stack, heights, strict=True):
            box.x, box.y, box.width, box.height = x, y, width, height
            y += height + between
        x += width + gap


def _height(box: _Box, shown: int) -> int:
    return min(shown, len(box.quantity.lines)) + 2 if box.quantity and shown >= 0 else 1


def _width(box: _Box, shown: int, look: Look) -> int:
    quantity = box.quantity
    if quantity is None:
        return 1
    label = cell_width(say(quantity.label, look))
    if shown < 0:
        return max(1, label)
    lines = [cell_width(say(line, look)) for line in _lines(quantity, shown)]
    return max(_NARROWEST, label + 4, max(lines, default=0) + 3)


def _lines(quantity: Quantity, shown: int) -> Sequence[str]:
    """The first lines, and among them the one that is lit."""
    lit = quantity.lit
    if shown <= 0:
        return ()
    if lit >= shown and lit < len(quantity.lines):
        return (*quantity.lines[: shown - 1], quantity.lines[lit])
    return quantity.lines[:shown]


def _box(canvas: Canvas, box: _Box, look: Look) -> None:
    quantity = box.quantity
    if quantity is None:
        return
    ink = palette.ink(quantity.role, look)
    strong = Ink(palette.colour(quantity.role, look) if quantity.role != "muted" else None, bold=True)
    label = say(quantity.label, look)
    if box.height == 1 or box.width < _NARROWEST:
        sign = label if 0 < cell_width(label) <= box.width else palette.mark("a", look)
        canvas.put(box.x, box.middle, sign.center(box.width), strong)
        return
    inner = box.width - 2
    edge = "╭─╮│╰╯" if look.unicode else "+-+|++"
    canvas.put(box.x, box.y, edge[0] + edge[1] * inner + edge[2], ink)
    for k in range(1, box.height - 1):
        canvas.put(box.x, box.y + k, edge[3] + " " * inner + edge[3], ink)
    canvas.put(box.x, box.y + box.height - 1, edge[4] + edge[1] * inner + edge[5], ink)
    canvas.put(box.x + 1, box.y, cut(f" {label} ", inner, look), strong)
    lines = _lines(quantity, box.height - 2)
    for k, line in enumerate(lines):
        lit = 0 <= quantity.lit < len(quantity.lines) and line is quantity.lines[quantity.lit]
        text = cut(say(line, look), inner - 1, look)
        canvas.put(box.x + 2, box.y + 1 + k, text, strong if lit else Ink())
        if lit:
            canvas.put(box.x + 1, box.y + 1 + k, "▸" if look.unicode else ">", strong)


def _line(canvas: Canvas, route: _Route, look: Look) -> None:
    """A line from box to box, through the places that are kept free for it."""
    lit = route.flow.role != "muted"
    ink = palette.ink(route.flow.role, look)
    bends: list[tuple[int, int]] = []
    for k, stop in enumerate(route.stops):
        if k:
            bends.append((stop.x - (stop.quantity is not None), stop.middle))
        if k < len(route.stops) - 1:
            bends.append((stop.x + stop.width - (stop.quantity is None), stop.middle))
    if not look.unicode:
        for (x0, y0), (x1, y1) in pairwise(bends):
            xs, ys = raster.line_samples(x0 + 0.5, y0 + 0.5, x1 + 0.5, y1 + 0.5)
            sign = "=" if lit and y0 == y1 else raster.slope_sign(x1 - x0, y1 - y0)
            for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
                canvas.put(x, y, sign, ink)
        return
    dots = raster.Dots(canvas.columns, canvas.rows)
    for (x0, y0), (x1, y1) in pairwise(bends):
        for shift in (0, 1) if lit else (0,):
            dots.line(x0 * 2 + 0.5, y0 * 4 + 1.5 + shift, x1 * 2 + 1.5, y1 * 4 + 1.5 + shift)
    dots.draw(canvas, 0, 0, ink.fg, attributes=DIM if ink.dim else 0)


def _label(canvas: Canvas, route: _Route, taken: set[tuple[int, int]], look: Look) -> None:
    """The flow's label on its last stretch, where there is room beside the boxes and no other label."""
    text = say(route.flow.label, look)
    a, b = route.stops[-2:]
    left, right = a.x + a.width, b.x - 1
    wide = cell_width(text)
    if not text or right - left + 1 < wide + 2:
        return
    for t in _PLACES:
        x = min(max(left + 1, round(left + t * (right - left) - (wide - 1) / 2)), right - wide)
        y = round(a.middle + (b.middle - a.middle) * (x + wide / 2 - left) / max(1, right - left))
        cells = {(x + k, y) for k in range(-1, wide + 1)}
        if 0 <= y < canvas.rows and not taken & cells:
            taken |= cells
            canvas.put(x - 1, y, f" {text} ", palette.ink(route.flow.role, look)._replace(bold=True))
            return
