"""Predict blocks → the model: three kinds, each with its own keys."""

from __future__ import annotations

from tutor.course.fields import Fields
from tutor.course.model import Place, Predict
from tutor.course.problems import Problems
from tutor.course.questions import read_options
from tutor.course.yamltree import Scalar, Table

_KEYS: dict[str, tuple[str, ...]] = {
    "number": ("within",),
    "choice": ("options",),
    "sketch": ("steps", "range", "log", "within"),
}
PREDICT_KINDS = tuple(_KEYS)
_OWN = tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
_MOST_STEPS = 10_000_000


def read_predict(table: Table, name: str, place: Place, problems: Problems) -> Predict | None:
    """A prediction, or None when something is wrong with it, which has been reported."""
    fields = Fields(table, "a predict", ("ask", "kind", "lab", "measure", *_OWN, "because"), problems, place)
    fields.require("ask", "kind", "lab", "measure")
    kind = fields.word("kind", _KEYS, "unknown-kind")
    options = read_options(fields, "when") if fields.sound else ()
    if fields.sound:
        _check_keys(fields, kind, len(options))
    low, high = _range(fields)
    within = fields.number("within", 0.0) or 0.0
    if within < 0:
        fields.wrong(fields.at("within"), "within cannot be negative", "use 0 or more", "wrong-value")
    elif kind == "sketch" and within >= 0.5:
        fields.wrong(fields.at("within"), "within is a share of the range, and this takes any sketch", "use 0.1", "wrong-value")
    log = fields.flag("log")
    if log and low <= 0:
        fields.wrong(fields.at("range"), "a range of ratios begins above 0", "raise its lower end", "wrong-value")
    predict = Predict(
        id=name,
        ask=fields.text("ask"),
        kind=kind,
        lab=fields.text("lab"),
        measure=fields.text("measure"),
        within=within,
        options=options,
        steps=fields.whole("steps", 1, _MOST_STEPS),
        low=low,
        high=high,
        log=log,
        because=fields.text("because"),
        place=place,
        marks=fields.frozen_marks(),
    )
    return predict if fields.sound else None


def _check_keys(fields: Fields, kind: str, options: int) -> None:
    """The first key that does not go with the kind, or that is missing from it."""
    for key in _OWN:
        if fields.has(key) and key not in _KEYS[kind]:
            fields.wrong(fields.marks[f"{key}:"], f"a prediction of a {kind} has no {key}", "remove it", "unknown-key")
            return
    if kind == "choice" and options < 2:
        fields.wrong(fields.at("options"), "a choice needs two options or more", "add - {say: …, when: …}", "options")
    elif kind == "number":
        fields.require("within")
    elif kind == "sketch":
        fields.require("steps", "range", "within")


def _range(fields: Fields) -> tuple[float, float]:
    """The ends of the range that a sketch is drawn in."""
    nodes = fields.items("range")
    ends = [node.value for node in nodes if isinstance(node, Scalar) and isinstance(node.value, int | float)]
    if not fields.has("range") or not fields.sound:
        return 0.0, 1.0
    if len(nodes) != 2 or len(ends) != 2 or not -1e12 < ends[0] < ends[1] < 1e12:
        fields.wrong(fields.at("range"), "range must be two numbers, the smaller first", "write range: [0, 1]", "wrong-value")
        return 0.0, 1.0
    return float(ends[0]), float(ends[1])
