"""The lab `real-or-fake`: two digits, one of them real. The forger practises between the pairs, and the critic plays too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.gan.judge import pixels
from tutor.labs.gan.plane_table import BETA1, BETA2, nets
from tutor.labs.gan.players import Table, begun, generated, judged, play
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words
from tutor.labs.words import counted
from tutor.pictures import Images, Picture

Array = NDArray[Any]

PAIRS = 20
_LATE = 10
"""The last pairs, which count on their own: by then the forger has practised."""
_SIDES = ("left", "right")
_PICKS = 45
"""The stream that says which real digit is shown, and on which side."""

SPEC = LabSpec(
    id="real-or-fake",
    title="Which one is real?",
    summary="Two digits, one written by a hand, one by a generator that gets better with every pair. Which one is real?",
    knobs=(
        Knob("answer", "choice", "left", "real one", "Choose with ← and →, then press the dot.", choices=_SIDES, live=True),
        Knob("practice", "integer", 30, "practice", "Rounds that the forger trains before each pair but the first.",
             low=0, high=200, step=10),
    ),
    metrics=(
        Metric("right", "you", "Pairs in which you have found the real one.", ".0f"),
        Metric("critic", "the critic", "Pairs in which the critic that trains the forger has found it.", ".0f"),
        Metric("pairs", "pairs", "Pairs that you have answered.", ".0f"),
        Metric("late", "you, last 10", "The share of the last ten pairs of the game that you have found.", ".2f"),
    ),
    views=(
        View("pair", "pair", "One was written by a hand, one was generated."),
        View("past", "so far", "All pairs so far, the real one first, and what you said."),
    ),
    source=Source("kernels.opponents", "generators_turn"),
    unit="pair",
    steps=PAIRS,
    pace=0.5,
)  # fmt: skip


class Forger:
    """See `tutor.labs.spec.Lab`. A step answers a pair with the knob as it stands, and lets the forger practise."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.random import uniform

        u = np.empty(2 * PAIRS, np.float32)
        uniform(seed, _PICKS, 0, u)
        state = begun(_table().nets, seed, PAIRS)
        state["real"] = (u[:PAIRS] * len(pixels())).astype(np.int64)
        state["side"] = (u[PAIRS:] < 0.5).astype(np.int64)  # where the real one stands: 0 left, 1 right
        for name in ("real", "side"):
            state[name].setflags(write=False)
        state["fakes"] = np.zeros((PAIRS, 64), np.float32)
        state["fakes"][0] = _fake(state, 0)
        state["said"] = np.full(PAIRS, -1, np.int64)
        state["critics"] = np.full(PAIRS, -1, np.int64)
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        for _ in range(steps):
            pair = int(state["step"][0])
            if pair < PAIRS:
                state["said"][pair] = _SIDES.index(str(knobs["answer"]))
                f, _ = judged(state, _table().nets, np.stack((state["fakes"][pair], pixels()[state["real"][pair]])))
                state["critics"][pair] = int(state["side"][pair] if f[1] > f[0] else 1 - state["side"][pair])
                play(state, _table(), pixels(), int(knobs["practice"]))
            state["step"] += 1
            if pair + 1 < PAIRS:
                state["fakes"][pair + 1] = _fake(state, pair + 1)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        hits, answered = _hits(state, "said"), int((state["said"] >= 0).sum())
        return {
            "right": float(hits.sum()),
            "critic": float(_hits(state, "critics").sum()),
            "pairs": float(answered),
            "late": float(hits[PAIRS - _LATE :].sum()) / _LATE,
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "pair":
                return _pair(state, knobs)
            case "past":
                return _past(state)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        step = int(state["step"][0])
        if step == 0:
            return Words("pair 1 of 20: which one was written by a hand? ← or → to choose, then . to say so")
        you, critic = int(_hits(state, "said").sum()), int(_hits(state, "critics").sum())
        if step >= PAIRS:
            return Words(f"{PAIRS} pairs: you found {you}, the critic {critic}; guessing finds 10. r: again, n: other pairs")
        last = _SIDES[int(state["side"][step - 1])]
        hit = "Right" if _hits(state, "said")[step - 1] else "No"
        rounds = counted(int(state["made"][1]), "round")
        return Words(f"{hit}: {last} was real. You {you}, the critic {critic} of {step}; the forger has had {rounds}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return int(state["step"][0]) >= PAIRS


def _table() -> Table:
    """The forger and its critic, as `gan-digits` has them."""
    from kernels.optimizers import rule

    both = rule("adam", 0.002, beta1=BETA1, beta2=BETA2)
    return Table(nets(16, (128, 128), (128, 128), "leaky relu", 64, "sigmoid"), (both, both), (1, 3), "wgan-gp", 64, 1.0, 0.05)


def _fake(state: State, pair: int) -> Array:
    return np.asarray(np.nan_to_num(generated(state, _table().nets, state["z"][pair : pair + 1])[0]))


def _hits(state: State, whose: str) -> Array:
    """(PAIRS,) bool: pairs that have been answered, and rightly."""
    return np.asarray(state[whose] == state["side"])


def _pair(state: State, knobs: Knobs) -> Images:
    """The pair to be answered; after the last one, that one with the answer."""
    step = int(state["step"][0])
    pair, over = min(step, PAIRS - 1), step >= PAIRS
    two = [state["fakes"][pair], pixels()[state["real"][pair]]]
    if state["side"][pair] == 0:
        two.reverse()
    chosen = str(knobs["answer"])
    captions = tuple(f"[{side}]" if side == chosen else f" {side} " for side in _SIDES)
    if over:
        captions = tuple("real" if place == state["side"][pair] else "generated" for place in range(2))
    return Images(np.stack(two).reshape(2, 8, 8), captions, title=f"pair {pair + 1} of {PAIRS}: which one is real?")


def _past(state: State) -> Images:
    """Pairs that have been answered, the newest first: the real digit, then the generated one."""
    count = min(int(state["step"][0]), PAIRS)
    if not count:
        return Images(np.zeros((1, 8, 8), np.float32), ("no answer yet",), title="pairs so far")
    images, captions = [], []
    for pair in range(count - 1, -1, -1):
        images += [pixels()[state["real"][pair]], state["fakes"][pair]]
        captions += ["real", "found" if _hits(state, "said")[pair] else "missed"]
    return Images(np.stack(images).reshape(-1, 8, 8), tuple(captions), title="the real one, then the generated one")


LAB = Forger()
