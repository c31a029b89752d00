"""The lab `adversarial`: train a net on the digits, fool it, and train it against being fooled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.adversarial import attacks, pictures
from tutor.labs.adversarial.attacks import CLASSES, KINDS, NOBODY, attack_of
from tutor.labs.devices import kernels
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, broken, train
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.watch_net import layers_of
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]
_PGD_TRAINING = 5
"""Steps of the attack that examples to learn from are moved by, with `defence` pgd."""
SHOWN = 445
"""How many digits are held out."""

SPEC = LabSpec(
    id="adversarial",
    title="Adversarial examples",
    summary="Move each pixel of a digit a little, in the direction that hurts most, and a good net is sure of nonsense.",
    knobs=(
        Knob("attack", "choice", "fgsm", "attack", "How the held-out digits are moved.", choices=KINDS, live=True),
        Knob("epsilon", "number", 0.1, "ε", "How far each pixel may move; 1 is from white to black.",
             low=0, high=0.5, step=0.01, live=True),
        Knob("steps", "integer", 10, "steps", "How many steps PGD takes.", low=1, high=40,
             when=("attack", ("pgd",)), live=True),
        Knob("target", "choice", NOBODY, "target", "The digit that the net is to see; none: any wrong one.",
             choices=(NOBODY, *(str(digit) for digit in range(CLASSES))), when=("attack", ("fgsm", "pgd")), live=True),
        Knob("image", "integer", 228, "image", "Which of the held-out digits is shown.", low=0, high=SHOWN - 1, live=True),
        Knob("defence", "choice", "none", "defence", "What the net learns from: the digits, or digits that are attacked.",
             choices=("none", "fgsm", "pgd"), live=True),
        Knob("strength", "number", 0.1, "its ε", "How far the pixels of examples to learn from are moved.",
             low=0, high=0.5, step=0.01, when=("defence", ("fgsm", "pgd")), live=True),
        Knob("hidden", "integer", 64, "units", "Units of the hidden layer.", low=1, high=256, log=True),
        Knob("activation", "choice", "relu", "activation φ", "Of the hidden units.",
             choices=("relu", "leaky relu", "tanh", "gelu", "sigmoid", "linear")),
        Knob("rate", "number", 0.003, "rate ρ", "Adam's learning rate.", low=1e-5, high=1, log=True, live=True),
        Knob("batch", "integer", 32, "batch", "Examples for one update.", low=1, high=256, log=True),
    ),
    metrics=(
        Metric("test_accuracy", "held out", "The share of the held-out digits that are right, unmoved.", ".3f"),
        Metric("attacked", "under attack", "The same with every digit moved as the knobs say.", ".3f"),
        Metric("random", "random signs", "The same with every pixel moved as far, but blindly.", ".3f"),
        Metric("fooled", "this one fooled", "1 where the digit shown was right and is not now, or is the target.", ".0f"),
        Metric("confidence", "sure of it", "How sure the net is of its answer to the moved digit.", ".3f"),
        Metric("accuracy", "accuracy", "On the digits to learn from, unmoved.", ".3f"),
        Metric("loss", "loss", "The mean cross-entropy on them."),
    ),
    views=(
        View("example", "example", "A digit, what is added to it, the sum, and what the net thinks of both."),
        View("epsilon", "against ε", "Accuracy on held-out digits as the attack grows."),
        View("gallery", "gallery", "Held-out digits that the net gets wrong only when they are moved."),
        View("accuracy", "accuracy", "Held-out digits, unmoved and moved.", curves=("test_accuracy", "attacked", "random")),
        View("loss", "loss", "On the digits to learn from.", curves=("loss",), y_log=True),
        *VIEWS,
    ),
    source=Source("kernels.adversarial", "step_to"),
    unit="epoch",
    steps=30,
    pace=4.0,
    devices=("cpu", "cuda"),
    socket=Socket(
        "fgsm",
        "fgsm(x, gradient, epsilon)",
        "Called once a frame with all held-out digits; returns them moved. x, gradient: (m, 64), x from 0 to 1.",
        aside=("plugged",),
    ),
)  # fmt: skip


class Adversarial:
    """See `tutor.labs.spec.Lab`. `moved` holds the held-out digits as they were attacked at the end of the last step."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp
        from tutor.data import digits

        every, net = digits(), net_of(knobs)
        x = every.images.reshape(-1, 64).astype(np.float32) / np.float32(16)
        labels, learn = every.labels.astype(np.int64), ~every.held_out
        return {
            "step": scalar(0),
            **begun(net, mlp.parameters(net, "he", seed)),
            "moved": x[~learn].copy(),
            "plugged": scalar(0),
            "seed": frozen(scalar(seed, np.int64)),
            "x": frozen(x[learn]),
            "t": frozen(np.eye(CLASSES, dtype=np.float32)[labels[learn]]),
            "labels": frozen(labels[learn]),
            "test_x": frozen(x[~learn]),
            "test_labels": frozen(labels[~learn]),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        net, data, rule = _task(state, knobs)
        updates = steps * math.ceil(len(data.x) / data.batch)
        if knobs["defence"] == "none" or not float(knobs["strength"]):
            train(state, net, data, rule, updates, device=device)
        else:
            _train_attacked(state, net, data, rule, updates, knobs, device)
        state["plugged"][0] = plug is not None
        if plug is None:
            seed, labels = int(state["seed"][0]), state["test_labels"]
            now = attacks.moved(net, state["theta"], state["test_x"], labels, attack_of(knobs), seed, device)
        else:
            attack = attack_of(knobs)
            now = attacks.moved_by_learner(plug, net, state["theta"], state["test_x"], state["test_labels"], attack)
        state["moved"][:] = now
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers_of(state, *_task(state, knobs))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        net, theta, image = net_of(knobs), state["theta"], int(knobs["image"])
        x, labels = state["test_x"], state["test_labels"]
        now = attacks.attacked_now(net, state, knobs)
        blind = attacks.moved(net, theta, x, labels, attack_of(knobs, attack="random signs"), int(state["seed"][0]))
        before = int(attacks.probabilities(net, theta, x[image : image + 1]).argmax())
        after = attacks.probabilities(net, theta, now[image : image + 1])[0]
        known = attacks.probabilities(net, theta, state["x"])[np.arange(len(state["labels"])), state["labels"]]
        with np.errstate(divide="ignore"):
            loss = float(-np.log(known).mean())
        return {
            "test_accuracy": attacks.accuracy(net, theta, x, labels),
            "attacked": attacks.accuracy(net, theta, now, labels),
            "random": attacks.accuracy(net, theta, blind, labels),
            "fooled": float(_fooled(before, int(after.argmax()), int(labels[image]), attack_of(knobs).target)),
            "confidence": float(after.max()),
            "accuracy": attacks.accuracy(net, theta, state["x"], state["labels"]),
            "loss": loss,
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net = net_of(knobs)
        match name:
            case "example":
                return pictures.example(net, state, knobs, size)
            case "epsilon":
                return pictures.against_epsilon(net, state, knobs)
            case "gallery":
                return pictures.gallery(net, state, knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, image, step = self.metrics(state, knobs), int(knobs["image"]), int(state["step"][0])
        net, theta = net_of(knobs), state["theta"]
        now = attacks.attacked_now(net, state, knobs)[image : image + 1]
        before = attacks.probabilities(net, theta, state["test_x"][image : image + 1])[0]
        after = attacks.probabilities(net, theta, now)[0]
        right = int(state["test_labels"][image])
        if not step:
            return Words("the net has learned nothing yet: run it, then attack it")
        pair = f"a {right}: {before.max():.0%} {before.argmax()} before, {after.max():.0%} {after.argmax()} after"
        summary = f"{pair}; held out {found['test_accuracy']:.3f}, under attack {found['attacked']:.3f}"
        return Words(summary, broken(state, float(knobs["rate"])) or _trouble(found, knobs, step))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def net_of(knobs: Knobs) -> Net:
    """64 inputs, one hidden layer, 10 classes; it gives the gradient by its input."""
    from kernels import mlp

    sizes = (64, int(knobs["hidden"]), CLASSES)
    return mlp.net(sizes, str(knobs["activation"]), loss="cross-entropy", inputs=True)


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    from kernels import mlp, optimizers

    data = mlp.data(state["x"], state["t"], int(knobs["batch"]), "shuffled", int(state["seed"][0]))
    return net_of(knobs), data, optimizers.rule("adam", float(knobs["rate"]))


def _train_attacked(state: State, net: Net, data: Data, rule: Rule, updates: int, knobs: Knobs, device: str) -> None:
    """Make updates on digits that are attacked; at a loss that is not finite the net stays as it was, for good."""
    if state["broken"][0]:
        return
    epsilon, adversarial = float(knobs["strength"]), kernels("adversarial", device)
    steps, stride = (1, epsilon) if knobs["defence"] == "fgsm" else (_PGD_TRAINING, 2.5 * epsilon / _PGD_TRAINING)
    theta, memory, first = state["theta"], state["memory"], int(state["updates"][0])
    before, losses = (theta.copy(), memory.copy()), np.zeros(updates, np.float32)
    adversarial.train(net, rule, data, theta, memory, epsilon, stride, steps, first, updates, losses)
    bad = np.flatnonzero(~np.isfinite(losses))
    done = int(bad[0]) if bad.size else updates
    if bad.size:
        theta[:], memory[:] = before
        adversarial.train(net, rule, data, theta, memory, epsilon, stride, steps, first, done, losses[:done])
        state["broken"][:] = first + done + 1, len(net.phi)
    state["updates"][0] = first + done
    state["batch_loss"][0] = losses[min(done, updates - 1)]


def _fooled(before: int, after: int, right: int, target: int) -> bool:
    """Whether a net that was right is not any more; with a target, whether it sees it."""
    return before == right and (after == target if target >= 0 and target != right else after != right)


def _trouble(found: dict[str, float], knobs: Knobs, step: int) -> str:
    if step >= 5 and found["test_accuracy"] < 0.5:
        return f"the net itself is bad: on unmoved digits it is right for {found['test_accuracy']:.0%}"
    if (
        knobs["target"] != NOBODY
        and knobs["attack"] != "random signs"
        and found["attacked"] > 0.9
        and float(knobs["epsilon"]) > 0
    ):
        return f"towards {knobs['target']} is too far for this ε: most digits stay what they are"
    return ""


LAB = Adversarial()
