"""Reads what a learner types: numbers, intervals and short texts, in the ways that people write them."""

from __future__ import annotations

import math
import re
import unicodedata

_WORDS = {
    "zero": 0.0, "none": 0.0, "half": 0.5, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0,
}  # fmt: skip
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?"
_ONE = re.compile(rf"({_NUMBER})\s*(%)?(?:\s+(?!to\b|or\b|and\b)[a-z]+(?: [a-z]+)?)?\Z")
_FRACTION = re.compile(rf"({_NUMBER})\s*/\s*({_NUMBER})\Z")
_POWER = re.compile(rf"(?:({_NUMBER})\s*[*x×·]\s*)?10\s*\^\s*\(?([-+]?\d{{1,3}})\)?\Z")
_BETWEEN = (
    r"\s*(?:\.{2,}|;|\bto\b|\band\b)\s*",
    r"(?<=[\d%.])\s*[-–—]\s*(?=[-+.\d])",
    r"\s*,\s+",
    r"\s*,\s*",
)
"""What stands between the ends of an interval, the clearest first: a comma may be a decimal one."""


def read_number(text: str) -> float | None:
    """A finite number, or None: `1e-3`, `1,5`, `130 000`, `1,500`, `3/4`, `75 %`, `2·10^-3`, `≈ 3`, `three`, `3 mistakes`.

    A comma before exactly three digits separates thousands (but `0,125` is a fraction); any other is a decimal comma.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower().replace("−", "-").replace("⁄", "/")
    text = re.sub(r"^(?:about|around|roughly|approximately|ca\.?|=|~|≈)\s*", "", text)
    text = re.sub(r"(?<=\d)[ '_](?=\d{3}(?!\d))", "", text)
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?%?", text):
        text = text.replace(",", "")
    text = re.sub(r"(?<=\d),(?=\d)", ".", text) if text.count(",") == 1 else text
    value = _WORDS.get(text)
    if value is None:
        value = _calculated(text)
    return value if value is not None and math.isfinite(value) else None


def _calculated(text: str) -> float | None:
    try:
        if match := _FRACTION.match(text):
            return float(match[1]) / float(match[2])
        if match := _POWER.match(text):
            return float(match[1] or 1) * 10.0 ** int(match[2])
        if match := _ONE.match(text):
            return float(match[1]) / (100 if match[2] else 1)
    except (ZeroDivisionError, OverflowError):
        return None
    return None


def read_interval(text: str) -> tuple[float, float] | None:
    """Two numbers, the smaller first, or None: `2..5`, `2 to 5`, `[2, 5]`, `2-5`, `between 2 and 5`; one number is both."""
    text = unicodedata.normalize("NFKC", text).strip().lower().strip("[](){}").replace("−", "-")
    text = re.sub(r"^(?:between|from)\s+", "", text)
    for ends in (*(re.split(between, text, maxsplit=1) for between in _BETWEEN), [text]):
        numbers = [read_number(end) for end in ends]
        if all(number is not None for number in numbers):
            found = sorted(number for number in numbers if number is not None)
            return found[0], found[-1]
    return None


def fold(text: str) -> str:
    """A text without what does not matter: case, accents, spaces, hyphens, punctuation, a leading article."""
    text = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in text if not unicodedata.combining(c))
    words = re.sub(r"[^\w]+|_", " ", kept).split()
    if len(words) > 1 and words[0] in ("a", "an", "the"):
        words = words[1:]
    return " ".join(words) or "".join(kept.split())


def short(value: float) -> str:
    """A number in few characters: 3, 0.25, 1.5e-07, ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}" if abs(value) < 1e4 or value != int(value) else f"{value:.0f}"
