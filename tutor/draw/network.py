"""Units in boxes, layers from left to right, and what connects them: sign by dashes and colour, size by width."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tutor.draw import palette, raster, scales
from tutor.draw.canvas import DIM, Canvas, cut, say, wrap
from tutor.draw.cells import Ink, Look, Row, cell_width
from tutor.draw.maps import draw_map, is_pictured, plan_maps
from tutor.pictures import Edge, Network, Node

_MOST_UNITS = 64
_MOST_EDGES = 600
_MOST_LABELS = 14
"""Numbers written between two layers; beyond these they hide the lines."""
_MOST_LINES = 48
"""Connections between two layers; where there are more, the weakest are left out."""
_LEAST_GAP, _WIDEST_GAP = 6, 22
_PLACES = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82)
"""Where along a line its number is tried."""


class _Box(NamedTuple):
    """A unit on the canvas: its cells, and the row that its lines meet."""

    x: int
    y: int
    width: int
    height: int
    captioned: bool = False
    """Whether there is a row for the label below (of a unit that is drawn as a map)."""

    @property
    def middle(self) -> int:
        return self.y + self.height // 2 if self.height != 4 else self.y + 1


def draw_network(network: Network, size: tuple[int, int], look: Look) -> list[Row]:
    """The network in exactly this size; without room it drops numbers, then boxes, then names, and the caption last."""
    columns, rows = size
    canvas = Canvas(columns, rows)
    top = 0
    if network.title and rows >= max(6, *map(len, network.layers), 0) + 1:
        canvas.put(0, 0, cut(say(network.title, look), columns, look), Ink(bold=True))
        top = 1
    caption = [piece for line in network.caption[:50] for piece in wrap(say(line, look), columns)]
    caption = caption[: max(0, rows - top - 4)]
    for k, line in enumerate(caption):
        canvas.put(0, rows - len(caption) + k, line)
    layers = [layer[:_MOST_UNITS] for layer in network.layers[:_MOST_UNITS]]
    if not any(layers):
        canvas.put(0, top, cut("no units to show", columns, look), palette.ink("muted", look))
        return canvas.finish()
    # A blank row above the caption where there is one to spare.
    height = rows - top - len(caption)
    height -= bool(caption) and height >= 3 * max(map(len, layers)) + 1
    whole, layers = layers, [layer if len(layer) <= height else layer[: max(1, height - 1)] for layer in layers]
    boxes = _place_maps(layers, columns, top, height) if is_pictured(layers) else _place(layers, columns, top, height, look)
    # Numbers between maps would hide more than they tell: there the width of a line says how large its weight is.
    _connect(canvas, network.edges[:_MOST_EDGES], boxes, look, numbers=not is_pictured(layers))
    for full, layer, places in zip(whole, layers, boxes, strict=True):
        for node, box in zip(layer, places, strict=True):
            _unit(canvas, node, box, look)
        if len(places) < len(full):
            canvas.put(places[-1].x, places[-1].y + 1, cut(f"+{len(full) - len(places)}", places[-1].width, look))
    return canvas.finish()


def _place(layers: list[tuple[Node, ...]], columns: int, top: int, rows: int, look: Look) -> list[list[_Box]]:
    """Where each unit lies: the tallest boxes that all fit, layers as far apart as there is use and room."""
    most = max(len(layer) for layer in layers)
    valued = any(node.value for layer in layers for node in layer)
    gaps = max(1, len(layers) - 1)
    for height in (4, 3, 1) if valued else (3, 1):
        widths = [max((_width(node, height, look) for node in layer), default=1) for layer in layers]
        if most * height <= rows and sum(widths) + _LEAST_GAP * gaps <= columns:
            break
    least = 3 * (len(layers) - 1)
    while sum(widths) + least > columns and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    gap = max(1, min(_WIDEST_GAP, (columns - sum(widths)) // gaps))
    x = max(0, (columns - sum(widths) - gap * (len(layers) - 1)) // 2)
    out = []
    for layer, width in zip(layers, widths, strict=True):
        count = max(1, len(layer))
        # Whole rows between units, so that equal distances look equal; at most two rows more than a box has.
        pitch = min(height + (2 if height > 1 else 3), rows // count)
        first = top + max(0, (rows - pitch * (count - 1) - height) // 2)
        out.append([_Box(x, first + k * pitch if pitch else first, width, height) for k in range(len(layer))])
        x += width + gap
    return out


def _place_maps(layers: list[tuple[Node, ...]], columns: int, top: int, rows: int) -> list[list[_Box]]:
    """The same for units that are drawn as maps."""
    plan = plan_maps([len(layer) for layer in layers], columns, rows, any(node.label for layer in layers for node in layer))
    x = max(0, (columns - plan.wide * len(layers) - plan.gap * (len(layers) - 1)) // 2)
    out = []
    for layer in layers:
        first = top + max(0, (rows - plan.pitch * (len(layer) - 1) - plan.high - plan.captioned) // 2)
        out.append([_Box(x, first + k * plan.pitch, plan.wide, plan.high, plan.captioned) for k in range(len(layer))])
        x += plan.wide + plan.gap
    return out


def _width(node: Node, height: int, look: Look) -> int:
    label, value = cell_width(say(node.label, look)), cell_width(say(node.value, look))
    if height == 4:
        return max(label, value) + 4
    if height == 3:
        return label + (value + 1 if value else 0) + 4
    return max(1, label)


def _unit(canvas: Canvas, node: Node, box: _Box, look: Look) -> None:
    if node.image is not None:
        draw_map(canvas, node.image, (box.x, box.y, box.width, box.height), look)
        if box.captioned:
            canvas.put(box.x, box.y + box.height, cut(say(node.label, look), box.width, look), palette.ink(node.role, look))
        return
    ink = palette.ink(node.role, look)
    label, value = say(node.label, look), say(node.value, look)
    strong = Ink(palette.colour(node.role, look) if node.role != "muted" else None, bold=True)
    if box.height == 1 or box.width < 3:
        sign = label if 0 < cell_width(label) <= box.width else palette.mark("a", look)
        canvas.put(box.x, box.y + box.height // 2, sign.center(box.width), strong)
        return
    inner = box.width - 2
    edge = "╭─╮│╰╯" if look.unicode else "+-+|++"
    canvas.put(box.x, box.y, edge[0] + edge[1] * inner + edge[2], ink)
    for k in range(1, box.height - 1):
        canvas.put(box.x, box.y + k, edge[3] + " " * inner + edge[3], ink)
    canvas.put(box.x, box.y + box.height - 1, edge[4] + edge[1] * inner + edge[5], ink)
    if box.height == 4:
        _centred(canvas, box, 1, label, strong, look)
        _centred(canvas, box, 2, value, Ink(), look)
        return
    both = f"{label} {value}".strip()
    if cell_width(both) <= inner:
        x = box.x + 1 + (inner - cell_width(both)) // 2
        x = canvas.put(x, box.y + 1, label, strong)
        canvas.put(x + 1, box.y + 1, value)
    else:
        _centred(canvas, box, 1, label, strong, look)


def _centred(canvas: Canvas, box: _Box, row: int, text: str, ink: Ink, look: Look) -> None:
    text = cut(text, box.width - 2, look)
    canvas.put(box.x + 1 + (box.width - 2 - cell_width(text)) // 2, box.y + row, text, ink)


class _Line(NamedTuple):
    """An edge between two boxes, in cells."""

    edge: Edge
    x0: int
    y0: int
    x1: int
    y1: int


def _connect(canvas: Canvas, edges: tuple[Edge, ...], boxes: list[list[_Box]], look: Look, numbers: bool) -> None:
    lines = []
    for edge in edges:
        if not (0 <= edge.layer < len(boxes) - 1):
            continue
        left, right = boxes[edge.layer], boxes[edge.layer + 1]
        if 0 <= edge.source < len(left) and 0 <= edge.target < len(right):
            a, b = left[edge.source], right[edge.target]
            if b.x > a.x + a.width:
                lines.append(_Line(edge, a.x + a.width, a.middle, b.x - 1, b.middle))
    largest = max((abs(e.weight) for e, *_ in lines if math.isfinite(e.weight) and not _is_wire(e)), default=1.0) or 1.0
    for layer in range(len(boxes) - 1):
        here = [line for line in lines if line.edge.layer == layer]
        if len(here) > _MOST_LINES:
            here = [line for line in here if _share(line.edge, largest) >= 0.2]
        groups: dict[tuple[int, int, Ink], list[_Line]] = {}
        for line in here:
            width, dash, ink = _style(line.edge, largest, look)
            groups.setdefault((width, dash, ink), []).append(line)
        # The strong over the weak, so that what matters is seen whole.
        for width, dash, ink in sorted(groups, key=lambda style: style[0]):
            group = groups[width, dash, ink]
            if look.unicode:
                _dots(canvas, group, width, dash, ink)
            else:
                for line in group:
                    _ascii_line(canvas, line, ink)
    taken: set[tuple[int, int]] = set()
    for layer in range(len(boxes) - 1):
        here = [line for line in lines if line.edge.layer == layer]
        room = min((line.x1 - line.x0 + 1 for line in here), default=0)
        if numbers and room >= 8 and len(here) <= _MOST_LABELS:
            for line in here:
                _label(canvas, line, here, taken, look)


def _is_wire(edge: Edge) -> bool:
    """A labelled connection of weight 1 or 0 only passes a value on: it is drawn thin, without a sign."""
    return bool(edge.label) and edge.weight in (0.0, 1.0)


def _share(edge: Edge, largest: float) -> float:
    return min(1.0, abs(edge.weight) / largest) if math.isfinite(edge.weight) else 1.0


def _sign_ink(edge: Edge, look: Look) -> Ink:
    if _is_wire(edge):
        return Ink()
    role = "muted" if edge.weight == 0 else "b" if edge.weight > 0 else "a"
    return palette.ink(role if math.isfinite(edge.weight) else "bad", look)


def _style(edge: Edge, largest: float, look: Look) -> tuple[int, int, Ink]:
    """Width in dots (1…3), length of a dash (0: solid), and ink."""
    ink = _sign_ink(edge, look)
    if _is_wire(edge):
        return 1, 0, ink
    return 1 + min(2, int(_share(edge, largest) * 3)), 2 if edge.weight < 0 else 1 if edge.weight == 0 else 0, ink


def _dots(canvas: Canvas, lines: list[_Line], width: int, dash: int, ink: Ink) -> None:
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    low, high = min(min(line.y0, line.y1) for line in lines), max(max(line.y0, line.y1) for line in lines)
    left, low = max(0, left), max(0, low)
    right, high = min(canvas.columns - 1, right), min(canvas.rows - 1, high)
    if right < left or high < low:
        return
    dots = raster.Dots(right - left + 1, high - low + 1)
    ends = np.array([(line.x0, line.y0, line.x1, line.y1) for line in lines], np.float64)
    ends = (ends - (left, low, left, low)) * (2, 4, 2, 4) + (0.5, 1.5, 1.5, 1.5)
    for shift in ((0,), (0, 1), (-1, 0, 1))[width - 1]:
        dots.lines(ends + np.array([0, shift, 0, shift]), dash)
    dots.draw(canvas, left, low, ink.fg, attributes=DIM if ink.dim else 0)


def _ascii_line(canvas: Canvas, line: _Line, ink: Ink) -> None:
    """Negative weights in dots, others in strokes; a third of them is enough to see where a steep one goes."""
    xs, ys = raster.line_samples(line.x0 + 0.5, line.y0 + 0.5, line.x1 + 0.5, line.y1 + 0.5)
    sign = "." if line.edge.weight < 0 else raster.slope_sign(line.x1 - line.x0, line.y1 - line.y0)
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        canvas.put(x, y, sign, ink)


def _text(edge: Edge, look: Look) -> str:
    if edge.label:
        return say(edge.label.strip(), look)
    if not math.isfinite(edge.weight):
        return scales.number(edge.weight)
    return ("+" if edge.weight > 0 else "") + scales.number(round(edge.weight, 3))


def _label(canvas: Canvas, line: _Line, lines: list[_Line], taken: set[tuple[int, int]], look: Look) -> None:
    """Write the number on its line, where it hides least of the others; nowhere if every place is taken."""
    text = _text(line.edge, look)
    wide = cell_width(text)
    if not text:
        return
    best: tuple[float, int, int] | None = None
    for rank, t in enumerate(_PLACES):
        y = round(line.y0 + t * (line.y1 - line.y0))
        x = round(line.x0 + t * (line.x1 - line.x0) - (wide - 1) / 2)
        cells = [(x + k, y) for k in range(-1, wide + 1)]
        if x < line.x0 or x + wide - 1 > line.x1 or not 0 <= y < canvas.rows or taken.intersection(cells):
            continue
        cost = rank * 0.3 + sum(_near(other, x, y, wide) for other in lines if other is not line)
        if best is None or cost < best[0]:
            best = (cost, x, y)
    if best is not None:
        _, x, y = best
        taken.update((x + k, y) for k in range(wide))
        if line.x0 < x and x + wide <= line.x1:
            x, text = x - 1, f" {text} "
        canvas.put(x, y, text, _sign_ink(line.edge, look)._replace(bold=True))


def _near(line: _Line, x: int, y: int, wide: int) -> float:
    """How many cells of a text at (x, y) lie on a line."""
    count = 0
    for column in range(x, x + wide):
        t = (column - line.x0) / max(1, line.x1 - line.x0)
        if 0 <= t <= 1 and abs(line.y0 + t * (line.y1 - line.y0) - y) < 0.75:
            count += 1
    return float(count)
