"""For tests of what a lesson states: its text, and runs of the labs that it speaks of."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from statistics import median

from tutor.course.claims import without_claims
from tutor.course.model import Lesson
from tutor.course.parse import load_lesson
from tutor.engine.link import parse_link
from tutor.labs import find_lab
from tutor.labs.spec import Value

LESSONS = Path(__file__).parents[2] / "lessons"


@cache
def lesson(name: str) -> Lesson:
    """name: such as 03-sgd/averaging."""
    return load_lesson(LESSONS, name)


def says(name: str, *sentences: str) -> None:
    """Each sentence stands in the lesson's file, wherever its lines break, with a real minus sign or a hyphen."""
    text = _plain(lesson(name).file.read_text(encoding="utf-8"))
    for sentence in sentences:
        assert _plain(sentence) in text, sentence


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", without_claims(text)).replace("−", "-")


class LabRun:
    """A run of a lab, straight through its functions; knobs can be turned on the way."""

    def __init__(self, text: str, **knobs: Value) -> None:
        self.lab = find_lab(text.partition("?")[0])
        link = parse_link(text, self.lab.spec)
        self.knobs: dict[str, Value] = dict(link.knobs) | knobs
        self.state = self.lab.start(self.knobs, link.seed)

    def step(self, count: int = 1) -> dict[str, float]:
        self.lab.advance(self.state, self.knobs, count, "cpu", None)
        return self.metrics()

    def metrics(self) -> dict[str, float]:
        return self.lab.metrics(self.state, self.knobs)

    def to_end(self, chunk: int = 200) -> dict[str, float]:
        """As far as a headless run goes."""
        for _ in range(-(-self.lab.spec.steps // chunk)):
            self.step(chunk)
            if self.lab.finished(self.state, self.knobs):
                break
        return self.metrics()


def medians(text: str, seeds: range, steps: tuple[int, ...], *names: str) -> list[list[float]]:
    """For each of these steps the medians of these metrics over the seeds."""
    runs = [LabRun(f"{text}{'&' if '?' in text else '?'}seed={seed}") for seed in seeds]
    table, before = [], 0
    for step in steps:
        found = [run.step(step - before) for run in runs]
        table.append([median(metrics[name] for metrics in found) for name in names])
        before = step
    return table
