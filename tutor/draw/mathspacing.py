"""Where a formula has blanks, and where one line needs brackets for what the second dimension holds together."""

from __future__ import annotations

import re

from tutor.draw.mathboxes import Box, Style
from tutor.draw.mathtree import Accent, Fenced, Fraction, Node, Root, Scripts, Sequence, Stack, Symbol

_TIGHT = ("open", "close", "punct", "space")
_LOOSE = ("rel", "bin", "punct")
_OPEN_SCRIPT = re.compile(r"[_^](\w+|\[[^\]]*\]|\([^)]*\))$")


def blank(before: str, after: str, left: Box, right: Box, style: Style) -> bool:
    """Whether there is a blank between two neighbours. Something fenced begins with an opening and ends with a closing sign."""
    before, after = "close" if before == "fenced" else before, "open" if after == "fenced" else after
    ends, begins = left.rows[left.base][-1:], right.rows[right.base][:1]
    letters = ends.isalnum() and begins.isalnum()
    words = letters and (left.width > 1 or right.width > 1)
    if before in ("fn", "lim", "op") and after not in (*_TIGHT, "rel", "bin"):
        return True
    if after in ("fn", "lim", "op") and before in ("ord", "close", "frac"):
        return not style.tight or words
    if begins.isalnum() and _OPEN_SCRIPT.search(left.rows[0]):
        return True
    if style.tight:
        # "k in K": a relation that is a word in ASCII.
        return style.ascii and words and (before == after == "ord" or "rel" in (before, after))
    if before == "op" and after == "open":
        return True
    if "rel" in (before, after) or "bin" in (before, after):
        return "space" not in (before, after)
    if before == "punct":
        return after != "space"
    # The bar of a fraction touches nothing but a sign before it in one line: -1/2.
    if "frac" in (before, after):
        alone = style.inline and (ends in "−-" or begins in ")]")
        return not alone and "space" not in (before, after) and after not in ("punct", "close") and before != "open"
    # Names written out stand apart: "alpha x", not "alphax".
    return style.ascii and words and before in ("ord", "frac") and after in ("ord", "frac")


def clings(items: tuple[Node, ...], k: int) -> bool:
    """Whether a fraction in one line has a factor beside it, so that it needs brackets: (1/m)x is not 1/(mx)."""
    after = next((item for item in items[k + 1 :] if not _is_kind(item, "space")), None)
    before = next((item for item in items[:k][::-1] if not _is_kind(item, "space")), None)
    return (after is not None and not _is_kind(after, *_LOOSE, "close")) or (
        before is not None and not _is_kind(before, *_LOOSE, "open")
    )


def _is_kind(node: Node, *kinds: str) -> bool:
    while isinstance(node, Scripts):
        node = node.nucleus
    return isinstance(node, Symbol) and node.kind in kinds


def _depths(items: tuple[Node, ...]) -> list[int]:
    """How many brackets are open after each part."""
    depth, out = 0, []
    for item in items:
        depth += _is_kind(item, "open") - _is_kind(item, "close")
        out.append(depth)
    return out


def is_single(node: Node) -> bool:
    """Whether a part in one line needs no brackets beside a stroke or a root."""
    match node:
        case Symbol() | Accent() | Root():
            return True
        case Fenced(left=left):
            return bool(left)
        case Scripts(nucleus=nucleus):
            return is_single(nucleus)
        case Sequence(items=items):
            if len(items) <= 1:
                return all(map(is_single, items))
            depths = _depths(items)
            # Something in brackets holds together by itself, with a function before it or not: (x + y), f(x).
            if depths[0] == 1:
                return 0 not in depths[:-1] and depths[-1] == 0
            if depths[1] == 1:
                return is_single(items[0]) and 0 not in depths[1:-1] and depths[-1] == 0
            return len(items) == 2 and isinstance(items[0], Symbol) and items[0].text in ("∂", "d", "∇") and is_single(items[1])
    return False


def is_product(node: Node) -> bool:
    """Whether a part in one line may stand before a stroke without brackets: no sum, no relation in it but within brackets."""
    if isinstance(node, Sequence):
        depths = _depths(node.items)
        return all(is_product(item) for item, depth in zip(node.items, depths, strict=True) if not depth)
    return not isinstance(node, Fraction | Stack) and not _is_kind(node, "bin", "rel", "punct", "op")
