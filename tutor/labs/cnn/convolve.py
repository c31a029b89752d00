"""The lab `convolve`: a kernel moves over a digit, and what lies under it is multiplied and added up."""

from __future__ import annotations

import numpy as np

from tutor.data import digits
from tutor.labs.answered import arrays
from tutor.labs.cnn import convolve_pictures as pictures
from tutor.labs.cnn.kernels_menu import MENU, YOURS, kernel_of
from tutor.labs.spec import (
    Array,
    Hand,
    Knob,
    Knobs,
    LabSpec,
    Metric,
    Plug,
    Socket,
    Source,
    State,
    View,
    Words,
    frozen,
    scalar,
)
from tutor.labs.words import counted, said
from tutor.pictures import Picture

SPEC = LabSpec(
    id="convolve",
    title="Convolution",
    summary="A kernel moves over a digit: what it sees, what it multiplies, and the picture that its sums make.",
    knobs=(
        Knob("image", "integer", 0, "digit", "Which of the 1 797 handwritten digits.", low=0, high=1796),
        Knob("kernel", "choice", "vertical edges", "kernel", "The numbers that move over the digit.", choices=(*MENU, YOURS)),
        Knob("yours", "text", "1 0 -1; 2 0 -2; 1 0 -1", "yours", "Rows between semicolons, numbers between spaces.",
             when=("kernel", (YOURS,))),
        Knob("stride", "integer", 1, "stride", "By how many pixels it moves.", low=1, high=4),
        Knob("padding", "integer", 0, "padding", "Rows of zeros around the digit.", low=0, high=3),
        Knob("row", "integer", 1, "row", "Where the window is, from the top.", low=1, high=14, live=True),
        Knob("column", "integer", 1, "column", "Where the window is, from the left.", low=1, high=14, live=True),
    ),
    metrics=(
        Metric("rows", "rows", "Of the output.", ".0f"),
        Metric("columns", "columns", "Of the output.", ".0f"),
        Metric("value", "under the window", "What the sum comes to where the window is.", ".4f"),
        Metric("largest", "largest", "Of the output.", ".4f"),
        Metric("smallest", "smallest", "Of the output.", ".4f"),
        Metric("multiplications", "multiplications", "For the whole output.", ".0f"),
    ),
    views=(
        View("convolve", "convolve", "The digit with the window, the kernel, the output so far, and the sum under the window.",
             hand=Hand("column", "row")),
        View("sum", "the sum", "Every product under the window, written out.", hand=Hand("column", "row")),
    ),
    source=Source("kernels.convolution", "convolve"),
    unit="row",
    steps=14,
    pace=4.0,
    socket=Socket("convolve", "convolve(x, kernels, b, stride, padding)",
                  "Channels of an image (C, H, W), kernels (F, C, h, w) and b (F,), to an image (F, R, S).", once=True),
)  # fmt: skip


class Convolve:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        image = digits().images[int(knobs["image"])].astype(np.float32) / np.float32(16)
        kernel, p = kernel_of(str(knobs["kernel"]), str(knobs["yours"])), int(knobs["padding"])
        padded = np.pad(image, p)
        refused = why_not(padded.shape[0], kernel, int(knobs["stride"]), p)
        whole = np.zeros((0, 0), np.float32) if refused else convolved(image, kernel, int(knobs["stride"]), p)
        return {
            "step": scalar(0),
            "image": frozen(image),
            "padded": frozen(padded),
            "kernel": frozen(kernel),
            "whole": whole,
            "out": np.zeros(whole.shape, np.float32),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        done, rows = int(state["step"][0]), len(state["whole"])
        if plug is not None and not done and rows and steps > 0:
            state["whole"][:] = answered(plug, state, knobs)
        end = min(rows, done + steps)
        state["out"][done:end] = state["whole"][done:end]
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        out, kernel, whole = state["out"], state["kernel"], state["whole"]
        window = window_of(state, knobs)
        return {
            "rows": float(out.shape[0]),
            "columns": float(out.shape[1]),
            "value": float((window * kernel).sum()),
            "largest": float(whole.max(initial=-np.inf)) if whole.size else 0.0,
            "smallest": float(whole.min(initial=np.inf)) if whole.size else 0.0,
            "multiplications": float(out.size * kernel.size),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        refused = self._refused(state, knobs)
        if name == "convolve":
            return pictures.convolve(state, place_of(state, knobs), int(knobs["stride"]), int(knobs["padding"]), refused)
        if name == "sum":
            return pictures.written_out(window_of(state, knobs), state["kernel"], refused)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        refused = self._refused(state, knobs)
        if refused:
            return Words("there is no output", refused)
        row, column = place_of(state, knobs)
        rows, columns = state["out"].shape
        value = float((window_of(state, knobs) * state["kernel"]).sum())
        done = min(int(state["step"][0]), rows)
        where = f"in row {row + 1}, column {column + 1}: {said(value)}"
        return Words(f"{counted(done, 'row')} of {rows} done, of {columns} pixels each; {where}")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return int(state["step"][0]) >= len(state["whole"])

    @staticmethod
    def _refused(state: State, knobs: Knobs) -> str:
        return why_not(len(state["padded"]), state["kernel"], int(knobs["stride"]), int(knobs["padding"]))


def why_not(side: int, kernel: Array, stride: int, padding: int) -> str:
    """Why the kernel cannot cover an image of this side, padding included, in steps of `stride`; empty: it can."""
    for size, what, along in ((kernel.shape[0], "rows", "down"), (kernel.shape[1], "columns", "across")):
        if padding >= size:
            return f"a padding of {padding} is too much for {size} {what}: the outermost window would see zeros only"
        if size > side:
            return f"a kernel of {size} {what} does not fit {side} pixels"
        left = (side - size) % stride
        if left:
            fits = [n for n in range(1, 5) if (side - size) % n == 0]
            return (
                f"a stride of {stride} does not fit: {side} pixels less {size} of the kernel are {side - size}, no multiple of "
                f"{stride}, so {counted(left, 'pixel')} would be left over {along}; {_listed(fits)} would do, or other padding"
            )
    return ""


def _listed(numbers: list[int]) -> str:
    """ "1, 2 or 4"."""
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def convolved(image: Array, kernel: Array, stride: int, padding: int) -> Array:
    """(R, S) float32: the kernel moved over the image, by `kernels.convolution`."""
    from kernels import architecture, cnn

    h, w = kernel.shape
    layer = architecture.Layer(architecture.CONVOLUTION, 1, h, w, stride, padding, "linear")
    net = cnn.net((1, *image.shape), [layer], "squared")
    theta = np.append(kernel.ravel(), 0).astype(np.float32)
    answer = cnn.evaluate(net, cnn.work(net, 1), theta, image.reshape(1, -1))
    return np.array(answer[:, 0].reshape(cnn.shapes(net)[1][1:]))


def answered(plug: Plug, state: State, knobs: Knobs) -> Array:
    """What the learner's function makes of the digit. Raises UserError, saying what is wrong with it."""
    x, kernels = state["image"][None].astype(np.float64), state["kernel"][None, None].astype(np.float64)
    answer = plug(x, kernels, np.zeros(1), int(knobs["stride"]), int(knobs["padding"]))
    return np.asarray(arrays("convolve", (answer,), {"y": (1, *state["whole"].shape)})[0][0], np.float32)


def place_of(state: State, knobs: Knobs) -> tuple[int, int]:
    """The row and column of the output that the window belongs to, from 0; (0, 0) where there is no output."""
    rows, columns = state["out"].shape
    return min(int(knobs["row"]), max(rows, 1)) - 1, min(int(knobs["column"]), max(columns, 1)) - 1


def window_of(state: State, knobs: Knobs) -> Array:
    """The pixels under the kernel, (h, w)."""
    (row, column), stride, (h, w) = place_of(state, knobs), int(knobs["stride"]), state["kernel"].shape
    if not state["out"].size:
        return np.zeros((h, w), np.float32)
    return np.asarray(state["padded"][row * stride : row * stride + h, column * stride : column * stride + w])


LAB = Convolve()
