"""Numbers in sentences and pictures."""

from __future__ import annotations

import math


def said(value: float, digits: int = 3) -> str:
    """A number in at most `digits` significant digits, with a real minus sign: "−0.5", "12", "∞"."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    return text.replace("-", "−")


def counted(count: int, thing: str) -> str:
    """ "1 mistake", "2 mistakes"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def summed(terms: list[tuple[float, float]], bias: float) -> str:
    """A weighted sum written out, as "0.5·1 + 2·0 − 1.5". terms: (weight, input) pairs."""
    parts = [f"{said(weight)}·{_factor(value)}" for weight, value in terms]
    text = parts[0] if parts else ""
    for part in [*parts[1:], said(bias)]:
        text += f" − {part[1:]}" if part.startswith("−") else f" + {part}"
    return text


def _factor(value: float) -> str:
    return f"({said(value)})" if value < 0 else said(value)
