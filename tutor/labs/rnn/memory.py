"""The lab `memory`: three nets see a symbol, then many others, and are asked which symbol came first."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import watch
from tutor.labs.rnn import memory_pictures as pictures
from tutor.labs.rnn import nets
from tutor.labs.rnn.watching import layers_of
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.optimizers import Rule
    from kernels.recurrent_net import Net
    from kernels.sequences import Data

Array = NDArray[Any]

CELLS = ("vanilla", "lstm", "gru")
_TITLES = {"vanilla": "vanilla", "lstm": "LSTM", "gru": "GRU"}
_BATCH, _ASKED = 32, 256
"""Sequences in a batch, and those that accuracy is measured on."""
_FILLERS = 8
_FRESH = 1 << 40
"""Batches from this number on are never trained on."""
_EVERY = 20
"""Accuracy is measured at multiples of so many steps."""
_GOOD = 0.95

SPEC = LabSpec(
    id="memory",
    title="Memory",
    summary="Which symbol came first, fifty symbols ago? A vanilla net guesses; LSTM and GRU remember.",
    knobs=(
        Knob("delay", "integer", 50, "delay", "So many symbols after the first comes the question for it.", low=1, high=100),
        Knob("units", "integer", 32, "units", "Numbers in each net's state.", low=4, high=64, log=True),
        Knob("symbols", "integer", 8, "symbols", "Among so many the first symbol is drawn.", low=2, high=16),
        Knob("keep", "number", 4.0, "keep", "Where the biases of the gates that keep the memory start; 0: half open.",
             low=0, high=6, step=0.5),
        Knob("rate", "number", 0.003, "rate ρ", "How far a step of Adam goes.", low=1e-4, high=0.1, log=True, live=True),
        Knob("clip", "number", 1.0, "clip at", "The gradient's greatest length.", low=0.01, high=1000, log=True, live=True),
    ),
    metrics=(
        Metric("vanilla", "vanilla", f"The vanilla net's share of right answers on {_ASKED} new sequences.", ".3f"),
        Metric("lstm", "LSTM", "The LSTM's share of right answers.", ".3f"),
        Metric("gru", "GRU", "The GRU's share of right answers.", ".3f"),
        Metric("chance", "chance", "The share of right answers by guessing.", ".3f"),
        Metric("loss_vanilla", "vanilla loss", "Bits an answer, the mean over the last batches.",
               ".3f"),
        Metric("loss_lstm", "LSTM loss", "The same of the LSTM.", ".3f"),
        Metric("loss_gru", "GRU loss", "The same of the GRU.", ".3f"),
    ),
    views=(
        View("accuracy", "accuracy", "Right answers of the three nets, and by guessing.",
             curves=("vanilla", "lstm", "gru", "chance")),
        View("gradient", "gradient", "How much of the gradient is left at each time, on its way back from the answer."),
        View("answers", "answers", "New sequences, and what each net answers."),
        *watch.VIEWS,
        View("loss", "loss", "Bits an answer.", curves=("loss_vanilla", "loss_lstm", "loss_gru")),
    ),
    source=Source("kernels.cells", "lstm"),
    steps=600,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Memory:
    """See `tutor.labs.spec.Lab`. One step is one batch, the same for the three nets."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        state: State = {"step": scalar(0), "seed": frozen(scalar(seed)), "right": np.zeros(len(CELLS))}
        for cell in CELLS:
            state |= nets.begun(net_of(knobs, cell), _BATCH, seed, float(knobs["keep"]), f"{cell}_")
        self._ask(state, knobs)
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        rule = rule_of(knobs)
        while steps > 0:
            step = int(state["step"][0])
            count = min(steps, _EVERY - step % _EVERY)
            for cell in CELLS:
                net, data = net_of(knobs, cell), data_of(state, knobs, _BATCH)
                nets.train(state, net, data, rule, step, count, f"{cell}_", device)
            state["step"] += count
            steps -= count
            if (step + count) % _EVERY == 0:
                self._ask(state, knobs)

    def _ask(self, state: State, knobs: Knobs) -> None:
        for number, cell in enumerate(CELLS):
            _, t, p = nets.answers(state[f"{cell}_theta"], net_of(knobs, cell), data_of(state, knobs, _ASKED), _FRESH)
            state["right"][number] = float((p.argmax(axis=0) == t).mean())

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        step, guess = int(state["step"][0]), float(np.log2(int(knobs["symbols"])))
        losses = {}
        for cell in CELLS:
            losses[f"loss_{cell}"] = nets.recent(state, "losses", step, f"{cell}_") / float(np.log(2)) if step else guess
        right = {cell: float(share) for cell, share in zip(CELLS, state["right"], strict=True)}
        return {**right, "chance": 1.0 / int(knobs["symbols"]), **losses}

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        data = data_of(state, knobs, _BATCH)
        match name:
            case "gradient":
                lengths = [nets.through_time(state[f"{c}_theta"], net_of(knobs, c), data, _FRESH) for c in CELLS]
                return pictures.gradient(lengths, list(_TITLES.values()))
            case "answers":
                found = [nets.answers(state[f"{c}_theta"], net_of(knobs, c), data, _FRESH) for c in CELLS]
                return pictures.answers(found, list(_TITLES.values()), int(knobs["symbols"]), size)
        raise ValueError(name)

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        """Of each net the recurrence."""
        rule, data, step = rule_of(knobs), data_of(state, knobs, _BATCH), int(state["step"][0])
        each = [layers_of(state, net_of(knobs, c), data, rule, step, f"{c}_", f"{_TITLES[c]} ") for c in CELLS]
        return tuple(layers[1] for layers in each)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = self.metrics(state, knobs), int(state["step"][0])
        shares = ", ".join(f"{_TITLES[cell]} {found[cell]:.2f}" for cell in CELLS)
        summary = f"step {step}, {int(knobs['delay'])} symbols later: {shares} right; by guessing {said(found['chance'])}"
        broken = [f"{_TITLES[cell]} at step {int(state[f'{cell}_broken'][0])}" for cell in CELLS if state[f"{cell}_broken"][0]]
        if broken:
            return Words(summary, f"the loss was no finite number: {', '.join(broken)}; the rate is too large")
        lost = [_TITLES[cell] for cell in CELLS if found[cell] < 2 * found["chance"] and cell != "vanilla"]
        if step >= 400 and lost and float(knobs["keep"]) < 3:
            why = f"its gates start with a bias of {said(float(knobs['keep']))}, and forget too soon for a delay like this"
            return Words(summary, f"{' and '.join(lost)} at chance: {why}")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def rule_of(knobs: Knobs) -> Rule:
    from kernels import optimizers

    return optimizers.rule("adam", float(knobs["rate"]), clip=float(knobs["clip"]))


def net_of(knobs: Knobs, cell: str) -> Net:
    return _net(cell, int(knobs["units"]), int(knobs["symbols"]) + _FILLERS + 1, int(knobs["delay"]) + 1)


@lru_cache(maxsize=16)
def _net(cell: str, units: int, symbols: int, times: int) -> Net:
    from kernels import recurrent_net

    return recurrent_net.net(cell, units, symbols, times)


def data_of(state: State, knobs: Knobs, batch: int) -> Data:
    """Sequences: the symbol, fillers, the question."""
    from kernels.sequences import RECALL, Data

    return Data(RECALL, _NO_TEXT, batch, int(state["seed"][0]), int(knobs["symbols"]), _FILLERS)


_NO_TEXT = frozen(np.zeros(0, np.uint8))
LAB = Memory()
