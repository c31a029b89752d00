"""Drawings as the text of a knob: hexadecimal rows, so that a run's link holds what the learner has drawn.

A row of up to four columns is one digit, the leftmost column its highest bit; rows follow each other without a sign between
them, and empty ones at the end are left out: nothing drawn is no text. 28 by 28 takes at most 196 of a knob's 200 characters.
"""

from __future__ import annotations

import numpy as np

from tutor.errors import BadLink
from tutor.labs.spec import Array

LONGEST = 200
"""Characters of a text knob."""


def row_digits(columns: int) -> int:
    """Hexadecimal digits of one row."""
    return -(-columns // 4)


def encode_pad(cells: Array) -> str:
    """The drawing as text. cells: (rows, columns), what is not zero is ink."""
    rows, columns = cells.shape
    digits = row_digits(columns)
    padded = np.zeros((rows, 4 * digits), np.bool_)
    padded[:, :columns] = cells != 0
    nibbles = padded.reshape(rows * digits, 4) @ np.array([8, 4, 2, 1])
    text = "".join("0123456789abcdef"[nibble] for nibble in nibbles)
    drawn = len(text.rstrip("0"))
    return text[: -(-drawn // digits) * digits]


def decode_pad(text: str, rows: int, columns: int) -> Array:
    """(rows, columns) bool: the drawing that the text says. Raises BadLink on a text that says none of this size."""
    digits = row_digits(columns)
    mend = f"use at most {rows} rows of {digits} hexadecimal digits each, or no text for an empty one"
    strange = next((c for c in text if c not in "0123456789abcdef"), "")
    if strange:
        raise BadLink(f"a drawing cannot hold the character {strange!r}", mend)
    if len(text) % digits or len(text) > rows * digits:
        raise BadLink(f"{len(text)} digits are no drawing of {rows} rows and {columns} columns", mend)
    nibbles = np.array([int(c, 16) for c in text], np.int64)
    bits = (nibbles[:, None] >> np.array([3, 2, 1, 0])) & 1
    found = bits.reshape(-1, 4 * digits).astype(np.bool_)
    if found[:, columns:].any():
        row = int(np.flatnonzero(found[:, columns:].any(axis=1))[0])
        raise BadLink(f"row {row + 1} of the drawing goes beyond its {columns} columns", mend)
    out = np.zeros((rows, columns), np.bool_)
    out[: len(found)] = found[:, :columns]
    return out
