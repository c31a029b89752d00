"""What the labs `transfer` and `fine-tune` show."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.cnn.sets import names_of
from tutor.labs.few.nets import CLASSES, SIZES, Kinds
from tutor.labs.regularization import tally
from tutor.labs.spec import State
from tutor.labs.words import counted
from tutor.pictures import Bars, Guide, Images, Lines, Picture, Series, Text

Array = NDArray[Any]
WAYS = ("scratch", "tuned", "frozen", "1-NN")
_ROLES = ("b", "a", "good", "muted")
_ASKED = 20
"""So many test images are shown."""
_SHOWN = 4
"""So many labelled images of each class are shown."""


def curves(state: State) -> Picture:
    """Accuracy against labels, with the spread."""
    draws = int(state["step"][0])
    mean, spread = tally.mean(state["sums"], draws), tally.spread(state["sums"], state["squares"], draws)
    x = np.log10(np.array(SIZES, np.float32))
    series = [Series(way, x, mean[k].astype(np.float32), _ROLES[k]) for k, way in enumerate(WAYS)]
    if draws > 1:
        ends = np.concatenate([mean - spread, mean + spread], axis=1).astype(np.float32)
        series += [Series("", np.tile(x, 2), ends[k], _ROLES[k], dots=True) for k in range(len(WAYS))]
    title = f"test accuracy on 5 to 9, mean and spread of {counted(draws, 'draw')}"
    low, high = (float(mean.min()), float(mean.max())) if draws else (0.2, 1.0)
    limits = (max(0.0, math.floor(10 * low - 0.5) / 10), min(1.0, math.ceil(10 * high + 0.5) / 10))
    guess = (Guide("guessing", 1 / CLASSES),)
    return Lines(tuple(series), title, "labels of each class: 1 at 0, 10 at 1", guides=guess, y_limits=limits)


def at_number(state: State, at: int) -> Picture:
    """All ways with so many labels."""
    mean = tally.mean(state["sums"], int(state["step"][0]))[:, SIZES.index(at)]
    title = f"test accuracy with {counted(at, 'label')} of each class"
    return Bars(WAYS, (100 * mean).round(1).astype(np.float32), title, unit="%", roles=_ROLES)


def table(state: State, at: int) -> Picture:
    """Mean, spread and wins with so many labels."""
    draws, k = int(state["step"][0]), SIZES.index(at)
    mean = tally.mean(state["sums"], draws)[:, k]
    spread = tally.spread(state["sums"], state["squares"], draws)[:, k]
    lines = [f"{'':<10}{'accuracy':>9}{'spread':>8}{'wins':>9}"]
    for way, name in enumerate(WAYS):
        wins = f"{state['wins'][way, k]:>6.0f}/{draws}" if way else ""
        lines.append(f"{name:<10}{mean[way]:>9.3f}{spread[way]:>8.3f}{wins:>9}")
    return Text(tuple(lines), f"{counted(at, 'label')} of each class; a win is one over scratch on the same labels")


def examples(found: Kinds, rows: Array, data: str) -> Picture:
    """Labelled images: one of each class, then a second of each, and so on."""
    each, names = len(rows) // CLASSES, names_of(data)
    shown = rows.reshape(CLASSES, each)[:, :_SHOWN].T.ravel()
    side = math.isqrt(found.other_x.shape[1])
    captions = tuple(names[kind + CLASSES] for kind in found.other_kind[shown])
    more = f"; {_SHOWN} of the {each} of each class" if each > _SHOWN else ""
    return Images(found.other_x[shown].reshape(-1, side, side), captions, title=f"all that is learned from{more}")


def answers(found: Kinds, rows: Array, said: Array, data: str) -> Picture:
    """The first test images, with what is said of each; said: of all (m,)."""
    names, side = names_of(data), math.isqrt(found.other_x.shape[1])
    share, rows, said = float(np.mean(found.other_kind[rows] == said)), rows[:_ASKED], said[:_ASKED]
    captions = [names[kind + CLASSES] for kind in found.other_kind[rows]]
    both = [f"{true}, says {names[kind + CLASSES]}" for true, kind in zip(captions, said, strict=True)]
    wrong = found.other_kind[rows] != said
    captions = [two if bad else true for true, two, bad in zip(captions, both, wrong, strict=True)]
    title = f"{int(len(rows) - wrong.sum())} of these {len(rows)} are right; of all, {share:.3f}"
    return Images(found.other_x[rows].reshape(-1, side, side), tuple(captions), title=title)
