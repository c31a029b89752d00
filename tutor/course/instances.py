"""Questions whose numbers are drawn: which numbers a seed draws, and the question with them put in.

Seed 0 is what the lesson asks; each review asks with the next seed. Seeds one after another draw different numbers, until all
have come.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from tutor.course.answers import short
from tutor.course.arithmetic import parse_expression
from tutor.course.model import Quiz, Variation

_PLACE = re.compile(r"\{([+(]?)([a-z][a-z0-9_]*)\)?\}")
"""`{w}`; `{+w}`: with its sign, as a further term; `{(w)}`: in brackets if it is negative."""
_MANY = 500


def instance(quiz: Quiz, seed: int) -> Quiz:
    """The question with the numbers of a seed; a question without drawn numbers is always the same."""
    varied = quiz.varied
    if varied is None:
        return quiz
    values = numbers_of(varied, quiz.id, seed)
    plain = varied.template
    return replace(
        plain,
        ask=fill(plain.ask, values),
        because=fill(plain.because, values),
        hints=tuple(fill(hint, values) for hint in plain.hints),
        options=tuple(replace(o, say=fill(o.say, values), because=fill(o.because, values)) for o in plain.options),
        answer=values["answer"] if varied.answer else plain.answer,
        varied=varied,
    )


def numbers_of(varied: Variation, name: str, seed: int) -> dict[str, float]:
    """The drawn numbers by name, what `where` makes of them, and the answer. name: the question's."""
    total = count(varied)
    digest = hashlib.sha256(name.encode()).digest()
    stride = max(1, round(total * 0.6180339887498949))
    while math.gcd(stride, total) > 1:
        stride += 1
    at = (int.from_bytes(digest[:8]) + seed * stride) % total
    values: dict[str, float] = {}
    for word, choices in varied.numbers:
        at, which = divmod(at, len(choices))
        values[word] = choices[which]
    for word, text in (*varied.where, ("answer", varied.answer)):
        if text:
            values[word] = parse_expression(text, values).value(values)
    return values


def count(varied: Variation) -> int:
    """How many different sets of numbers there are."""
    return math.prod(len(choices) for _, choices in varied.numbers)


def sampled(quiz: Quiz) -> Iterator[int]:
    """Seeds of all instances, or of many where there are more."""
    return iter(range(min(_MANY, count(quiz.varied)) if quiz.varied else 1))


def fill(text: str, values: Mapping[str, float]) -> str:
    """The text with the numbers put in; other braces, such as those of formulas, stay."""

    def put(match: re.Match[str]) -> str:
        mark, name = match.groups()
        if name not in values:
            return match[0]
        inside = text.count("$", 0, match.start()) % 2
        number = short(values[name])
        sign, size = ("-", number[1:]) if number.startswith("-") else ("+", number)
        minus = "-" if inside else "−"
        if mark == "+":
            return f"{sign if sign == '+' else minus} {size}"
        said = number if sign == "+" else minus + size
        return f"({said})" if mark == "(" and sign == "-" else said

    return _PLACE.sub(put, text)


def names_in(text: str) -> set[str]:
    """The names that a text has places for."""
    return {match[2] for match in _PLACE.finditer(text)}
