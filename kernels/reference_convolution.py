"""The truth that convolutional nets are tested against: the same mathematics in plain NumPy, float64, slow and short.

Here a batch of images is x (B, C, H, W), and a net is its layers (`kernels.architecture.Layer`) with what `views` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import reference_mlp
from kernels.architecture import CONVOLUTION, MAX_POOLING, NORMALIZATION, Layer
from kernels.normalization import EPSILON

Array = NDArray[Any]
Pair = tuple[Array, Array]


def pixels(layer: Layer, high: int, wide: int) -> Sequence[tuple[int, int, slice, slice]]:
    """Every window: its row and column among the answers, and its rows and columns in the image."""
    h, w, s = layer.height or high, layer.width or wide, layer.stride
    return [
        (i // s, j // s, slice(i, i + h), slice(j, j + w)) for i in range(0, high - h + 1, s) for j in range(0, wide - w + 1, s)
    ]


def convolve(x: Array, kernels: Array, b: Array, layer: Layer) -> Array:
    """(B, F, R, S): b + the sums of x (B, C, H, W) under every kernel (F, C, h, w)."""
    x = padded(x, layer, 0.0)
    places = pixels(layer, *x.shape[2:])
    y = np.empty((len(x), len(kernels), places[-1][0] + 1, places[-1][1] + 1))
    for r, s, rows, columns in places:
        y[:, :, r, s] = b + np.tensordot(x[:, :, rows, columns], kernels, ((1, 2, 3), (1, 2, 3)))
    return y


def convolve_back(d: Array, x: Array, kernels: Array, layer: Layer) -> tuple[Pair, Array]:
    """From ∂L/∂y: ∂L/∂kernels and ∂L/∂b, and ∂L/∂x."""
    x, p = padded(x, layer, 0.0), layer.padding
    to_kernels, to_x = np.zeros(kernels.shape), np.zeros(x.shape)
    for r, s, rows, columns in pixels(layer, *x.shape[2:]):
        to_kernels += np.tensordot(d[:, :, r, s], x[:, :, rows, columns], (0, 0))
        to_x[:, :, rows, columns] += np.tensordot(d[:, :, r, s], kernels, 1)
    return (to_kernels, d.sum(axis=(0, 2, 3))), to_x[:, :, p : x.shape[2] - p, p : x.shape[3] - p]


def pool(x: Array, layer: Layer) -> Array:
    """(B, C, R, S): the largest, or the mean, of each window; what lies outside of the image does not count."""
    x = padded(x, layer, np.nan)
    places = pixels(layer, *x.shape[2:])
    y = np.empty((*x.shape[:2], places[-1][0] + 1, places[-1][1] + 1))
    for r, s, rows, columns in places:
        take = np.nanmax if layer.kind == MAX_POOLING else np.nanmean
        y[:, :, r, s] = take(x[:, :, rows, columns], axis=(2, 3))
    return y


def pool_back(d: Array, x: Array, layer: Layer) -> Array:
    """∂L/∂x from ∂L/∂y: to the first of the largest, or to all alike."""
    x, p = padded(x, layer, np.nan), layer.padding
    to_x = np.zeros(x.shape)
    for r, s, rows, columns in pixels(layer, *x.shape[2:]):
        window = x[:, :, rows, columns]
        flat = window.reshape(*window.shape[:2], -1)
        if layer.kind == MAX_POOLING:
            share = np.eye(flat.shape[2])[np.nanargmax(flat, axis=2)]
        else:
            share = ~np.isnan(flat) / (~np.isnan(flat)).sum(axis=2, keepdims=True)
        to_x[:, :, rows, columns] += (share * d[:, :, r, s, None]).reshape(window.shape)
    return to_x[:, :, p : x.shape[2] - p, p : x.shape[3] - p]


def normalize(x: Array, scales: Array) -> Array:
    """γ · (x − mean) / √(variance + ε) + β, over examples and pixels. scales: γ and β (2, C)."""
    mean, variance = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    gamma, beta = scales[:, None, :, None, None]
    return np.asarray(gamma * (x - mean) / np.sqrt(variance + EPSILON) + beta)


def normalize_back(d: Array, x: Array, scales: Array) -> tuple[Array, Array]:
    """∂L/∂γ and ∂L/∂β (2, C), and ∂L/∂x."""
    every = (0, 2, 3)
    narrow = 1 / np.sqrt(x.var(axis=every, keepdims=True) + EPSILON)
    hat = (x - x.mean(axis=every, keepdims=True)) * narrow
    mean_d, mean_dx = d.mean(axis=every, keepdims=True), (d * hat).mean(axis=every, keepdims=True)
    to_scales = np.stack(((d * hat).sum(axis=every), d.sum(axis=every)))
    return to_scales, scales[0][:, None, None] * narrow * (d - mean_d - hat * mean_dx)


def padded(x: Array, layer: Layer, value: float) -> Array:
    """The image in a frame of this value."""
    p = layer.padding
    return np.pad(np.asarray(x, np.float64), ((0, 0), (0, 0), (p, p), (p, p)), constant_values=value)


def forward(layers: Sequence[Layer], parameters: Sequence[Pair], x: Array) -> tuple[list[Array], list[Array]]:
    """The sums z of each layer before its activation, and the activations a, the input first. Normalized as in training."""
    z, a = [], [np.asarray(x, np.float64)]
    for layer, (w, b) in zip(layers, parameters, strict=True):
        if layer.kind == CONVOLUTION:
            z.append(convolve(a[-1], w, b, layer))
        else:
            z.append(normalize(a[-1], w) if layer.kind == NORMALIZATION else pool(a[-1], layer))
        a.append(reference_mlp.ACTIVATIONS[layer.phi][0](z[-1]))
    return z, a


def gradients(
    layers: Sequence[Layer], parameters: Sequence[Pair], name: str, x: Array, t: Array
) -> tuple[float, list[Pair | None], Array]:
    """L, what belongs to each layer's two arrays of parameters (none: None), and ∂L/∂x. name: of the loss; t: (B, outputs)."""
    z, a = forward(layers, parameters, x)
    value, upper = reference_mlp.loss(name, a[-1].reshape(len(x), -1), np.asarray(t, np.float64))
    d, found = upper.reshape(a[-1].shape), []
    for layer, (w, b), sums, below in list(zip(layers, parameters, z, a, strict=False))[::-1]:
        d = d * reference_mlp.ACTIVATIONS[layer.phi][1](sums)
        slopes: Pair | None = None
        if layer.kind == CONVOLUTION:
            slopes, d = convolve_back(d, below, w, layer)
        elif layer.kind == NORMALIZATION:
            scales, d = normalize_back(d, below, w)
            slopes = scales, np.zeros(b.shape)
        else:
            d = pool_back(d, below, layer)
        found.append(slopes)
    return value, found[::-1], d
