"""What the lab `char-rnn` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.texts import Text as Corpus
from tutor.labs.rnn import nets
from tutor.labs.rnn.char_rnn_words import Report, judged
from tutor.labs.rnn.corpus import tables_of
from tutor.labs.spec import Knobs, State
from tutor.labs.words import said
from tutor.pictures import Bars, Columns, Text

if TYPE_CHECKING:
    from kernels.recurrent_net import Net

Array = NDArray[Any]

MOST_KEPT = 10
_MOST_WRITTEN = 400
"""Characters of a sample: writing them takes time from every frame."""
_SHOWN = {" ": "space", "\n": "new line"}
_WIDE = 60
_MOST_BARS, _LEAST = 16, 5e-4
"""Characters less likely than that are not worth a bar."""


def keeps_at(number: int) -> int:
    """The step at which the early sample of this number, from 0, is kept: 0, 50, 100, 200, 400, …"""
    return 0 if number == 0 else 50 << (number - 1)


def sample(state: State, knobs: Knobs, text: Corpus, net: Net, first: Array, size: tuple[int, int]) -> Text:
    """What the net writes now, as much as there is room for; where there is plenty, the table's writing below."""
    columns, rows = size
    theirs = wrapped(text.write(tables_of(text).written), columns) if rows >= 14 else []
    theirs = theirs[: max(0, rows // 3)]
    room = rows - 2 - (len(theirs) + 2 if theirs else 0)
    length = min(_MOST_WRITTEN, max(1, columns * room))
    made = nets.written(state["theta"], net, first, length, float(knobs["temperature"]), int(state["seed"][0]))
    ours = wrapped(text.write(made).lstrip("\n"), columns)[: max(1, room)]
    title = f"the net at step {int(state['step'][0])}, temperature {said(float(knobs['temperature']))}"
    lines = [*ours, "", "the 5-gram table:", *theirs] if theirs else ours
    return Text(tuple(lines), title)


def earlier(state: State, text: Corpus, size: tuple[int, int]) -> Text:
    """What it wrote at earlier steps, a few lines each."""
    columns, rows = size
    count = int(state["kept"][0])
    each = max(1, min(3, (rows - 1) // max(1, count)))
    lines = []
    for step, symbols in zip(state["kept_at"][:count], state["kept_text"][:count], strict=True):
        head = f"{step:>6}  "
        for number, line in enumerate(wrapped(text.write(symbols).lstrip("\n"), columns - len(head))[:each]):
            lines.append((head if number == 0 else " " * len(head)) + line)
    return Text(tuple(lines), "step, and what it wrote then")


def following(state: State, text: Corpus, net: Net, first: Array, size: tuple[int, int]) -> Columns:
    """The likeliest characters after the prime: the net's, and the 5-gram table's."""
    from kernels import ngrams

    tables, most = tables_of(text), max(3, size[1] - 2)
    after = text.write(first[-12:]).replace("\n", "⏎")
    ours = nets.expected(state["theta"], net, first)
    theirs = ngrams.following(tables.found, len(text.symbols), first)
    shown = size[1] // 2 - 2 if size[0] < _WIDE else most
    parts = [_likeliest(p, text, max(3, shown), f"{who} after “{after}”") for p, who in ((ours, "net"), (theirs, "5-gram"))]
    return Columns(tuple(parts))


def _likeliest(p: Array, text: Corpus, most: int, title: str) -> Bars:
    order = np.argsort(-p, kind="stable")[: min(most, _MOST_BARS)]
    order = order[(p[order] >= _LEAST) | (np.arange(len(order)) < 3)]
    labels = tuple(_SHOWN.get(text.symbols[k], text.symbols[k]) for k in order)
    return Bars(labels, np.array(100 * p[order], np.float32), title, "%")


def judge(state: State, report: Report, size: tuple[int, int]) -> Columns:
    """All losses as bars, and words about them."""
    names = ("guess", "1-gram", "2-gram", "3-gram", "4-gram", "5-gram", "net", "net, held out")
    values = [report.guess, *report.tables, report.loss, report.test_loss]
    roles = (*["muted"] * 6, "a", "b")
    bars = Bars(names, np.array(values, np.float32), "bits a character, held out", roles=roles)
    columns = size[0] // 2 - 2 if size[0] >= _WIDE else size[0]
    lines = [line for sentence in judged(report) for line in [*wrapped(sentence, max(10, columns)), ""]]
    return Columns((bars, Text(tuple(lines), "is this loss good?")))


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of so many columns at most, broken at spaces where there are some."""
    lines = []
    for line in text.split("\n"):
        rest = line.expandtabs(4)
        while len(rest) > columns > 0:
            at = rest.rfind(" ", 1, columns + 1)
            at = at if at > 0 and rest[:at].strip() else columns
            lines.append(rest[:at])
            rest = rest[at:].removeprefix(" ")
        lines.append(rest)
    return lines
