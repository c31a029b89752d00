"""What the lab `playground` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import clouds
from tutor.labs import playground_nets as nets
from tutor.labs.plane import grid
from tutor.labs.spec import Knobs, State
from tutor.labs.words import said
from tutor.pictures import Columns, Edge, Field, Network, Node, Points, Text

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]

_LIMITS = (-clouds.REACH, clouds.REACH)
_WIDE = 76
"""Columns from which the inputs are shown beside the units too."""
_FINE = 20
"""Pixels along the side of a unit's map."""
_CELLS_A_POINT = 5
"""More points than this would hide the field."""
_MOST_NUMBERS = 14
"""Numbers that can be written between two layers of a drawn net."""


def boundary(state: State, knobs: Knobs, size: tuple[int, int]) -> Columns:
    """What the hidden units answer over the plane, and what the net makes of it, with the points."""
    columns, rows = size
    wide = columns >= _WIDE
    hidden = nets.read_hidden(str(knobs["hidden"]))
    layers = list(range(1, len(hidden) + 1)) if hidden else [0]
    if wide and hidden:
        layers = [0, *layers]
    # Maps as high as there is room for, but no higher than a sixth of it: the answer stays the largest picture.
    sizes = nets.net_of(knobs).sizes
    room = (rows - 1) // max(int(sizes[layer]) for layer in layers)
    high = max(1, min(rows // 6, room - (room > 2)))
    wanted = 2 * high * len(layers) + (7 if wide else 4) * (len(layers) - 1) + 1
    left = max(8, min(wanted, int(columns * (0.5 if wide else 0.4))))
    right = columns - left - 2
    return Columns((_units(state, knobs, layers, False), _field(state, knobs, (right, rows))), (float(left), float(right)))


def units(state: State, knobs: Knobs) -> Network:
    """The whole net: every unit as a map of its answers, every weight as a line."""
    net = nets.net_of(knobs)
    return _units(state, knobs, list(range(len(net.sizes))), True)


def _field(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    points, shape = grid(_LIMITS, size)
    y = _output(state, knobs, points)
    if knobs["discretize"] == "on":
        y = np.sign(y)
    classes = nets.is_class(knobs)
    shown, words = _points(state, knobs, max(40, size[0] * size[1] // _CELLS_A_POINT))
    names = (("a", "−1"), ("b", "+1")) if classes else (("a", "below 0"), ("b", "above 0"))
    data = str(knobs["data"])
    return Field(
        np.clip(y, -1, 1).reshape(shape), _LIMITS, _LIMITS, -1.0, 1.0, 0.0 if classes else None, shown,
        title=f"{data}: {words}" if words else data, legend=names,
    )  # fmt: skip


def _output(state: State, knobs: Knobs, points: Array) -> Array:
    """The net's answers (m,) at the points (m, 2)."""
    return np.asarray(nets.asked(state, knobs, _inputs(knobs, points))[-1])


def _inputs(knobs: Knobs, points: Array) -> Array:
    return clouds.features_of(clouds.read_features(str(knobs["features"])), points)


def _points(state: State, knobs: Knobs, most: int) -> tuple[Points | None, str]:
    """As many of the points as there is room for, and words about them."""
    xy, t, train = state["points"], state["targets"][:, 0], int(state["train"][0])
    everything = {
        "train": [(0, train, "points")],
        "test": [(train, len(xy), "test points")],
        "both": [(0, train, "points"), (train, len(xy), "test points")],
        "none": [],
    }[str(knobs["show"])]
    chosen = [np.arange(start, min(end, start + most // len(everything))) for start, end, _ in everything]
    if not chosen:
        return None, ""
    picked = np.concatenate(chosen)
    total = sum(end - start for start, end, _ in everything)
    what = everything[0][2] if len(everything) == 1 else "points"
    words = f"{len(picked)} of {total} {what}" if len(picked) < total else f"{total} {what}"
    return Points(xy[picked], (t[picked] > 0).astype(np.int64)), words


def _units(state: State, knobs: Knobs, layers: list[int], weights: bool) -> Network:
    """These layers as maps, with the connections between neighbours. weights: the units' names too."""
    net = nets.net_of(knobs)
    points, _ = grid(_LIMITS, (_FINE, _FINE // 2))
    answers = nets.asked(state, knobs, _inputs(knobs, points))
    names = _names(net, knobs)
    nodes = []
    for layer in layers:
        kind = _kind(net, layer, knobs)
        row = []
        for name, values in zip(names[layer], answers[nets.layer_rows(net, layer)], strict=True):
            row.append(Node(name, "", "muted", _scaled(values, kind).reshape(_FINE, _FINE)))
        nodes.append(tuple(row))
    theta = nets.theta_now(state, knobs, net)
    title = "every unit, and its weights" if weights else "units" if layers != [0] else "inputs"
    return Network(tuple(nodes), _edges(net, theta, layers), title)


def _kind(net: Net, layer: int, knobs: Knobs) -> str:
    """The activation that a layer's answers came from; "input" for the inputs."""
    if layer == 0:
        return "input"
    if layer == len(net.phi):
        return "tanh" if nets.is_class(knobs) else "linear"
    return str(knobs["activation"])


def _scaled(values: Array, kind: str) -> Array:
    """A unit's answers between −1 and 1."""
    if kind == "tanh":
        return np.asarray(values)
    if kind == "sigmoid":
        return np.asarray(2 * values - 1)
    most = float(np.abs(values).max())
    return np.asarray(values / max(most, 1.0))


def _edges(net: Net, theta: Array, layers: list[int]) -> tuple[Edge, ...]:
    """The connections into these layers from the ones before them, where both are shown."""
    from kernels import mlp

    found = []
    for place, layer in enumerate(layers):
        if place == 0:
            continue
        w, _ = mlp.views(net, theta)[layer - 1]
        found += [
            Edge(place - 1, source, target, float(w[target, source]), said(float(w[target, source]), 2))
            for target in range(w.shape[0])
            for source in range(w.shape[1])
        ]
    return tuple(found)


def network(state: State, knobs: Knobs) -> Network | Text:
    """The net in numbers: drawn while its weights can be written on it, and beyond that as a table."""
    from kernels import mlp

    net = nets.net_of(knobs)
    theta = nets.theta_now(state, knobs, net)
    layers, names = mlp.views(net, theta), _names(net, knobs)
    if max(w.size for w, _ in layers) > _MOST_NUMBERS:
        return _table(layers, names)
    nodes = [
        tuple(Node(name, "", "muted" if layer < len(net.phi) else "accent") for name in names[layer])
        for layer in range(len(names))
    ]
    caption = [
        "bias " + "   ".join(f"{name}: {said(float(bias), 2)}" for name, bias in zip(names[layer], b, strict=True))
        for layer, (_, b) in enumerate(layers, 1)
    ]
    return Network(tuple(nodes), _edges(net, theta, list(range(len(nodes)))), "weights (dashed: negative)", tuple(caption))


def _names(net: Net, knobs: Knobs) -> list[tuple[str, ...]]:
    """What the units of each layer are called; as a pin counts them, but for inputs and output."""
    names = [clouds.read_features(str(knobs["features"]))]
    for layer in range(1, len(net.phi)):
        names.append(tuple(f"{layer}.{number + 1}" for number in range(int(net.sizes[layer]))))
    return [*names, ("y",)]


def _table(layers: list[tuple[Array, Array]], names: list[tuple[str, ...]]) -> Text:
    """Weights and biases, a row a unit, a column an input."""
    lines = []
    for before, here, (w, b) in zip(names, names[1:], layers, strict=False):
        lines.append("unit  bias" + "".join(f"{name.replace('sin x', 'sin'):>5}" for name in before))
        for name, row, bias in zip(here, w, b, strict=True):
            lines.append(f"{name:<5}{_short(bias)}" + "".join(_short(weight) for weight in row))
    return Text(tuple(lines), "weights")


def _short(value: float) -> str:
    """A weight in five columns, with its sign: a table is read for sizes and signs."""
    digits = 1 if abs(value) < 9.95 else 0
    return f"{value:+.{digits}f}".replace("-", "−").rjust(5)[:6]
