"""The line that holds a run: `perceptron?data=and&rate=0.5&rate@40=0.1&seed=7`.

`knob=value` sets a knob from the start, `knob@step=value` changes it at that step, `seed` and `device` are the run's own;
`device@step=cuda` takes the run to another device on the way.
Two links that mean the same run have the same canonical text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from tutor.errors import BadLink, nearest
from tutor.labs.spec import Knob, LabSpec, Value

RESERVED = ("seed", "device")
_LONGEST = 4000
_SAFE = "@,.:+-*/()^ "


@dataclass(frozen=True)
class Change:
    """A knob that is turned while the run goes on, or "device", where it goes on elsewhere."""

    step: int
    knob: str
    value: Value


@dataclass(frozen=True)
class Link:
    """A run, named: every knob has a value here."""

    lab: str
    knobs: tuple[tuple[str, Value], ...]
    """(name, value) for every knob of the lab, in the lab's order."""
    seed: int = 0
    device: str = "cpu"
    changes: tuple[Change, ...] = ()
    """In the order of their steps."""

    def knobs_at(self, step: int) -> dict[str, Value]:
        """The knobs as they are when the run is at `step`."""
        values = dict(self.knobs)
        for change in self.changes:
            if change.step <= step and change.knob != "device":
                values[change.knob] = change.value
        return values

    def device_at(self, step: int) -> str:
        """Where the step after `step` is made."""
        turns = [str(change.value) for change in self.changes if change.step <= step and change.knob == "device"]
        return turns[-1] if turns else self.device

    def with_knob(self, name: str, value: Value) -> Link:
        return replace(self, knobs=tuple((k, value if k == name else v) for k, v in self.knobs))


def split_link(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The lab's id and the (key, value) pairs of a link, as they stand. Raises BadLink."""
    if len(text) > _LONGEST:
        raise BadLink(f"the link is longer than {_LONGEST} characters", "shorten it")
    lab, _, query = text.strip().partition("?")
    if not lab:
        raise BadLink(f"{text!r} names no lab", "write it like: perceptron?data=and&seed=3")
    pairs = []
    for part in query.split("&") if query else ():
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise BadLink(f"{part!r} in {text!r} is not knob=value", "write it like: perceptron?data=and&seed=3")
        pairs.append((unquote(key), unquote(value)))
    return lab, pairs


def parse_link(text: str, spec: LabSpec, extra: Iterable[tuple[str, str]] = ()) -> Link:
    """Read a link for the lab it names; `extra` pairs override its own. Raises BadLink with the nearest valid name."""
    lab, pairs = split_link(text)
    if lab != spec.id:
        raise BadLink(f"{text!r} names the lab {lab!r}, not {spec.id!r}", "")
    return make_link(spec, [*pairs, *extra])


def make_link(spec: LabSpec, pairs: Iterable[tuple[str, object]]) -> Link:
    """A link from (key, value) pairs, later ones first in rank. Raises BadLink."""
    values: dict[str, Value] = {knob.name: knob.default for knob in spec.knobs}
    changes: list[Change] = []
    seed, device = 0, "cpu"
    for key, raw in pairs:
        name, at, when = key.partition("@")
        if key == "seed":
            seed = _seed(raw)
        elif key == "device":
            device = read_device(spec, str(raw))
        elif at:
            knob = None if name == "device" else _knob(spec, name)
            if knob is not None and not knob.live:
                raise BadLink(f"{knob.name!r} cannot change while {spec.id!r} runs", "set it from the start")
            if not when.isdecimal() or len(when) > 12:
                raise BadLink(f"{key!r} does not say at which step", f"write it like: {name}@500=…")
            value = read_value(knob, raw) if knob is not None else read_device(spec, str(raw))
            changes.append(Change(int(when), name, value))
        else:
            values[name] = read_value(_knob(spec, name), raw)
    changes.sort(key=lambda change: change.step)
    return Link(spec.id, tuple(values.items()), seed, device, tuple(changes))


def read_value(knob: Knob, raw: object) -> Value:
    """A knob's value from text (or from YAML, or from JSON). Raises BadLink, naming the range or the nearest choice."""
    text = str(raw).strip() if not isinstance(raw, bool) else str(raw).lower()
    match knob.kind:
        case "choice":
            if text not in knob.choices:
                raise BadLink(f"{knob.name} cannot be {text!r}", nearest(text, knob.choices))
            return text
        case "text":
            if len(text) > 200 or not text.isprintable():
                raise BadLink(f"{knob.name} is too long or holds unprintable characters", "use at most 200 plain characters")
            return text
    try:
        number = float(text)
    except ValueError:
        raise BadLink(f"{knob.name} must be a number, not {text!r}", _range(knob)) from None
    if not math.isfinite(number) or not knob.low <= number <= knob.high:
        raise BadLink(f"{knob.name} cannot be {text}", _range(knob))
    if knob.kind == "integer":
        if number != int(number):
            raise BadLink(f"{knob.name} must be a whole number, not {text}", _range(knob))
        return int(number)
    return number


def link_text(link: Link, spec: LabSpec, *, full: bool = False) -> str:
    """The canonical text of a link: what differs from the defaults, in the lab's order (with `full`, every knob)."""
    parts = []
    for name, value in link.knobs:
        knob = spec.knob(name)
        if full or knob is None or value != knob.default:
            parts.append((name, value))
    parts += [(f"{change.knob}@{change.step}", change.value) for change in link.changes]
    if full or link.seed:
        parts.append(("seed", link.seed))
    if full or link.device != "cpu":
        parts.append(("device", link.device))
    query = "&".join(f"{quote(key, safe=_SAFE)}={quote(value_text(value), safe=_SAFE)}" for key, value in parts)
    return f"{link.lab}?{query}" if query else link.lab


def value_text(value: Value) -> str:
    """A knob's value as a link writes it: numbers in the shortest form that reads back the same."""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(value)


def _knob(spec: LabSpec, name: str) -> Knob:
    knob = spec.knob(name)
    if knob is None:
        names = [knob.name for knob in spec.knobs]
        raise BadLink(f"{spec.id!r} has no knob {name!r}", nearest(name, [*names, *RESERVED]))
    return knob


def _seed(raw: object) -> int:
    text = str(raw).strip()
    if not text.isdecimal() or len(text) > 20 or int(text) >= 2**32:
        raise BadLink(f"the seed cannot be {text!r}", "use a whole number from 0 to 4294967295")
    return int(text)


def read_device(spec: LabSpec, text: str) -> str:
    """One of the lab's devices. Raises BadLink."""
    if text not in spec.devices:
        raise BadLink(f"{spec.id!r} cannot run on {text!r}", nearest(text, spec.devices))
    return text


def _range(knob: Knob) -> str:
    return f"use a {'whole ' if knob.kind == 'integer' else ''}number from {knob.low:g} to {knob.high:g}"
