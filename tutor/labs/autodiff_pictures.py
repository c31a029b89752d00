"""What the lab `autodiff` shows."""

from __future__ import annotations

import math

from tutor.labs.autodiff_read import Tape, formula, symbol
from tutor.labs.autodiff_walk import Walk, differences, relative_errors, shares
from tutor.labs.words import said
from tutor.pictures import Columns, Flow, Graph, Picture, Quantity, Text

_COLUMN, _ROWS = 13, 5
"""Cells that a box of the graph takes, with the room around it."""
_WIDTH = 7
"""Every box has room for so many characters, so that nothing moves while numbers come in."""
_WIDE = 90
"""From this width on the tape stands beside the graph."""


def graph(now: Walk, size: tuple[int, int]) -> Picture:
    """The graph, the tape beside it where there is room."""
    if size[0] >= _WIDE:
        return Columns((_graph(now, (size[0] * 3 // 5, size[1])), tape(now, (size[0] * 2 // 5, size[1]))), (3.0, 2.0))
    return _graph(now, size)


def _graph(now: Walk, size: tuple[int, int]) -> Graph:
    """Every number with its gradient, as far as known; of a large graph the columns around the entry dealt with now."""
    tape, column = now.tape, columns(now.tape)
    there = [i for i in range(len(tape.names)) if not tape.inputs <= i < tape.leaves]
    room = max(2, (size[0] + 3) // _COLUMN)
    if max(column) >= room:
        # What an entry is made from stands to its left: most of the room goes there.
        first = min(max(0, column[now.current] - room + 2), max(column) - room + 1)
        there = [i for i in there if first <= column[i] < first + room]
    there = _fewest(now, there, column, max(2, (size[1] - 5) // _ROWS))
    places = {i: k for k, i in enumerate(there)}
    at_work = now.current if now.built else -1
    going_back = now.visited > 0
    words = caption(now)
    flows = tuple(
        Flow(places[source], places[i], role=("b" if going_back else "a") if i == at_work else "muted")
        for i in there
        if i >= tape.leaves
        for source in sorted({int(tape.left[i]), int(tape.right[i])})
        if source in places
    )
    return Graph(
        tuple(_box(now, i, column[i], at_work) for i in there),
        flows,
        title="there" if not now.seeded else "and back" if not now.done else "there and back",
        caption=(*words, *[""] * (3 - len(words))),
    )


def _there(now: Walk, i: int) -> bool:
    """Whether entry i has its value by now, and is no constant: these are written where they are used."""
    return i < now.tape.inputs or now.tape.leaves <= i < now.tape.leaves + now.built


def _reached(now: Walk, i: int) -> bool:
    """Whether entry i has been handed a gradient by now."""
    return now.seeded and (i >= len(now.tape.names) - now.visited - 1 or now.grad[i] != 0)


def _fewest(now: Walk, entries: list[int], column: list[int], most: int) -> list[int]:
    """At most so many a column: those nearest to the entry dealt with now are kept."""
    kept = []
    for c in sorted({column[i] for i in entries}):
        here = sorted((i for i in entries if column[i] == c), key=lambda i: abs(i - now.current))[:most]
        # What is computed above, an input that comes in late below: fewer lines cross.
        kept += sorted(here, key=lambda i: (c > 0 and i < now.tape.inputs, i))
    return kept


def _box(now: Walk, i: int, column: int, at_work: int) -> Quantity:
    value = said(float(now.value[i]), 4) if _there(now, i) else ""
    gradient = f"∂ {said(float(now.grad[i]), 4)}" if _reached(now, i) else ""
    lines = (value.ljust(_WIDTH), gradient.ljust(_WIDTH))
    role = "accent" if i == at_work else "c" if i < now.tape.inputs else "muted"
    return Quantity(column, symbol(now.tape, i), lines, role, -1 if i != at_work else 1 if now.seeded else 0)


def columns(tape: Tape) -> list[int]:
    """The column of each entry: right of all that it is made from; inputs as near to their first use as can be."""
    column = [0] * len(tape.names)
    for i in range(tape.leaves, len(column)):
        before = [column[p] for p in (int(tape.left[i]), int(tape.right[i])) if not tape.inputs <= p < tape.leaves]
        column[i] = max(before, default=0) + 1
    for i in range(tape.inputs):
        users = [column[k] for k in range(tape.leaves, len(column)) if i in (tape.left[k], tape.right[k])]
        column[i] = max(0, min(users, default=1) - 1)
    return column


def caption(now: Walk) -> tuple[str, ...]:
    """What the last step did, written out with its numbers; at the end, the gradients beside their finite differences."""
    tape, i = now.tape, now.current
    if not now.built:
        return ("Nothing is recorded yet: one step, one entry.",)
    numbers = tuple(_in_formula(float(v)) for v in now.value)
    if not now.seeded:
        return (f"{tape.names[i]} = {formula(tape, i)}", f"  = {formula(tape, i, numbers)} = {said(float(now.value[i]), 6)}")
    last = tape.names[-1]
    if not now.visited:
        return (f"The way back starts at ∂{last}/∂{last} = 1.",)
    if now.done:
        tried = differences(now)
        best = [
            f"∂/∂{name} {said(float(now.grad[k]), 6)}, by trying {said(value, 6)}"
            for k, (name, value) in enumerate(tried.items())
        ]
        return tuple(best[:3])
    lines = [f"{tape.names[i]} = {formula(tape, i)} hands on ∂ = {said(float(now.grad[i]), 5)}:"]
    for p, share in dict(zip((int(tape.left[i]), int(tape.right[i])), shares(now, i), strict=True)).items():
        if tape.inputs <= p < tape.leaves:
            continue
        share = shares(now, i)[0] + shares(now, i)[1] if tape.left[i] == tape.right[i] else share
        handed = said(float(now.grad[i]) * share, 5)
        lines.append(f"  to {tape.names[p]}: {_in_formula(float(now.grad[i]))} · {_in_formula(share)} = {handed}")
    return tuple(lines)


def _in_formula(value: float) -> str:
    text = said(value, 4)
    return f"({text})" if text.startswith("−") else text


def tape(now: Walk, size: tuple[int, int]) -> Text:
    """The entries in order, an arrow at the one dealt with now; of a long tape the part around it."""
    t = now.tape
    shown = [i for i in range(len(t.names)) if _there(now, i)]
    rows = max(3, size[1] - 3)
    at = shown.index(now.current) if now.current in shown else 0
    first = max(0, min(at - rows // 2, len(shown) - rows))
    lines = ["  name  made by             value  gradient"]
    for i in shown[first : first + rows]:
        sign = "▸" if i == now.current and now.built else " "
        made = "input" if i < t.inputs else formula(t, i)
        gradient = said(float(now.grad[i]), 6) if _reached(now, i) else "·"
        lines.append(f"{sign} {t.names[i]:<5} {made:<14.14} {said(float(now.value[i]), 6):>10} {gradient:>9}")
    return Text(tuple(lines), f"{now.built} of {t.computed} recorded, {now.visited} walked back")


def check(now: Walk) -> Text:
    """Each input's gradient, its finite difference, and how far they are apart."""
    if not now.done:
        return Text(("The gradients are complete when the tape has been walked back to its first entry.",), "check")
    lines = ["          gradient       by trying  relative error"]
    errors = relative_errors(now)
    for k, (name, value) in enumerate(differences(now).items()):
        lines.append(f"{name:<6}{now.grad[k]:>12.4f}    {value:>12.4f}    {errors[name]:>12.1e}".replace("-", "−"))
    n, tried = now.tape.computed, 2 * now.tape.inputs
    lines += ["", f"By trying: {tried} more runs of the {n} computations, two for each input."]
    lines += ["By the tape: one walk back, however many inputs there are."]
    return Text(tuple(lines), "the tape against finite differences")


def why_not_finite(now: Walk) -> str:
    """Which entry is the first that is no finite number, in words; empty if all are."""
    t = now.tape
    for i in range(t.leaves, t.leaves + now.built):
        if not math.isfinite(float(now.value[i])):
            numbers = tuple(_in_formula(float(v)) for v in now.value)
            what = "not a number" if math.isnan(float(now.value[i])) else "infinite"
            return f"{t.names[i]} = {formula(t, i)} is {what}: {formula(t, i, numbers)}; no gradient comes back through it"
    return ""
