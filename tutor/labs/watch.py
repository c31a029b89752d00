"""What goes on inside a net while it trains: weights, answers and gradients by layer, and its updates beside its weights.

A lab that trains a net adopts this with two changes:

    SPEC = LabSpec(…, views=(…, *watch.VIEWS), …)      # the views "layers" and "ratio", drawn by the engine

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        after = copy_of(state)                         # one update on a copy: `layers` changes nothing in the state
        …                                              # weights, answers, gradients on the first `EXAMPLES` examples
        return (Layer("hidden", w, a, grad_w, ratio(w, after_w), "relu"), Layer("output", …))

A net of `kernels.mlp` has it in one line, with `tutor.labs.watch_net.layers_of`. A convolution's answers are (channels,
places·examples), a recurrent layer's (units, times·examples): a row is one unit, with everything it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tutor.labs.spec import Knobs, State, View
from tutor.labs.words import counted, said

Array = NDArray[Any]

EXAMPLES = 256
"""So many examples are enough to see answers and gradients by."""
USUAL = 1e-3
"""An update of about this share of the weights is usual: far below learning crawls, far above it is thrown about."""
VIEWS = (
    View(
        "layers", "layers", "The weights, answers and gradients of each layer, and how many units are dead.", watched="layers"
    ),
    View("ratio", "update size", "The size of an update beside the size of the weights, by layer.", watched="ratio"),
)
_STEEP = 0.06
"""An answer where the slope is below this share of the steepest is saturated: |a| > 0.97 of a tanh."""
_VANISHED, _EXPLODED = 1e-2, 1e2
"""A layer's gradient beside the last layer's."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a net at this step."""

    name: str
    """ "hidden 1", "output", "conv 2"."""
    weights: Array
    """Of any shape, without the biases."""
    activations: Array
    """(units, examples): the layer's answers; a row for each unit."""
    gradients: Array
    """∂L/∂w of `weights`, of the mean loss over the same examples."""
    update: float
    """‖Δw‖/‖w‖ of the update that this state makes next; nan where there is none."""
    phi: str = ""
    """The activation, as in `kernels.activations.EVERY`; empty: neither dead nor saturated has a meaning."""


@runtime_checkable
class Watched(Protocol):
    """A lab that lets itself be watched."""

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """The layers from the input's side to the output's: a pure function of the state, which it leaves as it is."""
        ...


def ratio(before: Array, after: Array) -> float:
    """‖after − before‖ / ‖before‖; nan where that has no value."""
    with np.errstate(all="ignore"):
        size = float(np.linalg.norm(before.astype(np.float64)))
        moved = float(np.linalg.norm(after.astype(np.float64) - before))
    return moved / size if size > 0 else float("nan")


def dead(layer: Layer) -> int:
    """Units of a ReLU layer that are 0 for every example: no gradient passes them any more."""
    if layer.phi != "relu" or not layer.activations.size:
        return 0
    return int((layer.activations <= 0).all(axis=1).sum())


def saturated(layer: Layer) -> float:
    """The share of a tanh or sigmoid layer's answers that lie where it is nearly flat."""
    a = layer.activations
    if layer.phi not in ("tanh", "sigmoid") or not a.size:
        return 0.0
    slope = 1 - a * a if layer.phi == "tanh" else 4 * a * (1 - a)
    return float((slope < _STEEP).mean())


def strength(layer: Layer) -> float:
    """The root of the mean square of the layer's gradients."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(layer.gradients, dtype=np.float64)))) if layer.gradients.size else float("nan")


def words(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """What is remarkable, a line each; one line that says so where nothing is."""
    found = [line for layer in layers for line in _state_of(layer, layer is layers[-1])]
    last = strength(layers[-1]) if layers else 0.0
    for layer in layers[:-1]:
        beside = strength(layer) / last if last > 0 else float("nan")
        if beside < _VANISHED:
            found.append(f"the gradient vanishes: {layer.name} gets {said(beside, 2)} of what {layers[-1].name} gets")
        elif beside > _EXPLODED:
            found.append(f"the gradient explodes: {layer.name} gets {said(beside, 2)} times what {layers[-1].name} gets")
    found += [
        f"the update of {layer.name} is {said(layer.update, 2)} of its weights: usual is about {said(USUAL)}"
        for layer in layers
        if layer.update > 100 * USUAL
    ]
    if found:
        return tuple(found)
    if len(layers) < 2:
        return ()
    beside = strength(layers[0]) / last if last > 0 else float("nan")
    if not np.isfinite(beside):
        return ("the gradient is 0 everywhere: nothing moves",) if last == 0 else ()
    return (f"no unit dead, little saturated; {layers[0].name}'s gradient is {said(beside, 2)} of {layers[-1].name}'s",)


def _state_of(layer: Layer, last: bool) -> list[str]:
    """last: an output is meant to be sure of itself, and so saturated."""
    found = []
    if not all(bool(np.isfinite(array).all()) for array in (layer.weights, layer.activations, layer.gradients)):
        found.append(f"{layer.name}: not every number is finite")
    units, share = len(layer.activations), saturated(layer)
    if count := dead(layer):
        found.append(f"{layer.name}: {count} of {counted(units, 'unit')} dead, 0 for every example")
    if share >= 0.25 and not last:
        found.append(f"{layer.name}: {share:.0%} of its answers saturated, where {layer.phi} is nearly flat")
    return found
