"""The lab `fine-tune`: a few labels, learned live by a net from scratch, by one that is tuned, and by a last layer alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.answered import arrays
from tutor.labs.few import nets, pictures
from tutor.labs.few.nets import CLASSES, SIZES, Kinds
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, scalar
from tutor.labs.training import begun, broken, train
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]
_WAYS = ("scratch", "tuned", "head")
_LEARNED = ("theta", "memory", "updates", "broken", "batch_loss")

SPEC = LabSpec(
    id="fine-tune",
    title="Fine-tuning",
    summary="The same few labels for a net from scratch, for one that is tuned, and for a new last layer on frozen ones.",
    knobs=(
        *nets.KNOBS,
        Knob("labels", "choice", "5", "labels", "Of each of the five new classes.", choices=tuple(str(size) for size in SIZES)),
        Knob("rate", "number", 0.003, "rate ρ", "Adam's, for the two nets whose layers all learn.",
             low=1e-5, high=0.1, log=True, live=True),
        Knob("head_rate", "number", 0.02, "head's rate", "Of gradient descent on the frozen net's last layer.",
             low=1e-4, high=10, log=True, live=True),
    ),
    metrics=(
        Metric("scratch", "from scratch", "The share of the test images that the net from scratch gets right.", ".3f"),
        Metric("tuned", "tuned", "The same for the pre-trained net, all of whose layers go on learning.", ".3f"),
        Metric("frozen", "frozen", "The same for a last layer that learns on frozen ones.", ".3f"),
        Metric("loss", "frozen's loss", "The cross-entropy of the frozen net on its labels."),
        Metric("learned", "learned", "The share of the labels that the frozen net gives back.", ".3f"),
        Metric("before", "on 0 to 4", "The accuracy of the pre-trained net on its own classes, held out.", ".3f"),
    ),
    views=(
        View("curves", "accuracy", "On test images of the new classes, after each update.",
             curves=("scratch", "tuned", "frozen")),
        View("labelled", "labelled", "All that is learned from."),
        View("answers", "answers", "Test images, with what the frozen net says; where it is wrong, both are shown."),
        View("loss", "loss", "Of the frozen net, on its labels.", curves=("loss",), y_log=True),
        *VIEWS,
    ),
    source=Source("kernels.mlp", "train"),
    unit="update",
    steps=150,
    pace=20.0,
    socket=Socket(
        "tune",
        "tune(w, b, h, t, rate)",
        "One update of the last layer of the frozen net, on its features h (n, units); returns the new w and b.",
    ),
)  # fmt: skip


class FineTune:
    """See `tutor.labs.spec.Lab`. The first step pre-trains as well. Each way to learn has its own names: scratch_theta, …"""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found = nets.kinds(str(knobs["data"]), seed)
        net = nets.net_of(knobs, found.x.shape[1])
        state: State = {
            "step": scalar(0),
            **nets.started(net, seed),
            "before": scalar(0.0, np.float64),
            "seed": scalar(seed, np.int64),
        }
        begins = nets.fresh(net, seed), nets.with_new_head(net, state["pretrained"], seed)
        for way, theta in zip(_WAYS, begins, strict=False):
            state |= {f"{way}_{name}": array for name, array in begun(net, theta).items()}
        head = begun(nets.head_of(net), np.zeros(nets.head_size(net), np.float32))
        return state | {f"head_{name}": array for name, array in head.items()}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        seed = int(state["seed"][0])
        found = nets.kinds(str(knobs["data"]), seed)
        net, dealt = nets.net_of(knobs, found.x.shape[1]), nets.deal(found.other_kind, seed, 0)
        self._pretrained(state, net, found, int(knobs["pre"]), seed)
        rows = dealt.rows(int(knobs["labels"]))
        x, kind = found.other_x[rows], found.other_kind[rows]
        known = nets.features(net, state["pretrained"], x)
        for _ in range(steps if plug is not None else 1):
            count = 1 if plug is not None else steps
            if plug is not None:
                _plugged(plug, state, nets.head_of(net), known, kind, float(knobs["head_rate"]))
            else:
                _update(state, "head", nets.head_of(net), known, kind, "gradient descent", float(knobs["head_rate"]), count)
            for way in _WAYS[:2]:
                _update(state, way, net, x, kind, "adam", float(knobs["rate"]), count)
            state["step"] += count

    def _pretrained(self, state: State, net: Net, found: Kinds, updates: int, seed: int) -> None:
        """Once a run: pre-train, and begin to tune there."""
        if state["ready"][0]:
            return
        nets.pretrain(state, net, updates, found, seed)
        state["before"][0] = nets.right(net, state["pretrained"], found.test_x, found.test_kind)
        state["tuned_theta"][:] = nets.with_new_head(net, state["pretrained"], seed)

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """Of the net that is tuned."""
        seed = int(state["seed"][0])
        found = nets.kinds(str(knobs["data"]), seed)
        rows = nets.deal(found.other_kind, seed, 0).rows(int(knobs["labels"]))
        part = {name: state[f"tuned_{name}"] for name in _LEARNED}
        data, rule = _task(found.other_x[rows], found.other_kind[rows], "adam", float(knobs["rate"]))
        return layers_of(part, nets.net_of(knobs, found.x.shape[1]), data, rule)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        seed = int(state["seed"][0])
        found = nets.kinds(str(knobs["data"]), seed)
        net, dealt = nets.net_of(knobs, found.x.shape[1]), nets.deal(found.other_kind, seed, 0)
        x, kind = found.other_x[dealt.test], found.other_kind[dealt.test]
        rows, head = dealt.rows(int(knobs["labels"])), nets.head_of(net)
        theta, body = state["head_theta"], state["pretrained"]
        loss, learned = nets.judged_on(head, theta, nets.features(net, body, found.other_x[rows]), found.other_kind[rows])
        return {
            "scratch": nets.right(net, state["scratch_theta"], x, kind),
            "tuned": nets.right(net, state["tuned_theta"], x, kind),
            "frozen": nets.right(head, theta, nets.features(net, body, x), kind),
            "loss": loss,
            "learned": learned,
            "before": float(state["before"][0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        seed, data = int(state["seed"][0]), str(knobs["data"])
        found = nets.kinds(data, seed)
        dealt = nets.deal(found.other_kind, seed, 0)
        match name:
            case "labelled":
                return pictures.examples(found, dealt.rows(int(knobs["labels"])), data)
            case "answers":
                net = nets.net_of(knobs, found.x.shape[1])
                h = nets.features(net, state["pretrained"], found.other_x[dealt.test])
                return pictures.answers(found, dealt.test, nets.said(nets.head_of(net), state["head_theta"], h), data)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        step = int(state["step"][0])
        if not step:
            return Words("nothing has been learned yet; the first update pre-trains")
        found = self.metrics(state, knobs)
        summary = (
            f"after {counted(step, 'update')} on {counted(CLASSES * int(knobs['labels']), 'label')}: from scratch "
            f"{found['scratch']:.3f}, tuned {found['tuned']:.3f}, frozen {found['frozen']:.3f}"
        )
        for way, rate in zip(_WAYS, ("rate", "rate", "head_rate"), strict=True):
            part = {name: state[f"{way}_{name}"] for name in _LEARNED}
            if trouble := broken(part, float(knobs[rate])):
                return Words(summary, f"{'frozen' if way == 'head' else way}: {trouble}")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _update(state: State, way: str, net: Net, x: Array, kind: Array, rule: str, rate: float, count: int) -> None:
    """So many updates of one of the three, on all labels at once, in place."""
    train({name: state[f"{way}_{name}"] for name in _LEARNED}, net, *_task(x, kind, rule, rate), count)


def _task(x: Array, kind: Array, rule: str, rate: float) -> tuple[Data, Rule]:
    from kernels import mlp, optimizers

    return mlp.data(x, nets.one_hot(kind), len(x), "in order"), optimizers.rule(rule, rate)


def _plugged(plug: Plug, state: State, head: Net, h: Array, kind: Array, rate: float) -> None:
    """One update of the head by the learner's function. Raises UserError where what it returns is no head."""
    from kernels import mlp

    if state["head_broken"][0]:
        return
    ((w, b),) = mlp.views(head, state["head_theta"].astype(np.float64))
    given = plug(w.copy(), b.copy(), h.astype(np.float64), nets.one_hot(kind).astype(np.float64), rate)
    parts = arrays("tune", given, {"w": w.shape, "b": b.shape})
    state["head_theta"][:] = np.concatenate([part.ravel() for part in parts])
    state["head_updates"][0] += 1


LAB = FineTune()
