"""The lab `char-rnn`: a recurrent net reads a text and learns to write on, beside tables of what follows what."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data import texts
from tutor.errors import BadData
from tutor.labs import watch
from tutor.labs.rnn import char_rnn_pictures as pictures
from tutor.labs.rnn import corpus, nets
from tutor.labs.rnn.char_rnn_words import Report, words
from tutor.labs.rnn.watching import layers_of
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.pictures import Picture

if TYPE_CHECKING:
    from kernels.optimizers import Rule
    from kernels.recurrent_net import Net

Array = NDArray[Any]

_EVERY, _OFTEN, _FIRST = 50, 10, 100
"""The held-out loss is measured at multiples of _EVERY, and of _OFTEN in the first steps."""
_LINE = 200
"""So many characters are kept of each early sample."""
SPEC = LabSpec(
    id="char-rnn",
    title="A net that writes",
    summary="A recurrent net reads a text, a character at a time, and learns to write on; tables of n characters compete.",
    knobs=(
        Knob("text", "text", "toy", "text", "toy, english, python, or the name of a text that you have added."),
        Knob("cell", "choice", "lstm", "cell", "How the state follows from the last.", choices=("vanilla", "lstm", "gru")),
        Knob("units", "integer", 64, "units", "Numbers in the state.", low=4, high=256, log=True),
        Knob("length", "integer", 32, "length", "Characters that the gradient goes back.", low=4, high=128, log=True),
        Knob("rate", "number", 0.005, "rate ρ", "How far a step of Adam goes.", low=1e-4, high=0.3, log=True, live=True),
        Knob("clip", "number", 1.0, "clip at", "The gradient's greatest length.", low=0.01, high=1000, log=True, live=True),
        Knob("temperature", "number", 0.7, "temperature", "Low: the likeliest only; high: anything goes.",
             low=0.1, high=2, step=0.1, live=True),
        Knob("prime", "text", "", "prime", "What the sample begins with, in characters of the text.", live=True),
    ),
    metrics=(
        Metric("loss", "loss", f"Bits a character, the mean over the last {nets.RECENT} batches.", ".3f"),
        Metric("test_loss", "held-out loss", f"Bits a character on text kept back, measured every {_EVERY} steps.", ".3f"),
        Metric("unigram", "1-gram", "The held-out loss of knowing how frequent each character is.", ".3f"),
        Metric("bigram", "2-gram", "The held-out loss of the table of pairs.", ".3f"),
        Metric("trigram", "3-gram", "The held-out loss of the table of three characters in a row.", ".3f"),
        Metric("fivegram", "5-gram", "The held-out loss of the table of five characters in a row.", ".3f"),
        Metric("gradient", "gradient", "The length of the gradient before clipping, the mean over the last batches."),
        Metric("read", "read", "Characters read so far, by all readers together.", ",.0f"),
    ),
    views=(
        View("sample", "sample", "What the net writes now."),
        View("loss", "loss", "Bits a character, beside those of the tables.",
             curves=("loss", "test_loss", "bigram", "trigram", "fivegram")),
        View("next", "next", "What the net and the 5-gram table expect after the prime."),
        View("earlier", "earlier", "What it wrote at earlier steps."),
        *watch.VIEWS,
        View("judge", "good?", "Whether this loss is good: beside the tables, and beside the text it has seen."),
    ),
    source=Source("kernels.recurrent", "train"),
    steps=1000,
    devices=("cpu", "cuda"),
)  # fmt: skip


class CharRnn:
    """See `tutor.labs.spec.Lab`. One step reads `length` characters with each of the readers."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        text = texts.text(str(knobs["text"]))
        net = net_of(knobs, text)
        ids = frozen(text.ids)
        if min(corpus.blocks(part, net.times) for part in (corpus.training(ids), corpus.held_out(ids))) < 1:
            raise BadData(f"the text {text.name!r} is too short for a length of {net.times}", "take a shorter length")
        first_of(text, knobs)
        state: State = {
            "step": scalar(0),
            **nets.begun(net, corpus.READERS, seed, 1.0),
            "seed": frozen(scalar(seed)),
            "ids": ids,
            "tables": frozen(np.array(corpus.tables_of(text).losses)),
            "test": scalar(0.0, np.float64),
            # Samples on the way: at which step each was written, from 1 on in the order of `kept`, and its symbols.
            "kept": scalar(0),
            "kept_at": np.zeros(pictures.MOST_KEPT, np.int64),
            "kept_text": np.zeros((pictures.MOST_KEPT, _LINE), np.uint8),
        }
        self._look(state, knobs)
        return state

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        net, data = net_of(knobs, texts.text(str(knobs["text"]))), corpus.training(state["ids"])
        while steps > 0:
            step = int(state["step"][0])
            count = min(steps, _next_look(step) - step)
            nets.train(state, net, data, rule_of(knobs), step, count, device=device)
            state["step"] += count
            steps -= count
            if step + count == _next_look(step):
                self._look(state, knobs)

    def _look(self, state: State, knobs: Knobs) -> None:
        """Measure the held-out loss, and now and then keep a sample."""
        if state["broken"][0]:
            return
        text, step, data = texts.text(str(knobs["text"])), int(state["step"][0]), corpus.held_out(state["ids"])
        net = net_of(knobs, text)
        state["test"][0] = nets.measured(state["theta"], net, data, corpus.blocks(data, net.times))
        kept = int(state["kept"][0])
        if kept < pictures.MOST_KEPT and step == pictures.keeps_at(kept):
            first = first_of(text, knobs)[-_LINE // 2 :]
            made = nets.written(
                state["theta"], net, first, _LINE - len(first), float(knobs["temperature"]), int(state["seed"][0])
            )
            state["kept_at"][kept], state["kept_text"][kept] = step, made
            state["kept"][0] = kept + 1

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.ngrams import bits

        first_of(texts.text(str(knobs["text"])), knobs)  # a prime that cannot be read is refused here
        step, tables = int(state["step"][0]), [bits(float(loss)) for loss in state["tables"]]
        test = bits(float(state["test"][0]))
        return {
            "loss": bits(nets.recent(state, "losses", step)) if step else test,
            "test_loss": test,
            "unigram": tables[0],
            "bigram": tables[1],
            "trigram": tables[2],
            "fivegram": tables[4],
            "gradient": nets.recent(state, "lengths", step) if step else 0.0,
            "read": float(step * corpus.READERS * int(knobs["length"])),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        text = texts.text(str(knobs["text"]))
        net, first = net_of(knobs, text), first_of(text, knobs)
        match name:
            case "sample":
                return pictures.sample(state, knobs, text, net, first, size)
            case "next":
                return pictures.following(state, text, net, first, size)
            case "earlier":
                return pictures.earlier(state, text, size)
            case "judge":
                return pictures.judge(state, self._report(state, knobs), size)
        raise ValueError(name)

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        net, data = net_of(knobs, texts.text(str(knobs["text"]))), corpus.training(state["ids"])
        return layers_of(state, net, data, rule_of(knobs), int(state["step"][0]))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return words(self._report(state, knobs))

    def _report(self, state: State, knobs: Knobs) -> Report:
        from kernels import recurrent_net

        text = texts.text(str(knobs["text"]))
        found = self.metrics(state, knobs)
        return Report(
            int(state["step"][0]),
            found["loss"],
            found["test_loss"],
            [float(loss) for loss in state["tables"] / np.log(2)],
            float(np.log2(len(text.symbols))),
            recurrent_net.size(net_of(knobs, text)),
            corpus.cut(len(state["ids"])),
            found["read"],
            int(state["broken"][0]),
            float(knobs["rate"]),
            float(knobs["clip"]),
            found["gradient"],
        )

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def net_of(knobs: Knobs, text: texts.Text) -> Net:
    """The net that these knobs name, for this text."""
    return _net(str(knobs["cell"]), int(knobs["units"]), len(text.symbols), int(knobs["length"]))


@lru_cache(maxsize=16)
def _net(cell: str, units: int, symbols: int, times: int) -> Net:
    from kernels import recurrent_net

    return recurrent_net.net(cell, units, symbols, times)


def rule_of(knobs: Knobs) -> Rule:
    from kernels import optimizers

    return optimizers.rule("adam", float(knobs["rate"]), clip=float(knobs["clip"]))


def first_of(text: texts.Text, knobs: Knobs) -> Array:
    """The symbols that a sample begins with: the prime, and where that is empty a new line or what there is. Raises BadData."""
    prime = str(knobs["prime"])
    if prime:
        return text.read(prime)
    return np.array([text.symbols.index("\n") if "\n" in text.symbols else 0], np.uint8)


def _next_look(step: int) -> int:
    """The first step after this one at which the held-out loss is measured."""
    every = _OFTEN if step < _FIRST else _EVERY
    return step // every * every + every


LAB = CharRnn()
