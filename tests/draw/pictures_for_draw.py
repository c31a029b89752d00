"""One picture of each kind, as the labs make them; shared by the tests of drawing."""

from __future__ import annotations

import numpy as np

from tutor.pictures import (
    Bars,
    Cells,
    Columns,
    Edge,
    Field,
    Guide,
    Histogram,
    Histograms,
    Images,
    Lines,
    Network,
    Node,
    Picture,
    Points,
    Segment,
    Series,
    Surface,
    Text,
)


def plane() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[1.5:-1.5:30j, -1.5:1.5:40j]
    return x, y


def field() -> Field:
    x, y = plane()
    xy = np.array([[-1, -1], [1, 1], [1, -1], [-1, 1], [0.4, -0.9], [-0.3, 0.6]], np.float32)
    return Field(
        np.tanh(1.2 * x - 0.8 * y).astype(np.float32),
        (-1.5, 1.5),
        (-1.5, 1.5),
        points=Points(xy, np.array([0, 1, 1, 0, 1, 1]), np.array([0, 0, 0, 0, 0, 1], bool), current=4),
        segments=(Segment(0, 0, 0.9, -0.6, arrow=True),),
        title="Boundary after 12 updates",
        legend=(("a", "class 0"), ("b", "class 1"), ("bad", "wrong side"), ("accent", "weights")),
    )


def losses() -> Lines:
    x = np.arange(200)
    loss = np.exp(-x / 50).astype(np.float32)
    test = loss + 0.1 + 0.2 * x / 200
    test[90:110] = np.nan
    return Lines(
        (Series("loss", x, loss, "a"), Series("test loss", x, test, "b")),
        title="Loss",
        x_label="epoch",
        y_label="mean squared",
        guides=(Guide("goal", 0.2), Guide("stop", 120, "x")),
        cursor=60.0,
    )


def mistakes() -> Lines:
    x = np.arange(30)
    return Lines((Series("mistakes", x, x // 3, "a"),), title="Mistakes", x_label="example", guides=(Guide("bound", 400),))


def log_loss() -> Lines:
    x = np.arange(100)
    return Lines(
        (Series("loss", x, np.exp(-x / 8), "a"), Series("seen", x[::10], np.exp(-x[::10] / 8) * 2, "b", True)), y_log=True
    )


def surface() -> Surface:
    x, y = plane()
    return Surface(np.tanh(1.5 * x - 1.1 * y).astype(np.float32), (-1.5, 1.5), (-1.5, 1.5), title="Response", z_label="y")


def digit(size: int) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    return np.exp(-(((np.hypot(x * 1.4, y) - 0.7) / 0.2) ** 2)).astype(np.float32)


def digits() -> Images:
    return Images(np.stack([digit(8), digit(8).T, 1 - digit(8)]), ("0 → 1", "1 → 0", "7 → 1"), title="Still wrong")


def weights() -> Images:
    return Images((digit(8) * 2 - 1)[None], ("weights",), -1.0, 1.0, signed=True, title="Weights")


def bars() -> Bars:
    return Bars(("AND", "OR", "XOR", "broken"), np.array([3.0, 2.5, 80.5, np.nan]), "Mistakes", "", ("a", "a", "bad", "muted"))


def histograms() -> Histograms:
    x = np.linspace(-1, 1, 48)
    bell, edges, ramp = np.exp(-9 * x * x), x**8, np.maximum(0, x)
    rows = tuple(
        (
            Histogram(bell, -0.5, 0.5, "0.01±0.17", "a"),
            Histogram(edges, -1, 1, "62% flat", "bad"),
            Histogram(np.roll(bell, 8 * k) + 0.02 * ramp, -2e-5, 2e-5, "0±6e−6", "c"),
        )
        for k in range(3)
    )
    return Histograms(
        rows, ("hidden 1", "hidden 2", "output"), ("weights", "answers", "gradients"), ("dw/w 0.004", "", "dw/w 0.02"),
        caption=("hidden 1: 62% of its answers saturated",),
    )  # fmt: skip


def signed_bars() -> Bars:
    return Bars(("w1", "w2", "b"), np.array([1.5, -2.0, 0.3]), "Weights")


def neuron() -> Network:
    return Network(
        (
            (Node("x1", "1", "a"), Node("x2", "0", "a"), Node("1", "bias")),
            (Node("Σ", "0.4"),),
            (Node("φ", "step"),),
            (Node("y", "1", "b"),),
        ),
        (
            Edge(0, 0, 0, 0.7),
            Edge(0, 1, 0, -1.2),
            Edge(0, 2, 0, -0.3),
            Edge(1, 0, 0, 1.0, "z = 0.4"),
            Edge(2, 0, 0, 1.0, " "),
        ),
        title="The neuron",
        caption=("z = 0.7·1 − 1.2·0 − 0.3 = 0.4", "y = φ(z) = 1"),
    )


def layers(*sizes: int) -> Network:
    rng = np.random.default_rng(7)
    nodes = tuple(tuple(Node(f"h{k}{i}", f"{rng.normal():.2f}") for i in range(size)) for k, size in enumerate(sizes))
    edges = tuple(
        Edge(k, i, j, float(rng.normal())) for k in range(len(sizes) - 1) for i in range(sizes[k]) for j in range(sizes[k + 1])
    )
    return Network(nodes, edges)


def cells() -> Cells:
    values = np.linspace(1, 0.05, 8)[None, :] ** np.linspace(0.2, 3, 5)[:, None]
    values[1, 6:] = np.nan
    signs = ("........", "......!!", ".....?..", "........", ".....   ")
    rates, seeds = ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"), tuple("01234")
    return Cells(values, signs, rates, seeds, 1.0, 0.0, False, "accuracy", "rate ρ (log)", "seed", (2, 3))


def text() -> Text:
    return Text(
        ("A perceptron is wrong, and then it moves its weights towards the example.", "", "w ← w + ρ(t − y)x"), "The rule"
    )


def columns() -> Columns:
    return Columns((signed_bars(), text()), (2.0, 3.0))


def everything() -> dict[str, Picture]:
    return {
        "field": field(),
        "losses": losses(),
        "mistakes": mistakes(),
        "log_loss": log_loss(),
        "surface": surface(),
        "digits": digits(),
        "weights": weights(),
        "digit28": Images(digit(28)[None], ("",)),
        "bars": bars(),
        "signed_bars": signed_bars(),
        "histograms": histograms(),
        "cells": cells(),
        "neuron": neuron(),
        "mlp": layers(2, 4, 1),
        "deep": layers(3, 8, 8, 8, 8, 2),
        "text": text(),
        "columns": columns(),
    }
