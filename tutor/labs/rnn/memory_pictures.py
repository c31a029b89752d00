"""What the lab `memory` shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.pictures import Lines, Series, Text

Array = NDArray[Any]

_LEAST = 1e-12
"""Below this a gradient is drawn as if it were so small."""
_UPPER, _LOWER = "ABCDEFGHIJKLMNOP", "stuvwxyz"


def gradient(lengths: list[Array], titles: list[str]) -> Lines:
    """The length of the gradient at each time, as a share of that at the answer. lengths: one (T + 1,) for each net."""
    series = []
    for length, title, role in zip(lengths, titles, "abc", strict=True):
        last = float(length[-1])
        share = np.maximum(length / last, _LEAST) if last > 0 else np.full(len(length), np.nan)
        series.append(Series(title, np.arange(len(share), dtype=np.float32), share.astype(np.float32), role))
    return Lines(
        tuple(series),
        title="what is left of the gradient, by time",
        x_label="time: the symbol comes at 1, the question last",
        x_limits=(0.0, float(len(lengths[0]) - 1)),
        y_log=True,
    )


def answers(found: list[tuple[Array, Array, Array]], titles: list[str], symbols: int, size: tuple[int, int]) -> Text:
    """A line for each of some sequences: as it is read, and each net's answer with its probability; a wrong one in brackets."""
    x, t, _ = found[0]
    columns, rows = size
    room = max(4, columns - 2 - 9 * len(found))
    lines = [f"{'sequence':<{room}}" + "".join(f"{title:>9}" for title in titles)]
    for k in range(min(x.shape[1], max(1, rows - 2))):
        line = _shortened("".join(_character(int(symbol), symbols) for symbol in x[:, k]), room - 2)
        cells = []
        for _, _, p in found:
            best = int(p[:, k].argmax())
            text = f"{_character(best, symbols)} {100 * p[best, k]:.0f}%"
            cells.append(f"{text if best == t[k] else f'({text})':>9}")
        lines.append(f"{line:<{room}}" + "".join(cells))
    return Text(tuple(lines), "answers; wrong ones in brackets")


def _character(symbol: int, symbols: int) -> str:
    """The first symbols are capitals, fillers small letters, the last one asks."""
    if symbol < symbols:
        return _UPPER[symbol]
    return _LOWER[symbol - symbols] if symbol - symbols < len(_LOWER) else "?"


def _shortened(text: str, room: int) -> str:
    """Both ends of a text that is too long."""
    if len(text) <= room:
        return text
    left = (room - 1) // 2
    return f"{text[:left]}…{text[len(text) - (room - 1 - left) :]}"
