"""The two players of the lab `gan-2d`: read from its knobs, and looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.errors import BadData
from tutor.labs.gan.places import COUNT, LIMITS, Cover, Real, cover, real
from tutor.labs.gan.players import Table, generated, judged, pulls
from tutor.labs.spec import Knobs, State

if TYPE_CHECKING:
    from kernels.net import Net
    from kernels.optimizers import Rule

Array = NDArray[Any]

MOST_LAYERS, MOST_UNITS = 4, 128
BETA1, BETA2 = 0.5, 0.9
"""Adam's, as Gulrajani et al. 2017 use them with one update of each: the other player moves, so old gradients mislead."""


@dataclass(frozen=True, eq=False)
class Report:
    """A run, looked at."""

    made: Array
    """(COUNT, 2): generated points."""
    cover: Cover
    told: float
    distance: float
    pull: float
    steep: float
    outside: float
    """The share of the generated points outside the picture."""
    spread: float
    """The standard deviation of the generated points beside that of the real ones."""


def read_hidden(text: str, whose: str) -> tuple[int, ...]:
    """The units of each hidden layer, from a knob such as "64,64". Raises BadData."""
    parts = [part.strip() for part in text.split(",")]
    mend = f"write up to {MOST_LAYERS} numbers from 1 to {MOST_UNITS}, such as 64,64"
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= MOST_UNITS for part in parts):
        raise BadData(f"the hidden layers of {whose} cannot be {text!r}", mend)
    if len(parts) > MOST_LAYERS:
        raise BadData(f"{len(parts)} hidden layers are too many for {whose}", mend)
    return tuple(int(part) for part in parts)


def nets_of(knobs: Knobs) -> tuple[Net, Net]:
    """Generator and discriminator. Raises BadData."""
    return nets(*shape_of(knobs), 2, "linear")


def shape_of(knobs: Knobs) -> tuple[int, tuple[int, ...], tuple[int, ...], str]:
    """Random numbers, hidden layers of both, and their activation. Raises BadData."""
    hidden = read_hidden(str(knobs["hidden_g"]), "G"), read_hidden(str(knobs["hidden_d"]), "D")
    return int(knobs["noise"]), *hidden, str(knobs["activation"])


@lru_cache(maxsize=16)
def nets(
    latent: int, hidden: tuple[int, ...], opposed: tuple[int, ...], phi: str, features: int, output: str
) -> tuple[Net, Net]:
    """A generator of examples with so many features, and its discriminator; the same pair each time."""
    from kernels import gan

    return gan.nets(latent, features, hidden, opposed, phi, output)


def table_of(knobs: Knobs) -> Table:
    return laid(knobs, nets_of(knobs))


def laid(knobs: Knobs, nets: tuple[Net, Net]) -> Table:
    """The game between these two that the knobs name."""
    numbers = int(knobs["batch"]), float(knobs["strength"]), float(knobs["limit"])
    return Table(nets, (_rule(knobs, "g"), _rule(knobs, "d")), _turns(knobs), str(knobs["game"]), *numbers)


def _turns(knobs: Knobs) -> tuple[int, int]:
    """Turns of the generator and of the discriminator in a round; the one that waits has none."""
    turn = str(knobs["turn"])
    return 0 if turn == "discriminator" else int(knobs["turns_g"]), 0 if turn == "generator" else int(knobs["turns_d"])


def _rule(knobs: Knobs, whose: str) -> Rule:
    from kernels import optimizers

    name, rate = str(knobs[f"optimizer_{whose}"]), float(knobs[f"rate_{whose}"])
    if name == "adam":
        return optimizers.rule(name, rate, beta1=BETA1, beta2=BETA2)
    return optimizers.rule(name, rate)


def data_of(knobs: Knobs, seed: int) -> Real:
    """The real points as the knobs stand now. Raises BadLink on a drawing that is none."""
    name = str(knobs["data"])
    return real(name, str(knobs["ink"]) if name == "hand" else "", seed)


def report_of(state: State, knobs: Knobs) -> Report:
    """The run, looked at with the same noise at each step."""
    nets, found = nets_of(knobs), data_of(knobs, int(state["seed"][0]))
    made = generated(state, nets)
    f, slopes = judged(state, nets, made)
    g = judged(state, nets, found.points)[0] if len(found.points) else np.zeros(COUNT, np.float32)
    with np.errstate(all="ignore"):
        steep = np.linalg.norm(slopes.astype(np.float64), axis=1)
        pull = np.linalg.norm(pulls(str(knobs["game"]), f, slopes), axis=1)
        inside = np.logical_and(made > LIMITS[0], made < LIMITS[1]).all(axis=1)
        width = float(found.points.std(axis=0).max()) if len(found.points) else 1.0
        return Report(
            made,
            cover(found, made),
            float(np.mean(np.where(g == f, 0.5, g > f))),
            float(g.astype(np.float64).mean() - f.astype(np.float64).mean()),
            float(np.median(pull)),
            float(np.median(steep)),
            float(1 - inside.mean()),
            float(made.astype(np.float64).std(axis=0).max()) / width,
        )
