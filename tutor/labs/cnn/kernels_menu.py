"""The kernels that the lab `convolve` offers, and the one that the learner types."""

from __future__ import annotations

import numpy as np

from tutor.errors import BadData
from tutor.labs.spec import Array

MENU: dict[str, Array] = {
    "vertical edges": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    "horizontal edges": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "outline": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "falling stroke": np.array([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]),
    "copy": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}
"""Edges: Sobel & Feldman 1968."""
YOURS = "yours"
LARGEST = 5
_BIGGEST = 1e3


def kernel_of(name: str, text: str) -> Array:
    """(h, w) float32: the kernel of the menu with this name, or the one that the text holds. Raises BadData."""
    return (read_kernel(text) if name == YOURS else MENU[name]).astype(np.float32)


def read_kernel(text: str) -> Array:
    """A kernel such as "1 0 -1; 2 0 -2; 1 0 -1": rows between semicolons, numbers between spaces. Raises BadData."""
    mend = "write rows between semicolons, as in 1 0 -1; 2 0 -2; 1 0 -1"
    rows = [row.replace(",", " ").replace("−", "-").split() for row in text.strip().strip(";").split(";")]
    numbers: list[list[float]] = []
    for row in rows:
        numbers.append([])
        for word in row:
            try:
                numbers[-1].append(float(word))
            except ValueError:
                raise BadData(f"the kernel cannot hold {word!r}", mend) from None
    if not numbers or not numbers[0]:
        raise BadData("the kernel is empty", mend)
    uneven = next((i for i, row in enumerate(numbers) if len(row) != len(numbers[0])), 0)
    if uneven:
        raise BadData(f"row {uneven + 1} of the kernel has {len(numbers[uneven])} numbers, row 1 has {len(numbers[0])}", mend)
    if len(numbers) > LARGEST or len(numbers[0]) > LARGEST:
        raise BadData(f"a kernel of {len(numbers)} × {len(numbers[0])} is too large", f"at most {LARGEST} × {LARGEST}")
    found = np.array(numbers)
    if not (np.isfinite(found).all() and np.abs(found).max() <= _BIGGEST):
        raise BadData(f"a kernel's numbers lie between {-_BIGGEST:.0f} and {_BIGGEST:.0f}", mend)
    return found
