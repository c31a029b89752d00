"""One pass of back-propagation through a small net, cut into its factors; and what each is by trying."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import Knobs

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]

ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")
HIDDEN = ("2", "3", "1", "1,1", "2,2")
_LETTERS = ("h", "g", "k")


@dataclass(frozen=True)
class Factor:
    """A step of a pass."""

    kind: str
    """unit (its sum and its answer), loss, da (∂L/∂a), do (φ′(o) and ∂L/∂o), w, b, or update."""
    layer: int = 0
    unit: int = 0
    source: int = 0
    """w: which unit of the layer below."""


@dataclass(frozen=True)
class Shape:
    """A net's shape."""

    sizes: tuple[int, ...]
    """The input's first."""
    phis: tuple[str, ...]
    """Each layer's activation."""

    @property
    def weights(self) -> int:
        return sum((i + 1) * o for i, o in pairwise(self.sizes))

    @property
    def units(self) -> int:
        return sum(self.sizes[1:])

    def unit_name(self, layer: int, unit: int) -> str:
        """ "x1", "h2", "y". layer: 0 is the input."""
        last = len(self.sizes) - 1
        letter = "x" if layer == 0 else "y" if layer == last else _LETTERS[layer - 1]
        return letter if self.sizes[layer] == 1 else f"{letter}{unit + 1}"


@dataclass(frozen=True, eq=False)
class Pass:
    """Every number of one pass for one example. Lists by layer; in each, arrays (units,) float64."""

    shape: Shape
    layers: Layers
    x: Array
    t: Array
    o: list[Array]
    a: list[Array]
    """a[0] is the input, o[l] belongs to a[l + 1]."""
    da: list[Array]
    """∂L/∂a of each layer, as the backward in use found them."""
    slope: list[Array]
    do: list[Array]
    grad: Layers
    loss: float


def shape_of(knobs: Knobs) -> Shape:
    """The net that these knobs name. Sigmoid and tanh also answer; over a hidden ReLU the output is linear."""
    hidden = [int(count) for count in str(knobs["hidden"]).split(",")]
    phi = str(knobs["activation"])
    output = "linear" if phi == "relu" else phi
    inputs = 1 if knobs["data"] == "point" else 2
    return Shape((inputs, *hidden, 1), (*[phi] * len(hidden), output))


@lru_cache(maxsize=32)
def factors(shape: Shape) -> tuple[Factor, ...]:
    """The steps of a pass: forward unit by unit, the loss, backward factor by factor, the update."""
    count = len(shape.sizes) - 1
    steps = [Factor("unit", layer, unit) for layer in range(count) for unit in range(shape.sizes[layer + 1])]
    steps.append(Factor("loss"))
    for layer in reversed(range(count)):
        units, below = range(shape.sizes[layer + 1]), range(shape.sizes[layer])
        steps += [Factor(kind, layer, unit) for unit in units for kind in ("da", "do")]
        for unit in units:
            steps += [Factor("w", layer, unit, source) for source in below]
            steps.append(Factor("b", layer, unit))
    return (*steps, Factor("update"))


def layers_of(shape: Shape, flat: Array) -> Layers:
    """W (O, I) and b (O,) of each layer, as views into the flat parameters: W, then b, layer after layer."""
    found, start = [], 0
    for i, o in pairwise(shape.sizes):
        found.append((flat[start : start + i * o].reshape(o, i), flat[start + i * o : start + (i + 1) * o]))
        start += (i + 1) * o
    return found


def by_layer(shape: Shape, flat: Array) -> list[Array]:
    """One number a unit, layer after layer, as a list of views."""
    ends = np.cumsum(shape.sizes[1:])
    return np.split(flat, ends[:-1])


def numbers(shape: Shape) -> list[int]:
    """Each layer's activation as kernels know it."""
    from kernels.activations import EVERY

    return [EVERY.index(name) for name in shape.phis]


def forward(shape: Shape, layers: Layers, x: Array) -> tuple[list[Array], list[Array]]:
    """The sums o and the answers a of every layer for the rows of x (m, inputs); a[0] is x."""
    from kernels import chain

    o, a = [], [x]
    for (W, b), phi in zip(layers, numbers(shape), strict=True):
        sums, answers = chain.forward(W, b, a[-1], phi)
        o.append(sums)
        a.append(answers)
    return o, a


def pass_of(shape: Shape, theta: Array, grad: Array, da: Array, x: Array, t: Array) -> Pass:
    """All numbers of a pass at theta. grad, da: what the backward in use has found. x: (inputs,), t: (1,)."""
    from kernels import chain

    layers = layers_of(shape, theta)
    o, a = forward(shape, layers, x[None])
    slopes = [chain.slope(o[k], a[k + 1], phi)[0] for k, phi in enumerate(numbers(shape))]
    given = by_layer(shape, da)
    return Pass(
        shape, layers, x, t, [v[0] for v in o], [v[0] for v in a], given, slopes,
        [d * s for d, s in zip(given, slopes, strict=True)], layers_of(shape, grad), chain.loss(a[-1], t[None]),
    )  # fmt: skip


def by_trying(p: Pass, factor: Factor) -> float:
    """The finite difference of what this factor computes: the loss for a quantity a little larger and a little smaller."""
    from kernels import chain

    phis, at = numbers(p.shape), factor.layer

    def above(answers: Array) -> float:
        """The loss, if layer `at` answered so."""
        return chain.net_loss(p.layers[at + 1 :], answers[None], p.t[None], phis[at + 1 :])

    def answered(sums: Array) -> float:
        a = np.empty_like(sums)
        _activate(phis[at], sums, a)
        return above(a)

    W, b = p.layers[at]
    match factor.kind:
        case "da":
            return chain.central(lambda v: above(_with(p.a[at + 1], factor.unit, v)), float(p.a[at + 1][factor.unit]))
        case "do":
            return chain.central(lambda v: answered(_with(p.o[at], factor.unit, v)), float(p.o[at][factor.unit]))
        case "w":
            below, place = p.a[at], (factor.unit, factor.source)
            return chain.central(lambda v: answered(_with(W, place, v) @ below + b), float(W[place]))
        case "b":
            return chain.central(lambda v: answered(W @ p.a[at] + _with(b, factor.unit, v)), float(b[factor.unit]))
    raise ValueError(factor.kind)


def found(p: Pass, factor: Factor) -> float:
    """What the backward in use says about the same."""
    match factor.kind:
        case "da":
            return float(p.da[factor.layer][factor.unit])
        case "do":
            return float(p.do[factor.layer][factor.unit])
        case "w":
            return float(p.grad[factor.layer][0][factor.unit, factor.source])
        case "b":
            return float(p.grad[factor.layer][1][factor.unit])
    raise ValueError(factor.kind)


def worst(p: Pass) -> tuple[float, Factor]:
    """The largest relative error of a gradient of this pass against its finite difference, and where."""
    from kernels import chain

    backward = [factor for factor in factors(p.shape) if factor.kind in ("da", "do", "w", "b")]
    errors = [chain.apart(found(p, factor), by_trying(p, factor)) for factor in backward]
    k = int(np.argmax(errors))
    return errors[k], backward[k]


def quantity(shape: Shape, factor: Factor) -> str:
    """ "∂L/∂w(x1→h2)", "∂L/∂o(y)"."""
    name = shape.unit_name(factor.layer + 1, factor.unit)
    match factor.kind:
        case "w":
            return f"∂L/∂w({shape.unit_name(factor.layer, factor.source)}→{name})"
        case kind:
            return f"∂L/∂{kind[-1]}({name})"


def _with(array: Array, place: int | tuple[int, int], value: float) -> Array:
    changed = array.copy()
    changed[place] = value
    return changed


def _activate(phi: int, o: Array, a: Array) -> None:
    from kernels import activations

    activations.forward(phi, o, a)
