"""What chapter 10 states in numbers of AlexNet and of Inception; round ones, where another processor rounds otherwise."""

from __future__ import annotations

import pytest
from lesson_numbers import LabRun, says

from tutor.labs.imagenet.lab import rows_of
from tutor.labs.imagenet.layers import Average, Conv, Dense, Part, Pool, counted
from tutor.labs.imagenet.nets import NETS
from tutor.labs.why.timeline import contests

ALEX, BLOCKS = "10-going-deep/imagenet-and-alexnet", "10-going-deep/inception"


def numbers(net: str) -> int:
    return sum(row.parameters for row in rows_of(net))


def test_what_alexnet_is_made_of() -> None:
    rows = rows_of("alexnet")
    convolutions, dense = [row for row in rows if row.parameters and not row.dense], [row for row in rows if row.dense]
    assert (len(convolutions), len(dense)) == (5, 3)
    assert sum(not row.parameters for row in rows) == 3
    assert convolutions[0].parameters == 96 * (3 * 11 * 11 + 1) == 34_944
    assert dense[0].parameters > numbers("alexnet") / 2
    assert round(sum(row.parameters for row in dense) / numbers("alexnet"), 2) == 0.94
    assert round(sum(row.products for row in convolutions) / sum(row.products for row in rows), 2) == 0.95
    assert (numbers("alexnet"), numbers("alexnet-2")) == (62_378_344, 60_965_224)
    assert sum(one.parameters != two.parameters for one, two in zip(rows, rows_of("alexnet-2"), strict=True)) == 3
    assert round(numbers("vgg-16"), -6) == 138_000_000
    assert round(numbers("alexnet") / numbers("inception")) == 9
    assert 256 * 6 * 6 == 9_216
    says(ALEX, "62 378 344", "60 965 224", "6 % of the numbers and do 95 %", "three of its five convolutions", "answer: 34944")


def test_the_contest_and_the_six_days() -> None:
    assert round(1_200_000 * 90 / (6 * 86_400)) == 208
    assert 1_200_000 / 1_000 == 1_200
    table = contests()
    last = max(team.error for team in table["2014"])
    assert last == 12.1
    assert sum(team.error < last for team in table["2012"]) == 0
    assert sum(team.error < last for team in table["2013"]) == 1
    assert 7.5 < min(team.error for team in table["2012"] if not team.deep) - 18.2 < 8
    says(ALEX, "answer: 208", "answer: 1200", "erred on 12.1 %", "almost eight points")


def test_the_counts_of_inception() -> None:
    assert 192 * 16 + 16 * 25 * 32 == 15_872
    assert 192 * 25 * 32 == 153_600
    assert numbers("inception") == 6_998_552
    assert numbers("inception") - rows_of("inception")[-1].parameters == 5_973_552
    assert max(row.parameters for row in rows_of("inception")) > 1_400_000
    aside = Part("auxiliary", (Pool(5, 3), Conv(128, 1), Dense(1024), Dense(1000)))
    heads = sum(counted((aside,), (channels, 14))[0].parameters for channels in (512, 528))
    assert round((numbers("inception") + heads) / 1e6, 1) == 13.4
    assert isinstance(NETS["inception"].parts[-2].layers[0], Average)
    table = (2.7, 112, 159, 380, 364, 437, 463, 580, 840, 1072, 1388, 1000)
    assert round(sum(table) / 1000, 1) == 6.8, "the paper's table, in thousands"
    assert sum("inception" in part.name for part in NETS["inception"].parts) == 9
    says(
        BLOCKS, "6 998 552", "5 973 552", "about 13.4 million", "6.8 million", "answer: 22", "answer: 15872", "153 600 weights"
    )


def test_narrow_first() -> None:
    assert LabRun("inception").metrics()["parameters"] == 5_842
    assert LabRun("inception?narrow=no").metrics()["parameters"] == 17_850
    says(BLOCKS, "two small blocks and 5 842 numbers", "17 850, three times as many")


@pytest.mark.parametrize(("last", "seed"), [("mean", 0), ("max", 0), ("max", 1)])
def test_blocks_against_a_plain_net(last: str, seed: int) -> None:
    """Two of the ten seeds of the lesson's table; more in `dltutor run inception --steps 60 --sweep seed=0..9`."""
    found = LabRun(f"inception?last={last}&seed={seed}").step(60)
    assert abs(found["inception"] - (0.965 if last == "max" else 0.95)) <= 0.025
    assert abs(found["plain"] - (0.965 if last == "max" else 0.94)) <= 0.03
    if last == "max":
        assert abs(found["ahead"]) <= 3
        assert min(found["inception"], found["plain"]) > 0.93
    assert found["halfway"] > 0.75
    says(BLOCKS, "0.95 (0.93 to 0.96) | 0.94 (0.91 to 0.97)", "0.965 (0.95 to 0.98) | 0.965 (0.94 to 0.98)")


def test_the_push_of_the_auxiliary_outputs() -> None:
    def push(phi: str) -> list[float]:
        return [LabRun(f"inception?blocks=4&activation={phi}&seed={seed}").metrics()["push"] for seed in range(5)]

    relu, sigmoid = push("relu"), push("sigmoid")
    assert all(0.3 <= value <= 0.9 for value in relu)
    assert min(sigmoid) > 10
    says(BLOCKS, "0.3 to 0.9 of the strength", "more than 10 times as strong")
