"""The lab `imagenet`: the sizes that the papers state, from the lists of layers."""

from __future__ import annotations

import pytest
from lab_checks import run, sound

from tutor.errors import BadData
from tutor.labs.imagenet.lab import rows_of
from tutor.labs.imagenet.layers import Average, Conv, Dense, Part, Pool, Residual, Split, count, counted
from tutor.labs.imagenet.nets import NETS
from tutor.pictures import Bars, Text

SIZES = {
    "784-30-10": 23_860,
    "lenet-5": 61_706,
    "alexnet": 62_378_344,
    "alexnet-2": 60_965_224,
    "vgg-16": 138_357_544,
    "inception": 6_998_552,
    "resnet-50": 25_557_032,
    "resnet-152": 60_192_808,
}


def test_it_is_sound() -> None:
    sound("imagenet", (0,))
    sound("imagenet?net=inception&layer=17&contest=2014", (0,))


@pytest.mark.parametrize("net", NETS)
def test_the_numbers_of_each_net(net: str) -> None:
    assert run(f"imagenet?net={net}").metrics()["parameters"] == SIZES[net]
    assert set(SIZES) == set(NETS)


def test_the_shapes_on_the_way() -> None:
    assert [row.shape for row in rows_of("alexnet")][:8] == [
        (96, 55), (96, 27), (256, 27), (256, 13), (384, 13), (384, 13), (256, 13), (256, 6),
    ]  # fmt: skip
    assert rows_of("inception")[-2].shape == (1024, 1)
    assert [row.shape for row in rows_of("resnet-50")] == [
        (64, 112), (64, 56), (256, 56), (512, 28), (1024, 14), (2048, 7), (2048, 1), (1000, 1),
    ]  # fmt: skip
    assert rows_of("lenet-5")[3].shape == (16, 5)


def test_products_by_hand() -> None:
    assert count(Conv(2, 3, pad=1), (3, 4)) == ((2, 4), 2 * 27 + 2, 2 * 27 * 16)
    assert count(Conv(4, 1, groups=2), (6, 5)) == ((4, 5), 4 * 3 + 4, 4 * 3 * 25)
    assert count(Conv(4, 1, norm=True), (6, 5)) == ((4, 5), 4 * 6 + 8, 4 * 6 * 25)
    assert count(Dense(7), (2, 3)) == ((7, 1), 7 * 18 + 7, 7 * 18)
    assert count(Pool(3, 2, up=True), (5, 112)) == ((5, 56), 0, 0)
    assert count(Pool(3, 2), (5, 112)) == ((5, 55), 0, 0)
    assert count(Average(), (5, 7)) == ((5, 1), 0, 0)
    assert count(Split(((Conv(2, 1),), (Pool(3, 1, pad=1), Conv(3, 1)))), (4, 6))[0] == (5, 6)
    assert count(Residual((Conv(4, 3, pad=1),)), (4, 6))[1] == 4 * 36 + 4


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Conv(4, 9), "a window of 9 does not fit into a side of 6"),
        (Conv(4, 1, groups=3), "4 channels and 4 units do not part into 3 groups"),
        (Residual((Conv(5, 1),)), "cannot be added"),
        (Split(((Conv(5, 1),), (Conv(5, 3),))), "the branches end with the sides"),
    ],
)
def test_layers_that_do_not_fit_are_refused(layer: Conv, said: str) -> None:
    with pytest.raises(BadData, match=said):
        counted((Part("x", (layer,)),), (4, 6))


def test_dense_layers_have_the_numbers_and_convolutions_the_work() -> None:
    found = run("imagenet?net=alexnet").metrics()
    rows = rows_of("alexnet")
    assert found["dense"] == pytest.approx(0.94, abs=0.01)
    assert sum(row.products for row in rows if not row.dense) / found["products"] > 0.9
    assert run("imagenet?net=inception").metrics()["dense"] < 0.2
    assert "62 378 344 numbers, 94% of them in dense layers" in run("imagenet").words().summary


def test_what_it_shows() -> None:
    table = run("imagenet?layer=9").view("layers", (50, 17))
    assert isinstance(table, Text)
    assert table.lines[0].split() == ["image", "3×227×227", "numbers"]
    (marked,) = [line for line in table.lines if line.startswith(">")]
    assert " ".join(marked.split()) == "> dense 4096 4096 37 752 832"
    assert table.lines[-1].split() == ["all", "62", "378", "344"]
    assert run("imagenet?net=784-30-10&layer=17").metrics()["here"] == 310
    sizes = run("imagenet").view("sizes", (50, 17))
    assert isinstance(sizes, Bars)
    assert sizes.log
    assert sizes.unit == "million"
    assert dict(zip(sizes.labels, (sizes.values * 1e6).round().tolist(), strict=True)) == SIZES
