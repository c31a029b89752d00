"""What the lab `gan-digits` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.gan.digits_table import nets_of, report_of
from tutor.labs.gan.judge import opinions, pixels
from tutor.labs.gan.players import generated
from tutor.labs.spec import Knobs, State
from tutor.pictures import Bars, Images

Array = NDArray[Any]

_WIDE, _HIGH = 10, 5
"""Columns and rows of cells that a digit takes, with its caption and a gap."""
_PAIRS = 16


def samples(state: State, knobs: Knobs, size: tuple[int, int]) -> Images:
    """As many generated digits as there is room for, with the judge's word on each."""
    count = _room(size)
    made = generated(state, nets_of(knobs), state["z"][:count])
    return Images(_images(made), _captions(made), title="generated, and what the judge sees")


def walk(state: State, knobs: Knobs, size: tuple[int, int]) -> Images:
    """Straight through the noise: from one sample's to the next one's, in as many steps as a row has room for."""
    across = max(2, size[0] // _WIDE)
    down = max(1, (size[1] - 1) // _HIGH)
    share = np.linspace(0, 1, across, dtype=np.float32)[:, None]
    z = np.concatenate([(1 - share) * state["z"][2 * k] + share * state["z"][2 * k + 1] for k in range(down)])
    made = generated(state, nets_of(knobs), z.astype(np.float32))
    return Images(_images(made), _captions(made), title="each row: from one noise to another")


def nearest(state: State, knobs: Knobs, size: tuple[int, int]) -> Images:
    """Samples, each followed by the real digit that is nearest to it."""
    made = generated(state, nets_of(knobs), state["z"][: max(1, min(_PAIRS, _room(size) // 2))])
    real = pixels()
    with np.errstate(all="ignore"):
        squares = (real**2).sum(axis=1) - 2 * made @ real.T
    near = real[np.argmin(np.where(np.isfinite(squares), squares, np.inf), axis=1)]
    away = np.linalg.norm(made - near, axis=1)
    both = np.stack((made, near), axis=1).reshape(-1, 64)
    captions = [text for distance in away for text in ("made", f"{distance:.1f} off")]
    return Images(_images(both), tuple(captions), title="made, and the real one nearest to it")


def classes(state: State, knobs: Knobs) -> Bars:
    """How often the judge sees each digit in the samples."""
    shares = report_of(state, knobs).shares
    return Bars(tuple("0123456789"), (100 * shares).astype(np.float32), "how often the judge sees each digit; even: 10 %", "%")


def _room(size: tuple[int, int]) -> int:
    """How many digits fit."""
    return max(1, size[0] // _WIDE) * max(1, (size[1] - 1) // _HIGH)


def _images(x: Array) -> Array:
    return np.nan_to_num(x.reshape(-1, 8, 8))


def _captions(made: Array) -> tuple[str, ...]:
    """The judge's digit and how sure it is."""
    p = np.nan_to_num(opinions(made))
    return tuple(f"{row.argmax()} {100 * row.max():.0f}%" for row in p)
