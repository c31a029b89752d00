"""The nets that are counted, each as its paper lists its layers."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.labs.imagenet.layers import Average, Conv, Dense, Layer, Part, Pool, Residual, Shape, Split


@dataclass(frozen=True)
class Net:
    """A net and what it looks at."""

    title: str
    year: int
    image: Shape
    parts: tuple[Part, ...]


def _part(name: str, *layers: Layer) -> Part:
    return Part(name, layers)


def _alexnet(groups: int) -> tuple[Part, ...]:
    """Krizhevsky, Sutskever & Hinton 2012. Two groups: as it was trained, on two graphics cards."""
    return (
        _part("conv 11×11", Conv(96, 11, stride=4)),
        _part("pool", Pool(3, 2)),
        _part("conv 5×5", Conv(256, 5, pad=2, groups=groups)),
        _part("pool", Pool(3, 2)),
        _part("conv 3×3", Conv(384, 3, pad=1)),
        _part("conv 3×3", Conv(384, 3, pad=1, groups=groups)),
        _part("conv 3×3", Conv(256, 3, pad=1, groups=groups)),
        _part("pool", Pool(3, 2)),
        _part("dense 4096", Dense(4096)),
        _part("dense 4096", Dense(4096)),
        _part("dense 1000", Dense(1000)),
    )


def _vgg() -> tuple[Part, ...]:
    """Simonyan & Zisserman 2015, configuration D."""
    parts: list[Part] = []
    for units, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        parts.append(Part(f"{times} conv 3×3", (Conv(units, 3, pad=1),) * times))
        parts.append(_part("pool", Pool(2, 2)))
    return (*parts, _part("dense 4096", Dense(4096)), _part("dense 4096", Dense(4096)), _part("dense 1000", Dense(1000)))


def _inception(name: str, one: int, before3: int, three: int, before5: int, five: int, pooled: int) -> Part:
    """A module: 1×1, 3×3 and 5×5 side by side, the larger ones after a 1×1 that narrows, and a pooling with a 1×1."""
    branches: tuple[tuple[Layer, ...], ...] = (
        (Conv(one, 1),),
        (Conv(before3, 1), Conv(three, 3, pad=1)),
        (Conv(before5, 1), Conv(five, 5, pad=2)),
        (Pool(3, 1, pad=1), Conv(pooled, 1)),
    )
    return _part(name, Split(branches))


def _googlenet() -> tuple[Part, ...]:
    """Szegedy et al. 2015, table 1, without the two auxiliary outputs."""
    return (
        _part("conv 7×7", Conv(64, 7, stride=2, pad=3)),
        _part("pool", Pool(3, 2, up=True)),
        _part("conv 1×1, 3×3", Conv(64, 1), Conv(192, 3, pad=1)),
        _part("pool", Pool(3, 2, up=True)),
        _inception("inception 3a", 64, 96, 128, 16, 32, 32),
        _inception("inception 3b", 128, 128, 192, 32, 96, 64),
        _part("pool", Pool(3, 2, up=True)),
        _inception("inception 4a", 192, 96, 208, 16, 48, 64),
        _inception("inception 4b", 160, 112, 224, 24, 64, 64),
        _inception("inception 4c", 128, 128, 256, 24, 64, 64),
        _inception("inception 4d", 112, 144, 288, 32, 64, 64),
        _inception("inception 4e", 256, 160, 320, 32, 128, 128),
        _part("pool", Pool(3, 2, up=True)),
        _inception("inception 5a", 256, 160, 320, 32, 128, 128),
        _inception("inception 5b", 384, 192, 384, 48, 128, 128),
        _part("average", Average()),
        _part("dense 1000", Dense(1000)),
    )


def _resnet(*blocks: int) -> tuple[Part, ...]:
    """He et al. 2016, with bottlenecks: 1×1 narrows, 3×3 works, 1×1 widens; the first of a stage has a shortcut of its own."""
    parts = [_part("conv 7×7", Conv(64, 7, stride=2, pad=3, norm=True)), _part("pool", Pool(3, 2, pad=1))]
    for stage, times in enumerate(blocks):
        units, stride = 64 << stage, 1 if stage == 0 else 2
        first = Residual(_bottleneck(units, stride), (Conv(4 * units, 1, stride=stride, norm=True),))
        parts.append(Part(f"{times} blocks", (first, *(Residual(_bottleneck(units, 1)),) * (times - 1))))
    return (*parts, _part("average", Average()), _part("dense 1000", Dense(1000)))


def _bottleneck(units: int, stride: int) -> tuple[Layer, ...]:
    return (Conv(units, 1, norm=True), Conv(units, 3, stride=stride, pad=1, norm=True), Conv(4 * units, 1, norm=True))


NETS = {
    "784-30-10": Net("784-30-10, digits", 1986, (1, 28), (_part("dense 30", Dense(30)), _part("dense 10", Dense(10)))),
    "lenet-5": Net("LeNet-5", 1998, (1, 32), (
        _part("conv 5×5", Conv(6, 5)), _part("pool", Pool(2, 2)), _part("conv 5×5", Conv(16, 5)), _part("pool", Pool(2, 2)),
        _part("dense 120", Dense(120)), _part("dense 84", Dense(84)), _part("dense 10", Dense(10)),
    )),
    "alexnet": Net("AlexNet", 2012, (3, 227), _alexnet(1)),
    "alexnet-2": Net("AlexNet, two groups", 2012, (3, 227), _alexnet(2)),
    "vgg-16": Net("VGG-16", 2014, (3, 224), _vgg()),
    "inception": Net("Inception", 2014, (3, 224), _googlenet()),
    "resnet-50": Net("ResNet-50", 2015, (3, 224), _resnet(3, 4, 6, 3)),
    "resnet-152": Net("ResNet-152", 2015, (3, 224), _resnet(3, 8, 36, 3)),
}  # fmt: skip
"""By the name that the lab's knob has for it."""
