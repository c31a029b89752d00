"""The lab `tune-text`: a net that has read one text goes on with a little of another; beside it one reads the little alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import texts
from tutor.labs.rnn import nets
from tutor.labs.rnn.char_rnn_pictures import wrapped
from tutor.labs.rnn.watching import layers_of
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.words import counted
from tutor.pictures import Bars, Columns, Picture, Text

if TYPE_CHECKING:
    from kernels.optimizers import Rule
    from kernels.recurrent_net import Net
    from kernels.sequences import Data

Array = NDArray[Any]
_TIMES, _CLIP = 32, 1.0
_READERS, _FEW_READERS, _STRETCH = 32, 8, 100
"""Readers of the first text, and at most of the second: each gets at least so many characters."""
_MOST_READ, _HELD_OUT, _LONGEST = 200_000, 10_000, 100_000
_ORDERS = 5
_EVERY = 10
"""The held-out losses are measured at multiples of that."""
_MOST_WRITTEN = 400

SPEC = LabSpec(
    id="tune-text",
    title="One text, then another",
    summary="A net reads one text, and then a little of another; beside it a net reads the little alone.",
    knobs=(
        Knob("first", "text", "english", "first text", "What is read first: toy, english, python, or a text you have added."),
        Knob("text", "text", "toy", "second text", "What is to be learned."),
        Knob("characters", "integer", 2000, "characters", "So many of the second text, from its beginning.",
             low=200, high=_LONGEST, log=True),
        Knob("pre", "integer", 300, "first steps", "Steps on the first text; 0: it is not read.", low=0, high=3000, step=100),
        Knob("cell", "choice", "lstm", "cell", "How the state follows from the last.", choices=("vanilla", "lstm", "gru")),
        Knob("units", "integer", 64, "units", "Numbers in the state.", low=4, high=256, log=True),
        Knob("rate", "number", 0.005, "rate ρ", "How far a step of Adam goes.", low=1e-4, high=0.3, log=True, live=True),
        Knob("temperature", "number", 0.7, "temperature", "Low: the likeliest only; high: anything goes.",
             low=0.1, high=2, step=0.1, live=True),
    ),
    metrics=(
        Metric("tuned", "tuned", "Bits a character on held-out second text, of the net that has read both.", ".3f"),
        Metric("scratch", "from scratch", "The same of the net that has read only the second.", ".3f"),
        Metric("untuned", "first text only", "The same of the net as the first text left it.", ".3f"),
        Metric("table", "best table", "The same of the best n-gram table of the second text, n up to 5.", ".3f"),
        Metric("steps", "on the second", "Steps on the second text so far.", ".0f"),
    ),
    views=(
        View("loss", "loss", "Bits a character on held-out second text.", curves=("tuned", "scratch", "table")),
        View("sample", "sample", "What both nets write now."),
        View("bars", "bars", "All four."),
        *VIEWS,
    ),
    source=Source("kernels.recurrent", "train"),
    steps=500,
    devices=("cpu", "cuda"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pair:
    """Two texts, in the symbols of both."""

    symbols: texts.Text
    first: Array
    """(n,) uint8: what is read first."""
    few: Array
    held_out: Array
    """Of the second text: the little that is read, and what the nets are asked about."""
    best: float
    """The loss of the best n-gram table of the little on the held-out part, in nats."""


class TuneText:
    """See `tutor.labs.spec.Lab`. Steps number 1 … `pre` read the first text; then two nets read the second side by side."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        pair = pair_of(knobs)
        net, few = net_of(knobs, pair), _little(pair)
        state: State = {
            "step": scalar(0),
            **nets.begun(net, _READERS, seed, 1.0, "first_"),
            **nets.begun(net, few.batch, seed, 1.0, "tuned_"),
            **nets.begun(net, few.batch, seed, 1.0, "scratch_"),
            "untuned": scalar(0.0, np.float64),
            "tests": np.zeros(2),
            "seed": scalar(seed, np.int64),
        }
        self._look(state, net, pair, int(knobs["pre"]))
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        pair, first = pair_of(knobs), int(knobs["pre"])
        net, rule = net_of(knobs, pair), _rule(knobs)
        end = int(state["step"][0]) + max(0, steps)
        while (step := int(state["step"][0])) < end:
            stop = min(end, (step // _EVERY + 1) * _EVERY, first if step < first else end)
            if step < first:
                nets.train(state, net, _data(pair.first, _READERS), rule, step, stop - step, "first_", device)
                state["tuned_theta"][:] = state["first_theta"]
            else:
                for prefix in ("tuned_", "scratch_"):
                    nets.train(state, net, _little(pair), rule, step - first, stop - step, prefix, device)
            state["step"][0] = stop
            if stop % _EVERY == 0 or stop == first:
                self._look(state, net, pair, first)

    def _look(self, state: State, net: Net, pair: Pair, first: int) -> None:
        """Measure the held-out losses."""
        asked = _data(pair.held_out, max(1, min(_READERS, len(pair.held_out) // (2 * _TIMES))))
        blocks = (len(asked.text) - 1) // asked.batch // net.times
        names = ("tuned", "scratch")
        state["tests"][:] = [nets.measured(state[f"{name}_theta"], net, asked, blocks) for name in names]
        if int(state["step"][0]) <= first:
            state["untuned"][0] = state["tests"][0]

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        """Of the net that reads both texts."""
        pair, step, first = pair_of(knobs), int(state["step"][0]), int(knobs["pre"])
        prefix, data = ("first_", _data(pair.first, _READERS)) if step < first else ("tuned_", _little(pair))
        return layers_of(state, net_of(knobs, pair), data, _rule(knobs), step if step < first else step - first, prefix)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.ngrams import bits

        tuned, scratch = (bits(float(loss)) for loss in state["tests"])
        return {
            "tuned": tuned,
            "scratch": scratch,
            "untuned": bits(float(state["untuned"][0])),
            "table": bits(pair_of(knobs).best),
            "steps": float(max(0, int(state["step"][0]) - int(knobs["pre"]))),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "sample":
                return self._sample(state, knobs, size)
            case "bars":
                found = self.metrics(state, knobs)
                names = ("first text only", "best table", "from scratch", "tuned")
                values = [found[key] for key in ("untuned", "table", "scratch", "tuned")]
                roles = ("muted", "muted", "b", "a")
                return Bars(names, np.array(values, np.float32), "bits a character, held-out second text", roles=roles)
        raise ValueError(name)

    def _sample(self, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        pair, seed = pair_of(knobs), int(state["seed"][0])
        net, columns = net_of(knobs, pair), max(1, size[0] // 2 - 2)
        parts = []
        for name, title in (("tuned", "the tuned net"), ("scratch", "the net from scratch")):
            length = max(1, min(_MOST_WRITTEN, columns * max(1, size[1] - 2)))
            made = nets.written(state[f"{name}_theta"], net, pair.few[:1], length, float(knobs["temperature"]), seed)
            parts.append(Text(tuple(wrapped(pair.symbols.write(made).lstrip("\n"), columns)[: max(1, size[1] - 1)]), title))
        return Columns(tuple(parts))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, first, step = self.metrics(state, knobs), int(knobs["pre"]), int(state["step"][0])
        for prefix, who in (("first_", "first"), ("tuned_", "tuned"), ("scratch_", "scratch")):
            if broken := int(state[f"{prefix}broken"][0]):
                trouble = f"{who}: the loss was no finite number at step {broken} of its own: the rate is too large"
                return Words(f"after {counted(step, 'step')}, broken", trouble)
        if step < first:
            return Words(
                f"step {step} of {first} on the first text; on the second it costs {found['tuned']:.2f} bits a character"
            )
        if found["steps"] == 0:
            return Words(f"the first text is read; on the second it costs {found['tuned']:.2f} bits a character")
        summary = (
            f"after {counted(step - first, 'step')} on {counted(len(pair_of(knobs).few), 'character')}: "
            f"tuned {found['tuned']:.2f} bits, from scratch {found['scratch']:.2f}, the best table {found['table']:.2f}"
        )
        if found["steps"] >= 50 and found["tuned"] > found["scratch"]:
            return Words(summary, "what was read first does not help, or no longer")
        return Words(summary)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def pair_of(knobs: Knobs) -> Pair:
    """The two texts that these knobs name. Raises BadData where there is none."""
    first, second = texts.text(str(knobs["first"])), texts.text(str(knobs["text"]))
    return _pair(first, second, int(knobs["characters"]))


@lru_cache(maxsize=4)
def _pair(first: texts.Text, second: texts.Text, characters: int) -> Pair:
    from kernels import ngrams

    whole, more = first.write(first.ids[:_MOST_READ]), second.write(second.ids[:_MOST_READ])
    both = texts.encoded(f"{first.name} and {second.name}", whole + more)
    read, ids = both.ids[: len(whole)], both.ids[len(whole) :]
    cut = len(ids) - min(_HELD_OUT, len(ids) // 4)
    few, held_out = ids[: min(characters, cut)], ids[cut:]
    tables = ngrams.tables(few, len(both.symbols), _ORDERS)
    return Pair(both, read, few, held_out, min(ngrams.losses(tables, len(both.symbols), held_out)))


def net_of(knobs: Knobs, pair: Pair) -> Net:
    """The net that these knobs name, for the symbols of both texts."""
    return _net(str(knobs["cell"]), int(knobs["units"]), len(pair.symbols.symbols))


@lru_cache(maxsize=16)
def _net(cell: str, units: int, symbols: int) -> Net:
    from kernels import recurrent_net

    return recurrent_net.net(cell, units, symbols, _TIMES)


def _rule(knobs: Knobs) -> Rule:
    from kernels import optimizers

    return optimizers.rule("adam", float(knobs["rate"]), clip=_CLIP)


def _little(pair: Pair) -> Data:
    return _data(pair.few, max(1, min(_FEW_READERS, len(pair.few) // _STRETCH)))


def _data(ids: Array, readers: int) -> Data:
    from kernels.sequences import TEXT, Data

    return Data(TEXT, ids, readers, 0, 0, 0)


LAB = TuneText()
