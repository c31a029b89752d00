"""Nets as lists of layers, walked from the image to the answer: the shape after each layer, its numbers, its products.

A shape is (channels, side): images are square. Numbers are what is learned: weights and biases, and two a channel of a batch
normalization, which takes the place of the bias. Products are the multiplications of one image on its way forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.errors import BadData

Shape = tuple[int, int]


@dataclass(frozen=True)
class Conv:
    """A convolution; with groups, each group of channels sees only its own part of the input."""

    units: int
    kernel: int
    stride: int = 1
    pad: int = 0
    groups: int = 1
    norm: bool = False
    """Followed by a batch normalization, and without a bias then."""


@dataclass(frozen=True)
class Pool:
    """A window that keeps the largest, or the mean."""

    kernel: int
    stride: int
    pad: int = 0
    up: bool = False
    """Whether a window may hang over the edge."""


@dataclass(frozen=True)
class Average:
    """The mean of each channel."""


@dataclass(frozen=True)
class Dense:
    """Every unit sees all of the input."""

    units: int


@dataclass(frozen=True)
class Split:
    """Branches side by side on the same input; their channels are put together."""

    branches: tuple[tuple[Layer, ...], ...]


@dataclass(frozen=True)
class Residual:
    """A body whose output is added to the input, or to what `shortcut` makes of it."""

    body: tuple[Layer, ...]
    shortcut: tuple[Layer, ...] = ()


Layer = Conv | Pool | Average | Dense | Split | Residual


@dataclass(frozen=True)
class Part:
    """Layers that are shown as one."""

    name: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Counted:
    """A part, counted."""

    name: str
    shape: Shape
    """After it."""
    parameters: int
    products: int
    dense: bool
    """Whether it is a dense layer."""


def counted(parts: Sequence[Part], shape: Shape) -> list[Counted]:
    """Each part on the way from an image of this shape. Raises BadData where layers do not fit on each other."""
    rows = []
    for part in parts:
        parameters = products = 0
        for layer in part.layers:
            shape, more, work = count(layer, shape)
            parameters, products = parameters + more, products + work
        rows.append(Counted(part.name, shape, parameters, products, any(isinstance(one, Dense) for one in part.layers)))
    return rows


def count(layer: Layer, shape: Shape) -> tuple[Shape, int, int]:
    """(the shape after a layer, its numbers, its products). Raises BadData where it does not fit."""
    channels, side = shape
    match layer:
        case Conv(units, kernel, stride, pad, groups, norm):
            if channels % groups or units % groups:
                raise BadData(f"{channels} channels and {units} units do not part into {groups} groups", "take another number")
            after = _slid(side, kernel, stride, pad, False)
            weights = units * (channels // groups) * kernel * kernel
            return (units, after), weights + units * (2 if norm else 1), weights * after * after
        case Pool(kernel, stride, pad, up):
            return (channels, _slid(side, kernel, stride, pad, up)), 0, 0
        case Average():
            return (channels, 1), 0, 0
        case Dense(units):
            weights = units * channels * side * side
            return (units, 1), weights + units, weights
        case Split(branches):
            ends = [_along(branch, shape) for branch in branches]
            sides = {end[0][1] for end in ends}
            if len(sides) != 1:
                raise BadData(f"the branches end with the sides {sorted(sides)}", "pad them so that they agree")
            return (sum(end[0][0] for end in ends), sides.pop()), sum(end[1] for end in ends), sum(end[2] for end in ends)
        case Residual(body, shortcut):
            (to, parameters, products), (beside, more, work) = _along(body, shape), _along(shortcut, shape)
            if to != beside:
                raise BadData(f"{to} cannot be added to {beside}", "let the shortcut change the shape in the same way")
            return to, parameters + more, products + work


def _along(layers: Sequence[Layer], shape: Shape) -> tuple[Shape, int, int]:
    parameters = products = 0
    for layer in layers:
        shape, more, work = count(layer, shape)
        parameters, products = parameters + more, products + work
    return shape, parameters, products


def _slid(side: int, kernel: int, stride: int, pad: int, up: bool) -> int:
    """In how many places a window fits along a side."""
    room = side + 2 * pad - kernel
    if room < 0:
        raise BadData(f"a window of {kernel} does not fit into a side of {side} with {pad} around it", "take a smaller one")
    return (-(-room // stride) if up else room // stride) + 1
