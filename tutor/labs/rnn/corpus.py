"""A text as the lab `char-rnn` uses it: most of it to learn from, the end held out, and tables of what follows what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from tutor.data.texts import Text
from tutor.labs.draws import uniforms

if TYPE_CHECKING:
    from kernels.ngrams import Table
    from kernels.sequences import Data

Array = NDArray[Any]

READERS = 32
"""So many read the training part at once: the batch."""
ORDERS = 5
_HELD_OUT = 20_000
"""The last tenth of the text is held out, but no more characters than that."""
_STRETCH = 200
"""The held-out part has fewer readers where each would get less far than that."""
_WRITTEN = 240


@dataclass(frozen=True, eq=False)
class Tables:
    """The n-gram tables of a text's training part."""

    found: list[Table]
    losses: list[float]
    """Their held-out losses, in nats, the 1-gram's first."""
    written: Array
    """What the last one writes: (n,) uint8."""


def training(ids: Array) -> Data:
    """The training part, for READERS readers."""
    return _data(ids[: cut(len(ids))], READERS)


def held_out(ids: Array) -> Data:
    """The held-out part."""
    part = ids[cut(len(ids)) :]
    return _data(part, max(1, min(READERS, len(part) // _STRETCH)))


def blocks(data: Data, times: int) -> int:
    """How many steps of so many characters one pass over the data has; 0: it is too short."""
    return (len(data.text) - 1) // data.batch // times


def cut(length: int) -> int:
    """Where the held-out part of so long a text begins."""
    return length - min(length // 10, _HELD_OUT)


def _data(ids: Array, readers: int) -> Data:
    from kernels.sequences import TEXT, Data

    return Data(TEXT, ids, readers, 0, 0, 0)


@lru_cache(maxsize=3)
def tables_of(text: Text) -> Tables:
    """Computed once for a text."""
    from kernels import ngrams

    end, symbols = cut(len(text.ids)), len(text.symbols)
    found = ngrams.tables(text.ids[:end], symbols, ORDERS)
    written = ngrams.written(found, symbols, text.ids[: ORDERS - 1], uniforms(0, 0, _WRITTEN))
    return Tables(found, ngrams.losses(found, symbols, text.ids[end:]), written[ORDERS - 1 :])
