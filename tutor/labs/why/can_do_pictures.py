"""What the lab `can-do` shows."""

from __future__ import annotations

import numpy as np

from tutor.data.tables import table
from tutor.labs.spec import Knobs, State
from tutor.labs.why.blurred import COUNT
from tutor.labs.why.game import given, is_over
from tutor.pictures import Bars, Box, Columns, Images, Text


def label(state: State, knobs: Knobs) -> Columns:
    """The digit that is looked at, and the list of answers."""
    at, mine = int(knobs["digit"]) - 1, given(knobs, state)
    picture = Images(state["test_x"][at : at + 1].reshape(1, 8, 8), ("",), title=f"digit {at + 1} of {COUNT}")
    half = COUNT // 2
    lines = [
        f"{_entry(k, at, mine[k], state, knobs)} {_entry(k + half, at, mine[k + half], state, knobs)}" for k in range(half)
    ]
    return Columns((picture, Text(tuple(lines), "your answers")), (2.0, 3.0))


def _entry(place: int, at: int, answer: int, state: State, knobs: Knobs) -> str:
    """A line of the list: "> 3: 8"; when it is over, what it is where the answer was wrong."""
    said = "-" if answer < 0 else str(answer)
    if is_over(state, knobs):
        truth = int(state["test_kind"][place])
        said += " ✓" if answer == truth else f" is {truth}"
    return f"{'>' if place == at else ' '}{place + 1:3d}: {said:<6}"


def twenty(state: State, knobs: Knobs, size: tuple[int, int]) -> Images:
    """All of them (in little room the ten around it), with answers; the one that is looked at is marked."""
    at, mine, over = int(knobs["digit"]) - 1, given(knobs, state), is_over(state, knobs)
    half = COUNT // 2
    first, count = (0, COUNT) if size[0] >= 60 and size[1] >= 22 else (at // half * half, half)
    captions = []
    for k in range(first, first + count):
        said = "-" if mine[k] < 0 else str(mine[k])
        captions.append(f"{said} is {state['test_kind'][k]}" if over else f"{k + 1}: {said}")
    pixels = state["test_x"][first : first + count].reshape(count, 8, 8)
    title = "your answer, and what it is" if over else "what do you see?"
    return Images(pixels, tuple(captions), title=title, boxes=(Box(at - first, 0, 0, 8, 8, "b"),))


def score(state: State, knobs: Knobs, found: dict[str, float]) -> Bars:
    """How many of the twenty each has right; the learner's bar waits until it is over."""
    near = float((state["nearest"] == state["test_kind"][:COUNT]).sum())
    rows = [("the net", found["net"], "b"), ("the most similar", near, "muted")]
    if is_over(state, knobs):
        rows.insert(0, ("you", found["you"], "a"))
    values = np.array([value for _, value, _ in rows], np.float32)
    title = f"right of {COUNT}" + ("" if is_over(state, knobs) else "; yours when all are labelled, or the time is up")
    return Bars(tuple(name for name, _, _ in rows), values, title, "", tuple(role for _, _, role in rows))


def published(case: str) -> Bars:
    """A result that was published: the net, and people who do it for a living."""
    row = table("00-why", "can-do")[case]
    title = f"{row['title']}: {row['measure']}, {row['better']} is better"
    return Bars(("deep net", "experts"), np.array([row["net"], row["experts"]], np.float32), title, "%", ("a", "b"))
