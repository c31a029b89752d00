"""What the lab `gan-2d` shows. `state` is the state of that lab."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs.gan.places import LIMITS, PAD
from tutor.labs.gan.plane_table import data_of, nets_of
from tutor.labs.gan.players import WASSERSTEIN, generated, judged, pulls
from tutor.labs.pads import decode_pad
from tutor.labs.plane import grid
from tutor.labs.spec import Knobs, State
from tutor.pictures import Box, Field, Images, Path, Points, Segment, Text

Array = NDArray[Any]

_CELLS_A_POINT = 13
"""More points of a kind than one in so many cells would hide the field."""
_LONGEST, _USUAL = 0.6, 1.5
"""The longest arrow, and the length of a gradient that makes one of about two thirds of it."""
_ARROWS = 14
_NOISE, _THREADS, _KNOTS = 2.0, 9, 60
"""The part of the noise that is drawn, lines in each direction, and points of each line."""


def points(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    """Real and generated points over D's answer, and where the gradient pulls some of the generated ones."""
    nets, game = nets_of(knobs), str(knobs["game"])
    at, shape = grid(LIMITS, size)
    values, (low, high), level = _surface(game, judged(state, nets, at)[0])
    most = max(10, size[0] * size[1] // _CELLS_A_POINT)
    real = data_of(knobs, int(state["seed"][0])).points[:most]
    made = _drawable(generated(state, nets, state["z"][:most]))
    arrows = _arrows(game, made[:_ARROWS], *judged(state, nets, made[:_ARROWS])) if len(made) else ()
    shown = Points(np.concatenate((made, real)), np.repeat(np.array([0, 1]), (len(made), len(real))))
    names = {"wgan": "f", "wgan-gp": "f", "least squares": "f"}
    return Field(
        values.reshape(shape), LIMITS, LIMITS, low, high, level, shown, arrows,
        title=f"{names.get(game, 'D = σ(f)')}, high for real; arrows: G's pull",
        legend=(("a", "generated"), ("b", "real")),
    )  # fmt: skip


def _surface(game: str, f: Array) -> tuple[Array, tuple[float, float], float | None]:
    """The answers as they are shown, the ends of the colour scale, and the level where D cannot decide."""
    with np.errstate(all="ignore"):
        if game in WASSERSTEIN:  # only differences of f mean anything
            f = f - np.median(f)
            most = max(1e-3, float(np.abs(f).max()))
            f, most = (f, most) if np.isfinite(most) else (np.zeros_like(f), 1.0)
            return f, (-most, most), None
        if game == "least squares":
            return np.clip(f, 0, 1), (0.0, 1.0), 0.5
        return 1 / (1 + np.exp(-np.clip(f, -30, 30))), (0.0, 1.0), 0.5


def _drawable(made: Array) -> Array:
    """The points that lie in the picture."""
    with np.errstate(all="ignore"):
        return made[np.logical_and(made > LIMITS[0], made < LIMITS[1]).all(axis=1)]


def _arrows(game: str, made: Array, f: Array, slopes: Array) -> tuple[Segment, ...]:
    found = []
    for (x, y), pull in zip(made.astype(float), pulls(game, f, slopes), strict=True):
        length = float(np.hypot(*pull))
        if not np.isfinite(length) or length == 0:
            continue
        reach = _LONGEST * (1 - float(np.exp(-length / _USUAL))) / length
        found.append(Segment(x, y, x + reach * float(pull[0]), y + reach * float(pull[1]), "accent", arrow=True))
    return tuple(found)


def folded(state: State, knobs: Knobs, size: tuple[int, int]) -> Field:
    """Straight lines through the plane of the noise, where the generator puts them; any other noise is held at 0."""
    nets, latent = nets_of(knobs), int(knobs["noise"])
    along, across = np.linspace(-_NOISE, _NOISE, _KNOTS), np.linspace(-_NOISE, _NOISE, _THREADS)
    paths = []
    for axis in range(min(2, latent)):
        for place in across if latent > 1 else (0.0,):
            z = np.zeros((_KNOTS, latent), np.float32)
            z[:, axis] = along
            if latent > 1:
                z[:, 1 - axis] = place
            xy = generated(state, nets, z).astype(np.float64)
            with np.errstate(all="ignore"):
                xy[~np.logical_and(xy > LIMITS[0], xy < LIMITS[1]).all(axis=1)] = np.nan
            paths.append(Path(xy.astype(np.float32), "a" if axis == 0 else "c"))
    real = data_of(knobs, int(state["seed"][0])).points[: max(10, size[0] * size[1] // _CELLS_A_POINT)]
    _, shape = grid(LIMITS, size)
    return Field(
        np.zeros(shape, np.float32), LIMITS, LIMITS, -1.0, 1.0, None, Points(real, np.ones(len(real), np.int64)),
        title="G(z) along straight lines through the noise z", paths=tuple(paths),
        legend=(("a", "z1 varies"), ("c", "z2 varies"), ("b", "real")) if latent > 1 else (("a", "z varies"), ("b", "real")),
    )  # fmt: skip


def drawing(knobs: Knobs) -> Images | Text:
    """The drawing by hand, with its cursor."""
    if str(knobs["data"]) != "hand":
        return Text(("Set data to hand, then press e and draw where the real points shall lie.",), "draw")
    cells = decode_pad(str(knobs["ink"]), *PAD)
    cursor = Box(0, int(knobs["row"]) - 1, int(knobs["column"]) - 1)
    return Images(cells[None].astype(np.float32), ("",), title="the real points lie in the ink", boxes=(cursor,))
