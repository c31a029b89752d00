"""The lab `xor`: what one neuron cannot do, a hidden layer can; and many nets at once, to see which starts get there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import watch
from tutor.labs import xor_nets as nets
from tutor.labs import xor_pictures as pictures
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.training import broken, train_each
from tutor.labs.watch import Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted, said
from tutor.labs.xor_plug import weights_of
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

_LATE = 400
"""Steps after which a net that is not right can be called stuck."""

SPEC = LabSpec(
    id="xor",
    title="XOR and a hidden layer",
    summary="One neuron cannot answer XOR. Two hidden units can, but from some starts they never find out: see why.",
    knobs=(
        Knob("hidden", "integer", 2, "hidden", "Units between the inputs and the output; 0: none.", low=0, high=8, step=1),
        Knob("activation", "choice", "tanh", "φ", "Of the hidden units.", choices=nets.ACTIVATIONS),
        Knob("rate", "number", 1.0, "rate ρ", "How far a step goes.", low=0.01, high=30, log=True, live=True),
        Knob("point", "choice", "11", "row", "The row that the network is shown with.", choices=nets.ROWS, live=True),
        Knob("nets", "integer", 20, "nets", "So many train at once, with the seeds from this one on.", low=1, high=100, step=1),
        Knob("data", "choice", "xor", "data", "The truth table.", choices=("xor", "and", "or", "nand", "xnor")),
        Knob("optimizer", "choice", "gradient descent", "optimizer", "How a step follows from the gradient.",
             choices=nets.OPTIMIZERS),
        Knob("start", "choice", "glorot", "start", "How large the first weights are.", choices=nets.STARTS),
    ),
    metrics=(
        Metric("loss", "loss", "The mean cross-entropy; answering 0.5 to everything costs ln 2 = 0.693.", ".4f"),
        Metric("accuracy", "accuracy", "The share of the four rows that are on the right side of 0.5.", ".2f"),
        Metric("solved", "nets solved", "Nets, of all that train here, that have all four rows right.", ".0f"),
        Metric("apart", "apart", "Between the nearest two rows that must be told apart, where the last layer sees them."),
    ),
    views=(
        View("boundary", "boundary", "The answer over the plane of the inputs, and the line of each hidden unit."),
        View("hidden", "hidden space", "The rows where the hidden units put them. There, a straight line must do."),
        View("starts", "starts", "What each of the nets has come to."),
        View("network", "network", "The net with its weights, and the sums of one row."),
        View("truth", "truth table", "Each row: what the hidden units say, and the answer."),
        View("loss", "loss", "The cross-entropy at each step.", curves=("loss",)),
        View("solved", "nets solved", "How many of the nets have all four rows right.", curves=("solved",)),
        *watch.VIEWS,
    ),
    source=Source("kernels.mlp", "train"),
    steps=2000,
    pace=30.0,
    socket=Socket(
        "weights",
        "weights()",
        "Called once; returns w1 (2, 2), a row a hidden unit, b1 (2,), w2 (2,) and b2 of a 2-2-1 net of steps, then shown.",
        once=True,
        rival="a net that learns its weights",
    ),
    devices=("cpu", "cuda"),
)  # fmt: skip


class Xor:
    """See `tutor.labs.spec.Lab`. Net number k starts from the run's seed + k; number 0 is the one that is shown."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp

        net, count = nets.net_of(knobs), int(knobs["nets"])
        x, t = nets.table(str(knobs["data"]))
        theta = np.stack([mlp.parameters(net, str(knobs["start"]), (seed + k) % 2**32) for k in range(count)])
        return {
            "step": scalar(0),
            "theta": theta,
            "memory": np.zeros((count, len(mlp.memory(net))), np.float32),
            "updates": np.zeros(count, np.int64),
            "broken": np.zeros((count, 2), np.int64),
            "batch_loss": scalar(0.0, np.float32),
            "by_hand": scalar(0),
            "seed": frozen(scalar(seed)),
            "x": frozen(x),
            "t": frozen(t),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        if plug is not None:
            if not nets.by_hand(state):
                state["theta"][0], state["by_hand"][0] = weights_of(plug, knobs), 1
            state["step"] += steps
            return
        train_each([_one(state, k) for k in range(len(state["theta"]))], *_task(state, knobs), steps, device)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """Of the net that is shown; one set by hand is of steps, and has no gradients."""
        return () if nets.by_hand(state) else layers_of(_one(state, 0), *_task(state, knobs))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        found = nets.answers(state, knobs, state["x"])
        return {
            "loss": nets.loss(found, state),
            "accuracy": float(nets.right(found, state).mean()),
            "solved": float((nets.solved(state, knobs) == 4).sum()),
            "apart": nets.nearest_pair(found, state)[2],
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "boundary":
                return pictures.boundary(state, knobs, size)
            case "hidden":
                return pictures.hidden(state, knobs, size)
            case "starts":
                return pictures.starts(state, knobs, size)
            case "network":
                return pictures.network(state, knobs)
            case "truth":
                return pictures.truth(state, knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = nets.answers(state, knobs, state["x"]), int(state["step"][0])
        good = int(nets.right(found, state).sum())
        value = nets.loss(found, state)
        if nets.by_hand(state):
            name = str(knobs["data"]).upper()
            return Words(
                f"{good} of 4 rows right with your weights: {f'this net is {name}' if good == 4 else f'not yet {name}'}"
            )
        count = len(state["theta"])
        if step == 0:
            return Words(f"no step has been made; the loss is {said(value)}, a guess costs 0.693")
        summary = f"{good} of 4 rows right, loss {said(value)} after {counted(step, 'step')}"
        if count > 1:
            summary += f"; {int((nets.solved(state, knobs) == 4).sum())} of {count} nets have solved it"
        return Words(summary, self._trouble(state, knobs, found, good, value))

    def _trouble(self, state: State, knobs: Knobs, found: nets.Answers, good: int, value: float) -> str:
        if state["broken"][0, 0]:
            return broken(_one(state, 0), float(knobs["rate"]))
        curved = str(knobs["data"]) in ("xor", "xnor")
        hidden = int(knobs["hidden"])
        late = int(state["step"][0]) >= _LATE
        if good == 4 and value < 0.2:
            return ""
        if curved and hidden == 0 and late:
            return "one straight line is all it can draw, and none separates XOR: the best answer to every row is 0.5"
        if curved and hidden == 1 and late:
            return "one hidden unit draws one line, and what it makes of the rows is still one line"
        if curved and knobs["activation"] == "linear" and late:
            return "with a linear φ two layers are one: the boundary is a straight line, and none separates XOR"
        if hidden > 1 and knobs["start"] == "zero":
            return "every hidden unit started the same and gets the same gradient: they stay one unit for ever"
        rate = float(knobs["rate"])
        if late and value > 1.2 * math.log(2):
            return f"the loss is above that of a guess: the rate {said(rate)} is too large"
        if late and value > 0.6 and rate < 0.1 and knobs["optimizer"] == "gradient descent":
            return f"the rate {said(rate)} is too small to get far in {counted(int(state['step'][0]), 'step')}"
        pair = nets.stuck(found, state) if late and hidden else None
        if pair:
            one, other = (nets.ROWS[i] for i in pair)
            answer = said(float(found.y[list(pair)].mean()), 2)
            return f"stuck: {one} and {other} are at one place in the hidden space, so both get the answer {answer}"
        return ""

    def finished(self, state: State, knobs: Knobs) -> bool:
        return nets.by_hand(state)


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    """What each of the nets learns, and how."""
    from kernels import mlp, optimizers

    data = mlp.Data(state["x"], state["t"], len(state["x"]), mlp.IN_ORDER, 0)
    return nets.net_of(knobs), data, optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))


def _one(state: State, number: int) -> State:
    """The part of the state that belongs to one net, as views into the whole."""
    return {
        "theta": state["theta"][number],
        "memory": state["memory"][number],
        "updates": state["updates"][number : number + 1],
        "broken": state["broken"][number],
        # Only the net that is shown may end the run by a loss that is not finite.
        "batch_loss": state["batch_loss"] if number == 0 else scalar(0.0, np.float32),
    }


LAB = Xor()
