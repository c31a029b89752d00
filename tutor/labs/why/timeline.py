"""The lab `timeline`: from 1943 to 2019, event by event; and what happened to the errors on ImageNet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tutor.data.tables import table
from tutor.labs.spec import Hand, Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.pictures import Bars, Picture, Text

YEARS = ("2012", "2013", "2014")
EVENTS = 14
FIRST, LAST = 1940, 2020
"""The years at the ends of the line."""

SPEC = LabSpec(
    id="timeline",
    title="A short history",
    summary="Fourteen events from 1943 to 2019, walked with the arrow keys, and the errors on ImageNet, team by team.",
    knobs=(
        Knob("event", "integer", 1, "event", "Which event is told. Its chapter is named below it.", low=1, high=EVENTS, step=1,
             live=True),
        Knob("contest", "choice", "2012", "contest", "The year of the challenge in the view 'ImageNet'.", choices=YEARS,
             live=True),
    ),
    metrics=(
        Metric("year", "year", "Of the event that is told.", ".0f"),
        Metric("quiet", "years before", "Since the event before it.", ".0f"),
        Metric("deep", "best deep", "The lowest error of a deep net in the contest, in percent.", ".1f"),
        Metric("shallow", "best shallow", "The lowest error of the others, in percent.", ".1f"),
    ),
    views=(
        View("history", "history", "The line of time with its two winters (░), and the events; take hold of it and walk.",
             hand=Hand("event")),
        View("imagenet", "ImageNet", "The top-5 error of every team: deep nets first, the others below them."),
    ),
    source=Source("tutor.labs.why.timeline", "told"),
    trains=False,
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    year: int
    title: str
    text: str
    chapter: str
    """Where the course comes to it."""
    about: str


@dataclass(frozen=True)
class Team:
    """An entry of a contest."""

    name: str
    error: float
    deep: bool


@lru_cache(maxsize=1)
def told() -> tuple[tuple[Event, ...], tuple[tuple[int, int], ...]]:
    """The events in order, and from when to when the winters lasted. Raises BadData."""
    read = table("00-why", "timeline")
    return tuple(Event(**event) for event in read["events"]), tuple((w["from"], w["to"]) for w in read["winters"])


@lru_cache(maxsize=1)
def contests() -> dict[str, tuple[Team, ...]]:
    """Year → the teams, the best first. Raises BadData."""
    read = table("00-why", "imagenet")
    return {str(year): tuple(Team(row["team"], row["error"], row["deep"]) for row in rows) for year, rows in read.items()}


class Timeline:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        told(), contests()
        return {"step": scalar(0)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        events, at = told()[0], int(knobs["event"]) - 1
        deep, shallow = _parted(str(knobs["contest"]))
        return {
            "year": float(events[at].year),
            "quiet": float(events[at].year - events[at - 1].year) if at else math.nan,
            "deep": min(team.error for team in deep),
            "shallow": min((team.error for team in shallow), default=math.nan),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "history":
                return history(int(knobs["event"]) - 1, size)
            case "imagenet":
                return imagenet(str(knobs["contest"]), size)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        events, at = told()[0], int(knobs["event"]) - 1
        event, year = events[at], str(knobs["contest"])
        deep, shallow = _parted(year)
        told_now = f"{event.year}: {event.title}. Chapter {int(event.chapter[:2])}, {event.about}."
        errors = f"ImageNet {year}: {len(deep)} of {len(deep) + len(shallow)} teams deep, the best at {deep[0].error:.1f} %"
        return Words(f"{told_now} {errors}" + (f", the best other at {shallow[0].error:.1f} %" if shallow else ""))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return True


def history(at: int, size: tuple[int, int]) -> Text:
    """The line of time, the events around the one that is told, and what there is to tell. size: (columns, rows)."""
    columns, rows = max(24, size[0]), size[1]
    events = told()[0]
    event = events[at]
    below = ["", event.text, f"→ chapter {int(event.chapter[:2])}, {event.about}"]
    taken = sum(max(1, -(-len(line) // max(1, columns - 8))) for line in below)
    room = max(1, rows - 3 - taken)
    top = min(max(0, at - room // 2), max(0, len(events) - room))
    listed = [f"{'>' if i == at else ' '} {one.year}  {one.title}" for i, one in enumerate(events)][top : top + room]
    return Text((*_line(at, columns), *listed, *below))


def _line(at: int, columns: int) -> tuple[str, str, str]:
    """The years from left to right in three rows: where we are, the line with its events and winters, and its scale."""
    events, winters = told()

    def place(year: float) -> int:
        return round((year - FIRST) / (LAST - FIRST) * (columns - 1))

    line = ["─"] * columns
    for start, end in winters:
        line[place(start) : place(end) + 1] = "░" * (place(end) + 1 - place(start))
    for one in events:
        line[place(one.year)] = "●"
    here = place(events[at].year)
    line[here] = "▲"
    said = f"{events[at].year}"
    scale = [" "] * columns
    for year in range(FIRST, LAST + 1, 20):
        left = min(max(0, place(year) - 2), columns - 4)
        scale[left : left + 4] = str(year)
    return said.rjust(min(columns, max(len(said), here + 2))), "".join(line), "".join(scale)


def imagenet(year: str, size: tuple[int, int]) -> Bars:
    """The errors of a year: the deep nets first, then the others; in little room without where the teams come from."""
    deep, shallow = _parted(year)
    labels = tuple(f"{'deep' if team.deep else 'other'}: {team.name}" for team in (*deep, *shallow))
    if max(map(len, labels)) > size[0] // 3:
        labels = tuple(label.partition(" (")[0] for label in labels)
    errors = np.array([team.error for team in (*deep, *shallow)], np.float32)
    roles = ("a",) * len(deep) + ("b",) * len(shallow)
    return Bars(labels, errors, f"ImageNet {year}: top-5 error, deep nets and others", "%", roles)


def _parted(year: str) -> tuple[list[Team], list[Team]]:
    """The deep teams and the others."""
    teams = contests()[year]
    return [team for team in teams if team.deep], [team for team in teams if not team.deep]


LAB = Timeline()
