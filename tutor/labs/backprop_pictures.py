"""What the lab `backprop` shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.backprop_pass import Factor, Pass, by_trying, factors, found, quantity
from tutor.labs.plane import grid, limits_of
from tutor.labs.words import said, summed
from tutor.pictures import Field, Flow, Graph, Lines, Picture, Points, Quantity, Series, Text

Array = NDArray[Any]

_WIDTH = 9
"""Every unit has room for so many characters, so that nothing moves while numbers come in."""


def graph(p: Pass, done: int, rate: float, loss: float, size: tuple[int, int]) -> Graph:
    """The net, every unit with o, a, ∂L/∂a, φ′ and ∂L/∂o as far as they are known. loss: the mean, after the last update."""
    shape = p.shape
    steps = factors(shape)
    known, now = set(steps[:done]), steps[done - 1] if done else Factor("none")
    last = len(shape.sizes) - 1
    quantities = [
        Quantity(0, shape.unit_name(0, k), (said(float(v), 2),), "accent" if _uses_input(now, k) else "c")
        for k, v in enumerate(p.x)
    ]
    first = [0, len(quantities)]
    for layer in range(last):
        quantities += [_unit(p, layer, unit, known, now) for unit in range(shape.sizes[layer + 1])]
        first.append(len(quantities))
    flows = []
    for layer in range(last):
        W = p.layers[layer][0]
        for unit in range(W.shape[0]):
            for source in range(W.shape[1]):
                role = _role(now, layer, unit, source)
                flows.append(Flow(first[layer] + source, first[layer + 1] + unit, said(float(W[unit, source]), 2), role))
    title = {"none": "ready", "unit": "forward", "loss": "the loss", "update": "update"}.get(now.kind, "backward")
    words = caption(p, now, rate, loss)
    # Always three lines, so that the net stays where it is.
    return Graph(tuple(quantities), tuple(flows), title, (*words, *[""] * (3 - len(words))))


def _unit(p: Pass, layer: int, unit: int, known: set[Factor], now: Factor) -> Quantity:
    forward, da, do = (Factor(kind, layer, unit) in known for kind in ("unit", "da", "do"))
    lines = {
        "unit": f"o  {_number(p.o[layer][unit])}" if forward else "o",
        "a": f"a  {_number(p.a[layer + 1][unit])}" if forward else "a",
        "da": f"∂a {_number(p.da[layer][unit])}" if da else "∂a",
        "slope": f"φ′ {_number(p.slope[layer][unit])}" if do else "φ′",
        "do": f"∂o {_number(p.do[layer][unit])}" if do else "∂o",
    }
    if layer == len(p.layers) - 1:
        loss = f"L  {_number(p.loss)}" if Factor("loss") in known else "L"
        lines = {"unit": lines["unit"], "a": lines["a"], "t": f"t  {said(float(p.t[0]), 2)}", "loss": loss} | lines
    here = now.layer == layer and now.unit == unit and now.kind in ("unit", "da", "do", "w", "b")
    here = here or (now.kind == "loss" and "loss" in lines)
    line = {"unit": "a", "w": "do", "b": "do"}.get(now.kind, now.kind)
    lit = list(lines).index(line) if here else -1
    name, texts = p.shape.unit_name(layer + 1, unit), tuple(text.ljust(_WIDTH) for text in lines.values())
    return Quantity(layer + 1, name, texts, "accent" if here else "muted", lit)


def _uses_input(now: Factor, k: int) -> bool:
    return now.kind == "w" and now.layer == 0 and now.source == k


def _role(now: Factor, layer: int, unit: int, source: int) -> str:
    """Blue on the way forward, orange on the way back, for the connections that the step uses."""
    into = now.layer == layer and now.unit == unit
    lit = (now.kind == "unit" and into) or (now.kind == "w" and into and now.source == source)
    lit = lit or (now.kind == "da" and now.layer == layer - 1 and now.unit == source)
    return ("a" if now.kind == "unit" else "b") if lit else "muted"


def _number(value: float) -> str:
    """Three decimals; what these would make 0, in one digit."""
    value = float(value)
    return f"{value:.3f}".replace("-", "−") if 5e-4 <= abs(value) < 100 else said(value, 1)


def caption(p: Pass, now: Factor, rate: float, loss: float) -> tuple[str, ...]:
    """The step as a formula with its numbers, and what comes of trying."""
    shape, at = p.shape, now.layer
    phi = shape.phis[at]
    match now.kind:
        case "none":
            return ("∂a is short for ∂L/∂a, ∂o for ∂L/∂o.", "One step, one factor.")
        case "unit":
            W, b = p.layers[at]
            terms = list(zip(W[now.unit].tolist(), p.a[at].tolist(), strict=True))
            short = [(round(w, 3), round(v, 3)) for w, v in terms]
            return (
                f"o = {summed(short, round(float(b[now.unit]), 3))} = {_number(p.o[at][now.unit])}",
                f"a = {phi}(o) = {_number(p.a[at + 1][now.unit])}",
            )
        case "loss":
            return (f"L = ½ (a − t)² = ½ ({_number(p.a[-1][0])} − {_in(float(p.t[0]))})²", f"  = {_number(p.loss)}")
        case "update":
            return (
                f"w ← w − {said(rate)}·∂L/∂w, for every weight and bias.",
                f"The mean loss is now {said(loss)}. Next example.",
            )
    return (_factor(p, now), *_tried(p, now))


def _factor(p: Pass, now: Factor) -> str:
    at, unit = now.layer, now.unit
    below = p.shape.unit_name(at, now.source)
    match now.kind:
        case "da" if at == len(p.layers) - 1:
            return f"∂L/∂a = a − t = {_number(p.a[-1][0])} − {_in(float(p.t[0]))}"
        case "da":
            W, do = p.layers[at + 1][0], p.do[at + 1]
            terms = [f"{_in(float(W[k, unit]))}·{_in(float(do[k]))}" for k in range(len(do))]
            return f"∂L/∂a = {'Σ ' if len(do) > 1 else ''}w·∂L/∂o = {' + '.join(terms)}"
        case "do":
            return f"∂L/∂o = ∂L/∂a·φ′(o) = {_in(float(p.da[at][unit]))}·{_in(float(p.slope[at][unit]))}"
        case "w":
            return f"∂L/∂w = ∂L/∂o·{below} = {_in(float(p.do[at][unit]))}·{_in(float(p.a[at][now.source]))}"
    return f"∂L/∂b = ∂L/∂o = {_number(p.do[at][unit])}"


def _tried(p: Pass, now: Factor) -> tuple[str, str]:
    from kernels.chain import apart

    here, tried = found(p, now), by_trying(p, now)
    error = apart(here, tried)
    verdict = (
        f"relative error {error:.0e}".replace("-", "−") if error <= 1e-6 else f"they differ: relative error {said(error, 2)}"
    )
    return f"{quantity(p.shape, now)} = {_long(here)}", f"by trying {_long(tried)}, {verdict}"


def _in(value: float) -> str:
    text = _number(value)
    return f"({text})" if text.startswith("−") else text


def _long(value: float) -> str:
    return f"{value:.7f}".replace("-", "−")


def table(p: Pass, done: int, size: tuple[int, int]) -> Text:
    """Every gradient of the pass so far, its finite difference, and the relative error; the newest at the end."""
    from kernels.chain import apart

    gradients = [factor for factor in factors(p.shape)[:done] if factor.kind in ("da", "do", "w", "b")]
    lines = [f"{'':14}{'gradient':>11}{'by trying':>12}  error"]
    for factor in gradients[-max(1, size[1] - 2) :]:
        here, tried = found(p, factor), by_trying(p, factor)
        error = apart(here, tried)
        mark = "" if error <= 1e-6 else "  wrong"
        row = f"{quantity(p.shape, factor):<14}{here:>11.7f}{tried:>12.7f}  {error:.0e}{mark}"
        lines.append(row.replace("-", "−"))
    if not gradients:
        lines = ["The way back has not begun."]
    return Text(tuple(lines), "gradients of this pass")


def answers(answer: Callable[[Array], Array], x: Array, t: Array, cut: float, size: tuple[int, int]) -> Picture:
    """The net's answer over the plane; over a line, for one input. x: (n, inputs), t: (n,)."""
    low = 0.0 if cut else -1.0
    if x.shape[1] == 1:
        along = np.linspace(-2, 2, 81)
        curve = Series("answer", along.astype(np.float32), answer(along[:, None]).astype(np.float32), "a")
        target = Series("target", x[:, 0].astype(np.float32), t.astype(np.float32), "b", dots=True)
        return Lines((curve, target), "what the net answers", "x", y_limits=(-1.0, 1.0))
    limits = limits_of(x)
    points, shape = grid(limits, size)
    values = answer(points.astype(np.float64)).astype(np.float32).reshape(shape)
    wrong = (answer(x) > cut) != (t > cut)
    kind = (t > cut).astype(np.int64)
    return Field(
        values, limits, limits, low, 1.0, cut, Points(x.astype(np.float32), kind, wrong), title="what the net answers",
        legend=(("a", f"should be {said(low)}"), ("b", "should be 1")),
    )  # fmt: skip
