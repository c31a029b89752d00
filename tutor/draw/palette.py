"""Roles and scales as colours, for dark and light backgrounds.

Every colour is one of xterm's 256 (its cube or its greys), so that a terminal that announces no more shows it exactly. Blue
against orange keeps classes apart for nearly every eye; marks keep them apart for the rest, and where there is no colour.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.draw.cells import PLAIN, Ink, Look

CLASSES = ("a", "b", "c", "d", "e", "f", "g", "h")
LEVELS = 12
"""Colours of a scale: few, so that neighbours are equal and a frame has few bytes."""

_DARK = {
    "a": 0x5FAFFF, "b": 0xFFAF00, "c": 0x5FD7AF, "d": 0xD787D7,
    "e": 0xD7D700, "f": 0xFF875F, "g": 0x8787FF, "h": 0xAFFF5F, "good": 0x5FD75F, "bad": 0xFF5F5F,
    "muted": 0x8A8A8A, "accent": 0xFFFFAF, "guess": 0xAF87FF, "line": 0xFFFFFF, "frame": 0x808080, "text": None,
}  # fmt: skip
_LIGHT = {
    "a": 0x005FAF, "b": 0x875F00, "c": 0x005F5F, "d": 0x870087,
    "e": 0x5F5F00, "f": 0xAF0000, "g": 0x5F5FAF, "h": 0x005F00, "good": 0x005F00, "bad": 0xAF0000,
    "muted": 0x5F5F5F, "accent": 0x5F00AF, "guess": 0x8700FF, "line": 0x000000, "frame": 0x626262, "text": None,
}  # fmt: skip
_DARK_OF_FEW = {
    "a": 0x55FFFF, "b": 0xFFFF55, "c": 0x55FF55, "d": 0xFF55FF, "e": 0xFFFFFF, "f": 0xFF5555, "g": 0xAAAAAA, "h": 0x55FFFF,
    "good": 0x55FF55, "bad": 0xFF5555, "muted": 0xAAAAAA, "accent": 0xFFFF55, "guess": 0xFF55FF, "line": 0xFFFFFF,
    "frame": 0xAAAAAA, "text": None,
}  # fmt: skip
_LIGHT_OF_FEW = {
    "a": 0x0000AA, "b": 0xAA0000, "c": 0x000000, "d": 0xAA00AA, "e": 0x0000AA, "f": 0xAA0000, "g": 0x000000, "h": 0xAA00AA,
    "good": 0x0000AA, "bad": 0xAA0000, "muted": 0x000000, "accent": 0xAA00AA, "guess": 0xAA00AA, "line": 0x000000,
    "frame": 0x000000, "text": None,
}  # fmt: skip
"""Of the sixteen colours those that can be read on black, and on white; marks keep apart what shares one."""
_ON_FIELD_DARK = {
    "a": 0xAFD7FF, "b": 0xFFD75F, "c": 0xAFFFD7, "d": 0xFFAFFF, "e": 0xFFFF87, "f": 0xFFAF87, "g": 0xAFAFFF, "h": 0xD7FF87,
    "bad": 0xFFFFFF, "accent": 0xFFFFFF,
}  # fmt: skip
_ON_FIELD_LIGHT = {
    "a": 0x005FAF, "b": 0x875F00, "c": 0x005F5F, "d": 0x5F0087, "e": 0x5F5F00, "f": 0x870000, "g": 0x5F00FF, "h": 0x005F00,
    "bad": 0xD70000, "accent": 0x000000,
}  # fmt: skip

_FIELD_DARK = (
    0x005FAF, 0x005F87, 0x005F87, 0x005F5F, 0x005F5F, 0x303030, 0x303030, 0x5F5F00, 0x5F5F00, 0x875F00, 0x875F00, 0xAF5F00,
)  # fmt: skip
_FIELD_LIGHT = (
    0x87AFFF, 0x87D7FF, 0xAFD7FF, 0xAFD7FF, 0xD7FFFF, 0xE4E4E4, 0xFFFFD7, 0xFFD7AF, 0xFFD7AF, 0xFFD787, 0xFFAF5F, 0xFFAF5F,
)  # fmt: skip
_SIGNED_DARK = (
    0x00AFFF, 0x0087FF, 0x005FD7, 0x005FAF, 0x005F5F, 0x262626, 0x262626, 0x5F5F00, 0x875F00, 0xAF5F00, 0xD78700, 0xFFAF00,
)  # fmt: skip
_SIGNED_LIGHT = (
    0x005FAF, 0x0087D7, 0x5FAFFF, 0x87D7FF, 0xAFD7FF, 0xEEEEEE, 0xEEEEEE, 0xFFD7AF, 0xFFAF87, 0xFF875F, 0xD75F00, 0xAF5F00,
)  # fmt: skip
_INK_DARK = (
    0x121212, 0x262626, 0x3A3A3A, 0x4E4E4E, 0x626262, 0x767676, 0x8A8A8A, 0x9E9E9E, 0xB2B2B2, 0xC6C6C6, 0xDADADA, 0xEEEEEE,
)  # fmt: skip

MARKS = {"a": "●", "b": "×", "c": "▲", "d": "■", "e": "◆", "f": "▼", "g": "+", "h": "▶"}
ASCII_MARKS = {"a": "o", "b": "x", "c": "^", "d": "#", "e": "%", "f": "v", "g": "*", "h": "y"}
WRONG_MARKS = {"a": "◉", "b": "⊗", "c": "△", "d": "□", "e": "◇", "f": "▽", "g": "⊕", "h": "▷"}
ASCII_WRONG_MARKS = {"a": "O", "b": "X", "c": "A", "d": "H", "e": "&", "f": "V", "g": "@", "h": "Y"}


def colour(role: str, look: Look) -> int | None:
    """The colour of a role, or None without colour; a role that is not known is drawn as plain text."""
    if not look.colour:
        return None
    if look.few:
        return (_DARK_OF_FEW if look.dark else _LIGHT_OF_FEW).get(role)
    return (_DARK if look.dark else _LIGHT).get(role)


def ink(role: str, look: Look, bold: bool = False) -> Ink:
    """The ink of a role; "muted" is dim where there is no colour."""
    if not look.colour:
        return Ink(bold=bold, dim=role in ("muted", "frame")) if bold or role in ("muted", "frame") else PLAIN
    return Ink(colour(role, look), bold=bold)


def on_field(role: str, look: Look) -> int | None:
    """The colour of a mark on a field, chosen to be read on every colour of the diverging scale."""
    if not look.colour:
        return None
    return (_ON_FIELD_DARK if look.dark else _ON_FIELD_LIGHT).get(role, colour("line", look))


def class_role(kind: int) -> str:
    """The role of a class; after the eighth they begin again."""
    return CLASSES[kind % len(CLASSES)]


def mark(role: str, look: Look, wrong: bool = False) -> str:
    """The character of a role: of a class the sign of its points, of anything else a short line."""
    if look.unicode:
        return (WRONG_MARKS if wrong else MARKS).get(role, _SIGNS.get(role, "─"))
    return (ASCII_WRONG_MARKS if wrong else ASCII_MARKS).get(role, _ASCII_SIGNS.get(role, "-"))


_SIGNS = {"good": "✓", "bad": "⊗", "muted": "╌", "accent": "─", "guess": "┄"}
_ASCII_SIGNS = {"good": "+", "bad": "X", "muted": "-", "accent": "-", "guess": "~"}


@lru_cache(maxsize=8)
def field_scale(dark: bool) -> NDArray[Any]:
    """(LEVELS,) int32, two-sided and quiet, so that marks show on it: from far below the middle ("a") to far above ("b")."""
    return np.array(_FIELD_DARK if dark else _FIELD_LIGHT, np.int32)


@lru_cache(maxsize=8)
def signed_scale(dark: bool) -> NDArray[Any]:
    """(LEVELS,) int32, two-sided and strong, for weights and heights, with nothing drawn over them."""
    return np.array(_SIGNED_DARK if dark else _SIGNED_LIGHT, np.int32)


@lru_cache(maxsize=8)
def sequential(dark: bool) -> NDArray[Any]:
    """(LEVELS,) int32: from paper to ink."""
    return np.array(_INK_DARK if dark else _INK_DARK[::-1], np.int32)


@lru_cache(maxsize=32)
def tinted(role: str, dark: bool) -> NDArray[Any]:
    """(LEVELS,) int32: from paper to ink in the colour of a role, for pixels that are marked."""
    full = (_DARK if dark else _LIGHT).get(role) or (_DARK if dark else _LIGHT)["b"] or 0
    ink = np.array([full >> 16, full >> 8 & 255, full & 255], np.float64)
    paper = ink * 0.4 if dark else 255 - (255 - ink) * 0.4
    share = np.linspace(0.0, 1.0, LEVELS)[:, None]
    cube = np.array([0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF])
    mixed = paper * (1 - share) + ink * share
    nearest = cube[np.abs(mixed[:, :, None] - cube).argmin(axis=2)]
    return np.asarray(nearest @ np.array([1 << 16, 1 << 8, 1]), np.int32)


_FEW_OF_ONE_SIDE = np.array([0, 0, 0, 4, 4, 4, 7, 7, 7, 11, 11, 11])
_FEW_OF_TWO_SIDES = np.array([0, 0, 2, 2, 5, 5, 6, 6, 9, 9, 11, 11])


def for_look(scale: NDArray[Any], look: Look, two_sided: bool) -> NDArray[Any]:
    """The scale, (LEVELS,), with fewer colours where the look is coarse; the ends and the middle stay."""
    return scale[_FEW_OF_TWO_SIDES if two_sided else _FEW_OF_ONE_SIDE] if look.coarse else scale


def levels(values: NDArray[Any], low: float, high: float, count: int = LEVELS) -> NDArray[Any]:
    """The step of a scale for each value: int64 in 0…count-1; -1 where the value is not a number."""
    values = np.asarray(values, np.float64)
    low, high = float(low), float(high)
    if not (np.isfinite(low) and np.isfinite(high)) or high <= low or not np.isfinite(high - low):
        low, high = (low - 0.5, high + 0.5) if low == high and np.isfinite(low) else (-1.0, 1.0)
    with np.errstate(all="ignore"):
        scaled = (np.clip(values, low, high) - low) / (high - low) * count
    blank = ~(scaled >= 0)
    steps = np.minimum(np.where(blank, 0, scaled), count - 1).astype(np.int64)
    steps[blank] = -1
    return steps
