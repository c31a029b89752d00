"""What a convolutional net is made of, layer by layer, as the numbers that its kernels take.

Dimensions: a layer takes an image of C channels, H rows and W columns, and makes one. A dense layer is a convolution whose
kernel is as large as its image: it makes an image of one pixel, and a channel a unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import int64, types
from numpy.typing import NDArray

from kernels import activations, losses
from kernels.initializers import initialize
from kernels.jit import integers, record

Array = NDArray[Any]
Integers = NDArray[np.int64]

KINDS = ("convolution", "max pooling", "mean pooling", "normalization")
"""In the order of their numbers."""
CONVOLUTION, MAX_POOLING, MEAN_POOLING, NORMALIZATION = range(4)

PHIS = ("linear", "sigmoid", "tanh", "relu", "leaky relu", "elu")
"""The activations that a layer may have: those whose slope can be told from the answer, so that the sum need not be kept."""

(KIND, PHI, C, H, W, FILTERS, ROWS, COLUMNS, HEIGHT, WIDTH, STRIDE, PADDING, WEIGHTS, LOWER, HERE, FRAME, STATISTICS) = range(
    17
)
"""What the columns of `Net.layers` hold:

- KIND, PHI: the kind of layer, and its activation (a number of `kernels.activations`).
- C, H, W: the image it takes. FILTERS, ROWS, COLUMNS: the image it makes.
- HEIGHT, WIDTH, STRIDE, PADDING: of its kernel or window.
- WEIGHTS: where its parameters start in theta.
- LOWER, HERE: the number of the first unit of the image it takes, and of the one it makes.
- FRAME: where its padded image starts among the frames, in units. STATISTICS: where its mean and deviation are kept.
"""


@dataclass(frozen=True)
class Layer:
    """A layer, as one writes it down. See `conv`, `dense`, `pool` and `norm`."""

    kind: int
    filters: int
    """Channels of the image it makes; 0: as many as it takes."""
    height: int
    width: int
    """Of the kernel; 0: the whole image."""
    stride: int
    padding: int
    phi: str


def conv(filters: int, size: int = 3, phi: str = "relu", stride: int = 1, padding: int = 0) -> Layer:
    """So many kernels of size × size, moved over the image `stride` pixels at a time, `padding` zeros around it."""
    return Layer(CONVOLUTION, filters, size, size, stride, padding, phi)


def dense(units: int, phi: str = "linear") -> Layer:
    """So many units, each joined to every pixel of every channel."""
    return Layer(CONVOLUTION, units, 0, 0, 1, 0, phi)


def pool(size: int = 2, phi: str = "linear", stride: int = 0, padding: int = 0, mean: bool = False) -> Layer:
    """The largest of each window of size × size, or the mean. stride 0: the window's size. phi: linear or relu.

    Of a window that reaches over the edge, only what lies in the image counts.
    """
    return Layer(MEAN_POOLING if mean else MAX_POOLING, 0, size, size, stride or size, padding, phi)


def norm(phi: str = "linear") -> Layer:
    """Batch normalization: each channel is brought to mean 0 and deviation 1 over the batch. Ioffe & Szegedy 2015."""
    return Layer(NORMALIZATION, 0, 1, 1, 1, 0, phi)


class Net(NamedTuple):
    """The shape of a net: numbers only, so that a kernel can take it. See `net`."""

    layers: NDArray[np.int64]
    """(L, 17): see above."""
    units: Integers
    """(L + 2,): the number of the first unit of the input and of each layer; last, of all units."""
    parameters: int
    """How many numbers theta holds: what is learned, and the running means of batch normalization."""
    loss: int
    """A number of `kernels.losses`."""
    inputs: int
    """1: ∂L/∂x is wanted too, in the first rows of d; otherwise 0."""


NET = record([types.int64[:, ::1], integers, int64, int64, int64], Net)
"""Its type in a signature."""


def net(image: tuple[int, int, int], layers: Sequence[Layer], loss: str = "cross-entropy", inputs: bool = False) -> Net:
    """The net that takes images (channels, rows, columns). loss: one of `kernels.losses.NAMES`.

    Raises ValueError on a name that there is not, on a kernel that does not fit its image, and on cross-entropy over another
    output than linear.
    """
    if min(image) < 1 or not layers:
        raise ValueError(f"a net needs an image and a layer, not {image} and {len(layers)} layers")
    table, shape = np.zeros((len(layers), STATISTICS + 1), np.int64), image
    weights, unit, frame, statistics = 0, math.prod(image), 0, 0
    for row, layer in zip(table, layers, strict=True):
        made = out_shape(layer, shape)
        height, width = layer.height or shape[1], layer.width or shape[2]
        row[:] = (
            *(layer.kind, activations.LINEAR + PHIS.index(layer.phi), *shape, *made),
            *(height, width, layer.stride, layer.padding, weights, unit - math.prod(shape), unit, frame, statistics),
        )
        if layer.kind == CONVOLUTION:
            weights += made[0] * (shape[0] * height * width + 1)
            frame += shape[0] * (shape[1] + 2 * layer.padding) * (shape[2] + 2 * layer.padding) if layer.padding else 0
        if layer.kind == NORMALIZATION:
            weights, statistics = weights + 4 * made[0], statistics + 2 * made[0]
        shape, unit = made, unit + math.prod(made)
    if loss not in losses.NAMES:
        raise ValueError(f"there is no loss {loss!r}; there are: {', '.join(losses.NAMES)}")
    if loss != "squared" and layers[-1].phi != "linear":
        raise ValueError(f"{loss} takes the outputs as logits: they must be linear, not {layers[-1].phi}")
    units = np.array([0, *table[:, HERE], unit], np.int64)
    return Net(table, units, weights, losses.NAMES.index(loss), int(inputs))


def out_shape(layer: Layer, image: tuple[int, int, int]) -> tuple[int, int, int]:
    """The image (channels, rows, columns) that a layer makes of one. Raises ValueError, saying why it cannot."""
    if layer.phi not in PHIS:
        raise ValueError(f"a layer of a convolutional net has no activation {layer.phi!r}; there are: {', '.join(PHIS)}")
    if layer.kind in (MAX_POOLING, MEAN_POOLING) and layer.phi not in ("linear", "relu"):
        raise ValueError(f"pooling takes linear or relu, not {layer.phi}")
    if layer.stride < 1 or layer.padding < 0 or min(layer.height, layer.width) < 0 or layer.filters < 0:
        raise ValueError("a stride is at least 1, and no size or padding is negative")
    if layer.padding and layer.padding >= max(layer.height, layer.width):
        raise ValueError(f"a kernel of {layer.height} × {layer.width} would see nothing but the padding of {layer.padding}")
    sides = []
    for there, size in ((image[1], layer.height or image[1]), (image[2], layer.width or image[2])):
        if size > there + 2 * layer.padding:
            padded = f", with its padding {there + 2 * layer.padding}" if layer.padding else ""
            raise ValueError(f"a kernel of {size} pixels does not fit an image of {there}{padded}")
        sides.append((there + 2 * layer.padding - size) // layer.stride + 1)
    return layer.filters or image[0], sides[0], sides[1]


def shapes(net: Net) -> list[tuple[int, int, int]]:
    """(channels, rows, columns) of the input and of what each layer makes."""
    sides = [net.layers[0, C : W + 1], *net.layers[:, FILTERS : COLUMNS + 1]]
    return [(int(channels), int(rows), int(columns)) for channels, rows, columns in sides]


def views(net: Net, flat: Array) -> list[tuple[Array, Array]]:
    """theta or grad, layer by layer, as views into the same memory.

    Convolution: W (filters, channels, height, width) and b (filters,). Normalization: γ and β (2, channels), and the running
    means and variances (2, channels). Pooling: nothing, twice.
    """
    found = []
    for row in net.layers:
        start, filters = int(row[WEIGHTS]), int(row[FILTERS])
        if row[KIND] == CONVOLUTION:
            shape = (filters, int(row[C]), int(row[HEIGHT]), int(row[WIDTH]))
            end = start + math.prod(shape)
            found.append((flat[start:end].reshape(shape), flat[end : end + filters]))
        elif row[KIND] == NORMALIZATION:
            part = flat[start : start + 4 * filters].reshape(4, filters)
            found.append((part[:2], part[2:]))
        else:
            found.append((flat[:0], flat[:0]))
    return found


def parameters(net: Net, start: str = "he", seed: int = 0) -> NDArray[np.float32]:
    """theta as it starts: `start` is one of `kernels.initializers.NAMES`."""
    theta = np.zeros(net.parameters, np.float32)
    for row, (w, b) in zip(net.layers, views(net, theta), strict=True):
        if row[KIND] == CONVOLUTION:
            initialize(start, seed, int(row[WEIGHTS]), w.reshape(len(w), -1), b)
        elif row[KIND] == NORMALIZATION:
            w[0], b[1] = 1, 1
    return theta


def learned(net: Net) -> int:
    """How many parameters are learned."""
    running = 2 * net.layers[net.layers[:, KIND] == NORMALIZATION, FILTERS].sum()
    return int(net.parameters - running)
