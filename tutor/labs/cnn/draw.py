"""The lab `draw`: a net learns to read, and the learner draws for it; it answers at each stroke."""

from __future__ import annotations

import numpy as np

from tutor.errors import BadData, BadLink
from tutor.labs import watch
from tutor.labs.cnn import nets
from tutor.labs.cnn.digits import judged, updates_of
from tutor.labs.cnn.sets import load
from tutor.labs.pads import decode_pad
from tutor.labs.spec import Array, Hand, Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.pictures import Bars, Box, Columns, Images, Picture

PAD, BLOCKS = 16, 8
THREE = "00000ff01ff8181800180018007007e00078001c000c000c180c1c1c0ff807e0"
"""What is on the pad at first."""

SPEC = LabSpec(
    id="draw",
    title="Draw your own digit",
    summary="A convolutional net learns to read handwritten digits; then it reads yours, at each stroke.",
    knobs=(
        Knob("drawing", "text", THREE, "drawing", "What is on the pad: a row is four hexadecimal digits.", live=True),
        Knob("row", "integer", 1, "row", "Where the pen is, from the top.", low=1, high=PAD, live=True),
        Knob("column", "integer", 1, "column", "Where the pen is, from the left.", low=1, high=PAD, live=True),
        *nets.KNOBS,
    ),
    metrics=(
        Metric("answer", "answer", "The digit that the net takes the drawing for.", ".0f"),
        Metric("probability", "probability", "What it gives that digit.", ".3f"),
        Metric("ink", "ink", "Cells of the pad that are drawn.", ".0f"),
        Metric("test_accuracy", "held out", "The share of 445 held-out digits that are right.", ".3f"),
        Metric("loss", "loss", "The mean cross-entropy of the last batch."),
    ),
    views=(
        View("pad", "pad", "Your drawing, what the net is shown of it, and its answer.",
             hand=Hand("column", "row", "drawing", (PAD, PAD))),
        View("alike", "most alike", "The digits it has learned from that are nearest to your drawing."),
        View("accuracy", "accuracy", "On held-out digits.", curves=("test_accuracy",)),
        *watch.VIEWS,
    ),
    source=Source("kernels.convnet", "forward"),
    unit="round",
    steps=40,
    pace=20.0,
    devices=("cpu", "cuda"),
)  # fmt: skip


class Draw:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        drawn(knobs)
        found = load("digits", seed)
        return {
            "step": scalar(0),
            "seed": frozen(scalar(seed)),
            "x": found.x,
            "t": frozen(np.eye(nets.CLASSES, dtype=np.float32)[found.kind]),
            "kind": found.kind,
            "test_x": found.test_x,
            "test_kind": found.test_kind,
            **nets.begun(nets.net_of(knobs, found.side), seed),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        from kernels import optimizers

        if steps <= 0:
            return
        rule = optimizers.rule(str(knobs["optimizer"]), float(knobs["rate"]))
        net, updates = nets.net_of(knobs, BLOCKS), steps * updates_of(state)
        nets.train(state, net, int(knobs["batch"]), rule, updates, device=device)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[watch.Layer, ...]:
        return nets.watched_by(knobs, state, BLOCKS)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        p, pad = self._read(state, knobs), drawn(knobs)
        accuracy = judged(nets.net_of(knobs, BLOCKS), state, state["test_x"], state["test_kind"])[1]
        return {
            "answer": float(p.argmax()),
            "probability": float(p.max()),
            "ink": float(pad.sum()),
            "test_accuracy": accuracy,
            "loss": float(state["batch_loss"][0]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        pad = drawn(knobs)
        seen = shown(pad)
        if name == "pad":
            pen = Box(0, int(knobs["row"]) - 1, int(knobs["column"]) - 1)
            p = self._read(state, knobs)
            roles = tuple("good" if k == p.argmax() else "muted" for k in range(nets.CLASSES))
            bars = Bars(tuple("0123456789"), p.astype(np.float32), roles=roles)
            sheets = np.stack((pad.astype(np.float32), seen.repeat(PAD // BLOCKS, axis=0).repeat(PAD // BLOCKS, axis=1)))
            return Columns((Images(sheets, ("yours", "it is shown"), boxes=(pen,)), bars))
        if name == "alike":
            near = ((state["x"] - seen.ravel()) ** 2).sum(axis=1).argsort(kind="stable")[:11]
            pictures = np.concatenate((seen[None], state["x"][near].reshape(-1, BLOCKS, BLOCKS)))
            captions = ("yours", *(str(int(k)) for k in state["kind"][near]))
            return Images(pictures, captions, title="your drawing, and the digits most like it")
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        p = self._read(state, knobs)
        best, second = p.argsort()[::-1][:2]
        if not drawn(knobs).any():
            return Words("the pad is empty: press e and draw")
        if not state["step"][0]:
            return Words(f"not trained yet: it would say {best}, and that means nothing")
        trouble = nets.broken(state, float(knobs["rate"]))
        return Words(f"it says {best} ({p[best]:.2f}), or else {second} ({p[second]:.2f})", trouble)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False

    @staticmethod
    def _read(state: State, knobs: Knobs) -> Array:
        """(10,): the probabilities that the net gives the drawing."""
        logits = nets.answers(nets.net_of(knobs, BLOCKS), state["theta"], shown(drawn(knobs)).reshape(1, -1))
        return np.asarray(np.nan_to_num(nets.softmax(logits)[0]))


def drawn(knobs: Knobs) -> Array:
    """(16, 16) bool: what is on the pad. Raises BadData."""
    try:
        return decode_pad(str(knobs["drawing"]), PAD, PAD)
    except BadLink as error:
        raise BadData(error.message, error.mend) from None


def shown(pad: Array) -> Array:
    """(8, 8) float32: the drawing as the net's digits were made: cut out, scaled to fill the image, and averaged in blocks.

    A pen of one cell is thinner than the pens of the data, so every cell inks its right and lower neighbours too.
    """
    thick = np.zeros((PAD + 1, PAD + 1), np.float64)
    for down in (0, 1):
        for right in (0, 1):
            thick[down : PAD + down, right : PAD + right] += pad
    thick = np.minimum(thick, 1)
    if not pad.any():
        return np.zeros((BLOCKS, BLOCKS), np.float32)
    rows, columns = (np.flatnonzero(thick.any(axis=axis)) for axis in (1, 0))
    cut = thick[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    fine = 4 * BLOCKS
    scale = fine / max(cut.shape)
    high, wide = (max(1, round(side * scale)) for side in cut.shape)
    big = cut[(np.arange(high) * cut.shape[0] // high)][:, np.arange(wide) * cut.shape[1] // wide]
    sheet = np.zeros((fine, fine))
    top, left = (fine - high) // 2, (fine - wide) // 2
    sheet[top : top + high, left : left + wide] = big
    return np.asarray(sheet.reshape(BLOCKS, 4, BLOCKS, 4).mean(axis=(1, 3)), np.float32)


LAB = Draw()
