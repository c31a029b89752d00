"""The net of the lab `playground`: read from its knobs, held at its pins, and asked about the points."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData
from tutor.labs import clouds
from tutor.labs.spec import Knobs, State
from tutor.labs.training import Pins, responses

if TYPE_CHECKING:
    from kernels.mlp import Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "leaky relu", "elu", "gelu", "softplus")
OPTIMIZERS = ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
STARTS = ("uniform", "glorot", "he", "large", "small", "zero")
ORDERS = ("in order", "shuffled", "drawn")
"""As in `kernels.mlp.BATCHES`."""
MOST_LAYERS, MOST_UNITS = 6, 8
CLOSE = 0.1
"""An answer this near to the number that it should be counts as right."""
_FLAT = 0.01
"""A unit whose slope is below this, as a share of the steepest it can have, at every point learns next to nothing."""
_NONE: Pins = (np.zeros(0, np.int64), np.zeros(0, np.float32))
_PIN = re.compile(r"(\d+)\.(\d+)\.(\d+|b)[=:](\S+)")


def read_hidden(text: str) -> tuple[int, ...]:
    """The units of each hidden layer, from a knob such as "4,2"; empty, "0" and "none" are no layer. Raises BadData."""
    if text.strip() in ("", "0", "none"):
        return ()
    mend = f"write up to {MOST_LAYERS} numbers from 1 to {MOST_UNITS}, such as 4,2, or none"
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= MOST_UNITS for part in parts):
        raise BadData(f"the hidden layers cannot be {text!r}", mend)
    if len(parts) > MOST_LAYERS:
        raise BadData(f"{len(parts)} hidden layers are too many", mend)
    return tuple(int(part) for part in parts)


def is_class(knobs: Knobs) -> bool:
    """Whether the answer is a class rather than a number."""
    return str(knobs["data"]) in clouds.CLASSES


def net_of(knobs: Knobs) -> Net:
    """The net that these knobs name. Raises BadData."""
    return _net(str(knobs["features"]), str(knobs["hidden"]), str(knobs["activation"]), is_class(knobs))


@lru_cache(maxsize=16)
def _net(features: str, hidden: str, activation: str, classes: bool) -> Net:
    from kernels import mlp

    sizes = (len(clouds.read_features(features)), *read_hidden(hidden), 1)
    return mlp.net(sizes, activation, "tanh" if classes else "linear", "squared")


def rule_of(knobs: Knobs) -> Rule:
    from kernels import optimizers

    kind, strength = str(knobs["regularization"]), float(knobs["strength"])
    l1, l2 = (strength if kind == name else 0.0 for name in ("L1", "L2"))
    return optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]), l1=l1, l2=l2)


def read_pins(knobs: Knobs, net: Net) -> Pins:
    """The weights that are held, from a knob such as "1.2.1=0.5, 3.1.b=0": LAYER.UNIT.INPUT=VALUE, all counted from 1.

    The layer after the last hidden one is the output; the input b is the bias. Raises BadData.
    """
    if not knobs["pin"]:
        return _NONE
    places, values = [], []
    for part in re.split(r"[,;\s]+", re.sub(r"\s*([=:])\s*", r"\1", str(knobs["pin"]).strip())):
        if not part:
            continue
        found = _PIN.fullmatch(part)
        if found is None:
            raise BadData(f"the pin {part!r} cannot be read", "write LAYER.UNIT.INPUT=VALUE, such as 1.2.1=0.5 or 1.2.b=0")
        places.append(_place(net, part, int(found[1]), int(found[2]), found[3]))
        values.append(_value(part, found[4]))
    return np.array(places, np.int64), np.array(values, np.float32)


def _place(net: Net, part: str, layer: int, unit: int, source: str) -> int:
    layers = len(net.phi)
    if not 1 <= layer <= layers:
        raise BadData(f"the pin {part!r} names layer {layer}", f"the layers are 1 to {layers}, the last being the output")
    inputs, units = int(net.sizes[layer - 1]), int(net.sizes[layer])
    if not 1 <= unit <= units:
        raise BadData(f"the pin {part!r} names unit {unit}", f"the units of layer {layer} are 1 to {units}")
    start = int(net.weights[layer - 1])
    if source == "b":
        return start + units * inputs + unit - 1
    if not 1 <= int(source) <= inputs:
        raise BadData(f"the pin {part!r} names input {source}", f"the inputs of layer {layer} are 1 to {inputs}, and b")
    return start + (unit - 1) * inputs + int(source) - 1


def _value(part: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= 1e6:
        raise BadData(f"the pin {part!r} holds no ordinary number", "write a number, such as 1.2.1=0.5")
    return value


def theta_now(state: State, knobs: Knobs, net: Net) -> Array:
    """The parameters, with the pins as they stand now."""
    places, values = read_pins(knobs, net)
    if not len(places):
        return state["theta"]
    theta = state["theta"].copy()
    theta[places] = values
    return theta


def asked(state: State, knobs: Knobs, inputs: Array | None = None) -> Array:
    """What every unit answers, the inputs included: (units, m) float32. inputs: (m, features); None: all points of the run."""
    net = net_of(knobs)
    return responses(net, theta_now(state, knobs, net), state["inputs"] if inputs is None else inputs, 0)


def losses(y: Array, t: Array) -> float:
    """The mean of ½(y − t)²; infinite where float32 ends, as the net's own numbers are."""
    miss = y.astype(np.float64) - t
    with np.errstate(over="ignore"):
        return float(np.float32(0.5 * (miss @ miss) / len(miss)))


def right(y: Array, t: Array, classes: bool) -> Array:
    """(m,) bool: the answers on the right side of 0; for numbers, those that are close."""
    return np.asarray(y * t > 0 if classes else np.abs(y - t) <= CLOSE)


def flat_units(a: Array, activation: str) -> Array:
    """(units,) bool: hidden units whose slope is next to nothing at every point. a: (units, m), their answers."""
    match activation:
        case "tanh":
            slope = 1 - a * a
        case "sigmoid":
            slope = 4 * a * (1 - a)
        case "relu":
            slope = np.sign(a)
        case "elu":
            slope = np.where(a > 0, 1, a + 1)
        case "softplus":
            slope = 1 - np.exp(-a)
        case "gelu":
            slope = np.abs(a)
        case _:
            slope = np.ones_like(a)
    return np.asarray((slope < _FLAT).all(axis=1))


def layer_rows(net: Net, layer: int) -> slice:
    """The rows of `asked` that belong to a layer; 0 is the input."""
    return slice(int(net.units[layer]), int(net.units[layer + 1]))
