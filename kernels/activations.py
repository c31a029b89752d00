"""Activation functions φ: what a neuron makes of its weighted sum z, and their derivatives φ′.

A function is taken by its number, its place in EVERY. Each formula is written once, and serves float32 and float64, one number
and whole layers. A derivative may use z, the answer a = φ(z), or both, whichever is shorter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import elementary
from kernels.elementary import exp, log1p, normal_cdf
from kernels.jit import part, written_in

NAMES = ("step", "sign", "linear", "sigmoid", "tanh", "relu")
"""Those of a single neuron, in the order of their numbers. The first two have no slope to learn from."""
EVERY = (*NAMES, "leaky relu", "elu", "gelu", "softplus")
"""All, in the order of their numbers."""
STEP, SIGN, LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, GELU, SOFTPLUS = range(10)
TRAINABLE = EVERY[LINEAR:]
"""Those that a net can be trained with."""

Array = NDArray[Any]

_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_LEAK = np.float32(0.01)
_BELL = np.float32(1.0 / math.sqrt(2.0 * math.pi))
"""The normal density at 0."""


@written_in
def step(z: Any) -> Any:
    """1 where z ≥ 0, otherwise 0: all or nothing. McCulloch & Pitts 1943."""
    return _ONE if z >= _ZERO else _ZERO


@written_in
def sign(z: Any) -> Any:
    """+1, −1, or 0 on the boundary."""
    return _ONE if z > _ZERO else -_ONE if z < _ZERO else _ZERO


@written_in
def linear(z: Any) -> Any:
    """z itself."""
    return z


@written_in
def sigmoid(z: Any) -> Any:
    """1 / (1 + e^(−z)): a step with its corners rounded."""
    return _ONE / (_ONE + exp(-z))


@written_in
def sigmoid_slope(z: Any, a: Any) -> Any:
    """a (1 − a): at most 1/4."""
    return a * (_ONE - a)


@written_in
def tanh(z: Any) -> Any:
    """(e^z − e^(−z)) / (e^z + e^(−z)): a sign with its corners rounded."""
    return elementary.tanh(z)


@written_in
def tanh_slope(z: Any, a: Any) -> Any:
    """1 − a²."""
    return _ONE - a * a


@written_in
def relu(z: Any) -> Any:
    """max(0, z), the rectified linear unit. Nair & Hinton 2010."""
    return _ZERO if z < _ZERO else z


@written_in
def relu_slope(z: Any, a: Any) -> Any:
    """1 where z > 0, otherwise 0; at the kink 0 is one of the right answers."""
    return _ONE if z > _ZERO else _ZERO


@written_in
def leaky_relu(z: Any) -> Any:
    """z where positive, otherwise 0.01 z: no unit dies. Maas, Hannun & Ng 2013."""
    return z if z > _ZERO else _LEAK * z


@written_in
def leaky_relu_slope(z: Any, a: Any) -> Any:
    """1 where z > 0, otherwise 0.01."""
    return _ONE if z > _ZERO else _LEAK


@written_in
def elu(z: Any) -> Any:
    """z where positive, otherwise e^z − 1. Clevert, Unterthiner & Hochreiter 2016."""
    return z if z > _ZERO else exp(z) - _ONE


@written_in
def elu_slope(z: Any, a: Any) -> Any:
    """1 where z > 0, otherwise e^z = a + 1."""
    return _ONE if z > _ZERO else a + _ONE


@written_in
def gelu(z: Any) -> Any:
    """z Φ(z), Φ being the normal distribution function. Hendrycks & Gimpel 2016."""
    return z * normal_cdf(z)


@written_in
def gelu_slope(z: Any, a: Any) -> Any:
    """Φ(z) + z Φ′(z)."""
    return normal_cdf(z) + z * (_BELL * exp(-_HALF * z * z))


@written_in
def softplus(z: Any) -> Any:
    """log(1 + e^z), written so that it cannot overflow: max(0, z) + log(1 + e^(−|z|)). Dugas et al. 2001."""
    return (_ZERO if z < _ZERO else z) + log1p(exp(-abs(z)))


@written_in
def softplus_slope(z: Any, a: Any) -> Any:
    """The sigmoid of z."""
    return _ONE / (_ONE + exp(-z))


@written_in
def activate(number: Any, z: Any) -> Any:
    """φ(z) for the activation with this number. A number outside EVERY gives z."""
    if number == STEP:
        return step(z)
    if number == SIGN:
        return sign(z)
    if number == SIGMOID:
        return sigmoid(z)
    if number == TANH:
        return tanh(z)
    if number == RELU:
        return relu(z)
    if number == LEAKY_RELU:
        return leaky_relu(z)
    if number == ELU:
        return elu(z)
    if number == GELU:
        return gelu(z)
    if number == SOFTPLUS:
        return softplus(z)
    return z


@written_in
def slope(number: Any, z: Any, a: Any) -> Any:
    """φ′(z) for the activation with this number, of TRAINABLE; a = φ(z)."""
    if number == SIGMOID:
        return sigmoid_slope(z, a)
    if number == TANH:
        return tanh_slope(z, a)
    if number == RELU:
        return relu_slope(z, a)
    if number == LEAKY_RELU:
        return leaky_relu_slope(z, a)
    if number == ELU:
        return elu_slope(z, a)
    if number == GELU:
        return gelu_slope(z, a)
    if number == SOFTPLUS:
        return softplus_slope(z, a)
    return _ONE


@part
def forward(number: int, z: Array, a: Array) -> None:
    """a = φ(z), for a number of TRAINABLE. z, a: (n,). One loop each, so that the compiler makes vectors of it."""
    n = z.shape[0]
    if number == SIGMOID:
        for i in range(n):
            a[i] = sigmoid(z[i])
    elif number == TANH:
        for i in range(n):
            a[i] = tanh(z[i])
    elif number == RELU:
        for i in range(n):
            a[i] = relu(z[i])
    elif number == LEAKY_RELU:
        for i in range(n):
            a[i] = leaky_relu(z[i])
    elif number == ELU:
        for i in range(n):
            a[i] = elu(z[i])
    elif number == GELU:
        for i in range(n):
            a[i] = gelu(z[i])
    elif number == SOFTPLUS:
        for i in range(n):
            a[i] = softplus(z[i])
    else:
        for i in range(n):
            a[i] = z[i]


@part
def backward(number: int, z: Array, a: Array, d: Array) -> None:
    """d = d φ′(z): from ∂L/∂a to ∂L/∂z, in place. z, a = φ(z), d: (n,)."""
    n = z.shape[0]
    if number == SIGMOID:
        for i in range(n):
            d[i] *= sigmoid_slope(z[i], a[i])
    elif number == TANH:
        for i in range(n):
            d[i] *= tanh_slope(z[i], a[i])
    elif number == RELU:
        for i in range(n):
            d[i] *= relu_slope(z[i], a[i])
    elif number == LEAKY_RELU:
        for i in range(n):
            d[i] *= leaky_relu_slope(z[i], a[i])
    elif number == ELU:
        for i in range(n):
            d[i] *= elu_slope(z[i], a[i])
    elif number == GELU:
        for i in range(n):
            d[i] *= gelu_slope(z[i], a[i])
    elif number == SOFTPLUS:
        for i in range(n):
            d[i] *= softplus_slope(z[i], a[i])
