"""The truth that nets with branches are tested against: the same mathematics in plain NumPy, float64, slow and short.

A net is its parts (`kernels.inception`). Its parameters are a list of pairs, a layer each, in the order of the kernels: of a
block all but the last layer of each branch, then the last of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import reference_convolution, reference_mlp
from kernels.architecture import CONVOLUTION, Layer
from kernels.inception import Head, Part, places, rows_of

Array = NDArray[Any]
Pair = tuple[Array, Array]
Row = Sequence[Layer]


def through(row: Row, pairs: Sequence[Pair], x: Array) -> Array:
    """What a row of layers makes of x (B, C, H, W)."""
    return reference_convolution.forward(row, pairs, x)[1][-1]


def back_through(row: Row, pairs: Sequence[Pair], x: Array, d: Array) -> tuple[list[Pair | None], Array]:
    """From ∂L/∂y: what belongs to each layer's pair, and ∂L/∂x."""
    z, a = reference_convolution.forward(row, pairs, x)
    found: list[Pair | None] = []
    for layer, (w, _), sums, below in list(zip(row, pairs, z, a, strict=False))[::-1]:
        d = d * reference_mlp.ACTIVATIONS[layer.phi][1](sums)
        slopes: Pair | None = None
        if layer.kind == CONVOLUTION:
            slopes, d = reference_convolution.convolve_back(d, below, w, layer)
        else:
            d = reference_convolution.pool_back(d, below, layer)
        found.append(slopes)
    return found[::-1], d


def gradients(
    parts: Sequence[Part], parameters: Sequence[Pair], name: str, x: Array, t: Array, share: float
) -> tuple[float, list[Pair | None]]:
    """L = L_last + share · Σ L_auxiliary, and what belongs to each layer's pair. name: of the loss; t: (B, outputs)."""
    every = [[[parameters[k] for k in mine] for mine in numbers] for numbers in places(parts)]
    images = [np.asarray(x, np.float64)]
    for part, rows in zip(parts, every, strict=True):
        made = [through(row, pairs, images[-1]) for row, pairs in zip(rows_of(part), rows, strict=True)]
        images.append(images[-1] if isinstance(part, Head) else np.concatenate(made, axis=1))
    total, d = judged(name, images[-1], t)
    slopes: list[Pair | None] = [None] * len(parameters)
    for part, numbers, rows, below in list(zip(parts, places(parts), every, images, strict=False))[::-1]:
        to_below = d if isinstance(part, Head) else np.zeros(below.shape)
        first = 0
        for row, mine, pairs in zip(rows_of(part), numbers, rows, strict=True):
            out = through(row, pairs, below)
            if isinstance(part, Head):
                value, e = judged(name, out, t)
                total, e = total + share * value, share * e
            else:
                e = d[:, first : first + out.shape[1]]
            found, to_x = back_through(row, pairs, below, e)
            to_below, first = to_below + to_x, first + out.shape[1]
            for k, pair in zip(mine, found, strict=True):
                slopes[k] = pair
        d = to_below
    return total, slopes


def judged(name: str, out: Array, t: Array) -> tuple[float, Array]:
    """The loss of an output (B, outputs, 1, 1), and its slope there."""
    value, d = reference_mlp.loss(name, out.reshape(len(out), -1), np.asarray(t, np.float64))
    return value, d.reshape(out.shape)
