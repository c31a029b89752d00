"""Random numbers without a generator: each is a hash of (seed, stream, step, index).

Philox4x32-10 of Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (their library is Random123).
Nothing is remembered between two draws, so the same numbers come in any order, from any number of threads, on any device,
and again after seeking back.

- seed: the run's. stream: what the numbers are for (see below), so that two uses never share numbers.
- step: when in the run. index: which one of that step.

Seeds and streams are below 2**32, steps and indices below 2**64.

All words are uint64 that hold 32 bits. Every constant is typed and every argument converted, because Numba makes a float64
of a uint64 with an int64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import uint64, void
from numpy.typing import NDArray

from kernels.jit import exact, floats, indices, shared

POINTS, ORDER = 1, 2
"""Streams: the points of a data set, the order of the examples."""
DRAWN, TRIALS = 3, 4
"""Examples drawn with replacement, and mini-batches drawn only to see how their gradients spread."""
KICKS = 5
"""What noise adds to a gradient."""

_U = np.uint64
_LOW = _U(0xFFFFFFFF)
_HALF = _U(32)
_M0, _M1 = _U(0xD2511F53), _U(0xCD9E8D57)
"""The two multipliers."""
_W0, _W1 = _U(0x9E3779B9), _U(0xBB67AE85)
"""What is added to the two halves of the key in each round: the golden ratio and √3 − 1."""
_ZERO, _ONE, _TWO, _THREE, _EIGHT = _U(0), _U(1), _U(2), _U(3), _U(8)
_ULP = np.float32(2.0**-24)
_TAU = np.float32(2.0 * math.pi)


@shared
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Four random words from a counter of four words and a key of two (each a uint64 below 2**32).

    Ten rounds; each multiplies two words to 64 bits and swaps the halves about. Salmon et al. 2011, section 3.3.
    """
    c0, c1, c2, c3, k0, k1 = _U(c0), _U(c1), _U(c2), _U(c3), _U(k0), _U(k1)
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@shared
def bits(seed: Any, stream: Any, step: Any, index: Any) -> Any:
    """The random word (32 bits) that belongs to these four numbers."""
    seed, stream, step, index = _U(seed), _U(stream), _U(step), _U(index)
    block = index >> _TWO
    a, b, c, d = philox(block & _LOW, block >> _HALF, step & _LOW, step >> _HALF, seed & _LOW, stream & _LOW)
    lane = index & _THREE
    if lane < _TWO:
        return a if lane == _ZERO else b
    return c if lane == _TWO else d


@shared
def below(word: Any, n: Any) -> Any:
    """A whole number in [0, n) from a random word; n ≤ 2**32. The bias is at most n / 2**32."""
    return (_U(word) * _U(n)) >> _HALF


@shared
def unit(word: Any) -> Any:
    """A float32 in [0, 1) from a random word: its upper 24 bits, which float32 holds exactly."""
    return np.float32(_U(word) >> _EIGHT) * _ULP


@exact(void(uint64, uint64, uint64, floats), makes_arrays=False)
def uniform(seed: int, stream: int, step: int, out: NDArray[np.float32]) -> None:
    """Fill out (n,) float32 with numbers in [0, 1); out[i] is unit(bits(seed, stream, step, i)) on every device."""
    for i in range(out.shape[0]):
        out[i] = unit(bits(seed, stream, step, _U(i)))


@exact(void(uint64, uint64, uint64, floats), makes_arrays=False)
def normal(seed: int, stream: int, step: int, out: NDArray[np.float32]) -> None:
    """Fill out (n,) float32 with numbers from the normal distribution (mean 0, variance 1).

    Numbers 2i and 2i + 1 come from the uniform ones with the same indices: √(−2 ln(1 − u)) times cos 2πv and sin 2πv.
    Box & Muller 1958. Logarithm, sine and cosine are the machine's own: another machine may round the last bit otherwise.
    """
    for i in range(out.shape[0]):
        even = _U(i - i % 2)
        u = unit(bits(seed, stream, step, even))
        v = _TAU * unit(bits(seed, stream, step, even + _ONE))
        radius = np.sqrt(np.float32(-2.0) * np.log(np.float32(1.0) - u))
        out[i] = radius * (np.cos(v) if i % 2 == 0 else np.sin(v))


@exact(void(uint64, uint64, indices), makes_arrays=False)
def shuffle(seed: int, epoch: Any, order: NDArray[np.int32]) -> None:
    """Fill order (n,) int32 with a permutation of 0 … n − 1 that belongs to this seed and epoch. Durstenfeld 1964."""
    n = order.shape[0]
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        j = np.int64(below(bits(seed, _U(ORDER), epoch, _U(i)), _U(i + 1)))
        order[i], order[j] = order[j], order[i]
