"""The views of a watched net: histograms by layer, and the size of updates over the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.watch import USUAL, Layer, dead, saturated, words
from tutor.labs.words import said
from tutor.pictures import Guide, Histogram, Histograms, Lines, Series, Text

Array = NDArray[Any]

_BINS = 48
_SMALL = 0.01
"""Below this, numbers are written with a power of ten."""
_ROLES = ("a", "b", "c", "d", "e", "f", "g", "h")
_RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}


def histograms(layers: tuple[Layer, ...]) -> Histograms | Text:
    """Weights, answers and gradients of each layer, side by side."""
    if not layers:
        return Text(("This net is not trained: it has no gradients to show.",), "layers")
    rows = []
    for layer in layers:
        w, a, g = layer.weights, layer.activations, layer.gradients
        low, high = _RANGES.get(layer.phi) or _ends(a, layer.phi in ("relu", "softplus"))
        rows.append((_histogram(w, *_ends(w), "a"), _histogram(a, low, high, "b", _flag(layer)), _histogram(g, *_ends(g), "c")))
    notes = tuple(f"dw/w {_short(layer.update)}" if math.isfinite(layer.update) else "" for layer in layers)
    names = tuple(layer.name for layer in layers)
    return Histograms(tuple(rows), names, ("weights", "answers", "gradients"), notes, caption=words(layers))


def _flag(layer: Layer) -> str:
    """In a word or two, what is wrong with the answers."""
    count, share = dead(layer), saturated(layer)
    if count:
        return f"{count}/{len(layer.activations)} dead"
    return f"{share:.0%} flat" if share >= 0.05 else ""


def _histogram(values: Array, low: float, high: float, role: str, flag: str = "") -> Histogram:
    flat = np.asarray(values, np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    counts = np.histogram(np.clip(finite, low, high), _BINS, (low, high))[0]
    text = _spread(float(finite.mean()), float(finite.std())) if finite.size else ""
    if finite.size < flat.size:
        flag = f"{flat.size - finite.size} not finite"
    return Histogram(counts.astype(np.float32), low, high, flag or text, "bad" if flag else role)


def _ends(values: Array, above: bool = False) -> tuple[float, float]:
    """A range that holds the values and changes in steps: ±1, ±2, ±5 times a power of ten, or from 0."""
    finite = values[np.isfinite(values)]
    most = min(1e30, max(float(np.abs(finite).max()) if finite.size else 0.0, 1e-12))
    power = 10.0 ** math.floor(math.log10(most))
    reach = next((step * power for step in (1.0, 2.0, 5.0) if step * power >= most), 10 * power)
    return (0.0 if above and not bool((finite < 0).any()) else -reach), reach


def _spread(mean: float, deviation: float) -> str:
    """ "−0.06±0.33", "3e−6±9e−6": the mean as exact as the deviation, in eleven cells."""
    if not deviation > 0:
        return said(mean)
    places = min(300, 1 - math.floor(math.log10(deviation)) - (deviation < _SMALL))
    return f"{_short(round(mean, places))}±{_short(deviation)}"


def _short(value: float) -> str:
    if value == 0 or _SMALL <= abs(value) < 1000:
        return said(value, 3 if abs(value) >= 10 else 2)
    return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def sizes(found: Mapping[int, Mapping[str, float]], unit: str, last: int, cursor: float | None) -> Lines:
    """‖Δw‖/‖w‖ of each layer by the step, with what is usual. last: the step that the axis reaches to."""
    x = np.array(list(found), np.float32)
    names = dict.fromkeys(name for updates in found.values() for name in updates)
    series = []
    for number, name in enumerate(names):
        y = np.array([updates.get(name, np.nan) for updates in found.values()], np.float32)
        y[~(y > 0)] = np.nan  # a logarithm has no place for an update of 0
        if np.isfinite(y).any():
            series.append(Series(name, x, y, _ROLES[number % len(_ROLES)], dots=len(x) == 1))
    return Lines(
        tuple(series), "size of an update beside the weights", f"{unit}s", guides=(Guide("usual", USUAL),),
        x_limits=(0.0, float(max(1, last))), y_log=True, cursor=cursor,
    )  # fmt: skip
