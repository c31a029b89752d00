"""e^x, log x, log(1 + x), tanh and the normal distribution, in a form that the compiler can make vectors of.

For float32 Numba's own versions call a function for every number. These are polynomials without a branch or a call: ten to
fifty times faster in a loop, with a relative error of about 1e-7 (`normal_cdf`: absolute). For float64, which serves the
gradient checks, and in plain Python they are NumPy's. NaN goes in and comes out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

_f = np.float32
_ZERO, _ONE, _TWO, _HALF = _f(0.0), _f(1.0), _f(2.0), _f(0.5)
_ROOT_HALF = math.sqrt(0.5)


def exp(x: Any) -> Any:
    """e^x."""
    return np.exp(x)


def log(x: Any) -> Any:
    """The natural logarithm; in kernels of a finite x > 0, or NaN."""
    return np.log(x)


def log1p(x: Any) -> Any:
    """log(1 + x), for x in [0, 1] in kernels."""
    return np.log1p(x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(x)


def normal_cdf(x: Any) -> Any:
    """Φ(x): the share of the normal distribution (mean 0, variance 1) below x. In plain Python for one number."""
    return 0.5 * math.erfc(-x * _ROOT_HALF)


_LOWEST, _HIGHEST = _f(-87.3), _f(88.0)
_LOG2_E, _LN2_HIGH, _LN2_LOW = _f(1.44269504088896341), _f(0.693359375), _f(-2.12194440e-4)
"""log 2 in two parts, the first short enough that its multiples are exact."""
_E2, _E3, _E4, _E5, _E6, _E7 = (
    _f(c) for c in (5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4)
)
_ROUND = _f(1.5 * 2**23)
"""Added to a small number and taken away again, it leaves the nearest whole number: float32 holds no more digits."""
_BIAS, _MANTISSA = np.int32(127), np.int32(23)


def _exp32(x: Any) -> Any:
    """2^n · e^r with |r| ≤ log(2) / 2: e^r from a polynomial (Moshier's Cephes, `expf`), 2^n by writing the exponent's bits."""
    x = _HIGHEST if x > _HIGHEST else x
    x = _LOWEST if x < _LOWEST else x
    n = (x * _LOG2_E + _ROUND) - _ROUND
    r = x - n * _LN2_HIGH - n * _LN2_LOW
    y = ((((_E7 * r + _E6) * r + _E5) * r + _E4) * r + _E3) * r + _E2
    y = y * r * r + r + _ONE
    power = np.int32((np.int32(n) + _BIAS) << _MANTISSA)
    return y * power.view(np.float32)


_L3, _L5, _L7, _L9, _L11, _L13 = (_f(1 / k) for k in (3, 5, 7, 9, 11, 13))


def _log1p32(x: Any) -> Any:
    """2 artanh(s) with s = x / (2 + x) ≤ 1/3, by its power series."""
    s = x / (_TWO + x)
    q = s * s
    return _TWO * s * ((((((_L13 * q + _L11) * q + _L9) * q + _L7) * q + _L5) * q + _L3) * q + _ONE)


_LN2 = _f(math.log(2.0))
_ROOT_HALF_BITS = np.int32(0x3F3504F3)


def _log32(x: Any) -> Any:
    """x = 2^n · m with √½ ≤ m < √2, taken from its bits; log m = 2 artanh(s) with s = (m − 1) / (m + 1) ≤ 0.172."""
    word = _f(x).view(np.int32)
    n = np.int32((word - _ROOT_HALF_BITS) >> _MANTISSA)
    m = np.int32(word - np.int32(n << _MANTISSA)).view(np.float32)
    s = (m - _ONE) / (m + _ONE)
    q = s * s
    small = _TWO * s * ((((_L9 * q + _L7) * q + _L5) * q + _L3) * q + _ONE)
    return small + _f(n) * _LN2 if x == x else x


_FLAT = _f(7.90531110763549805)
"""From here on the float32 nearest to tanh is this polynomial's value here, almost 1."""
_T1, _T3, _T5, _T7, _T9, _T11, _T13 = (
    _f(c)
    for c in (
        4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08,
        -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
    )
)  # fmt: skip
_U0, _U2, _U4, _U6 = (_f(c) for c in (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06))


def _tanh32(x: Any) -> Any:
    """A quotient of two polynomials; the coefficients are those of the Eigen library."""
    x = _FLAT if x > _FLAT else x
    x = -_FLAT if x < -_FLAT else x
    q = x * x
    over = (((((_T13 * q + _T11) * q + _T9) * q + _T7) * q + _T5) * q + _T3) * q + _T1
    under = ((_U6 * q + _U4) * q + _U2) * q + _U0
    return x * over / under


_P = _f(0.3275911 * _ROOT_HALF)
_A1, _A2, _A3, _A4, _A5 = (_f(c / 2) for c in (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))


def _normal_cdf32(x: Any) -> Any:
    """erfc(|x| / √2) / 2 by Abramowitz & Stegun 1964, formula 7.1.26, and the symmetry Φ(x) = 1 − Φ(−x)."""
    t = _ONE / (_ONE + _P * abs(x))
    tail = ((((_A5 * t + _A4) * t + _A3) * t + _A2) * t + _A1) * t * exp(-_HALF * x * x)
    return tail if x < _ZERO else _ONE - tail


def _exp64(x: Any) -> Any:
    return math.exp(x)  # as NumPy's, which CUDA has not


def _log64(x: Any) -> Any:
    return np.log(x)


def _log1p64(x: Any) -> Any:
    return np.log1p(x)


def _tanh64(x: Any) -> Any:
    return np.tanh(x)


def _normal_cdf64(x: Any) -> Any:
    return 0.5 * math.erfc(-x * _ROOT_HALF)


_FLAGS: Any = {
    "fastmath": {"contract", "arcp", "nsz", "afn"},
    "_nrt": False,
    "no_cfunc_wrapper": True,
    "no_cpython_wrapper": True,
}
"""Products may be fused into sums, but no sum is reordered: the order is what makes them exact."""


def _for_float32(function: Callable[..., Any], polynomial: Callable[..., Any], plain: Callable[..., Any]) -> None:
    """Say what kernels call for a function of this module."""

    def choose(x: Any) -> Any:
        return polynomial if x == types.float32 else plain

    overload(function, jit_options=_FLAGS)(choose)


_for_float32(exp, _exp32, _exp64)
_for_float32(log, _log32, _log64)
_for_float32(log1p, _log1p32, _log1p64)
_for_float32(tanh, _tanh32, _tanh64)
_for_float32(normal_cdf, _normal_cdf32, _normal_cdf64)
