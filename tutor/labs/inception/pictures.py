"""What the lab `inception` shows."""

from __future__ import annotations

import numpy as np

from tutor.labs.cnn import nets
from tutor.labs.cnn.sets import names_of
from tutor.labs.inception.nets import BRANCHES, SIZE, Shape, silenced
from tutor.labs.spec import Array, State
from tutor.pictures import Bars, Columns, Images, Text

_SHOWN, _ASKED = 8, 96
"""So many maps of a branch are shown, and so many images are asked about without it: a net is asked once a branch."""


def spaced(number: int) -> str:
    """5842 as "5 842"."""
    return f"{number:,}".replace(",", " ")


def layers(shape: Shape) -> Columns:
    """Both nets in a table: the channels that each layer makes, and its numbers."""
    from kernels import cnn
    from kernels.inception import Block, Head

    net, end = shape.inception[0], "mean" if shape.mean else "max"
    sizes = [w.size + b.size for w, b in cnn.views(net, np.zeros(net.parameters))]
    channels = [made[0] for made in cnn.shapes(net)[1:]]
    lines, block = [_row(f"conv {SIZE}×{SIZE}", str(channels[0]), sizes[0])], 0
    for part, rows in zip(shape.parts[2:-2], shape.places[2:-2], strict=True):
        if isinstance(part, Block):
            block += 1
            ends = [row[-1] for row in rows]
            lines.append(
                _row(f"block {block}", str(sum(channels[k] for k in ends)), sum(sizes[k] for row in rows for k in row))
            )
            for name, row in zip(BRANCHES, rows, strict=True):
                steps = "→".join(str(channels[k]) for k in row if sizes[k])
                lines.append(_row(f"  {name}", steps, sum(sizes[k] for k in row)))
        elif isinstance(part, Head):
            lines.append(_row("  auxiliary", str(nets.CLASSES), sum(sizes[k] for k in rows[0])))
    lines += [_row(f"{end}, dense", str(channels[-1]), sizes[-1]), _row("all", "", shape.learned)]
    counts = [w.size + b.size for w, b in cnn.views(shape.plain, np.zeros(shape.plain.parameters))]
    made = [image[0] for image in cnn.shapes(shape.plain)[1:]]
    rest = [_row(f"conv {SIZE}×{SIZE}", str(made[0]), counts[0])]
    rest += [_row(f"conv {SIZE}×{SIZE}", str(made[k]), counts[k]) for k in range(2, 2 + shape.blocks)]
    rest += [_row(f"{end}, dense", str(made[-1]), counts[-1]), _row("all", "", shape.plain.parameters)]
    return Columns((Text(tuple(lines), "inception"), Text(tuple(rest), "plain")))


def _row(name: str, channels: str, numbers: int) -> str:
    return f"{name:<11} {channels:>5} {spaced(numbers):>6}"


def branches(state: State, shape: Shape) -> Bars:
    """The share of some held-out images that is right when one branch is set to 0, and when none is."""
    from kernels.inception import Block

    def right(theta: Array) -> float:
        said = nets.answers(shape.inception[0], theta, state["test_x"][:_ASKED]).argmax(axis=1)
        return float(np.mean(said == state["test_kind"][:_ASKED]))

    blocks = [k for k, part in enumerate(shape.parts) if isinstance(part, Block)]
    labels = [f"{number + 1}: {name}" for number in range(len(blocks)) for name in BRANCHES]
    whole = right(state["theta"])
    values = [right(silenced(shape, state["theta"], part, branch)) for part in blocks for branch in range(len(BRANCHES))]
    roles = ("good", *("a" if value >= whole - 0.1 else "bad" for value in values))
    title = f"right of {_ASKED} held out when one branch is silent"
    return Bars(("all branches", *labels), np.array([whole, *values]), title, "", roles)


def maps(state: State, shape: Shape, image: int, data: str) -> Columns:
    """One held-out image, and what each branch of the first block makes of it."""
    image = min(image, len(state["test_x"]) - 1)
    x = state["test_x"][image : image + 1]
    name = names_of(data)[int(state["test_kind"][image])]
    parts = [Images(x.reshape(1, shape.side, shape.side), (name,), title="input")]
    for title, row in zip(BRANCHES, shape.places[2], strict=True):
        found = nets.maps(shape.inception[0], state["theta"], x, row[-1])[0][:_SHOWN]
        top = max(float(np.abs(found).max()), 1e-12)
        signed = shape.phi == "tanh"
        parts.append(Images(found / np.float32(top), ("",) * len(found), -1.0 if signed else 0.0, signed=signed, title=title))
    return Columns(tuple(parts))
