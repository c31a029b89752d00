"""What a lab is: its description as data, and the few functions that make it run.

A lab's module keeps Numba out of its top level: kernels are imported inside `start`, `advance` and their like, so that
describing a lab (on the home screen, in `dltutor labs`, in the linter) loads no compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tutor.pictures import Picture

Array = NDArray[Any]
State = dict[str, Array]
"""A run's whole state: flat, arrays only. `step` is there always, as int64 of shape (1,). Arrays that never change (the
data) are set read-only by `start`, and are then shared, not copied, by checkpoints."""
Value = float | int | str
Knobs = Mapping[str, Value]
Plug = Callable[..., Any]


@dataclass(frozen=True)
class Knob:
    """Something the learner can turn."""

    name: str
    kind: str
    """"number", "integer", "choice" or "text"."""
    default: Value
    label: str = ""
    """As the screen shows it; empty: the name."""
    help: str = ""
    low: float = 0.0
    high: float = 1.0
    """The range of a number or an integer, both ends allowed."""
    log: bool = False
    """Whether a slider moves in ratios rather than in differences."""
    step: float = 0.0
    """One press of an arrow key; 0: a fortieth of the range."""
    choices: tuple[str, ...] = ()
    live: bool = False
    """May change while the run goes on; otherwise a change starts the run again."""
    when: tuple[str, tuple[str, ...]] | None = None
    """(name of a choice knob, its values) for which this knob means anything; it is hidden otherwise."""

    @property
    def title(self) -> str:
        return self.label or self.name


@dataclass(frozen=True)
class Metric:
    """A number that a run has at each step."""

    name: str
    label: str = ""
    help: str = ""
    format: str = ".3g"
    """A format specification for float."""
    better: str = ""
    """"high" or "low", where one run is better than another by it; empty: neither is."""

    @property
    def title(self) -> str:
        return self.label or self.name


@dataclass(frozen=True)
class Hand:
    """What the learner's hand does in a picture: it moves a cursor, which turns knobs, and may draw. The lab shows the cursor
    (`pictures.Box`, `Points.current`); every move and stroke is a change of a knob, so the run's link holds it."""

    x: str
    """The integer live knob that left and right turn."""
    y: str = ""
    """The one that up and down turn, its lowest value at the top; empty: they turn `x` as well."""
    pad: str = ""
    """The live text knob that holds a drawing (`tutor.labs.pads`); empty: there is nothing to draw on."""
    pad_size: tuple[int, int] = (0, 0)
    """(rows, columns) of the drawing; the cell under the cursor is counted from the lowest values of `y` and `x`."""
    answers: str = ""
    """The live text knob that takes the digits that are typed, one for each place of `x`, "-" where there is none."""


@dataclass(frozen=True)
class View:
    """One way to look at a run. With `curves`, the engine draws these metrics against the step; with `watched`, what the lab's
    `layers` say (`tutor.labs.watch`); with `sweep`, many runs beside this one; otherwise the lab draws it."""

    name: str
    title: str
    help: str = ""
    curves: tuple[str, ...] = ()
    y_log: bool = False
    hand: Hand | None = None
    """How the learner can take hold of the picture, or None."""
    watched: str = ""
    """"layers" or "ratio"."""
    sweep: tuple[str, ...] = ()
    """Two axes, such as "rate=0.01,0.1,1" and "seed=0..7": the map of the runs that differ in these (`tutor.engine.grid`)."""


@dataclass(frozen=True)
class Socket:
    """Where the learner's own function goes into a lab.

    A lab with a socket gets the function as `plug` in `advance`, and calls it there in place of its kernel. The function prints
    nothing, is compiled where it can be, and raises UserError with the learner's line; the lab gives it copies, as it may
    change what it gets, and looks at its answer before it counts (`tutor.labs.answered`). A step at which it fails must leave
    the state as it was. The engine runs the lab with the plug and without it, and says where the two states first differ and
    how fast each is (`tutor.engine.versus`): so with a right function the arrays of the state should be what the kernel makes
    of them, but for rounding. Where both are in one run, the lab has a method `rivals(state)`, which returns the arrays of the
    learner's and its own, as two dicts with the same names, or None where there is nothing to compare.
    """

    name: str
    """The function's name in the learner's file."""
    signature: str
    """Such as "update(w, b, x, t, rate)"."""
    help: str = ""
    once: bool = False
    """Called once a run, not at each step: then it is not compiled."""
    rival: str = ""
    """What the lab does without the learner's function, where that is something else and no step of it can be compared:
    "nets that learn their weights"."""
    aside: tuple[str, ...] = ()
    """Arrays of the state that are not compared: kept with the learner's function only, or without it only."""


@dataclass(frozen=True)
class Source:
    """The code that computes what is on screen, for the key that opens it."""

    module: str
    """Such as "kernels.perceptron"."""
    function: str
    """Where to open it."""


@dataclass(frozen=True)
class LabSpec:
    """A lab, described."""

    id: str
    title: str
    summary: str
    """One sentence: what there is to see."""
    knobs: tuple[Knob, ...]
    metrics: tuple[Metric, ...]
    views: tuple[View, ...]
    """The first is shown first."""
    source: Source
    unit: str = "step"
    """What one step is, in the singular: "example", "epoch"."""
    steps: int = 1000
    """How many steps a headless run makes unless told otherwise."""
    pace: float = 0.0
    """Steps a second when the learner first presses run; 0: flat out."""
    socket: Socket | None = None
    devices: tuple[str, ...] = ("cpu",)
    trains: bool = True
    """False: there is nothing to run, the knobs are all (the formal neuron)."""

    def knob(self, name: str) -> Knob | None:
        return next((knob for knob in self.knobs if knob.name == name), None)

    def view(self, name: str) -> View | None:
        return next((view for view in self.views if view.name == name), None)


@dataclass(frozen=True)
class Words:
    """The run, said in words."""

    summary: str
    """One line, always true: "3 of 4 right after 5 mistakes; still learning"."""
    trouble: str = ""
    """What has gone wrong and why, or empty: "these points cannot be separated by a line"."""


class Lab(Protocol):
    """The protocol of a lab. All are pure functions of their arguments but `advance`, which changes `state` in place."""

    spec: LabSpec

    def start(self, knobs: Knobs, seed: int) -> State:
        """The state at step 0. Raises BadData when the data it needs is not there."""
        ...

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        """Make `steps` steps and add them to state["step"]. `advance(100)` equals ten times `advance(10)`, bit for bit.

        device: "cpu" or "cuda". plug: the learner's function for the lab's socket, or None.
        """
        ...

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        """A number for each metric of the spec."""
        ...

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        """The picture of a view that has no `curves`. size: (columns, rows) of cells that there are for it."""
        ...

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        """The run in words."""
        ...

    def finished(self, state: State, knobs: Knobs) -> bool:
        """Whether going on would change nothing any more."""
        ...


@runtime_checkable
class Together(Protocol):
    """What a lab has besides, if a device can advance many of its runs at once."""

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        """`advance` for each of these runs, all at one step and each with its own knobs, without a plug.

        Runs that cannot go together, because their nets differ in shape, go in turns. Raises DeviceProblem.
        """
        ...


def scalar(value: float | int, dtype: type = np.int64) -> Array:
    """A number as the array of shape (1,) that a state holds."""
    return np.array([value], dtype=dtype)


def frozen(array: Array) -> Array:
    """The same array, contiguous and read-only."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
