"""What the lab `digits` shows. `state` is the state of that lab, `net` its convolutional net."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tutor.labs.cnn import nets
from tutor.labs.cnn.sets import names_of
from tutor.labs.spec import Array, State
from tutor.pictures import Box, Columns, Images, Text

if TYPE_CHECKING:
    from kernels.cnn import Net

_SHOWN, _FILTERS = 24, 32


def predictions(state: State, net: Net, data: str, size: tuple[int, int]) -> Images:
    """Held-out images with what the net calls them, and with what they are where that is wrong."""
    x, kind = state["test_x"][:_SHOWN], state["test_kind"][:_SHOWN]
    side, names = math.isqrt(x.shape[1]), names_of(data)
    said = nets.answers(net, state["theta"], x).argmax(axis=1)
    wrong = said != kind
    captions = [f"{names[a]}, is {names[k]}" if a != k else names[a] for a, k in zip(said, kind, strict=True)]
    boxes = tuple(Box(int(i), 0, 0, side, side, "bad") for i in np.flatnonzero(wrong))
    title = f"held-out images and the net's answers: {int((~wrong).sum())} of these {len(x)} right"
    return Images(x.reshape(-1, side, side), tuple(captions), title=title, boxes=boxes)


def filters(theta: Array, net: Net) -> Images:
    """The kernels of the first convolution, each on a scale of its own around 0."""
    from kernels import cnn

    kernels = cnn.views(net, theta)[0][0][:_FILTERS, 0]
    scale = np.maximum(np.abs(kernels).max(axis=(1, 2), keepdims=True), 1e-12)
    names = tuple(str(i + 1) for i in range(len(kernels)))
    return Images(kernels / scale, names, -1.0, 1.0, signed=True, title="kernels of the first convolution")


def feature_maps(state: State, net: Net, image: int, data: str) -> Columns:
    """One held-out image, and what the convolutions and poolings make of it."""
    image = min(image, len(state["test_x"]) - 1)
    x = state["test_x"][image : image + 1]
    side = math.isqrt(x.shape[1])
    parts = [Images(x.reshape(1, side, side), (names_of(data)[int(state["test_kind"][image])],), title="input")]
    for layer in range(len(net.layers) - 1):
        found = nets.maps(net, state["theta"], x, layer)[0][:_FILTERS]
        if found.shape[1] == 1:  # pooled over the whole image: a number a channel
            found = found.reshape(1, 1, -1)
        top = max(float(found.max()), 1e-12)
        title = ("convolution", "pooling")[layer % 2] + (f" {layer // 2 + 1}" if len(net.layers) > 3 else "")
        parts.append(Images(found / np.float32(top), ("",) * len(found), title=title))
    shares = (1.0, *(2.0 if len(part.pixels) > 1 else 1.0 for part in parts[1:]))
    return Columns(tuple(parts), shares)


def confusion(state: State, net: Net, data: str) -> Text:
    """How many of each kind are called what."""
    said = nets.answers(net, state["theta"], state["test_x"]).argmax(axis=1)
    counts, names = np.zeros((nets.CLASSES, nets.CLASSES), np.int64), names_of(data)
    np.add.at(counts, (state["test_kind"], said), 1)
    # Half of a screen of 80 columns holds it: the columns have numbers, and the rows tell whose.
    first, wide = max(len(name) for name in names) + 2, max(len(str(counts.max())), 2) + 1
    numbered = data == "fashion-mnist"
    lines = [" " * first + "".join((str(k) if numbered else name).rjust(wide) for k, name in enumerate(names))]
    for k, (name, row) in enumerate(zip(names, counts, strict=True)):
        label = f"{k} {name}" if numbered else name
        lines.append(label.ljust(first) + "".join((str(count) if count else "·").rjust(wide) for count in row))
    off = counts - np.diag(np.diag(counts))
    if off.any():
        is_, called = np.unravel_index(int(off.argmax()), off.shape)
        lines += ["", f"most often: {names[is_]} called {names[called]}, {off.max()} times"]
    return Text(tuple(lines), "rows: what it is; columns: what it is called")
