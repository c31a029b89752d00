"""Contours on a field: quiet lines where the values pass, in colour only; nothing that is not finite breaks them."""

from __future__ import annotations

import numpy as np

from tutor.draw import Look, draw
from tutor.pictures import Field


def bowl(contours: tuple[float, ...]) -> Field:
    y, x = np.mgrid[1:-1:40j, -1:1:80j]
    return Field((x * x + y * y).astype(np.float32), (-1, 1), (-1, 1), 0, 2, None, contours=contours)


def text(field: Field, look: Look) -> str:
    return "\n".join("".join(span.text for span in row) for row in draw(field, (60, 20), look))


def dots(field: Field, look: Look) -> int:
    return sum("\u2801" <= c < "\u2900" for c in text(field, look))


def test_each_contour_is_a_line() -> None:
    look = Look()
    assert dots(bowl(()), look) == 0
    assert 0 < dots(bowl((0.3,)), look) < dots(bowl((0.3, 0.9)), look)
    assert dots(bowl((5.0,)), look) == 0


def test_without_colour_or_unicode_the_shades_must_do() -> None:
    for look in (Look(colour=False), Look(unicode=False)):
        assert text(bowl((0.3, 0.9)), look) == text(bowl(()), look)


def test_contours_of_what_is_not_finite() -> None:
    field = bowl((0.3, float("nan"), float("inf")))
    field.values[5:9] = np.nan
    assert dots(field, Look()) > 0
