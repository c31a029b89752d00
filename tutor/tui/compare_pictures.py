"""Pictures of several runs side by side, each run made again beside the one that trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

from tutor.engine.crew import IDLY, Job, outcomes
from tutor.labs.spec import LabSpec
from tutor.pictures import Columns, Picture, Text
from tutor.tui.kept import Tried, labels
from tutor.words import tr

_LEAST = 34
"""Columns that a picture needs beside another."""
_MOST = 4

Key = tuple[str, int, str, tuple[int, int]]


class Gallery:
    """The pictures that have been made, by run, view and size."""

    def __init__(self, spec: LabSpec, changed: Callable[[], object]) -> None:
        """changed: called when there is another picture."""
        self._spec, self._changed = spec, changed
        self._made: dict[Key, Picture] = {}

    def picture(self, runs: Sequence[Tried], view: str, width: int, height: int) -> Picture:
        """The pictures of these runs, as far as they are there."""
        if not runs:
            return Text((tr("No run here can be made again: the learner's own code trained them."),))
        size = self._size(runs, width, height)
        parts = []
        for run, label in zip(runs, labels(runs, self._spec), strict=True):
            made = self._made.get(_key(run, view, size))
            parts.append(_titled(made, label) if made is not None else Text((tr("making it again …"),), label))
        return Columns(tuple(parts)) if len(parts) > 1 else parts[0]

    def missing(self, runs: Sequence[Tried], view: str, width: int, height: int) -> list[Tried]:
        """Those of the runs whose picture is not there."""
        size = self._size(runs, width, height)
        return [run for run in runs if _key(run, view, size) not in self._made]

    async def make(self, runs: Sequence[Tried], view: str, width: int, height: int) -> None:
        """Make what is missing."""
        size, wanted = self._size(runs, width, height), self.missing(runs, view, width, height)
        jobs = [Job(run.record.link, run.record.step, view=view, size=size) for run in wanted]
        async for outcome in outcomes(jobs, 1, nice=IDLY):
            key = _key(wanted[outcome.index], view, size)
            self._made[key] = outcome.picture or Text((outcome.error or tr("There is no picture of it."),))
            self._changed()

    def _size(self, runs: Sequence[Tried], width: int, height: int) -> tuple[int, int]:
        return max(10, width // max(1, len(runs)) - 1), max(5, height)


def beside(drawn: Sequence[Tried], current: Tried | None, width: int) -> list[Tried]:
    """The runs whose pictures stand side by side: the chosen one and those after it, as many as there is room for."""
    able = [run for run in drawn if not run.record.plugged]
    count = max(1, min(_MOST, width // _LEAST, len(able)))
    first = next((k for k, run in enumerate(able) if run is current), 0)
    return able[max(0, min(first, len(able) - count)) :][:count]


def _key(run: Tried, view: str, size: tuple[int, int]) -> Key:
    return run.record.link, run.record.step, view, size


def _titled(picture: Any, title: str) -> Picture:
    """The picture under another title, where its kind has one."""
    titled: Picture = picture
    if any(field.name == "title" for field in fields(picture)):
        titled = replace(picture, title=title)
    return titled
