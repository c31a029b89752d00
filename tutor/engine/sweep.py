"""Many runs that differ in a knob or two: the values that are wanted, and the link of each run.

`rate=0.01,0.03,0.1` takes these values; `seed=0..4` the whole numbers from 0 to 4, `units=2..32..10` each tenth of them;
`hidden=4,2|8` takes texts, which may hold commas. Several axes make a grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from tutor.engine.link import Link, link_text, read_value
from tutor.errors import BadLink, UserError, nearest
from tutor.labs.spec import Knob, LabSpec, Value

MOST, MOST_ON_CUDA = 200, 1024
"""Runs at once, on the processor and on a GPU."""
_FEW = 5
"""Values that are suggested."""


class BadSweep(UserError):
    """A sweep that cannot be made."""

    title = "That sweep cannot be run"


@dataclass(frozen=True)
class Axis:
    """A knob (or "seed") and the values that it takes."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Member:
    """One run of a sweep."""

    place: tuple[int, ...]
    """The index of its value on each axis."""
    values: tuple[tuple[str, Value], ...]
    """(name, value) on each axis."""
    link: str


def read_axis(text: str, spec: LabSpec, most: int = MOST) -> Axis:
    """Read KNOB=VALUES, at most so many. Raises BadSweep, or BadLink for a knob or a value that the lab does not have."""
    name, equals, said = (part.strip() for part in text.partition("="))
    if not name or not equals or not said:
        raise BadSweep(f"{text!r} is not KNOB=VALUES", "write it like: rate=0.01,0.03,0.1 or seed=0..4")
    knob = _seed() if name == "seed" else spec.knob(name)
    if knob is None:
        raise BadLink(f"{spec.id!r} has no knob {name!r}", nearest(name, [*(k.name for k in spec.knobs), "seed"]))
    whole = knob.kind == "integer"
    if "|" in said or knob.kind == "text":
        parts = said.split("|")
    else:
        pieces = [_range(part, name, most) if whole and ".." in part else [part] for part in said.split(",")]
        parts = [number for piece in pieces for number in piece]
    values = tuple(dict.fromkeys(read_value(knob, part) for part in parts))
    if len(values) < 2:
        how = f"separate them with |: {name}=4,2|8" if knob.kind == "text" else f"write it like: {name}=…,…"
        raise BadSweep(f"a sweep over {name} needs at least two values", how)
    return Axis(name, values)


def _range(text: str, name: str, most: int) -> list[str]:
    """The numbers of A..B or A..B..STEP, both ends allowed."""
    ends = [part.strip() for part in text.split("..")]
    if not 2 <= len(ends) <= 3 or not all(part.removeprefix("-").isdecimal() and len(part) < 12 for part in ends):
        raise BadSweep(f"{text.strip()!r} is no range of whole numbers", f"write it like: {name}=0..4 or {name}=0..100..10")
    low, high, step = int(ends[0]), int(ends[1]), int(ends[2]) if len(ends) == 3 else 1
    if high < low or step < 1:
        raise BadSweep(f"the range {text.strip()} is empty", "write the smaller number first")
    _not_too_many((high - low) // step + 1, most)
    return [str(number) for number in range(low, high + 1, step)]


def _not_too_many(count: int, most: int) -> None:
    if count > most:
        raise BadSweep(f"{count} runs are too many at once", f"ask for at most {most}")


def most_on(device: str) -> int:
    """How many runs at once a device takes."""
    return MOST_ON_CUDA if device == "cuda" else MOST


def members(link: Link, spec: LabSpec, axes: Sequence[Axis]) -> list[Member]:
    """The runs of the grid over the axes, the last axis first to move. Raises BadSweep when they are too many."""
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        raise BadSweep(f"{max(names, key=names.count)!r} is swept twice", "give all its values at once")
    count = 1
    for axis in axes:
        count *= len(axis.values)
    _not_too_many(count, most_on(link.device))
    found = []
    for place in product(*(range(len(axis.values)) for axis in axes)):
        values = tuple((axis.name, axis.values[k]) for axis, k in zip(axes, place, strict=True))
        found.append(Member(place, values, link_text(_with(link, values), spec)))
    return found


def _with(link: Link, values: Sequence[tuple[str, Value]]) -> Link:
    """The run with other values from its start on; what was turned on the way gives way."""
    for name, value in values:
        if name == "seed":
            link = replace(link, seed=int(value))
        else:
            kept = tuple(change for change in link.changes if change.knob != name)
            link = replace(link.with_knob(name, value), changes=kept)
    return link


def suggestion(knob: Knob, value: Value) -> str:
    """Values worth a try, as `read_axis` reads them: all choices, or a few numbers over the range with the knob's own."""
    if knob.kind == "choice":
        return f"{knob.name}={','.join(knob.choices)}"
    if knob.kind == "text" or not isinstance(value, int | float):
        return f"{knob.name}={value}|"
    if knob.log and knob.low > 0:
        numbers = [value * factor for factor in (0.1, 0.3, 1.0, 3.0, 10.0)]
    else:
        numbers = [knob.low + (knob.high - knob.low) * k / (_FEW - 1) for k in range(_FEW)] + [value]
    kept = sorted({float(f"{n:.3g}") if n != value else float(value) for n in numbers if knob.low <= n <= knob.high})
    return f"{knob.name}={','.join(f'{round(n):d}' if knob.kind == 'integer' else f'{n:g}' for n in kept)}"


def map_suggestion(spec: LabSpec, knob: Knob | None, value: Value) -> str:
    """Two axes worth a map: those of the lab's own map, with this knob in the place of the first where one is given."""
    own = next((view.sweep for view in spec.views if view.sweep), ())
    if knob is None and own:
        return " ".join(own)
    first = suggestion(knob, value) if knob is not None and knob.kind != "text" else ""
    return f"{first} {SEEDS}".strip()


SEEDS = "seed=0..7"
"""The axis of a map that shows how much is luck."""


def _seed() -> Knob:
    return Knob("seed", "integer", 0, low=0, high=2**32 - 1)
