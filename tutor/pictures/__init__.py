"""What a view shows, as plain data: no colours, no characters, no terminal. `tutor.draw` turns these into cells.

Colours are asked for by role, a small fixed vocabulary that a palette gives meaning to (and that a colourless terminal
shows by marks): "a", "b", … "h" for classes and series in order, "good", "bad", "muted", "accent", "guess".
Arrays are float32 unless said otherwise. Everything here can travel over a pipe (`tutor.engine.wire`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Series:
    """One line (or one set of dots) of a plot."""

    label: str
    x: Array
    """(n,)"""
    y: Array
    """(n,); what is not finite is a gap."""
    role: str = "a"
    dots: bool = False
    """Draw the points themselves, not the line through them."""


@dataclass(frozen=True, eq=False)
class Guide:
    """A straight line across a plot or a field that says something: a bound, a threshold, a guess."""

    label: str
    value: float
    axis: str = "y"
    """"y": the horizontal line y = value; "x": the vertical line x = value."""
    role: str = "muted"


@dataclass(frozen=True, eq=False)
class Lines:
    """A plot of one or more series over a common x."""

    series: tuple[Series, ...]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    guides: tuple[Guide, ...] = ()
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None
    """None: chosen from the data, and changed in steps as the data grow."""
    y_log: bool = False
    cursor: float | None = None
    """The x that is on screen now, when the run is looked at in the past."""


@dataclass(frozen=True, eq=False)
class Points:
    """Labelled points in the plane."""

    xy: Array
    """(n, 2)"""
    kind: Array
    """(n,) int: the class, 0 for role "a", 1 for role "b", …"""
    wrong: Array | None = None
    """(n,) bool: these are marked as being on the wrong side."""
    current: int | None = None
    """The index of the point that is being looked at now."""


@dataclass(frozen=True, eq=False)
class Segment:
    """A straight piece from (x0, y0) to (x1, y1) in the coordinates of the field."""

    x0: float
    y0: float
    x1: float
    y1: float
    role: str = "accent"
    arrow: bool = False


@dataclass(frozen=True, eq=False)
class Path:
    """A way through the field, with the mark of its role at its end and here and there along it."""

    xy: Array
    """(n, 2); what is not finite is a gap."""
    role: str = "a"


@dataclass(frozen=True, eq=False)
class Field:
    """A function over a rectangle of the plane, as colour, with points and lines on it."""

    values: Array
    """(rows, columns); row 0 is the top (largest y)."""
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    low: float = -1.0
    high: float = 1.0
    """The values at the ends of the colour scale."""
    level: float | None = 0.0
    """The contour drawn as a line (the decision boundary), or None."""
    points: Points | None = None
    segments: tuple[Segment, ...] = ()
    title: str = ""
    x_label: str = "x1"
    y_label: str = "x2"
    legend: tuple[tuple[str, str], ...] = ()
    """(role, words) pairs, below the field."""
    paths: tuple[Path, ...] = ()
    """The later ones lie on top."""
    contours: tuple[float, ...] = ()
    """Values whose contours are drawn as quiet lines, as on a map; where there is no colour, the shades must do."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The same function seen from the side, as a relief."""

    values: Array
    """(rows, columns); row 0 is the far edge (largest y)."""
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    low: float = -1.0
    high: float = 1.0
    title: str = ""
    z_label: str = ""


@dataclass(frozen=True, eq=False)
class Box:
    """Pixels of a small picture that are marked: the one under a cursor, the window that a kernel sees."""

    image: int
    """Which of the pictures, from 0."""
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    role: str = "b"


@dataclass(frozen=True, eq=False)
class Images:
    """Small pictures side by side."""

    pixels: Array
    """(n, rows, columns)"""
    captions: tuple[str, ...]
    """One each; may be empty strings."""
    low: float = 0.0
    high: float = 1.0
    signed: bool = False
    """A two-sided colour scale around the middle (weights) rather than ink on paper (digits)."""
    title: str = ""
    boxes: tuple[Box, ...] = ()
    """The later ones lie on top."""


@dataclass(frozen=True, eq=False)
class Bars:
    """Named amounts."""

    labels: tuple[str, ...]
    values: Array
    """(n,)"""
    title: str = ""
    unit: str = ""
    roles: tuple[str, ...] = ()
    """One each, or empty: all "a"."""
    log: bool = False
    """Lengths grow with the logarithm, from the power of ten below the least; for amounts above 0."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often values come: equal bins from `low` to `high`."""

    counts: Array
    """(bins,)"""
    low: float
    high: float
    caption: str = ""
    """Below it, such as "0.02 ± 0.6"."""
    role: str = "a"


@dataclass(frozen=True, eq=False)
class Histograms:
    """Histograms in rows and columns, such as a row for each layer of a net."""

    rows: tuple[tuple[Histogram, ...], ...]
    """One histogram for each heading."""
    labels: tuple[str, ...]
    """One a row."""
    headings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """One a row, below its label where there is room; or none at all."""
    title: str = ""
    caption: tuple[str, ...] = ()
    """Lines of text below."""


@dataclass(frozen=True, eq=False)
class Node:
    """A unit of a network."""

    label: str
    """What it is: "x1", "Σ", "φ"."""
    value: str = ""
    """Its number now, as text."""
    role: str = "muted"
    image: Array | None = None
    """(rows, columns), from −1 to 1: what the unit answers over the plane, drawn in the place of a box. The top row first."""


@dataclass(frozen=True, eq=False)
class Edge:
    """A connection from layers[layer][source] to layers[layer + 1][target]."""

    layer: int
    source: int
    target: int
    weight: float
    label: str = ""
    """Written on it; empty: the weight."""


@dataclass(frozen=True, eq=False)
class Network:
    """Units in layers from left to right, and what connects them."""

    layers: tuple[tuple[Node, ...], ...]
    edges: tuple[Edge, ...]
    title: str = ""
    caption: tuple[str, ...] = ()
    """Lines of text below, such as the sum written out."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A quantity of a computation, in a box: a unit's sums and gradients, a number on a tape."""

    column: int
    """From 0 at the left; what it is computed from stands further left."""
    label: str
    """On the box's upper edge."""
    lines: tuple[str, ...] = ()
    """Its numbers, one a line; those that there is no room for are left out from the end."""
    role: str = "muted"
    lit: int = -1
    """The line that is being looked at now, kept where there is room for one only; -1: none."""


@dataclass(frozen=True, eq=False)
class Flow:
    """One quantity goes into another: numbers into the box `quantities` of a graph."""

    source: int
    target: int
    label: str = ""
    role: str = "muted"
    """Any other than "muted" is drawn strong, over the others."""


@dataclass(frozen=True, eq=False)
class Graph:
    """A computation: quantities in columns from left to right, and what flows into what, over any number of columns."""

    quantities: tuple[Quantity, ...]
    flows: tuple[Flow, ...]
    title: str = ""
    caption: tuple[str, ...] = ()
    """Lines of text below, such as a factor written out."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A map of many runs: an axis a knob, a cell a run, coloured and lettered by a number, A being the best."""

    values: Array
    """(rows, columns); what is not finite has no letter."""
    signs: tuple[str, ...]
    """One a row, a character a cell: "." as its value says, "!" it has diverged, "?" it has failed, " " it has not begun."""
    x_labels: tuple[str, ...]
    """One a column."""
    y_labels: tuple[str, ...]
    """One a row, the top one first."""
    best: float
    """The value of the letter A; the letters go on from here …"""
    worst: float
    """… to here. May be the greater one."""
    log: bool = False
    """The letters are equal ratios apart rather than equal differences; for values above 0."""
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    cursor: tuple[int, int] | None = None
    """(row, column) of the cell that is looked at."""


@dataclass(frozen=True, eq=False)
class Text:
    """Plain lines."""

    lines: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, eq=False)
class Columns:
    """Pictures side by side; where the screen is too narrow, one below the other."""

    parts: tuple[Picture, ...]
    shares: tuple[float, ...] = ()
    """Relative widths; empty: equal."""


Picture = Lines | Field | Surface | Images | Bars | Histograms | Network | Graph | Cells | Text | Columns

KINDS: tuple[type, ...] = (
    Lines, Field, Surface, Images, Bars, Histograms, Network, Graph, Cells, Text, Columns, Series, Guide, Points, Segment,
    Path, Box, Histogram, Node, Edge, Quantity, Flow,
)  # fmt: skip
"""Every class of this module, for those who send them over a pipe."""
