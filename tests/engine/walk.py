"""A small lab for tests of the engine: a random walk with a drift, which may run away."""

from __future__ import annotations

import hashlib

import numpy as np

from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.pictures import Picture, Text

SPEC = LabSpec(
    id="walk",
    title="A walk",
    summary="A point walks.",
    knobs=(
        Knob("drift", "number", 0.0, low=-10, high=1000, live=True),
        Knob("end", "integer", 0, low=0, high=10**9),
        Knob("data", "choice", "and", choices=("and", "xor")),
    ),
    metrics=(Metric("where"), Metric("far")),
    views=(View("text", "Text"), View("path", "Path", curves=("where", "far"))),
    source=Source("tests.engine.walk", "advance"),
)


class Walk:
    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        data = frozen(np.arange(1000, dtype=np.float32))
        return {
            "step": scalar(0),
            "seed": scalar(seed),
            "x": scalar(0.0, np.float64),
            "far": scalar(0.0, np.float64),
            "data": data,
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(steps):
            digest = hashlib.blake2b(f"{state['seed'][0]} {state['step'][0]}".encode(), digest_size=4).digest()
            state["x"][0] += int.from_bytes(digest, "big") / 2**32 - 0.5 + float(knobs["drift"])
            if float(knobs["drift"]) > 100:
                state["x"][0] = state["x"][0] * 1e200 if abs(state["x"][0]) < 1e100 else np.inf
            state["far"][0] = max(state["far"][0], abs(state["x"][0]))
            state["step"][0] += 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        return {"where": float(state["x"][0]), "far": float(state["far"][0])}

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        return Text((f"{state['x'][0]:.3f}",))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return Words(f"at {state['x'][0]:.3f}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return bool(knobs["end"]) and int(state["step"][0]) >= int(knobs["end"])
