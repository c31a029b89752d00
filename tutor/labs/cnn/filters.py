"""The lab `filters`: what each unit of a trained net answers to, found among the data and by climbing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tutor.labs import watch
from tutor.labs.cnn import digits_pictures, nets
from tutor.labs.cnn.digits import judged, side_of, updates_of
from tutor.labs.cnn.sets import NAMES, load
from tutor.labs.spec import Array, Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.pictures import Columns, Images, Picture

if TYPE_CHECKING:
    from kernels.cnn import Net

LAYERS = ("convolution 1", "convolution 2", "output")
_UNITS, _TOP, _EXAMPLES = 24, 3, 300
"""So many units are shown, with so many patches each, out of so many images."""
_CLIMB, _PACE, _LENGTH = 30, 0.5, 4.0
"""Steps up the gradient, how long each is, and how long the image may become."""

SPEC = LabSpec(
    id="filters",
    title="What does it learn?",
    summary="For each unit of a convolutional net: what excites it most among the data, and what it would like best.",
    knobs=(
        Knob("layer", "choice", "convolution 1", "layer", "Whose units are looked at.", choices=LAYERS, live=True),
        Knob("data", "choice", "moved", "data", "Moved digits; or a set that you have added (dltutor data list).",
             choices=tuple(name for name in NAMES if name != "digits")),
        *(knob for knob in nets.KNOBS if knob.name != "more"),
        Knob("more", "integer", 24, "filters 2", "Kernels of the second convolution.", low=4, high=64, step=4),
    ),
    metrics=(
        Metric("test_accuracy", "held out", "The share of the held-out digits that are right.", ".4f"),
        Metric("selective", "selective", "How much one digit dominates the nine images that excite a unit most: its share, "
               "averaged over the layer's units; about 0.3 by chance.", ".3f"),
        Metric("sees", "sees", "Pixels along the side of what a unit of this layer sees.", ".0f"),
        Metric("dead", "dead units", "Units of the layer that answer 0 to every image.", ".0f"),
        Metric("loss", "loss", "The cross-entropy of the last batch."),
    ),
    views=(
        View("patches", "patches", "For each unit, the pieces of the data that excite it most."),
        View("climbed", "climbed", "For each unit, an image found by going up the gradient from the piece it likes best."),
        View("filters", "kernels", "The kernels of the first convolution."),
        View("accuracy", "accuracy", "On held-out digits.", curves=("test_accuracy",)),
        *watch.VIEWS,
    ),
    source=Source("kernels.convnet", "backward"),
    unit="round",
    steps=60,
    pace=10.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Filters:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = load(str(knobs["data"]), seed)
        return {
            "step": scalar(0),
            "seed": frozen(scalar(seed)),
            "x": found.x,
            "t": frozen(np.eye(nets.CLASSES, dtype=np.float32)[found.kind]),
            "kind": found.kind,
            "test_x": found.test_x,
            "test_kind": found.test_kind,
            **nets.begun(nets.net_of(knobs, found.side), seed),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels import optimizers

        if steps <= 0:
            return
        rule = optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))
        net, updates = nets.net_of(knobs, side_of(state)), steps * updates_of(state)
        nets.train(state, net, int(knobs["batch"]), rule, updates, device=device)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        return nets.watched_by(knobs, state, side_of(state))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        net, layer = nets.net_of(knobs, side_of(state)), layer_of(knobs)
        best, _ = excitements(state, net, layer)
        top = state["kind"][:_EXAMPLES][best.argsort(axis=0)[::-1][:9]]
        alive = best.max(axis=0) > 0
        shares = [np.bincount(kinds).max() / len(kinds) for kinds, lives in zip(top.T, alive, strict=True) if lives]
        return {
            "test_accuracy": judged(net, state, state["test_x"], state["test_kind"])[1],
            "selective": float(np.mean(shares)) if shares else 0.0,
            "sees": float(seen(net, layer)),
            "dead": float((~alive).sum()),
            "loss": float(state["batch_loss"][0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net, layer = nets.net_of(knobs, side_of(state), inputs=True), layer_of(knobs)
        match name:
            case "patches":
                return patches(state, net, layer)
            case "climbed":
                return climbed(state, net, layer)
            case "filters":
                return digits_pictures.filters(state["theta"], net)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        seen_ = f"a unit of {knobs['layer']} sees {found['sees']:.0f} × {found['sees']:.0f} pixels"
        likes = f"one digit makes up {found['selective']:.0%} of what it likes best"
        return Words(f"held out {found['test_accuracy']:.3f}; {seen_}; {likes}", nets.broken(state, float(knobs["rate"])))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def layer_of(knobs: Knobs) -> int:
    """The number of the layer in the net."""
    return (0, 2, 4)[LAYERS.index(str(knobs["layer"]))]


def seen(net: Net, layer: int) -> int:
    """Pixels along the side of the part of the image that one unit of the layer depends on."""
    from kernels.architecture import HEIGHT, STRIDE

    side = 1
    for row in net.layers[layer::-1]:
        side = (side - 1) * int(row[STRIDE]) + int(row[HEIGHT])
    return min(side, int(net.layers[0, 1 + 2]))


def excitements(state: State, net: Net, layer: int) -> tuple[Array, Array]:
    """Of the layer's units, on the first images: the largest answer (images, units), and at which pixel it is."""
    found = nets.maps(net, state["theta"], state["x"][:_EXAMPLES], layer)
    flat = found.reshape(*found.shape[:2], -1)
    return flat.max(axis=2), flat.argmax(axis=2)


def patches(state: State, net: Net, layer: int) -> Images:
    """For each unit side by side the pieces of images that excite it most."""
    best, places = excitements(state, net, layer)
    found, names = [], []
    for unit in range(min(best.shape[1], _UNITS)):
        top = best[:, unit].argsort(kind="stable")[::-1][:_TOP]
        found.append(np.concatenate([piece(state, net, layer, int(i), int(places[i, unit])) for i in top], axis=1))
        names.append(str(unit if layer == 4 else unit + 1))
    return Images(np.stack(found), tuple(names), title=f"the {_TOP} pieces of the data that excite each unit most")


def piece(state: State, net: Net, layer: int, image: int, place: int) -> Array:
    """What a unit at this pixel of its channel sees of an image; beyond the edge there is nothing."""
    size, side = seen(net, layer), side_of(state)
    pixels = state["x"][image].reshape(side, side)
    if size >= side:
        return np.asarray(pixels)
    columns = side >> (layer // 2)
    scale = side // columns
    row, column = (int(at * scale + scale // 2 - size // 2) for at in divmod(place, columns))
    frame = np.pad(pixels, size)
    return np.asarray(frame[row + size : row + 2 * size, column + size : column + 2 * size])


def climbed(state: State, net: Net, layer: int) -> Columns | Images:
    """For each unit an image that excites it, climbed to from the image it likes best among the data."""
    from kernels import cnn

    best, places = excitements(state, net, layer)
    units = np.arange(min(best.shape[1], _UNITS))
    images = best[:, units].argmax(axis=0)
    x, work = state["x"][images].copy(), nets.work_of(net, 32)
    shape = cnn.shapes(net)[layer + 1]
    weights = np.zeros((int(np.prod(shape)), len(units)), np.float32)
    weights[units * shape[1] * shape[2] + places[images, units], np.arange(len(units))] = 1
    for _ in range(_CLIMB):
        slope = cnn.unit_gradients(net, work, state["theta"], x, layer, weights)
        length = np.linalg.norm(slope, axis=1, keepdims=True)
        x = np.clip(x + _PACE * slope / np.maximum(length, 1e-12) * (length > 0), -1, 1)
        x *= np.minimum(1, _LENGTH / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    names = tuple(str(unit if layer == 4 else unit + 1) for unit in units)
    pixels = x.reshape(-1, side_of(state), side_of(state)).astype(np.float32)
    return Images(pixels, names, -1.0, 1.0, signed=True, title="an image that each unit would like better than any of the data")


LAB = Filters()
