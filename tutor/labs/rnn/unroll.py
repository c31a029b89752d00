"""The lab `unroll`: how much of a gradient is left after its way back through time, and what clipping does about too much."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.draws import normals
from tutor.labs.rnn import unroll_pictures as pictures
from tutor.labs.rnn.unroll_plug import there_and_back
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.pictures import Picture

Array = NDArray[Any]

_SEQUENCES = 8
_LEARNED = ("W", "U", "b")

SPEC = LabSpec(
    id="unroll",
    title="Through time",
    summary="The same weights at every time: on its way back the gradient is multiplied by them again and again.",
    knobs=(
        Knob("sigma", "number", 0.9, "σ", "The largest singular value of U at the start.", low=0.2, high=3, step=0.05),
        Knob("matrix", "choice", "orthogonal", "matrix U", "A rotation times σ, or random numbers scaled to σ.",
             choices=("orthogonal", "random")),
        Knob("activation", "choice", "tanh", "φ", "The activation of the cell.", choices=("tanh", "linear")),
        Knob("times", "integer", 40, "times", "How often the cell is used: the length of the sequences.", low=2, high=100),
        Knob("units", "integer", 16, "units", "Numbers in the state.", low=1, high=64, log=True),
        Knob("noise", "number", 0.1, "noise", "The size of the inputs that say nothing.", low=0, high=2, step=0.05),
        Knob("rate", "number", 0.01, "rate ρ", "How far a step goes.", low=1e-4, high=1, log=True, live=True),
        Knob("clipping", "choice", "on", "clipping", "Whether a long gradient is shortened.", choices=("on", "off"), live=True),
        Knob("limit", "number", 1.0, "limit", "The gradient's greatest length.", low=0.01, high=100, log=True, live=True,
             when=("clipping", ("on",))),
    ),
    metrics=(
        Metric("reach", "reach", "The length of ∂L/∂h at time 0, beside that at the last time."),
        Metric("at_start", "at the start", "What `reach` was before the first step."),
        Metric("factor", "factor", "By what the gradient is multiplied at a time, on average.", ".4f"),
        Metric("largest", "largest σ", "The largest singular value of U now.", ".4f"),
        Metric("loss", "loss", "How far the answers are off: the mean of ½(y − t)²."),
        Metric("gradient", "gradient", "The length of the gradient of all weights."),
        Metric("used", "used", "The length of the gradient that the step is made with."),
    ),
    views=(
        View("gradient", "gradient", "The length of ∂L/∂h at every time, and the bound that the singular value gives."),
        View("net", "net", "The unrolled net: the same weights between neighbours."),
        View("shares", "shares", "What each time adds to the gradient of U."),
        View("clip", "clipping", "The gradient's length at each step, before clipping and after.", curves=("gradient", "used"),
             y_log=True),
        View("loss", "loss", "The loss, step by step.", curves=("loss",), y_log=True),
    ),
    source=Source("kernels.unrolled", "backward"),
    steps=200,
    pace=10.0,
    socket=Socket(
        "bptt", "bptt(x, h0, W, U, b, d)", "One sequence through the net, forward and back: (h, g, grad_W, grad_U, grad_b)."
    ),
)  # fmt: skip


class Unroll:
    """See `tutor.labs.spec.Lab`. One step is one update; the way there and back that it needs was made before it."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.unrolled import recurrence

        T, H = int(knobs["times"]), int(knobs["units"])
        signal = np.where(np.arange(_SEQUENCES) % 2 == 0, 1.0, -1.0)
        x = float(knobs["noise"]) * normals(seed, 0, T, _SEQUENCES, 2)
        x[:, :, 0] = 0.0
        x[0, :, 0] = signal
        state: State = {
            "step": scalar(0),
            "W": normals(seed, 1, H, 2) / np.sqrt(H),
            "U": recurrence(str(knobs["matrix"]), float(knobs["sigma"]), normals(seed, 2, H, H)),
            "b": np.zeros(H),
            # What the last way there and back has found.
            "h": np.zeros((T + 1, _SEQUENCES, H)),
            "g": np.zeros((T + 1, _SEQUENCES, H)),
            "grad_W": np.zeros((H, 2)),
            "grad_U": np.zeros((H, H)),
            "grad_b": np.zeros(H),
            "loss": scalar(0.0, np.float64),
            "broken": scalar(0),
            "x": frozen(x),
            "signal": frozen(signal),
            "read": frozen(_direction(seed, H)),
        }
        _pass(state, knobs, None)
        state["at_start"] = frozen(scalar(self._reach(state), np.float64))
        return state

    def _reach(self, state: State) -> float:
        lengths = pictures.lengths(state)
        return float(lengths[0] / lengths[-1]) if lengths[-1] > 0 else 0.0

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels.unrolled import clipped

        for _ in range(steps):
            state["step"] += 1
            if state["broken"][0]:
                continue
            before = {name: array.copy() for name, array in state.items() if array.flags.writeable}
            gradients, _ = clipped(tuple(state[f"grad_{name}"] for name in _LEARNED), _limit(knobs))
            for name, gradient in zip(_LEARNED, gradients, strict=True):
                state[name] -= float(knobs["rate"]) * gradient
            _pass(state, knobs, plug)
            if not all(np.isfinite(array).all() for array in state.values()):
                for name, array in before.items():
                    state[name][...] = array
                state["broken"][0] = state["step"][0]

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.unrolled import clipped

        reach = self._reach(state)
        _, gradient = clipped(tuple(state[f"grad_{name}"] for name in _LEARNED), np.inf)
        return {
            "reach": reach,
            "at_start": float(state["at_start"][0]),
            "factor": float(reach ** (1 / len(state["x"]))),
            "largest": float(np.linalg.norm(state["U"], 2)),
            "loss": float(state["loss"][0]),
            "gradient": gradient,
            "used": min(gradient, _limit(knobs)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "gradient":
                return pictures.gradient(state)
            case "net":
                return pictures.net(state, knobs, size)
            case "shares":
                return pictures.shares(state, str(knobs["activation"]) == "tanh")
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, T = self.metrics(state, knobs), int(knobs["times"])
        reach, factor = found["reach"], found["factor"]
        what = "vanishes" if reach < 0.02 else "explodes" if reach > 50 else "keeps about its size"
        summary = (
            f"step {int(state['step'][0])}: over {T} times the gradient {what}, × {pictures.short(reach)}; "
            f"× {factor:.3f} at a time, largest singular value {found['largest']:.3f}"
        )
        if state["broken"][0]:
            why = "gradients this long need clipping" if knobs["clipping"] == "off" else "take a lower rate"
            return Words(summary, f"the loss became infinite at step {int(state['broken'][0])}: {why}")
        if knobs["clipping"] == "on" and found["gradient"] > 10 * _limit(knobs):
            many = pictures.short(found["gradient"] / _limit(knobs))
            return Words(summary, f"the gradient is {many} times the limit: clipping leaves its direction only")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _direction(seed: int, H: int) -> Array:
    """What reads the answer from the last state: a direction (H,) of length 1."""
    v = normals(seed, 3, H)
    return np.asarray(v / np.linalg.norm(v))


def _limit(knobs: Knobs) -> float:
    return float(knobs["limit"]) if knobs["clipping"] == "on" else float("inf")


def _pass(state: State, knobs: Knobs, plug: Plug | None) -> None:
    """There and back: the states, the loss, and every gradient."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = there_and_back(plug, state, str(knobs["activation"]) == "tanh")
        state["h"][...], state["g"][...] = found.h, found.g
        for name, gradient in zip(_LEARNED, found.gradients, strict=True):
            state[f"grad_{name}"][...] = gradient
        miss = state["h"][-1] @ state["read"] - state["signal"]
        state["loss"][0] = 0.5 * float((miss**2).mean())


LAB = Unroll()
