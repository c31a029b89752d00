"""The labs of chapter 0: the timeline and its errors, and the game against the net."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from lab_checks import chunks_do_not_matter, run, sound

from tutor.data import digits
from tutor.errors import BadLink
from tutor.labs import find_lab
from tutor.labs.why.blurred import COUNT, EPOCHS, blurred
from tutor.labs.why.game import LIMIT
from tutor.labs.why.timeline import EVENTS, contests, history, told
from tutor.pictures import Bars, Columns, Images, Text

LESSONS = Path(__file__).parents[2] / "lessons"
SOURCE_YEARS = [1943, 1947, 1957, 1969, 1985, 1989, 1989, 1995, 2004, 2009, 2012, 2014, 2016, 2019]


@pytest.mark.parametrize("lab", ["timeline", "can-do"])
def test_they_are_sound(lab: str) -> None:
    sound(lab)
    sound(f"{lab}?{'event=14&contest=2014' if lab == 'timeline' else 'answers=--3&digit=20&case=ecg'}", (0, 3))


# -- the timeline


def test_every_event_has_its_place_and_leads_somewhere() -> None:
    events, winters = told()
    assert [event.year for event in events] == SOURCE_YEARS
    assert len(events) == EVENTS
    assert winters == ((1969, 1985), (1995, 2009))
    for event in events:
        assert re.fullmatch(r"\d\d-[a-z-]+", event.chapter)
        assert event.text
        assert event.about
    there = {folder.name for folder in LESSONS.iterdir()}
    numbers = {name[:2] for name in there}
    assert all(event.chapter in there for event in events if event.chapter[:2] in numbers)


@pytest.mark.parametrize("size", [(50, 17), (30, 9), (78, 30)])
@pytest.mark.parametrize("at", [0, 6, EVENTS - 1])
def test_the_event_that_is_told_is_marked_on_the_line_and_in_the_list(at: int, size: tuple[int, int]) -> None:
    event = told()[0][at]
    picture = history(at, size)
    above, line, scale = picture.lines[:3]
    assert line.count("▲") == 1
    assert len(line) == size[0]
    assert str(event.year) in above
    assert abs(above.index(str(event.year)) - line.index("▲")) <= 3
    assert scale.split() == ["1940", "1960", "1980", "2000", "2020"]
    assert f"> {event.year}  {event.title}" in picture.lines
    assert event.text in picture.lines
    assert picture.lines[-1].startswith(f"→ chapter {int(event.chapter[:2])}")


def test_marks_stand_where_their_years_are() -> None:
    line = history(0, (81, 20)).lines[1]
    assert [1940 + x for x, c in enumerate(line) if c in "●▲"] == sorted(set(SOURCE_YEARS))
    assert {1940 + x for x, c in enumerate(line) if c == "░"} == ({*range(1970, 1985)} | {*range(1996, 2009)}) - {2004}


def test_walking_tells_each_event() -> None:
    lab = find_lab("timeline")
    assert lab.spec.views[0].hand is not None
    years = [run(f"timeline?event={k}").metrics()["year"] for k in range(1, EVENTS + 1)]
    assert years == SOURCE_YEARS
    assert run("timeline?event=5").metrics()["quiet"] == 16
    assert "Chapter 4, the first winter" in run("timeline?event=4").words().summary


def test_the_errors_are_the_table_of_the_source() -> None:
    errors = {year: [team.error for team in teams] for year, teams in contests().items()}
    assert errors == {
        "2012": [15.3, 26.1, 26.9, 27.0, 29.6, 33.4],
        "2013": [11.7, 12.9, 13.5, 13.5, 14.1, 14.2, 15.2, 15.2, 23.0],
        "2014": [6.6, 7.3, 8.0, 8.1, 9.5, 9.7, 10.2, 11.2, 12.1],
    }
    assert {year: sum(team.deep for team in teams) for year, teams in contests().items()} == {"2012": 1, "2013": 8, "2014": 9}


@pytest.mark.parametrize("year", ["2012", "2013", "2014"])
def test_deep_and_other_teams_stand_apart(year: str) -> None:
    picture = run(f"timeline?contest={year}").view("imagenet", (50, 17))
    assert isinstance(picture, Bars)
    kinds = [label.partition(":")[0] for label in picture.labels]
    assert kinds == sorted(kinds)
    assert [role == "a" for role in picture.roles] == [kind == "deep" for kind in kinds]
    assert len(picture.labels) == len(contests()[year])


# -- the game


@cache
def truth(seed: int = 0) -> str:
    return "".join(str(k) for k in run(f"can-do?seed={seed}").state["test_kind"][:COUNT])


def test_it_replays_whatever_the_chunks() -> None:
    chunks_do_not_matter("can-do?answers=12&seed=3", 150)
    once, often = (run("can-do?answers=12&answers@40=1234&answers@77=12345678") for _ in range(2))
    once.advance(100)
    for _ in range(10):
        often.advance(10)
    assert once.hash() == often.hash()
    assert once.state["answered_at"][:9].tolist() == [0, 0, 40, 40, 77, 77, 77, 77, -1]


def test_a_blur_keeps_the_darkest_pixel_and_mixes_neighbours() -> None:
    images = digits().images[:50]
    once, thrice = blurred(images, 1), blurred(images, 3)
    assert np.allclose(blurred(images, 0), images / images.max(axis=(1, 2), keepdims=True))
    assert once.shape == (50, 8, 8)
    assert np.allclose(once.max(axis=(1, 2)), 1)
    dot = np.zeros((1, 8, 8))
    dot[0, 3, 4] = 16
    assert np.allclose(blurred(dot, 1)[0, 2:5, 3:6], np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4)
    assert np.abs(np.diff(thrice, axis=2)).mean() < np.abs(np.diff(once, axis=2)).mean()


def test_both_label_the_same_digits_and_the_net_has_not_seen_them() -> None:
    state = run("can-do").state
    assert len(state["x"]) + len(state["test_x"]) == 1797
    assert not (state["test_x"][:COUNT, None] == state["x"][None]).all(axis=2).any()
    assert truth(0) != truth(1)


def test_the_score_waits_until_all_are_labelled() -> None:
    before = run(f"can-do?answers={truth()[:19]}").metrics()
    assert before["answered"] == 19
    assert np.isnan(before["you"])
    one = run(f"can-do?answers={truth()}")
    assert one.metrics()["you"] == COUNT
    assert "you have 20 of 20 right" in one.words().summary
    wrong = truth()[:-1] + str((int(truth()[-1]) + 1) % 10)
    assert run(f"can-do?answers={wrong}").metrics()["you"] == 19


def test_answers_are_timed_by_the_clock_of_the_run() -> None:
    one = run("can-do")
    one.advance(30)
    one.change("answers", "1")
    one.advance(20)
    one.change("answers", "12")
    one.advance(5)
    assert one.metrics()["seconds"] == 5.0
    assert one.metrics()["answered"] == 2
    assert "answers@30=1&answers@50=12" in one.text
    again = run(one.text)
    again.advance(55)
    assert again.hash() == one.hash()
    one.change("answers", "")
    one.advance(1)
    assert np.isnan(one.metrics()["seconds"])


def test_when_the_clock_has_run_down_it_is_over_and_nothing_counts_any_more() -> None:
    one = run("can-do")
    one.advance(10)
    one.change("answers", truth()[:3])
    one.advance(2 * LIMIT)
    assert one.finished
    assert one.metrics()["you"] == 3
    one.change("answers", truth())
    assert one.metrics()["you"] == 3
    assert one.metrics()["answered"] == 3


def test_the_net_learns_for_its_epochs_and_then_rests() -> None:
    one = run("can-do")
    assert one.metrics()["accuracy"] < 0.3
    one.advance(EPOCHS)
    learned, theta = one.metrics(), one.state["theta"].copy()
    one.advance(50)
    assert np.array_equal(one.state["theta"], theta)
    assert "has finished learning" in one.words().summary
    assert learned["accuracy"] > 0.85


@pytest.mark.parametrize("text", ["12a", "1" * 21, "١"])
def test_answers_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadLink, match="at most 20 digits"):
        run(f"can-do?answers={text}")


def test_what_it_shows() -> None:
    one = run("can-do?answers=1-3&digit=3")
    label = one.view("label", (50, 17))
    assert isinstance(label, Columns)
    picture, text = label.parts
    assert isinstance(picture, Images)
    assert np.array_equal(picture.pixels[0].ravel(), one.state["test_x"][2])
    assert isinstance(text, Text)
    assert [line.split()[:3] for line in text.lines[:3]] == [["1:", "1", "11:"], ["2:", "-", "12:"], [">", "3:", "3"]]
    small, large = one.view("twenty", (50, 17)), run("can-do?digit=20").view("twenty", (90, 30))
    assert isinstance(small, Images)
    assert isinstance(large, Images)
    assert (len(small.pixels), small.boxes[0].image) == (10, 2)
    assert (len(large.pixels), large.boxes[0].image) == (20, 19)
    score = run(f"can-do?answers={truth()}").view("score", (50, 9))
    assert isinstance(score, Bars)
    assert score.labels == ("you", "the net", "the most similar")
    assert score.values[0] == 20
    skin, ecg = (run(f"can-do?case={case}").view("published", (50, 9)) for case in ("skin", "ecg"))
    assert isinstance(skin, Bars)
    assert isinstance(ecg, Bars)
    assert skin.values.tolist() == [28, 34]
    assert ecg.values.tolist() == pytest.approx([92.6, 80.0])
