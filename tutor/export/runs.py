"""The runs that a course's pages show: which, how far, and what became of them. All are functions of their links alone."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tutor.conditions import parse_condition
from tutor.course.model import Block, Course, LabBlock, PictureBlock, Predict
from tutor.draw import Look, draw
from tutor.draw.svg import to_svg
from tutor.engine.crew import Job, Outcome, outcomes
from tutor.engine.link import link_text, make_link, split_link
from tutor.labs import find_lab
from tutor.labs.spoken import spoken

SIZE = (76, 22)
"""Columns and rows of a picture: a page's width at a size that can be read."""
LIGHT = Look(dark=False)


@dataclass(frozen=True)
class Shown:
    """A run as a page shows it."""

    name: str
    """Of its picture's file, without the ending; the same for the same run."""
    link: str
    caption: str
    """Where the run stands, in words and numbers."""
    svg: str
    metrics: Mapping[str, float]


def link_of(block: LabBlock | Predict) -> str:
    """The canonical link of the run that a block opens, from its step 0."""
    lab_id, pairs = split_link(block.lab)
    if isinstance(block, LabBlock):
        pairs = [*pairs, *block.knobs.items()]
    spec = find_lab(lab_id).spec
    return link_text(make_link(spec, pairs), spec)


def job_of(block: Block) -> Job | None:
    """What to run for a block: a lab until its goal, or for as long as a run without the screen goes; None: nothing."""
    if isinstance(block, PictureBlock):
        spec = find_lab(split_link(block.link)[0]).spec
        link = link_text(make_link(spec, split_link(block.link)[1]), spec)
        return Job(link, block.step, "", block.view or spec.views[0].name, block.size)
    if not isinstance(block, LabBlock | Predict):
        return None
    link = link_of(block)
    spec = find_lab(split_link(link)[0]).spec
    steps = spec.steps if spec.trains else 0
    if isinstance(block, Predict):
        return Job(link, block.steps or steps, "", spec.views[0].name, SIZE)
    knobs = {knob.name for knob in spec.knobs}
    # A goal that the learner reaches by hand is not waited for: no run turns its own knobs.
    until = block.goal if block.goal and spec.trains and not _names(block.goal, block) & knobs else ""
    return Job(link, steps, until, block.show[0] if block.show else spec.views[0].name, SIZE)


def _names(goal: str, block: LabBlock) -> set[str]:
    spec = find_lab(split_link(block.lab)[0]).spec
    every = [*(metric.name for metric in spec.metrics), *(knob.name for knob in spec.knobs)]
    return set(parse_condition(goal, every).names)


def jobs_of(course: Course) -> list[Job]:
    """All runs of the course, each once."""
    blocks = (block for lesson in course.lessons for section in lesson.sections for block in section.blocks)
    found = (job_of(block) for block in blocks)
    return list(dict.fromkeys(job for job in found if job is not None))


async def make(jobs: Iterable[Job], processes: int, moved: Callable[[int], None] = lambda done: None) -> dict[Job, Shown]:
    """Make the runs in so many processes. Raises nothing for a run that fails: its caption says why."""
    every = list(jobs)
    made: dict[Job, Shown] = {}
    if not every:
        return made
    async for outcome in outcomes(every, processes):
        made[every[outcome.index]] = _shown(every[outcome.index], outcome)
        moved(len(made))
    return made


def _shown(job: Job, outcome: Outcome) -> Shown:
    name = f"{split_link(job.link)[0]}-{hashlib.sha256(repr(job).encode()).hexdigest()[:10]}"
    if outcome.record is None or outcome.picture is None:
        return Shown(name, job.link, outcome.error, "", {})
    spec = spoken(find_lab(split_link(job.link)[0]).spec)
    said = [f"{spec.unit} {outcome.record.step}"] if spec.trains else []
    numbers = outcome.record.metrics
    said += [
        f"{metric.title} {format(numbers[metric.name], metric.format).strip()}"
        for metric in spec.metrics
        if not math.isnan(numbers.get(metric.name, math.nan))
    ]
    caption = ", ".join(said)
    return Shown(
        name, job.link, caption, to_svg(draw(outcome.picture, job.size, LIGHT), LIGHT, f"{spec.title}: {caption}"), numbers
    )
