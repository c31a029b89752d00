"""The lab `imagenet`: the contests from 2012 to 2014, and how many numbers the winning nets have, layer by layer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tutor.labs.imagenet.layers import Counted, counted
from tutor.labs.imagenet.nets import NETS
from tutor.labs.spec import Hand, Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.labs.why.timeline import YEARS, contests, imagenet
from tutor.pictures import Bars, Picture, Text

_MOST = 17

SPEC = LabSpec(
    id="imagenet",
    title="ImageNet and its nets",
    summary="The errors on ImageNet from 2012 to 2014, and the size of the nets, counted from their lists of layers.",
    knobs=(
        Knob("net", "choice", "alexnet", "net", "Whose layers are counted. 'alexnet-2' is AlexNet as it was trained: in two "
             "groups, one a graphics card.", choices=tuple(NETS), live=True),
        Knob("layer", "integer", 1, "layer", "Which part of the net is written out; the last one, if it has fewer.", low=1,
             high=_MOST, step=1, live=True),
        Knob("contest", "choice", "2012", "contest", "The year in the view 'results'.", choices=YEARS, live=True),
    ),
    metrics=(
        Metric("parameters", "numbers", "Weights, biases and the like: what is learned.", ",.0f"),
        Metric("products", "products", "Multiplications of one image on its way through.", ".3g"),
        Metric("dense", "in dense layers", "The share of the numbers that is in dense layers.", ".2f"),
        Metric("here", "of this layer", "The numbers of the part that is written out.", ",.0f"),
        Metric("best", "lowest error", "Of the contest, in percent.", ".1f"),
    ),
    views=(
        View("layers", "layers", "Each part, the shape after it, its numbers; walked by hand.", hand=Hand("layer")),
        View("numbers", "numbers", "Where the numbers of this net are."),
        View("products", "products", "Where its work is: multiplications for one image."),
        View("sizes", "sizes", "All nets by their numbers; each step of a bar is ten times as many."),
        View("results", "results", "The top-5 error of every team."),
    ),
    source=Source("tutor.labs.imagenet.layers", "count"),
    trains=False,
)  # fmt: skip


@lru_cache(maxsize=len(NETS))
def rows_of(name: str) -> tuple[Counted, ...]:
    """The parts of a net, counted."""
    return tuple(counted(NETS[name].parts, NETS[name].image))


class ImageNet:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        contests()
        return {"step": scalar(0)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        rows = rows_of(str(knobs["net"]))
        total = sum(row.parameters for row in rows)
        return {
            "parameters": float(total),
            "products": float(sum(row.products for row in rows)),
            "dense": sum(row.parameters for row in rows if row.dense) / total,
            "here": float(rows[_at(knobs)].parameters),
            "best": min(team.error for team in contests()[str(knobs["contest"])]),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        net = str(knobs["net"])
        match name:
            case "layers":
                return layers(net, _at(knobs), size)
            case "numbers":
                return _bars(net, [row.parameters for row in rows_of(net)], "numbers")
            case "products":
                return _bars(net, [row.products for row in rows_of(net)], "products")
            case "sizes":
                totals = [sum(row.parameters for row in rows_of(one)) for one in NETS]
                roles = tuple("b" if one == net else "a" for one in NETS)
                return Bars(
                    tuple(NETS), np.array(totals, np.float64) / 1e6, "numbers that are learned", "million", roles, log=True
                )
            case "results":
                return imagenet(str(knobs["contest"]), size)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, net = self.metrics(state, knobs), NETS[str(knobs["net"])]
        total = spaced(int(found["parameters"]))
        work = spaced(round(found["products"] / 1e6)) if found["products"] >= 1e6 else "less than 1"
        where = f"{found['dense']:.0%} of them in dense layers"
        return Words(f"{net.title} ({net.year}): {total} numbers, {where}; {work} million products an image")

    def finished(self, state: State, knobs: Knobs) -> bool:
        return True


def _at(knobs: Knobs) -> int:
    return min(int(knobs["layer"]), len(rows_of(str(knobs["net"])))) - 1


def layers(net: str, at: int, size: tuple[int, int]) -> Text:
    """The parts of a net in a table, as many as there is room for around the one that is looked at. size: (columns, rows)."""
    rows = rows_of(net)
    wide = max(len(row.name) for row in rows)
    lines = [
        f"{'>' if k == at else ' '} {row.name:<{wide}}  {_shape(row.shape):>11}  {spaced(row.parameters):>11}"
        for k, row in enumerate(rows)
    ]
    room = max(1, size[1] - 4)
    top = min(max(0, at - room // 2), max(0, len(lines) - room))
    head = f"  {'image':<{wide}}  {_shape(NETS[net].image):>11}      numbers"
    total = f"  {'all':<{wide}}  {'':>11}  {spaced(sum(row.parameters for row in rows)):>11}"
    return Text((head, *lines[top : top + room], total), f"{NETS[net].title}, {NETS[net].year}")


def _shape(shape: tuple[int, int]) -> str:
    """(96, 55) as "96×55×55"; a row of units as their number."""
    return f"{shape[0]}" if shape[1] == 1 else f"{shape[0]}×{shape[1]}×{shape[1]}"


def _bars(net: str, amounts: list[int], what: str) -> Bars:
    rows = [(row.name, amount) for row, amount in zip(rows_of(net), amounts, strict=True) if amount]
    return Bars(
        tuple(name for name, _ in rows),
        np.array([amount for _, amount in rows], np.float64) / 1e6,
        f"{what} of {net}",
        "million",
    )


def spaced(number: int) -> str:
    """62378344 as "62 378 344"."""
    return f"{number:,}".replace(",", " ")


LAB = ImageNet()
