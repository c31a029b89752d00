"""The lab `init`: what becomes of a signal on its way through a deep net, for each way to start the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.draws import normals
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Histogram, Histograms, Lines, Picture, Series

if TYPE_CHECKING:
    from kernels.net import Net

Array = NDArray[Any]
STARTS = ("he", "glorot", "small", "large", "zero")
_CLASSES, _EXAMPLES, _BINS, _MOST_ROWS = 10, 128, 41, 5
_INPUT = 40
"""The set of random numbers that the input comes from (`tutor.labs.draws`)."""

SPEC = LabSpec(
    id="init",
    title="Where weights start",
    summary="A signal of size 1 goes through ten layers: does it arrive, and does the gradient come back?",
    knobs=(
        Knob("start", "choice", "he", "start", "How the weights are drawn.", choices=STARTS, live=True),
        Knob("activation", "choice", "relu", "activation φ", "Of every layer but the last.",
             choices=("relu", "tanh", "sigmoid", "leaky relu", "elu", "gelu", "linear"), live=True),
        Knob("depth", "integer", 10, "layers", "How many there are before the last.", low=1, high=20, live=True),
        Knob("width", "integer", 512, "units", "Of each layer, and so many inputs.", low=8, high=512, log=True),
    ),
    metrics=(
        Metric("signal", "E[h²] at the end", "The mean square of the last hidden layer's answers; that of the input is 1."),
        Metric("per_layer", "per layer", "By what factor the mean square changes in a layer, on average."),
        Metric("gradient", "last : first", "The gradient at the last hidden layer beside that at the first; 0: none."),
        Metric("dead", "answers at 0", "The share of the last hidden layer's answers that are exactly 0.", ".2f"),
    ),
    views=(
        View("answers", "answers", "How the answers of some layers are spread."),
        View("signal", "signal", "The mean square of the answers by layer, for every way to start."),
        View("gradient", "gradient", "The size of the gradient by layer, for every way to start."),
    ),
    source=Source("kernels.initializers", "initialize"),
    trains=False,
)  # fmt: skip


class Init:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        x = normals(seed, _INPUT, _EXAMPLES, int(knobs["width"])).astype(np.float32)
        return {"step": scalar(0), "seed": frozen(scalar(seed, np.int64)), "x": frozen(x)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        answers, norms = passed(state, knobs, str(knobs["start"]))
        squares = [float(np.mean(a.astype(np.float64) ** 2)) for a in answers]
        first, last = norms[0], norms[-2]
        return {
            "signal": squares[-1],
            "per_layer": float(squares[-1] ** (1 / len(squares))),
            "gradient": float(last / first) if first > 0 and np.isfinite(norms).all() else 0.0,
            "dead": float(np.mean(answers[-1] == 0)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "answers":
                return _spread(passed(state, knobs, str(knobs["start"]))[0])
            case "signal" | "gradient":
                return _curves(state, knobs, name)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found = self.metrics(state, knobs)
        end = f"the mean square of the signal is 1 at first and {said(found['signal'], 2)} after {knobs['depth']} layers"
        words = f"{knobs['start']}, {knobs['activation']}: {end}"
        if knobs["start"] == "zero":
            return Words(words, "all units of a layer do the same, and get the same gradient: they will never differ")
        if knobs["activation"] in ("tanh", "sigmoid") and found["gradient"] > 100:
            return Words(words, "the gradient vanishes on its way back to the first layer")
        if found["signal"] < 0.01:
            return Words(words, "the signal dies out: every layer answers nearly the same, whatever came in")
        if found["signal"] > 100:
            return Words(words, "the signal explodes")
        return Words(words)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def net_of(knobs: Knobs) -> Net:
    """Inputs, `depth` hidden layers of `width` units each, and 10 logits."""
    from kernels import mlp

    width, depth = int(knobs["width"]), int(knobs["depth"])
    return mlp.net((width, *[width] * depth, _CLASSES), str(knobs["activation"]), loss="cross-entropy")


def passed(state: State, knobs: Knobs, start: str) -> tuple[list[Array], Array]:
    """The answers (units, examples) of each hidden layer, and ‖∂L/∂z‖ by layer (depth + 1,), for a net that starts so."""
    from kernels import mlp

    net, x = net_of(knobs), state["x"]
    theta, work = mlp.parameters(net, start, int(state["seed"][0])), mlp.work(net, len(x))
    t = np.eye(_CLASSES, dtype=np.float32)[np.arange(len(x)) % _CLASSES]
    mlp.gradients(net, work, theta, x, t)
    P = len(work.pick)
    a, d = work.a.reshape(-1, P)[:, : len(x)], work.d.reshape(-1, P)[:, : len(x)]
    rows = [slice(net.units[k + 1], net.units[k + 2]) for k in range(len(net.phi))]
    with np.errstate(all="ignore"):
        norms = np.array([np.linalg.norm(d[row].astype(np.float64)) for row in rows])
    return [a[row].copy() for row in rows[:-1]], norms


def _spread(answers: list[Array]) -> Picture:
    """Histograms of some layers, each on its own scale."""
    rows, labels = [], []
    for k in sorted({round(place) for place in np.linspace(0, len(answers) - 1, min(_MOST_ROWS, len(answers)))}):
        values = answers[k].astype(np.float64).ravel()
        values = values[np.isfinite(values)]
        reach = max(float(np.abs(values).max()) if values.size else 0.0, 1e-12)
        counts = np.histogram(values, _BINS, (-reach, reach))[0]
        caption = f"mean {said(float(values.mean()), 2)}, deviation {said(float(values.std()), 2)}"
        rows.append((Histogram(counts.astype(np.float32), -reach, reach, caption),))
        labels.append(f"layer {k + 1}")
    return Histograms(tuple(rows), tuple(labels), ("answers, each layer on its own scale",))


def _curves(state: State, knobs: Knobs, name: str) -> Picture:
    series = []
    for start, role in zip(STARTS, "abcde", strict=True):
        answers, norms = passed(state, knobs, start)
        y = np.array([np.mean(a.astype(np.float64) ** 2) for a in answers]) if name == "signal" else norms
        y = np.where(np.isfinite(y) & (y > 1e-30), y, np.nan).astype(np.float32)
        series.append(Series(start, np.arange(1, len(y) + 1, dtype=np.float32), y, role))
    title = "mean square of the answers by layer" if name == "signal" else "size of ∂L/∂z by layer"
    return Lines(tuple(series), title, "layer", y_log=True)


LAB = Init()
