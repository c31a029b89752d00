"""The lab `pitfalls`: where plain descent gets stuck, and which help gets it out, over the seeds that the lesson states."""

from __future__ import annotations

import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.labs.pitfalls import TRAPS
from tutor.labs.spec import Words

OUT = 0.01


def ends(query: str, steps: int = 2000, quiet: int = 0) -> dict[str, float]:
    """The metrics after so many steps, the last `quiet` of them without noise."""
    one = run(f"pitfalls?{query}")
    one.lab.advance(one.state, one.knobs, steps - quiet, "cpu", None)
    one.lab.advance(one.state, one.knobs | {"noise": 0.0}, quiet, "cpu", None)
    return one.lab.metrics(one.state, one.knobs)


def out(query: str, quiet: int = 0) -> int:
    """In how many of the seeds 0 to 19 the second run gets to the bottom."""
    return sum(ends(f"{query}&seed={seed}", quiet=quiet)["loss"] < OUT for seed in range(20))


def words(query: str, steps: int) -> Words:
    one = run(f"pitfalls?{query}")
    one.advance(steps)
    return one.words()


@pytest.mark.parametrize("surface", ["plateau", "two valleys", "many valleys", "saddle"])
def test_plain_descent_is_stuck(surface: str) -> None:
    found = ends(f"surface={surface}&momentum=0")
    assert found["loss_plain"] == found["loss"] > 0.2
    assert found["slope_plain"] < 0.01


def test_what_kind_of_stuck() -> None:
    """The second derivatives tell them apart: none, up on all sides, down on some."""
    flat, valley, pass_ = (ends(f"surface={name}&momentum=0")["curvature"] for name in ("plateau", "two valleys", "saddle"))
    assert abs(flat) < 0.05
    assert valley > 0.5
    assert pass_ == pytest.approx(-1)


def test_the_ravine_is_slow_and_momentum_is_not() -> None:
    found = ends("surface=ravine&momentum=0.9", 100)
    assert found["loss"] * 500 < found["loss_plain"]
    assert ends("surface=ravine&momentum=0", 100)["loss_plain"] > OUT


def test_momentum() -> None:
    assert ends("surface=plateau&momentum=0.95")["loss"] < OUT
    assert ends("surface=two valleys&momentum=0.8")["loss"] < OUT
    assert ends("surface=two valleys&momentum=0.9")["loss"] > 0.5
    for beta in (0.5, 0.8, 0.9, 0.95, 0.99):
        assert ends(f"surface=saddle&momentum={beta}")["loss"] > 0.24
        assert ends(f"surface=many valleys&momentum={beta}")["loss"] > 1


def test_noise() -> None:
    assert out("surface=saddle&momentum=0&noise=0.001") == 20
    calmed = {level: out(f"surface=two valleys&momentum=0&noise={level}", 500) for level in (1, 3, 10)}
    assert calmed[1] == 0
    assert calmed[3] >= 14
    assert calmed[10] < calmed[3]
    assert out("surface=ravine&momentum=0&noise=3") <= 2


def test_another_start() -> None:
    assert out("surface=saddle&momentum=0&start=random") == 20
    assert 5 <= out("surface=two valleys&momentum=0&start=random") <= 15
    assert 5 <= out("surface=plateau&momentum=0&start=random") <= 18
    assert out("surface=many valleys&momentum=0&start=random") <= 4


def test_the_plain_run_is_never_helped() -> None:
    plain = ends("surface=two valleys&momentum=0", 300)
    helped = ends("surface=two valleys&momentum=0.9&noise=2&start=random&seed=4", 300)
    assert plain["loss_plain"] == helped["loss_plain"]
    assert helped["loss"] != plain["loss"]


@pytest.mark.parametrize(
    ("query", "steps", "part"),
    [
        ("surface=plateau&momentum=0", 500, "plain descent: on a plateau, slope 0.00061"),
        ("surface=two valleys&momentum=0", 500, "plain descent: stuck in a local minimum, 0.6 too high"),
        ("surface=saddle&momentum=0", 500, "plain descent: at the saddle, slope"),
        ("surface=ravine&momentum=0", 50, "plain descent: crawling along a ravine"),
        ("surface=two valleys&momentum=0.8", 500, "; with momentum: at the lowest point"),
        ("surface=saddle&momentum=0&noise=0.01", 500, "; with noise: at the lowest point"),
        ("surface=saddle&momentum=0&start=random", 500, "; with another start: at the lowest point"),
    ],
)
def test_words(query: str, steps: int, part: str) -> None:
    found = words(query, steps)
    assert part in found.summary
    assert not found.trouble


def test_a_rate_that_is_too_large_is_named() -> None:
    assert "plain descent diverged" in words("surface=ravine&rate=0.5", 300).trouble
    assert "it cannot settle" in words("surface=ravine&rate=0.101", 100).trouble


def test_the_end_of_a_run() -> None:
    one = run("pitfalls?surface=two valleys&momentum=0")
    assert one.advance(5000) == "finished"
    assert run("pitfalls?surface=two valleys&momentum=0&noise=1").advance(5000) == ""


@pytest.mark.parametrize("surface", TRAPS)
def test_sound(surface: str) -> None:
    sound(f"pitfalls?surface={surface}&noise=1")
    chunks_do_not_matter(f"pitfalls?surface={surface}&noise=2&start=random&seed=1", 100)
