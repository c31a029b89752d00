"""The lab `libraries`: seven libraries of 2017 side by side, and what became of each."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tutor.data.tables import table
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.pictures import Bars, Picture, Text

NAMES = ("Theano", "TensorFlow", "Torch", "Caffe", "MXNet", "Neon", "CNTK")
CRITERIA = ("all", "tutorials", "cnn", "rnn", "architecture", "speed", "gpus", "keras")

SPEC = LabSpec(
    id="libraries",
    title="Libraries",
    summary="Seven libraries as they stood in 2017, criterion by criterion, and what became of them.",
    knobs=(
        Knob("criterion", "choice", "all", "criterion", "What the bars count: pluses for one thing, or all of them.",
             choices=CRITERIA, live=True),
        Knob("library", "choice", "Theano", "library", "Whose story the view 'since' tells.", choices=NAMES, live=True),
    ),
    metrics=(
        Metric("most", "most pluses", "The most that any of them has.", ".0f"),
        Metric("pluses", "pluses", "Those of the library that is chosen.", ".0f"),
        Metric("ended", "ended", "How many of the seven are no longer developed.", ".0f"),
    ),
    views=(
        View("scores", "scores", "How many pluses each got in March 2017; those that have ended since are grey."),
        View("table", "table", "All of it."),
        View("since", "since then", "What became of the library that is chosen."),
    ),
    source=Source("tutor.labs.machines.libraries", "found"),
    trains=False,
)  # fmt: skip


@dataclass(frozen=True)
class Library:
    """A row of the table."""

    name: str
    languages: str
    scores: dict[str, int]
    """Pluses by criterion, 0 to 3."""
    since: str
    until: int
    """The year in which it ended; 0: it goes on."""


@lru_cache(maxsize=1)
def found() -> tuple[tuple[Library, ...], dict[str, str]]:
    """The libraries, and each criterion in words. Raises BadData."""
    read = table("11-machines", "libraries")
    rows = [
        Library(row["name"], row["languages"], dict(row["scores"]), row["since"], int(row.get("until", 0)))
        for row in read["libraries"]
    ]
    return tuple(rows), dict(read["criteria"])


class Libraries:
    """See `tutor.labs.spec.Lab`."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        found()
        return {"step": scalar(0)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += max(0, steps)

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        rows, _ = found()
        scores = {row.name: _score(row, str(knobs["criterion"])) for row in rows}
        return {
            "most": float(max(scores.values())),
            "pluses": float(scores[str(knobs["library"])]),
            "ended": float(sum(row.until > 0 for row in rows)),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        rows, criteria = found()
        criterion = str(knobs["criterion"])
        match name:
            case "scores":
                title = f"{criteria.get(criterion, 'all criteria together')}, March 2017"
                values = np.array([_score(row, criterion) for row in rows], np.float32)
                labels = tuple(f"{row.name} (to {row.until})" if row.until else row.name for row in rows)
                return Bars(labels, values, title, roles=tuple("muted" if row.until else "a" for row in rows))
            case "table":
                return _table(rows, criteria)
            case "since":
                row = next(row for row in rows if row.name == knobs["library"])
                state_of = f"until {row.until}" if row.until else "it goes on"
                lines = (f"{row.languages}; {state_of}", "", *textwrap.wrap(row.since, max(20, size[0] - 2)))
                return Text(lines, row.name)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        rows, criteria = found()
        criterion = str(knobs["criterion"])
        most = max(_score(row, criterion) for row in rows)
        best = " and ".join(row.name for row in rows if _score(row, criterion) == most)
        ended = sum(row.until > 0 for row in rows)
        return Words(
            f"{criteria.get(criterion, 'all together')}: {best} with {most}; {ended} of the {len(rows)} have ended since"
        )

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def _score(row: Library, criterion: str) -> int:
    return sum(row.scores.values()) if criterion == "all" else row.scores[criterion]


def _table(rows: tuple[Library, ...], criteria: dict[str, str]) -> Text:
    head = f"{'':<11}" + "".join(f"{name[:6]:>7}" for name in criteria)
    lines = [f"{row.name:<11}" + "".join(f"{'+' * row.scores[name]:>7}" for name in criteria) for row in rows]
    return Text((head, *lines), "as compared in March 2017")


LAB = Libraries()
