"""What the lab `convolve` shows. `state` is the state of that lab."""

from __future__ import annotations

import numpy as np

from tutor.labs.spec import Array, State
from tutor.labs.words import said
from tutor.pictures import Box, Columns, Images, Picture, Text

_MOST_TERMS = 25


def convolve(state: State, place: tuple[int, int], stride: int, padding: int, refused: str) -> Columns:
    """The digit with the window on it, the kernel, and the output as far as it is made, with the sum under the window."""
    (row, column), kernel, padded, out = place, state["kernel"], state["padded"], state["out"]
    h, w = kernel.shape
    window = () if refused else (Box(0, row * stride, column * stride, h, w),)
    title = f"input {len(padded)} × {len(padded)}" + (f", {padding} of it padding" if padding else "")
    scale = max(float(np.abs(kernel).max()), 1e-12)
    middle = Images(kernel[None], (), -scale, scale, signed=True, title=f"kernel {h} × {w}")
    left = Images(padded[None], (), title=title, boxes=window)
    out = out.copy()
    out[int(state["step"][0]) :] = np.nan  # not made yet
    return Columns((left, Columns((middle, _terms(state, place, stride, refused))), _output(out, place, refused)), (3, 4, 3))


def _output(out: Array, place: tuple[int, int], refused: str) -> Picture:
    """The output, on a scale around 0; or why there is none."""
    if refused:
        return Text(_wrapped(refused, 26), "no output")
    top = max(float(np.nanmax(np.abs(out))), 1e-12) if np.isfinite(out).any() else 1.0
    title = f"output {out.shape[0]} × {out.shape[1]}"
    return Images(out[None], (), -top, top, signed=True, title=title, boxes=(Box(0, *place),))


def _terms(state: State, place: tuple[int, int], stride: int, refused: str) -> Text:
    """The products under the window, a line a row of the kernel, and their sum."""
    kernel = state["kernel"]
    h, w = kernel.shape
    if refused:
        return Text(("–",), "the sum")
    row, column = place[0] * stride, place[1] * stride
    window = state["padded"][row : row + h, column : column + w]
    lines = [" + ".join(_product(k, x) for k, x in zip(ks, xs, strict=True)) for ks, xs in zip(kernel, window, strict=True)]
    return Text((*lines, f"= {said(float((kernel * window).sum()))}"), "the sum")


def written_out(window: Array, kernel: Array, refused: str) -> Text:
    """A line a product: the number of the kernel, the pixel under it, what they make, and the sum so far."""
    if refused:
        return Text(_wrapped(refused, 60), "no output")
    lines, total = ["   kernel    pixel   product     so far"], 0.0
    for k, x in zip(kernel.ravel()[:_MOST_TERMS], window.ravel()[:_MOST_TERMS], strict=True):
        total += float(k) * float(x)
        cells = (said(float(k)), said(float(x)), said(float(k) * float(x)), said(total))
        lines.append("".join(cell.rjust(10) for cell in cells))
    return Text((*lines, f"the sum is {said(total)}"), "under the window, row by row")


def _product(k: float, x: float) -> str:
    return f"{said(float(k), 2)}·{said(float(x), 2)}"


def _wrapped(words: str, width: int) -> tuple[str, ...]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return tuple(lines)
