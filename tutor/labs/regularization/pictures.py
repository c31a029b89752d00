"""What the lab `overfit` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.regularization.nets import Recipe, net_of
from tutor.labs.regularization.split import SIDE
from tutor.labs.spec import State
from tutor.labs.words import said
from tutor.pictures import Edge, Histogram, Histograms, Images, Network, Node, Picture

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]
_BINS, _MOST_IMAGES, _FEWEST, _MOST_NODES = 41, 16, 3, 10


def weights(net: Net, theta: Array) -> Picture:
    """A histogram of each layer's weights, all on one scale."""
    from kernels import mlp

    layers = [w.ravel() for w, _ in mlp.views(net, theta)]
    finite = np.concatenate([w[np.isfinite(w)] for w in layers])
    reach = max(float(np.quantile(np.abs(finite), 0.999)) if finite.size else 1.0, 1e-3)
    rows = []
    for w in layers:
        counts = np.histogram(np.clip(w[np.isfinite(w)], -reach, reach), _BINS, (-reach, reach))[0]
        zeros = float(np.mean(w == 0))
        caption = f"mean size {said(float(np.abs(w).mean()), 2)}" + (f"; {zeros:.0%} are 0" if zeros else "")
        rows.append((Histogram(counts.astype(np.float32), -reach, reach, caption),))
    labels = (*(f"layer {k}" for k in range(1, len(layers))), "output")
    return Histograms(tuple(rows), labels, ("weights",), title="the weights of each layer")


def thinned(state: State, recipe: Recipe, size: tuple[int, int]) -> Picture:
    """A few units of each layer, and which of them took part in the last step."""
    from kernels import mlp
    from kernels.thinned import masks as drawn_masks

    net = net_of(recipe)
    shown = max(_FEWEST, min(_MOST_NODES, size[1] // 2 - 1))
    step = max(0, int(state["updates"][0]) - 1)
    kept = [np.ones(min(shown, int(units)), bool) for units in net.sizes]
    kept[0], kept[-1] = kept[0][: min(4, shown)], kept[-1][: min(4, shown)]
    if recipe.dropout > 0:
        found = drawn_masks(net, min(recipe.batch, len(state["x"])), int(state["seed"][0]), step, 1 - recipe.dropout)
        for k, mask in enumerate(found, 1):
            kept[k] = mask[: len(kept[k]), 0] > 0
    columns = tuple(tuple(Node("" if here else "×", role="accent" if here else "muted") for here in layer) for layer in kept)
    edges = tuple(
        Edge(k, int(i), int(o), float(w[o, i]), " ")
        for k, (w, _) in enumerate(mlp.views(net, state["theta"]))
        for i in np.flatnonzero(kept[k])
        for o in np.flatnonzero(kept[k + 1])
    )
    words = "no dropout: every unit takes part" if not recipe.dropout else "× is dropped in this step; the next draws anew"
    taking = sum(int(layer.sum()) for layer in kept[1:-1])
    of = sum(len(layer) for layer in kept[1:-1])
    return Network(columns, edges, f"{taking} of these {of} hidden units take part", (words,))


def data(seen: Array, given: Array, true: Array) -> Picture:
    """The first examples as this epoch saw them. seen: (n, 64); given, true: (n,)."""
    count = min(_MOST_IMAGES, len(seen))
    captions = tuple(
        str(label) if label == right else f"{right}, says {label}"
        for label, right in zip(given[:count], true[:count], strict=True)
    )
    wrong = int((given != true).sum())
    title = f"{wrong} of {len(given)} labels are wrong"
    return Images(seen[:count].reshape(count, SIDE, SIDE), captions, title=title)
