"""The attacks of the lab, as its knobs name them, and what they do to a net's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import UserError
from tutor.labs.devices import kernels
from tutor.labs.spec import Knobs, Plug, State
from tutor.labs.training import responses

if TYPE_CHECKING:
    from kernels.mlp import Net

Array = NDArray[Any]
KINDS = ("fgsm", "pgd", "random signs")
CLASSES = 10
NOBODY = "none"


@dataclass(frozen=True)
class Attack:
    """How digits are moved."""

    kind: str
    """One of KINDS."""
    epsilon: float
    """How far each pixel may go, as a share of the way from white to black."""
    steps: int
    """Of PGD."""
    target: int
    """The digit that the net is to see; -1: any but the right one."""


def attack_of(knobs: Knobs, **changed: Any) -> Attack:
    """The attack that the knobs describe; `changed` names knobs that are otherwise here."""
    now = {**knobs, **changed}
    target = -1 if now["target"] == NOBODY else int(now["target"])
    return Attack(str(now["attack"]), float(now["epsilon"]), int(now["steps"]), target)


def moved(net: Net, theta: Array, x: Array, labels: Array, attack: Attack, seed: int, device: str = "cpu") -> Array:
    """x (m, I) as this attack moves it, float32. Raises DeviceProblem where the device cannot be used."""
    adversarial = kernels("adversarial", device)
    if attack.kind == "random signs":
        return np.asarray(adversarial.random_signs(x, attack.epsilon, seed))
    wanted = labels if attack.target < 0 else np.full(len(labels), attack.target)
    steps = attack.steps if attack.kind == "pgd" else 1
    t = np.eye(CLASSES, dtype=np.float32)[wanted]
    toward = 1 if attack.target < 0 else -1
    return np.asarray(adversarial.attack(net, theta, x, t, attack.epsilon, steps=steps, toward=toward))


def moved_by_learner(plug: Plug, net: Net, theta: Array, x: Array, labels: Array, attack: Attack) -> Array:
    """x (m, I) as the learner's function moves it along the gradient of the loss, float32. Raises UserError."""
    given = plug(x.astype(np.float64), slopes(net, theta, x, labels).astype(np.float64), attack.epsilon)
    try:
        found = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        raise UserError("fgsm returned something that is not made of numbers", "return an array") from None
    if found.shape != x.shape:
        raise UserError(f"fgsm returned an array of shape {found.shape}, not {x.shape}", "keep the shape of x")
    if not np.isfinite(found).all():
        raise UserError("fgsm returned numbers that are infinite or not a number", "look for a division by 0")
    return found.astype(np.float32)


def slopes(net: Net, theta: Array, x: Array, labels: Array) -> Array:
    """∂L/∂x (m, I) of each example's own loss, float32."""
    from kernels import mlp

    work, m = mlp.work(net, len(x)), len(x)
    mlp.gradients(net, work, theta, x, np.eye(CLASSES, dtype=np.float32)[labels])
    P = len(work.pick)
    return np.asarray(work.d.reshape(-1, P)[: x.shape[1], :m].T * np.float32(m))


def probabilities(net: Net, theta: Array, x: Array) -> Array:
    """What the net thinks of x (m, I): (m, C), rows that add up to 1."""
    logits = responses(net, theta, x, int(net.units[-2])).T.astype(np.float64)
    with np.errstate(all="ignore"):  # a net whose numbers have ended is asked too
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def accuracy(net: Net, theta: Array, x: Array, labels: Array) -> float:
    """The share of x (m, I) that the net gets right."""
    return float(np.mean(responses(net, theta, x, int(net.units[-2])).argmax(axis=0) == labels))


def attacked_now(net: Net, state: State, knobs: Knobs) -> Array:
    """The held-out digits as they are attacked now; by the learner's code where that trains."""
    if state["plugged"][0]:
        return state["moved"]
    return moved(net, state["theta"], state["test_x"], state["test_labels"], attack_of(knobs), int(state["seed"][0]))
