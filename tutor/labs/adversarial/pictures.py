"""What the lab `adversarial` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.adversarial import attacks
from tutor.labs.adversarial.attacks import CLASSES, attack_of
from tutor.labs.spec import Knobs, State
from tutor.pictures import Bars, Columns, Guide, Images, Lines, Picture, Series

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]
_SIDE = 8
_GRID = np.linspace(0, 0.3, 13)
"""The ε that accuracy is drawn over."""
_IN_GALLERY = 8


def example(net: Net, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
    """The digit, what is added to it, the sum; and the net's probabilities for both."""
    k = int(knobs["image"])
    x = state["test_x"][k : k + 1]
    now = attacks.attacked_now(net, state, knobs)[k : k + 1]
    before, after = (attacks.probabilities(net, state["theta"], rows)[0] for rows in (x, now))
    right, added = int(state["test_labels"][k]), now - x
    most = float(np.abs(added).max()) or 1.0
    # The noise lies between black and white, so that its two signs differ; it is stretched to be seen.
    tiles = np.stack([x, 0.5 + added / (2 * most), now]).reshape(3, _SIDE, _SIDE)
    captions = (f"{before.argmax()} {before.max():.0%}", "noise, stretched", f"{after.argmax()} {after.max():.0%}")
    images = Images(tiles, captions, title=f"a {right}, what is added, and the sum")
    # At most as many digits as there is room for, and none that the net gives less than one in a thousand.
    order = np.argsort(-np.maximum(before, after), kind="stable")[: max(3, size[1] // 4)]
    order = np.sort(order[np.maximum(before, after)[order] >= 1e-3])
    labels = tuple(text for digit in order for text in (f"{digit} before", "after"))
    values = np.array([round(100 * p, 1) for digit in order for p in (before[digit], after[digit])], np.float32)
    roles = tuple(role for digit in order for role in ("muted", "good" if digit == right else "bad"))
    return Columns((images, Bars(labels, values, "what the net thinks", unit="%", roles=roles)), (1.3, 1.0))


def against_epsilon(net: Net, state: State, knobs: Knobs) -> Picture:
    """Accuracy over ε, for each kind of attack."""
    x, labels, seed = state["test_x"], state["test_labels"], int(state["seed"][0])
    series = []
    for kind, role in (("random signs", "a"), ("fgsm", "b"), ("pgd", "c")):
        found = [
            attacks.accuracy(
                net,
                state["theta"],
                attacks.moved(net, state["theta"], x, labels, attack_of(knobs, attack=kind, epsilon=eps, target="none"), seed),
                labels,
            )
            for eps in _GRID
        ]
        series.append(Series(kind, _GRID.astype(np.float32), np.array(found, np.float32), role))
    guides = (Guide("ε now", float(knobs["epsilon"]), "x"), Guide("guessing", 1 / CLASSES))
    return Lines(tuple(series), "held-out accuracy as the attack grows", "ε", guides=guides, x_limits=(0, 0.3), y_limits=(0, 1))


def gallery(net: Net, state: State, knobs: Knobs) -> Picture:
    """Digits that were right, and are not once they are moved."""
    now = attacks.attacked_now(net, state, knobs)
    before, after = (attacks.probabilities(net, state["theta"], rows) for rows in (state["test_x"], now))
    labels = state["test_labels"]
    fooled = np.flatnonzero((before.argmax(axis=1) == labels) & (after.argmax(axis=1) != labels))
    if not fooled.size:
        return Images(np.zeros((0, _SIDE, _SIDE), np.float32), (), title="none of them is fooled")
    some = fooled[np.argsort(-after[fooled].max(axis=1), kind="stable")][:_IN_GALLERY]
    captions = tuple(f"{labels[k]}→{after[k].argmax()} {after[k].max():.0%}" for k in some)
    title = f"{fooled.size} of {len(labels)} fooled; those it is surest of"
    return Images(now[some].reshape(-1, _SIDE, _SIDE), captions, title=title)
