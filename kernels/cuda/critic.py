"""The passes of `kernels.critic` for a block of threads: back to the input, and the gradient of a gradient.

Layout as in `kernels.cuda.mlp`: rows of P numbers, one a column, of which the first `count` are examples. A thread makes an
output, or a parameter, of all that there are. Weighted sums z are not kept: φ′ follows from a = φ(z), for every φ that the nets
of `kernels.gan` may have (`KNOWN`). Every pass begins and ends with all threads at the same place.

All of this is copied in wherever it is called, and a kernel of many copies takes long to compile: call each in one place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kernels.activations import ELU, LEAKY_RELU, LINEAR, RELU, SIGMOID, TANH, activate, slope
from kernels.cuda.device import cuda, on_device
from kernels.cuda.dots import weight_slopes

KNOWN = (LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, ELU)
"""The activations whose slope follows from their answer."""

_ZERO, _MINUS_TWO = np.float32(0.0), np.float32(-2.0)


@on_device
def forward(net: Any, w: Any, a: Any, P: Any, count: Any) -> None:
    """a = φ(W·a + b), layer after layer, from the input in the first rows of a."""
    for layer in range(net.phi.shape[0]):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here, phi = net.units[layer] * P, net.units[layer + 1] * P, net.phi[layer]
        for job in range(cuda.threadIdx.x, outs * count, cuda.blockDim.x):
            o, i = job // count, job % count
            z = w[W + outs * ins + o]
            for k in range(ins):
                z += w[W + o * ins + k] * a[lower + k * P + i]
            a[here + o * P + i] = activate(phi, z)
        cuda.syncthreads()


@on_device
def chain(net: Any, w: Any, a: Any, d: Any, P: Any, count: Any, inputs: Any) -> None:
    """From ∂L/∂a of the last layer, in d, to ∂L/∂z of every layer, and where `inputs` also to ∂L/∂x in the first rows."""
    me, threads = cuda.threadIdx.x, cuda.blockDim.x
    for layer in range(net.phi.shape[0] - 1, -1, -1):
        ins, outs, W, phi = net.sizes[layer], net.sizes[layer + 1], net.weights[layer], net.phi[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        for job in range(me, outs * count, threads):
            place = here + job // count * P + job % count
            d[place] *= slope(phi, a[place], a[place])
        cuda.syncthreads()
        for job in range(me, ins * count if layer > 0 or inputs else 0, threads):
            k, i = job // count, job % count
            total = _ZERO
            for o in range(outs):
                total += w[W + o * ins + k] * d[here + o * P + i]
            d[lower + k * P + i] = total
        cuda.syncthreads()


@on_device
def collect(net: Any, grad: Any, d: Any, a: Any, P: Any, count: Any, layers: Any, biases: Any) -> None:
    """∂L/∂W += d·aᵀ and, if wanted, ∂L/∂b += Σ d, for so many layers."""
    for layer in range(layers):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        weight_slopes(a, d, grad[W:], ins, outs, lower, here, P, count, True, biases)
    cuda.syncthreads()


@on_device
def tangent(net: Any, w: Any, a: Any, rate: Any, change: Any, P: Any, count: Any, curved: Any) -> None:
    """ȧ of every layer, in change, from v in its first rows: ż = W·ȧ of the layer below, ȧ = φ′(z)·ż. If curved, rate ← ż."""
    for layer in range(net.phi.shape[0]):
        ins, outs, W = net.sizes[layer], net.sizes[layer + 1], net.weights[layer]
        lower, here = net.units[layer] * P, net.units[layer + 1] * P
        for job in range(cuda.threadIdx.x, outs * count, cuda.blockDim.x):
            o, i = job // count, job % count
            total = _ZERO
            for k in range(ins):
                total += w[W + o * ins + k] * change[lower + k * P + i]
            place = here + o * P + i
            if curved:
                rate[place] = total
            change[place] = total * slope(net.phi[layer], a[place], a[place])
        cuda.syncthreads()


@on_device
def bend(net: Any, w: Any, a: Any, d: Any, rate: Any, e: Any, P: Any, count: Any) -> None:
    """e of every layer but the last, where it is 0, from d = ∂f/∂z and ż in rate; for hidden tanh.

    e = φ″(z)/φ′(z)·d·ż + φ′(z)·Wᵀ·e of the layer above; for tanh φ″/φ′ is −2a.
    """
    me, threads, last = cuda.threadIdx.x, cuda.blockDim.x, net.phi.shape[0] - 1
    for layer in range(last - 1, -1, -1):
        outs, above, W = net.sizes[layer + 1], net.sizes[layer + 2], net.weights[layer + 1]
        here, upper = net.units[layer + 1] * P, net.units[layer + 2] * P
        for job in range(me, outs * count, threads):
            o, i = job // count, job % count
            total, place = _ZERO, here + o * P + i
            if layer + 1 < last:
                for k in range(above):
                    total += w[W + k * outs + o] * e[upper + k * P + i]
            e[place] = total * slope(net.phi[layer], a[place], a[place]) + _MINUS_TWO * a[place] * d[place] * rate[place]
        cuda.syncthreads()
