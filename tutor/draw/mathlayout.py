"""The tree of a formula → a box of characters: in two dimensions for a display, in one line within text and in scripts."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from tutor.draw import mathsymbols as known
from tutor.draw.cells import cell_width
from tutor.draw.mathboxes import Box, Style, beside, fence, line, lying_brace, padded, stacked
from tutor.draw.mathspacing import blank, clings, is_product, is_single
from tutor.draw.mathtree import Accent, Fenced, Fraction, Grid, Node, Root, Scripts, Sequence, Stack, Symbol
from tutor.draw.plainly import to_ascii


def build(node: Node, style: Style) -> Box:
    """The box of a part of a formula."""
    match node:
        case Symbol(text=text, kind=kind):
            return _symbol(text, kind, style)
        case Sequence(items=items):
            return _sequence(items, style)
        case Fraction():
            return _fraction(node, style)
        case Root():
            return _root(node, style)
        case Scripts():
            return _scripts(node, style)
        case Accent():
            return _accent(node, style)
        case Fenced(left=left, body=body, right=right):
            inner = build(body, style)
            box = beside([fence(left, inner, style), inner, fence(right, inner, style)])
            return replace(box, kind="fenced")
        case Grid():
            return _grid(node, style)
        case Stack():
            return _stack(node, style)


def _symbol(text: str, kind: str, style: Style) -> Box:
    if style.ascii:
        text = to_ascii(text)
    if style.tight and kind in ("punct", "space"):
        text = text.strip()
    return line(text, kind)


_STARTS = ("rel", "bin", "open", "op", "lim", "fn", "punct")


def _sequence(items: tuple[Node, ...], style: Style) -> Box:
    """Parts with the blanks of mathematical typesetting between them."""
    boxes: list[Box] = []
    kinds: list[str] = []
    for k, item in enumerate(items):
        box = build(item, style)
        kind = box.kind
        if kind == "bin" and (
            not kinds or kinds[-1] in ("rel", "bin", "open", "op", "lim", "fn", "punct") or k == len(items) - 1
        ):
            kind = "ord"
        if style.inline and isinstance(item, Fraction) and clings(items, k):
            box = line(f"({box.rows[0]})", "frac")
        if kinds and blank(kinds[-1], kind, boxes[-1], box, style):
            boxes.append(line(" "))
        boxes.append(box)
        kinds.append(kind)
    whole = beside(boxes)
    return replace(whole, kind=kinds[0] if len(kinds) == 1 else "ord")


def _fraction(node: Fraction, style: Style) -> Box:
    if style.inline or node.small:
        style = replace(style, inline=True)
        top, bottom = build(node.top, style).rows[0], build(node.bottom, style).rows[0]
        top = top if is_product(node.top) else f"({top})"
        bottom = bottom if is_single(node.bottom) else f"({bottom})"
        return line(f"{top}/{bottom}", "frac")
    top_box, bottom_box = build(node.top, style), build(node.bottom, style)
    bar = ("-" if style.ascii else "─") * (max(top_box.width, bottom_box.width) + 2)
    return replace(stacked([top_box, line(bar), bottom_box], 1), kind="frac")


def _root(node: Root, style: Style) -> Box:
    degree = ""
    if node.degree is not None:
        text = build(node.degree, style.script()).rows[0]
        small = _small(text, known.SUPERSCRIPTS)
        degree = f"{text}-" if style.ascii else small if small is not None else text
    body = build(node.body, style)
    simple = is_single(node.body) and body.height == 1
    if style.inline or (simple and body.width == 1 and not style.ascii):
        text = body.rows[0]
        sign = "sqrt" if style.ascii else "√"
        return line(degree + sign + (text if simple and not style.ascii else f"({text})"))
    if style.ascii:
        signs = [" |"] * (body.height - 1) + ["\\|"] if body.height > 1 else ["\\/"]
        rows = ["  " + "_" * body.width] + [sign + row for sign, row in zip(signs, body.rows, strict=True)]
    else:
        signs = ["│"] * (body.height - 1) + ["√"]
        rows = [" " + "▁" * body.width] + [sign + row for sign, row in zip(signs, body.rows, strict=True)]
    if degree:
        lowest = len(rows) - 1
        rows = [(degree if k == lowest else " " * cell_width(degree)) + row for k, row in enumerate(rows)]
    return Box(tuple(rows), body.base + 1)


def _small(text: str, table: dict[str, str]) -> str | None:
    """The text in the small letters of a table, or None where one is missing."""
    text = text.replace(" ", "")
    return "".join(table[c] for c in text) if all(c in table for c in text) else None


def _scripts(node: Scripts, style: Style) -> Box:
    nucleus = build(node.nucleus, style)
    sub = build(node.sub, style.script()) if node.sub is not None else None
    sup = build(node.sup, style.script()) if node.sup is not None else None
    if nucleus.kind in ("op", "lim") and not style.inline and nucleus.rows[0] not in ("∫", "∮", "int"):
        limits = [box for box in (sup, nucleus, sub) if box is not None]
        return stacked(limits, 1 if sup is not None else 0)
    low = _small(sub.rows[0], known.SUBSCRIPTS) if sub is not None else ""
    high = _small(sup.rows[0], known.SUPERSCRIPTS) if sup is not None else ""
    if style.ascii:
        low, high = (None if sub is not None else ""), (None if sup is not None else "")
    if low is not None and high is not None and nucleus.height == 1:
        return line(nucleus.rows[0] + low + high, nucleus.kind)
    if style.inline:
        text = nucleus.rows[0]
        if not is_single(node.nucleus):
            text = f"({text})"
        text += "" if sub is None else low if low is not None else "_" + _grouped(sub.rows[0])
        text += "" if sup is None else high if high is not None else "^" + _grouped(sup.rows[0])
        return line(text, nucleus.kind)
    return _beside_scripts(nucleus, sub, sup, low, high)


def _grouped(text: str) -> str:
    alone = cell_width(text) == 1 or (text.isalnum() and text.isascii())
    bracketed = text[:1] in ("(", "[") and max(text.find(")"), text.find("]")) == len(text) - 1
    return text if alone or bracketed else f"({text})"


def _beside_scripts(nucleus: Box, sub: Box | None, sup: Box | None, low: str | None, high: str | None) -> Box:
    """Scripts that have no small letters: in rows of their own, above and below what they belong to.

    Beside something tall they take its first and its last row; the small letters do where there are some.
    """
    tall = nucleus.height > 1
    top = line(high) if high and tall else sup
    bottom = line(low) if low and tall else sub
    width = max((box.width for box in (top, bottom) if box is not None), default=0)
    rows = list(nucleus.rows)
    right = [""] * len(rows)
    base = nucleus.base
    if tall:
        if top is not None:
            right[0] = top.rows[0]
        if bottom is not None:
            right[-1] = bottom.rows[0]
    else:
        if bottom is not None:
            rows, right = [*rows, " " * nucleus.width], [*right, bottom.rows[0]]
        if top is not None:
            rows, right, base = [" " * nucleus.width, *rows], [top.rows[0], *right], base + 1
    return Box(tuple(row + padded(script, width, "l") for row, script in zip(rows, right, strict=True)), base, nucleus.kind)


_WORD_ACCENTS = {"widehat": "hat", "widetilde": "tilde", "overline": "bar", "underline": "under"}


def _accent(node: Accent, style: Style) -> Box:
    body = build(node.body, style)
    name = _WORD_ACCENTS.get(node.name, node.name)
    if style.ascii:
        text = body.rows[0]
        if body.height == 1 and text.replace("_", "").isalnum():
            return line(f"{text}_{name}")
        return beside([line(f"{name}("), body, line(")")])
    mark = known.ACCENTS[node.name]
    if body.height == 1 and (body.width == 1 or node.name in ("overline", "underline", "bar")):
        text = "".join(unicodedata.normalize("NFC", c + mark) if not unicodedata.combining(c) else c for c in body.rows[0])
        return line(text)
    if body.height == 1 and isinstance(node.body, Scripts):
        # One letter with scripts of its own: the accent belongs to the letter.
        text = body.rows[0]
        return line(unicodedata.normalize("NFC", text[0] + mark) + text[1:])
    if style.inline:
        return line(f"{name}({body.rows[0]})")
    signs = {"hat": "^", "tilde": "~", "bar": "─", "vec": "→", "dot": "·", "ddot": "··", "under": "─"}
    return stacked([line(signs.get(name, "^")), replace(body, kind="ord")], 1)


def _grid(node: Grid, style: Style) -> Box:
    cells = [[build(cell, style) for cell in row] for row in node.rows]
    left, right = node.left, node.right
    if style.inline:
        rows = [" ".join(cell.rows[0] for cell in row if cell.width) for row in cells]
        text = ("; " if left or right else ", ").join(rows)
        return line(left + text + (right or ("}" if left == "{" else "")), "fenced")
    count = max(map(len, cells))
    widths = [max((row[j].width for row in cells if j < len(row)), default=0) for j in range(count)]
    lines = []
    for row in cells:
        parts: list[Box] = []
        for j, width in enumerate(widths):
            cell = row[j] if j < len(row) else line("")
            align = node.align if node.align in "cl" else "rl"[j % 2]
            if parts:
                tied = node.align == "a" and j % 2 == 1
                parts.append(line(" " if tied else "  "))
            if width:
                parts.append(Box(tuple(padded(line, width, align) for line in cell.rows), cell.base))
        lines.append(beside(parts))
    body = stacked(lines, 0, "l")
    middle = lines[0].base if len(lines) == 1 else (body.height - 1) // 2
    body = Box(body.rows, middle)
    if not left and not right:
        return body
    gap = [line(" ")] if left == "{" else []
    return replace(beside([fence(left, body, style), *gap, body, fence(right, body, style)]), kind="fenced")


def _stack(node: Stack, style: Style) -> Box:
    body = build(node.body, style)
    note = build(node.note, style.script()) if node.note is not None else None
    if style.inline:
        return (
            body
            if note is None
            else line(f"{body.rows[0]} [{note.rows[0]}]" if node.brace else f"{body.rows[0]}({note.rows[0]})", body.kind)
        )
    layers = [body]
    if node.brace:
        layers.append(line(lying_brace(body.width, node.above, style)))
    if note is not None:
        layers.append(note)
    if node.above:
        layers.reverse()
    return replace(stacked(layers, len(layers) - 1 if node.above else 0), kind="ord" if node.brace else body.kind)
