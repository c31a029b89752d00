"""The lab `transfer`: five digits from a few labels, by a net that has learned five others before, and by one that has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.few import nets, pictures
from tutor.labs.few.nets import SIZES, Kinds
from tutor.labs.regularization import tally
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.labs.words import counted
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]
_KEYS = ("scratch", "tuned", "frozen", "nearest")
_HEAD_RATE, _HEAD_UPDATES = 0.01, 100

SPEC = LabSpec(
    id="transfer",
    title="Transfer",
    summary="A net that has learned the digits 0 to 4 meets 5 to 9, with few labels of each; so does one that knows nothing.",
    knobs=(
        *nets.KNOBS,
        Knob("updates", "integer", 60, "updates", "On the labels there are, where all layers learn.",
             low=5, high=1000, log=True),
        Knob("rate", "number", 0.003, "rate ρ", "Adam's, where all layers learn.", low=1e-5, high=0.1, log=True),
        Knob("at", "choice", "5", "labels", "Of each class, for the numbers beside the picture.",
             choices=tuple(str(size) for size in SIZES), live=True),
    ),
    metrics=(
        Metric("scratch", "from scratch", "Mean test accuracy of a net that learns from these labels alone.", ".3f"),
        Metric("tuned", "tuned", "The same after pre-training; all layers go on learning.", ".3f"),
        Metric("frozen", "frozen", "The same after pre-training; only a new last layer learns.", ".3f"),
        Metric("nearest", "1-NN", "The same for the nearest of the labelled images, pixel by pixel.", ".3f"),
        Metric("wins_tuned", "tuned wins", "Draws in which it beat the net from scratch.", ".0f"),
        Metric("wins_frozen", "frozen wins", "Draws in which it beat the net from scratch.", ".0f"),
        Metric("before", "on 0 to 4", "The accuracy of the pre-trained net on its own classes, held out.", ".3f"),
        Metric("draws", "draws", "How often labelled images have been drawn.", ".0f"),
    ),
    views=(
        View("curves", "accuracy", "Mean test accuracy against the labels of each class; the dots are one spread away."),
        View("last", "at this number", "All four at the number of labels that is chosen."),
        View("table", "table", "Mean, spread and wins."),
        View("examples", "labelled", "All that is learned from: the labelled images of the last draw."),
    ),
    source=Source("kernels.mlp", "train"),
    unit="draw",
    steps=10,
    pace=0.0,
)  # fmt: skip


class Transfer:
    """See `tutor.labs.spec.Lab`. The first step pre-trains; each deals out other labels. sums, squares: (4 ways, 5 sizes);
    wins: against the first way."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = nets.kinds(str(knobs["data"]), seed)
        shape = (len(_KEYS), len(SIZES))
        return {
            "step": scalar(0),
            **nets.started(nets.net_of(knobs, found.x.shape[1]), seed),
            **{name: np.zeros(shape) for name in ("sums", "squares", "wins")},
            "before": scalar(0.0, np.float64),
            "seed": scalar(seed, np.int64),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        seed, found = int(state["seed"][0]), nets.kinds(str(knobs["data"]), int(state["seed"][0]))
        net = nets.net_of(knobs, found.x.shape[1])
        nets.pretrain(state, net, int(knobs["pre"]), found, seed)
        state["before"][0] = nets.right(net, state["pretrained"], found.test_x, found.test_kind)
        for _ in range(steps):
            accuracy = _draw(net, state["pretrained"], found, knobs, seed, int(state["step"][0]))
            tally.add(state["sums"], state["squares"], accuracy)
            state["wins"] += accuracy > accuracy[0]
            state["step"] += 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        draws, k = int(state["step"][0]), SIZES.index(int(knobs["at"]))
        mean = tally.mean(state["sums"], draws)[:, k]
        return {
            **{key: float(value) for key, value in zip(_KEYS, mean, strict=True)},
            "wins_tuned": float(state["wins"][1, k]),
            "wins_frozen": float(state["wins"][2, k]),
            "before": float(state["before"][0]),
            "draws": float(draws),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        at = int(knobs["at"])
        match name:
            case "curves":
                return pictures.curves(state)
            case "last":
                return pictures.at_number(state, at)
            case "table":
                return pictures.table(state, at)
            case "examples":
                seed = int(state["seed"][0])
                found = nets.kinds(str(knobs["data"]), seed)
                last = nets.deal(found.other_kind, seed, max(0, int(state["step"][0]) - 1))
                return pictures.examples(found, last.rows(at), str(knobs["data"]))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        draws = int(state["step"][0])
        if not draws:
            return Words("nothing has been learned yet; the first step pre-trains, and deals out labels")
        found = self.metrics(state, knobs)
        summary = (
            f"{counted(int(knobs['at']), 'label')} of each class, {counted(draws, 'draw')}: from scratch "
            f"{found['scratch']:.3f}, tuned {found['tuned']:.3f}, frozen {found['frozen']:.3f}"
        )
        best = max(found["tuned"], found["frozen"])
        if draws >= 3 and best < found["scratch"]:
            return Words(summary, "what was learned before does not help here")
        if draws >= 3 and best < found["nearest"]:
            return Words(summary, "the nearest neighbour, which learns nothing, is better than all nets")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _draw(net: Net, pretrained: Array, found: Kinds, knobs: Knobs, seed: int, draw: int) -> Array:
    """Test accuracies (4 ways, 5 sizes) with the labels of this draw."""
    from kernels import optimizers

    dealt, rule = nets.deal(found.other_kind, seed, draw), optimizers.rule("adam", float(knobs["rate"]))
    test_x, test_kind = found.other_x[dealt.test], found.other_kind[dealt.test]
    starts = nets.fresh(net, seed + draw), nets.with_new_head(net, pretrained, seed + draw)
    head, known, asked = nets.head_of(net), nets.features(net, pretrained, found.other_x), dealt.test
    accuracy = np.empty((len(_KEYS), len(SIZES)))
    for k, size in enumerate(SIZES):
        rows = dealt.rows(size)
        x, kind = found.other_x[rows], found.other_kind[rows]
        for way, theta in enumerate(starts):
            new = nets.learned(net, theta.copy(), x, kind, int(knobs["updates"]), rule, seed + draw)
            accuracy[way, k] = nets.right(net, new, test_x, test_kind)
        only = np.zeros(nets.head_size(net), np.float32)
        new = nets.learned(head, only, known[rows], kind, _HEAD_UPDATES, optimizers.rule("adam", _HEAD_RATE), seed + draw)
        accuracy[2, k] = nets.right(head, new, known[asked], test_kind)
        far = (x**2).sum(axis=1) - 2 * test_x @ x.T
        accuracy[3, k] = np.mean(kind[far.argmin(axis=1)] == test_kind)
    return accuracy


LAB = Transfer()
