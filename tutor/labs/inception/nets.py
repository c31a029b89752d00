"""The two nets of the lab `inception`: one of blocks with four branches, and a plain one with as many parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.labs.cnn import nets
from tutor.labs.spec import Array, Knob, Knobs, State
from tutor.labs.watch import EXAMPLES, Layer, ratio

if TYPE_CHECKING:
    from kernels.architecture import Net
    from kernels.inception import Block, Part, Side
    from kernels.optimizers import Rule

STEM, SIZE, MOST = 8, 3, 200
"""Kernels of the first convolution, pixels along a side of those of the plain net, and how many the plain net may have."""
BRANCHES = ("1×1", "3×3", "5×5", "pooling")
KNOBS = (
    Knob("width", "integer", 4, "width", "A block's branches have so many kernels, times 2, 4, 2 and 2.", low=1, high=5),
    Knob("blocks", "integer", 2, "blocks", "Inception blocks, one above another.", low=1, high=4),
    Knob("narrow", "choice", "yes", "narrow first", "Whether a 1×1 convolution makes few channels of many before 3×3 and 5×5.",
         choices=("yes", "no")),
    Knob("share", "number", 0.3, "auxiliary", "An auxiliary output after every block but the last; so much of its loss counts. "
         "0: there is none.", low=0, high=1),
    Knob("activation", "choice", "relu", "activation", "Of every convolution.", choices=("relu", "tanh", "sigmoid")),
    Knob("last", "choice", "mean", "at the end", "What is kept of each channel at the end, in both nets.",
         choices=("mean", "max")),
)  # fmt: skip
PLAIN = "plain_"
"""What the arrays of the plain net begin with in a state."""


@dataclass(frozen=True)
class Shape:
    """What the knobs say about the two nets."""

    side: int
    """Pixels along the side of an image."""
    width: int
    blocks: int
    narrow: bool
    heads: bool
    """Whether there are auxiliary outputs."""
    phi: str
    mean: bool
    """Whether the mean of each channel is kept at the end, or the largest."""
    batch: int

    @cached_property
    def parts(self) -> list[Part]:
        """A convolution, a pooling, the blocks, one number for each channel, ten outputs."""
        from kernels import cnn
        from kernels.inception import Head

        half = self.side // 2
        end = (cnn.pool(half, mean=self.mean), cnn.dense(nets.CLASSES))
        parts: list[Part] = [cnn.conv(STEM, 3, self.phi, padding=1), cnn.pool(2)]
        for k in range(self.blocks):
            parts.append(_block(self.width, self.narrow, self.phi))
            if self.heads and k < self.blocks - 1:
                parts.append(Head(end))
        return [*parts, *end]

    @cached_property
    def inception(self) -> tuple[Net, Side]:
        from kernels import inception

        return inception.net((1, self.side, self.side), self.parts, self.batch)

    @cached_property
    def places(self) -> list[list[list[int]]]:
        """For each part, for each of its rows: which layers of the net they are."""
        from kernels import inception

        return inception.places(self.parts)

    @cached_property
    def learned(self) -> int:
        """Numbers of the inception net, but for its auxiliary outputs: those are thrown away when it has learned."""
        from kernels import cnn
        from kernels.inception import Head

        sizes = [w.size + b.size for w, b in cnn.views(self.inception[0], np.zeros(self.inception[0].parameters))]
        aside = {k for part, rows in zip(self.parts, self.places, strict=True) if isinstance(part, Head) for k in rows[0]}
        return sum(size for k, size in enumerate(sizes) if k not in aside)

    @cached_property
    def plain(self) -> Net:
        """As many 3×3 convolutions as there are blocks, with as many kernels as bring it nearest to the other's numbers."""
        return min((self._plain(kernels) for kernels in range(1, MOST)), key=lambda net: abs(net.parameters - self.learned))

    def _plain(self, kernels: int) -> Net:
        from kernels import cnn

        rows = [cnn.conv(kernels, SIZE, self.phi, padding=SIZE // 2)] * self.blocks
        stem, end = self.parts[:2], self.parts[-2:]
        return cnn.net((1, self.side, self.side), [*stem, *rows, *end])  # type: ignore[list-item]


def _block(width: int, narrow: bool, phi: str) -> Block:
    from kernels import cnn
    from kernels.inception import Block

    def one(kernels: int) -> Any:
        return cnn.conv(kernels, 1, phi)

    before3, before5 = ((one(2 * width),), (one(width),)) if narrow else ((), ())
    return Block((
        (one(2 * width),),
        (*before3, cnn.conv(4 * width, 3, phi, padding=1)),
        (*before5, cnn.conv(2 * width, 5, phi, padding=2)),
        (cnn.pool(3, stride=1, padding=1), one(2 * width)),
    ))  # fmt: skip


@lru_cache(maxsize=8)
def _shape(*given: Any) -> Shape:
    return Shape(*given)


def shape_of(knobs: Knobs, side: int) -> Shape:
    """The two nets of these knobs, for images of this side; made once."""
    return _shape(
        *(side, int(knobs["width"]), int(knobs["blocks"]), knobs["narrow"] == "yes"),
        *(float(knobs["share"]) > 0 and int(knobs["blocks"]) > 1, str(knobs["activation"]), knobs["last"] == "mean"),
        int(knobs["batch"]),
    )


def train(state: State, shape: Shape, rule: Rule, share: float, updates: int) -> None:
    """Make so many updates of both nets, on the same batches, in place."""
    from kernels import inception

    net, side = shape.inception

    def steps(net: Net, work: Any, rule: Rule, data: Any, theta: Array, memory: Array, *rest: Any) -> None:
        inception.train(net, side, work, rule, data, theta, memory, np.float32(share), *rest[2:])

    nets.train(state, net, shape.batch, rule, updates, steps=steps)
    nets.train(state, shape.plain, shape.batch, rule, updates, PLAIN)


def heads_say(shape: Shape, theta: Array, x: Array) -> Array:
    """(n,): what the first auxiliary output calls each row of x."""
    net, side = shape.inception
    return np.asarray(nets.maps(net, theta, x, int(side.heads[0]))[:, :, 0, 0].argmax(axis=1))


def push(shape: Shape, theta: Array, x: Array, t: Array, share: float) -> float:
    """How strong the gradient of the auxiliary outputs is in the first convolution, beside that of the last output."""
    from kernels import cnn, inception

    net, side = shape.inception
    work, found = nets.work_of(net, shape.batch), []
    for weight in (0.0, 1.0):
        inception.gradients(net, side, work, theta, x[: shape.batch], t[: shape.batch], weight)
        found.append(cnn.views(net, work.grad)[0][0].astype(np.float64))
    with np.errstate(all="ignore"):
        last = float(np.linalg.norm(found[0]))
        return share * float(np.linalg.norm(found[1] - found[0])) / last if last > 0 else float("nan")


def silenced(shape: Shape, theta: Array, part: int, branch: int) -> Array:
    """theta with a branch's last convolution set to 0."""
    from kernels import cnn

    found = theta.copy()
    for array in cnn.views(shape.inception[0], found)[shape.places[part][branch][-1]]:
        array[:] = 0
    return found


def watched(state: State, shape: Shape, rule: Rule, share: float) -> tuple[Layer, ...]:
    """The first convolution, the last one of each branch, and the outputs, as `tutor.labs.watch` shows them."""
    from kernels import cnn, inception

    net, side = shape.inception
    x, t, work = state["x"][:EXAMPLES], state["t"][:EXAMPLES], cnn.work(net, EXAMPLES)
    room = side._replace(held=np.zeros(len(side.held) * len(work.pick), np.float32))
    inception.gradients(net, room, work, state["theta"], x, t, share)
    after = {name: array if not array.flags.writeable else array.copy() for name, array in state.items()}
    train(after, shape, rule, share, 1)
    moved = int(after["updates"][0]) > int(state["updates"][0])
    a, found = work.a.reshape(int(net.units[-1]), -1)[:, : len(x)], []
    every = [cnn.views(net, flat) for flat in (state["theta"], work.grad, after["theta"])]
    for name, k in _names(shape):
        w, g, new = (views[k][0] for views in every)
        here = a[net.units[k + 1] : net.units[k + 2]].reshape(len(w), -1)
        phi = "linear" if name in ("auxiliary", "output") else shape.phi
        found.append(Layer(name, w, here, g.copy(), ratio(w, new) if moved else float("nan"), phi))
    return tuple(found)


def _names(shape: Shape) -> list[tuple[str, int]]:
    """The layers that are looked at, with their numbers."""
    from kernels.inception import Block, Head

    found, block = [("convolution", 0)], 0
    for part, rows in zip(shape.parts, shape.places, strict=True):
        if isinstance(part, Block):
            block += 1
            found += [(f"{block}: {name}", row[-1]) for name, row in zip(BRANCHES, rows, strict=True)]
        elif isinstance(part, Head):
            found.append(("auxiliary", rows[0][-1]))
    return [*found, ("output", shape.places[-1][0][-1])]
