"""The lab `small-data`: accuracy against the number of examples, for a net, a logistic regression and the nearest neighbour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import digits
from tutor.labs.draws import uniforms
from tutor.labs.end_to_end import judged
from tutor.labs.regularization import tally
from tutor.labs.regularization.split import CLASSES, one_hot
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, responses, train
from tutor.labs.words import counted
from tutor.pictures import Bars, Lines, Picture, Series

Array = NDArray[Any]
SIZES = (1, 2, 5, 10, 20, 50)
"""Examples of each class."""
RIVALS = ("1-NN", "logistic", "net")
_KEYS = ("nearest", "logistic", "net")
_TEST = 400
_ORDER = 33
"""The set of random numbers that deals out the digits (`tutor.labs.draws`)."""

SPEC = LabSpec(
    id="small-data",
    title="Small data",
    summary="A net against two simple rivals, on one to fifty examples of each digit; each step draws others.",
    knobs=(
        Knob("hidden", "integer", 64, "units", "Units of the net's hidden layer.", low=1, high=256, log=True),
        Knob("updates", "integer", 200, "updates", "How many updates the net and the logistic regression make.",
             low=10, high=2000, log=True),
        Knob("at", "choice", "10", "examples", "Of each class, for the numbers beside the picture.",
             choices=tuple(str(size) for size in SIZES), live=True),
    ),
    metrics=(
        *(Metric(key, name, f"Mean test accuracy of {name} over the draws so far.", ".3f")
          for key, name in zip(_KEYS, ("the nearest neighbour", "logistic regression", "the net"), strict=True)),
        Metric("lead", "the net's lead", "Over the better of its two rivals, in points of a hundred.", ".1f"),
        Metric("draws", "draws", "How often examples have been drawn.", ".0f"),
    ),
    views=(
        View("curves", "accuracy", "Mean test accuracy against the examples of each class; the dots are one spread away."),
        View("last", "at this number", "The three at the number of examples that is chosen."),
    ),
    source=Source("kernels.mlp", "train"),
    unit="draw",
    steps=20,
    pace=4.0,
)  # fmt: skip


class SmallData:
    """See `tutor.labs.spec.Lab`. A step draws the examples anew; sums, squares: (3 rivals, 6 sizes)."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        every = digits()
        shape = (len(RIVALS), len(SIZES))
        return {
            "step": scalar(0),
            "sums": np.zeros(shape),
            "squares": np.zeros(shape),
            "seed": frozen(scalar(seed, np.int64)),
            "x": frozen(every.images.reshape(-1, 64).astype(np.float32) / np.float32(16)),
            "labels": frozen(every.labels.astype(np.int64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(max(0, steps)):
            found = _draw(state["x"], state["labels"], knobs, int(state["seed"][0]), int(state["step"][0]))
            tally.add(state["sums"], state["squares"], found)
            state["step"] += 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        draws, k = int(state["step"][0]), SIZES.index(int(knobs["at"]))
        mean = tally.mean(state["sums"], draws)[:, k]
        found = {key: float(value) for key, value in zip(_KEYS, mean, strict=True)}
        return found | {"lead": float(100 * (mean[2] - max(mean[:2]))), "draws": float(draws)}

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        draws = int(state["step"][0])
        mean, spread = tally.mean(state["sums"], draws), tally.spread(state["sums"], state["squares"], draws)
        match name:
            case "curves":
                return _curves(mean, spread, draws)
            case "last":
                k = SIZES.index(int(knobs["at"]))
                title = f"test accuracy with {counted(SIZES[k], 'example')} of each class"
                return Bars(RIVALS, (100 * mean[:, k]).round(1).astype(np.float32), title, unit="%", roles=("a", "b", "c"))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        draws = int(state["step"][0])
        if not draws:
            return Words("nothing has been drawn yet")
        found = self.metrics(state, knobs)
        lead = found["lead"]
        said = "as good as its best rival" if abs(lead) < 1 else f"{abs(lead):.1f} points {'ahead' if lead > 0 else 'behind'}"
        return Words(f"with {knobs['at']} of each class, over {counted(draws, 'draw')}: the net {found['net']:.3f}, {said}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _curves(mean: Array, spread: Array, draws: int) -> Picture:
    x = np.log10(np.array(SIZES, np.float32))
    series = [Series(name, x, mean[k].astype(np.float32), "abc"[k]) for k, name in enumerate(RIVALS)]
    if draws > 1:
        ends = np.concatenate([mean - spread, mean + spread], axis=1).astype(np.float32)
        series += [Series("", np.tile(x, 2), ends[k], "abc"[k], dots=True) for k in range(len(RIVALS))]
    title = f"test accuracy, mean and spread of {counted(draws, 'draw')}"
    return Lines(tuple(series), title, "examples of each class: 1 at 0, 10 at 1", y_limits=(0.3, 1.0))


def _draw(x: Array, labels: Array, knobs: Knobs, seed: int, draw: int) -> Array:
    """Test accuracies (3 rivals, 6 sizes) with examples that belong to this seed and this draw."""
    order = np.argsort(uniforms(seed, _ORDER + (draw << 8), len(labels)), kind="stable")
    by_class = [order[labels[order] == k] for k in range(CLASSES)]
    used = np.concatenate([rows[: SIZES[-1]] for rows in by_class])
    test = np.setdiff1d(order, used, assume_unique=True)
    test = test[np.argsort(uniforms(seed, _ORDER + 1 + (draw << 8), len(test)), kind="stable")][:_TEST]
    found = np.empty((len(RIVALS), len(SIZES)))
    for k, size in enumerate(SIZES):
        rows = np.concatenate([part[:size] for part in by_class])
        found[0, k] = _nearest(x[rows], labels[rows], x[test], labels[test])
        for place, hidden in ((1, ()), (2, (int(knobs["hidden"]),))):
            found[place, k] = _net(hidden, x[rows], labels[rows], x[test], labels[test], int(knobs["updates"]), seed + draw)
    return found


def _nearest(x: Array, labels: Array, test_x: Array, test_labels: Array) -> float:
    """The accuracy of saying what the nearest example is."""
    squares = (x**2).sum(axis=1) - 2 * test_x @ x.T
    return float(np.mean(labels[squares.argmin(axis=1)] == test_labels))


def _net(hidden: tuple[int, ...], x: Array, labels: Array, test_x: Array, test_labels: Array, updates: int, seed: int) -> float:
    """The accuracy of a net trained with Adam on all of x at once; without a hidden layer it is a logistic regression."""
    from kernels import mlp, optimizers

    net = mlp.net((x.shape[1], *hidden, CLASSES), "relu", loss="cross-entropy")
    state = begun(net, mlp.parameters(net, "he" if hidden else "zero", seed))
    batch = min(len(x), 128)
    data = mlp.data(x, one_hot(labels), batch, "shuffled" if batch < len(x) else "in order", seed)
    train(state, net, data, optimizers.rule("adam", 0.01), updates)
    return judged(responses(net, state["theta"], test_x, int(net.units[-2])).T, test_labels)[1]


LAB = SmallData()
