"""The lab `gan-2d`: a generator learns to make points like the real ones, from one that learns to tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tutor.labs import watch
from tutor.labs.gan import plane_pictures as pictures
from tutor.labs.gan.game_knobs import LOSSES, TOLD, game_knobs, net_knobs
from tutor.labs.gan.places import COUNT, DRAWN, PAD, SETS
from tutor.labs.gan.plane_plug import gradient_of
from tutor.labs.gan.plane_table import data_of, nets_of, report_of, table_of
from tutor.labs.gan.plane_words import words
from tutor.labs.gan.players import begun, layers, play, play_each
from tutor.labs.spec import Hand, Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words
from tutor.labs.watch import Layer
from tutor.pictures import Picture

Array = NDArray[Any]

SPEC = LabSpec(
    id="gan-2d",
    title="Two players",
    summary="A generator learns to make points like the real ones, from a discriminator that learns to tell them apart.",
    knobs=(
        Knob("data", "choice", "ring", "data", "Where the real points lie; hand: where you draw.", choices=SETS),
        *game_knobs("non-saturating", 1, 0.001),
        *net_knobs("point", 2, 16, "64,64"),
        Knob("row", "integer", 8, "row", "The cursor in the drawing.", low=1, high=PAD[0], step=1, live=True,
             when=("data", ("hand",))),
        Knob("column", "integer", 8, "column", "The cursor in the drawing.", low=1, high=PAD[1], step=1, live=True,
             when=("data", ("hand",))),
        Knob("ink", "text", DRAWN, "drawing", "Where the real points lie: 16 rows of 4 hexadecimal digits.", live=True,
             when=("data", ("hand",))),
    ),
    metrics=(
        Metric("modes", "places covered", "Of the real points' places, those with a quarter of their share.", ".0f", "high"),
        Metric("quality", "quality", "The share of the generated points that lie where real ones do.", ".3f", "high"),
        Metric("divergence", "divergence", "Jensen-Shannon, in bits, on a grid: 0 the same, 1 nothing common.", ".3f", "low"),
        TOLD,
        Metric("distance", "distance", "D's mean answer f to real points less that to generated ones.", ".3g"),
        Metric("pull", "pull on G", "The length of the generator's gradient at its points, the median.", ".3g"),
        Metric("steep", "steepness", "The length of ∂f/∂x at the generated points, the median.", ".3g"),
        *LOSSES,
    ),
    views=(
        View("points", "points", "Real and generated points over D's answer; arrows: where the gradient pulls G's points."),
        View("map", "map", "The plane of the noise, as the generator folds it over the plane of the points."),
        View("divergence", "divergence", "Divergence and quality at each step.", curves=("divergence", "quality")),
        View("modes", "places", "How many places of the real points are covered.", curves=("modes",)),
        View("losses", "losses", "The losses of both players.", curves=("loss_d", "loss_g")),
        View("distance", "distance", "D's mean answer to real points less that to generated ones.", curves=("distance",)),
        View("draw", "draw", "Where the real points lie, if the data are drawn by hand.",
             hand=Hand(x="column", y="row", pad="ink", pad_size=PAD)),
        *watch.VIEWS,
        View("sweep", "many runs", "Many runs at once that differ in two knobs: a map, a cell a run.",
             sweep=("rate_d=0.0001,0.0003,0.001,0.003,0.01,0.03", "rate_g=0.0001,0.0003,0.001,0.003,0.01,0.03")),
    ),
    source=Source("kernels.opponents", "critics_turn"),
    unit="round",
    steps=2000,
    pace=60.0,
    devices=("cpu", "cuda"),
    socket=Socket(
        "generator_gradient",
        "generator_gradient(f, slopes)",
        "Called in each turn of G with D's answers f (m,) to its points and the slopes (m, 2); returns ∂L/∂x (m, 2).",
    ),
)  # fmt: skip


class Plane:
    """See `tutor.labs.spec.Lab`. One step is a round: D's turns, then G's. Points, weights and noise follow from the seed."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        data_of(knobs, seed)
        return begun(nets_of(knobs), seed, COUNT)

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        x = data_of(knobs, int(state["seed"][0])).points
        if len(x):
            play(state, table_of(knobs), x, steps, None if plug is None else gradient_of(plug, knobs), device)
        state["step"] += steps

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        """`advance` for many games at once, all at one step and each with its own knobs: a launch for each shape of game."""
        groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
        tables = [table_of(own) for own in knobs]
        x = [data_of(own, int(state["seed"][0])).points for own, state in zip(knobs, states, strict=True)]
        for k, table in enumerate(tables):
            shape: list[object] = [array.tobytes() for net in table.nets for array in (net.sizes, net.phi)]
            shape += [table.rules[0].number, table.rules[1].number]
            groups[*shape, table.turns, table.game, table.batch, x[k].shape].append(k)
        for places in groups.values():
            if len(x[places[0]]):
                here, rows = [states[k] for k in places], [x[k] for k in places]
                play_each(here, [tables[k] for k in places], rows, steps, device)
        for state in states:
            state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        report = report_of(state, knobs)
        return {
            "modes": float(report.cover.places),
            "quality": report.cover.quality,
            "divergence": report.cover.divergence,
            "told": report.told,
            "distance": report.distance,
            "pull": report.pull,
            "steep": report.steep,
            "loss_d": float(state["last"][0]),
            "loss_g": float(state["last"][1]),
        }

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        x = data_of(knobs, int(state["seed"][0])).points
        return layers(state, table_of(knobs), x) if len(x) else ()

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "points":
                return pictures.points(state, knobs, size)
            case "map":
                return pictures.folded(state, knobs, size)
            case "draw":
                return pictures.drawing(knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return words(state, knobs, report_of(state, knobs))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


LAB = Plane()
