"""Whether what a lab of an author says of itself, and shows, is what it has to be. Each complaint is one sentence.

The program's own labs are held to this by the type checker; a lab from elsewhere is looked at as it runs.
"""

from __future__ import annotations

import keyword
import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import chain, islice
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from tutor import pictures
from tutor.errors import UserError
from tutor.labs.spec import LabSpec, Words
from tutor.pictures import Picture

_LONGEST = 4000
_MOST_CELLS = 4_000_000
_MOST_PARTS = 4000
_PICTURES = get_args(Picture)


class BadLab(UserError):
    """A lab that does not keep to the protocol."""

    title = "That lab does not work"


def check_spec(spec: object) -> LabSpec:
    """The same, when it is a whole description. Raises BadLab."""
    if not isinstance(spec, LabSpec):
        raise BadLab("its spec is no LabSpec", "see what `dltutor new lab` makes")
    for complaint in chain(_misfits(spec, "spec"), _spec_faults(spec)):
        raise BadLab(complaint, "see `dltutor labs gd --json`, or what `dltutor new lab` makes")
    return spec


def _spec_faults(spec: LabSpec) -> Iterator[str]:
    for kind, names in (
        ("knob", [knob.name for knob in spec.knobs]),
        ("metric", [metric.name for metric in spec.metrics]),
        ("view", [view.name for view in spec.views]),
    ):
        if len(set(names)) < len(names):
            yield f"its spec has two {kind}s of one name"
        for name in names:
            asked = name.replace("-", "_") if kind == "view" else name  # goals ask for knobs and metrics, as in a - b
            if not asked.isidentifier() or keyword.iskeyword(asked):
                yield f"{name!r} is no name of a {kind}: use letters, digits and _"
    if not spec.views or not spec.metrics:
        yield "its spec needs a view and a metric at least"
    if len(spec.knobs) + len(spec.metrics) + len(spec.views) > 100:
        yield "its spec has more than 100 knobs, metrics and views"
    if not 0 <= spec.steps <= 10**9 or not 0 <= spec.pace < 1e9:
        yield "its steps and its pace are numbers from 0 to 1 000 000 000"
    if not set(spec.devices) <= {"cpu", "cuda"} or "cpu" not in spec.devices:
        yield "its devices are cpu, or cpu and cuda"
    known = {metric.name for metric in spec.metrics}
    for view in spec.views:
        if missing := [name for name in view.curves if name not in known]:
            yield f"the view {view.name!r} draws {missing[0]!r}, which is no metric"
        if view.watched not in ("", "layers", "ratio"):
            yield f"the view {view.name!r} watches {view.watched!r}, which is neither layers nor ratio"
    for metric in spec.metrics:
        try:
            format(1.0, metric.format)
        except ValueError:
            yield f"the metric {metric.name!r} has the format {metric.format!r}, which is none"
    for knob in spec.knobs:
        yield from _knob_faults(knob)


def _knob_faults(knob: Any) -> Iterator[str]:
    where = f"the knob {knob.name!r}"
    match knob.kind:
        case "choice":
            if knob.default not in knob.choices:
                yield f"{where} has the default {knob.default!r}, which is none of its choices"
        case "text":
            if not isinstance(knob.default, str):
                yield f"{where} is a text, and its default is none"
        case "number" | "integer":
            if isinstance(knob.default, str) or not -1e15 < knob.low <= knob.default <= knob.high < 1e15:
                yield f"{where} has the default {knob.default!r}, which is not from {knob.low:g} to {knob.high:g}"
            elif knob.log and knob.low <= 0:
                yield f"{where} moves in ratios, so it must begin above 0"
        case _:
            yield f"{where} is of the kind {knob.kind!r}: use number, integer, choice or text"


def check_state(state: object) -> dict[str, Any]:
    """The same, when it is a flat mapping of arrays with a step. Raises BadLab."""
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise BadLab("start() does not return a dict of names and arrays", "see what `dltutor new lab` makes")
    for name, array in state.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            raise BadLab(f"state[{name!r}] is no array of numbers", "a state holds NumPy arrays only")
    step = state.get("step")
    if step is None or step.dtype != np.int64 or step.shape != (1,):
        raise BadLab("state['step'] is not an int64 array of shape (1,)", 'write state["step"] = scalar(0)')
    return state


def check_metrics(found: object, spec: LabSpec) -> dict[str, float]:
    """The metrics as floats. Raises BadLab."""
    if not isinstance(found, Mapping):
        raise BadLab("metrics() does not return a dict", "return a number for each metric of the spec")
    out = {}
    for metric in spec.metrics:
        value = found.get(metric.name)
        if isinstance(value, np.generic | np.ndarray) and np.size(value) == 1:
            value = value.item()
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadLab(f"metrics() gives {_short(value)} for {metric.name!r}", "return a number for each metric of the spec")
        out[metric.name] = float(value)
    return out


def check_words(words: object) -> Words:
    """The same, when it is Words. Raises BadLab."""
    if not isinstance(words, Words):
        raise BadLab("diagnose() does not return Words", 'return Words("one line, always true")')
    for complaint in _misfits(words, "diagnose()"):
        raise BadLab(complaint, "return plain lines of text")
    return words


def check_picture(picture: object, view: str) -> Picture:
    """The same, when it can be drawn. Raises BadLab."""
    where = f"the picture of {view!r}"
    if not isinstance(picture, _PICTURES):
        raise BadLab(f"{where} is {_short(picture)}, no picture", "return one of the classes of tutor.pictures")
    if sum(1 for _ in islice(_all_parts(picture), _MOST_PARTS + 1)) > _MOST_PARTS:
        raise BadLab(f"{where} has more than {_MOST_PARTS} parts", "a screen has 2000 cells")
    for complaint in chain(_misfits(picture, where), _picture_faults(picture, where)):
        raise BadLab(complaint, "see the class in tutor.pictures")
    return cast(Picture, picture)


# Types


def _misfits(value: Any, where: str, depth: int = 0) -> Iterator[str]:
    """What does not have the type that its dataclass says."""
    if depth > 6:
        yield f"{where} is nested too deep"
        return
    cls: Any = type(value)
    for name, hint in _hints(cls).items():
        part = getattr(value, name)
        if not _fits(part, hint):
            yield f"{where}.{name} cannot be {_short(part)}"
            return
        for text in _texts(part):
            if len(text) > _LONGEST or not all(c.isprintable() for c in text):
                yield f"{where}.{name} is too long, or holds characters that cannot be printed: {_short(text)}"
                return
        for inner in _inner(part):
            yield from _misfits(inner, f"{where}.{name}", depth + 1)


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in arguments)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(arguments) == 2 and arguments[1] is ...:
            return all(_fits(one, arguments[0]) for one in value)
        return len(value) == len(arguments) and all(map(_fits, value, arguments))
    if hint is float:
        return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int | np.integer) and not isinstance(value, bool)
    if hint in (str, bool, type(None)) or is_dataclass(hint):
        return isinstance(value, hint)
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size <= _MOST_CELLS


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _texts(one)


def _inner(part: Any) -> Iterator[Any]:
    if isinstance(part, tuple):
        for one in part:
            yield from _inner(one)
    elif is_dataclass(part):
        yield part


def _all_parts(part: Any) -> Iterator[Any]:
    waiting = [part]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [inner for field in fields(one) for inner in _inner(getattr(one, field.name))]


# Shapes


def _picture_faults(picture: Any, where: str) -> Iterator[str]:
    """What does not fit together in it."""
    for part in _all_parts(picture):
        check = _SHAPES.get(type(part).__name__)
        for bad in (name for name, good in (check(part).items() if check else ()) if not good):
            yield f"{where}: in {type(part).__name__}, {bad} does not fit"


def _range(*limits: Any) -> bool:
    return all(limit is None or (all(map(math.isfinite, limit)) and limit[0] < limit[1]) for limit in limits)


def _points(xy: Any) -> bool:
    return bool(xy.ndim == 2 and xy.shape[1] == 2)


def _network(net: Any) -> dict[str, bool]:
    layers = [len(layer) for layer in net.layers]
    good = all(
        0 <= e.layer < len(layers) - 1 and 0 <= e.source < layers[e.layer] and 0 <= e.target < layers[e.layer + 1]
        for e in net.edges
    )
    images = [node.image for layer in net.layers for node in layer if node.image is not None]
    return {"layers": bool(layers) and min(layers) > 0, "edges": good, "image": all(image.ndim == 2 for image in images)}


_SHAPES: dict[str, Callable[[Any], dict[str, bool]]] = {
    "Series": lambda s: {"x or y": s.x.ndim == 1 and s.x.shape == s.y.shape},
    "Lines": lambda p: {"a limit": _range(p.x_limits, p.y_limits)},
    "Points": lambda p: {
        "xy": _points(p.xy),
        "kind": p.kind.shape == p.xy.shape[:1] and p.kind.dtype.kind in "iu",
        "wrong": p.wrong is None or p.wrong.shape == p.xy.shape[:1],
        "current": p.current is None or 0 <= p.current < len(p.xy),
    },
    "Path": lambda p: {"xy": _points(p.xy)},
    "Field": lambda p: {
        "values": p.values.ndim == 2 and p.values.size > 0,
        "a limit": _range(p.x_limits, p.y_limits, (p.low, p.high)),
    },
    "Surface": lambda p: {
        "values": p.values.ndim == 2 and min(p.values.shape) > 1,
        "a limit": _range(p.x_limits, p.y_limits, (p.low, p.high)),
    },
    "Images": lambda p: {
        "pixels": p.pixels.ndim == 3 and p.pixels.size > 0,
        "captions": len(p.captions) == len(p.pixels),
        "a limit": _range((p.low, p.high)),
        "boxes": all(0 <= b.image < len(p.pixels) and min(b.row, b.column, b.rows, b.columns) >= 0 for b in p.boxes),
    },
    "Bars": lambda p: {
        "values": p.values.ndim == 1 and len(p.values) == len(p.labels) > 0,
        "roles": len(p.roles) in (0, len(p.labels)),
    },
    "Histogram": lambda p: {"counts": p.counts.ndim == 1 and p.counts.size > 0, "low or high": _range((p.low, p.high))},
    "Histograms": lambda p: {
        "rows": bool(p.rows) and all(len(row) == len(p.headings) for row in p.rows),
        "labels": len(p.labels) == len(p.rows),
        "notes": len(p.notes) in (0, len(p.rows)),
    },
    "Network": _network,
    "Graph": lambda p: {
        "quantities": bool(p.quantities) and all(0 <= q.column < 50 for q in p.quantities),
        "flows": all(0 <= f.source < len(p.quantities) and 0 <= f.target < len(p.quantities) for f in p.flows),
    },
    "Columns": lambda p: {
        "parts": 0 < len(p.parts) <= 8,
        "shares": len(p.shares) in (0, len(p.parts)) and all(share > 0 for share in p.shares),
    },
}
assert set(_SHAPES) <= {cls.__name__ for cls in pictures.KINDS}


def _short(value: object) -> str:
    text = ascii(value) if isinstance(value, str | int | float | None | bool) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
