"""Arrays on the GPU that live as long as the arrays on the processor that they are copies of.

A run calls its kernels a thousand times with the same data, net and parameters. What does not change is sent once; what the
kernels change is sent again only where the processor has changed it meanwhile: a knob, a step back, another device.

    there = held.changing(theta)               # sent, or found as the last launch has left it
    _train[blocks, threads](there, held.constant(data.x))
    held.fetch(theta, there)                   # from here on both sides are the same again

A copy is found by its array's memory, so a view that is made anew at each call, such as theta[None], finds it too. It goes
when the array that owns the memory goes; nothing has to be given back.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels.cuda.device import cuda

Array = NDArray[Any]
_Place = tuple[int, int, str]
"""Where an array lies in memory, how many numbers it has, and of which kind."""


@dataclass
class _Copy:
    """An array on the GPU."""

    flat: Any
    """(numbers,): the device's array."""
    same: NDArray[np.uint8] | None = None
    """The bytes that the processor's array had when both were last the same; None: it never changes."""
    shaped: dict[tuple[int, ...], Any] = field(default_factory=dict)
    """The device's array in the shapes that were asked for."""

    def shape(self, shape: tuple[int, ...]) -> Any:
        if shape not in self.shaped:
            self.shaped[shape] = self.flat.reshape(*shape) if len(shape) > 1 else self.flat
        return self.shaped[shape]


_copies: dict[int, dict[_Place, _Copy]] = {}
"""By the identity of the array that owns the memory, then by place."""
_owners: dict[int, weakref.ref[Array]] = {}
_spare: dict[str, Any] = {}
_rooms: dict[tuple[Any, ...], Any] = {}
_MOST_ROOMS = 8


def constant(array: Array) -> Any:
    """The device's copy of an array that never changes, of any shape: data, the shape of a net. Sent once while it lives.

    What changes between two calls, even where this kernel only reads it, must come by `changing`.
    """
    copies, place = _find(array)
    if place not in copies:
        copies[place] = _Copy(cuda.to_device(array.reshape(-1)))
    return copies[place].shape(array.shape)


def changing(array: Array) -> Any:
    """The device's copy of an array that a run changes, with what the processor's array holds now, sent only if need be.

    A kernel may write to it. Until `fetch`, the processor's array is as it was, and the next call gives the device's numbers.
    """
    copies, place = _find(array)
    copy = copies.get(place)
    if copy is None or copy.same is None:
        copies[place] = copy = _Copy(cuda.to_device(array.reshape(-1)), _bytes(array).copy())
    elif not np.array_equal(copy.same, _bytes(array)):
        copy.flat.copy_to_device(array.reshape(-1))
        copy.same[:] = _bytes(array)
    return copy.shape(array.shape)


def fetch(array: Array, copy: Any) -> None:
    """Bring the device's numbers back: array ← copy, which `changing(array)` has given."""
    copy.copy_to_host(array)
    copies, place = _find(array)
    held = copies.get(place)
    if held is not None and held.same is not None:
        held.same[:] = _bytes(array)


def spare(use: str, shape: tuple[int, ...], kind: Any) -> Any:
    """Memory on the device for one use, named "module.what": what it holds is whatever was left there. One a use is kept."""
    found = _spare.get(use)
    if found is None or found.shape != shape or found.dtype != kind:
        _spare.pop(use, None)
        _spare[use] = found = cuda.device_array(shape, kind)
    return found


def room(what: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What steps of one kind work in: `make()`, once for each `what`. The last few are kept."""
    found = _rooms.pop(what, None)
    _rooms[what] = make() if found is None else found
    if len(_rooms) > _MOST_ROOMS:
        del _rooms[next(iter(_rooms))]
    return _rooms[what]


def forget() -> None:
    """Drop every copy: after a failure nobody knows what the device holds. The processor's arrays are left alone."""
    _copies.clear()
    _owners.clear()
    _spare.clear()
    _rooms.clear()


def count() -> int:
    """How many copies are held, spare memory left out."""
    return sum(len(copies) for copies in _copies.values())


def _find(array: Array) -> tuple[dict[_Place, _Copy], _Place]:
    """The copies of what the array's owner owns, and the array's place among them. Raises ValueError if it has gaps."""
    if not array.flags.c_contiguous:
        raise ValueError(f"an array of shape {array.shape} has gaps; only whole ones can be held on a GPU")
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    number = id(owner)
    known = _owners.get(number)
    if known is None or known() is not owner:
        _owners[number] = weakref.ref(owner, lambda gone: _drop(number, gone))
        _copies[number] = {}
    return _copies[number], (array.__array_interface__["data"][0], array.size, array.dtype.str)


def _drop(number: int, gone: weakref.ref[Array]) -> None:
    """The array that had this identity is gone; another may have it by now."""
    if _owners.get(number) is gone:
        del _owners[number], _copies[number]


def _bytes(array: Array) -> NDArray[np.uint8]:
    """(bytes,): what an array holds, compared as it is, so that NaN equals NaN."""
    return array.reshape(-1).view(np.uint8)
