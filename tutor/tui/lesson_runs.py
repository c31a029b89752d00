"""What a run of a lesson's lab means to the lesson: which guess it settles, and when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.course.model import LabBlock, Lesson, Predict, Section
from tutor.engine.link import Link, link_text, make_link, parse_link, split_link
from tutor.errors import BadLink
from tutor.labs import find_lab


def block_link(block: LabBlock) -> str:
    """The run that a lab block sets up. Raises BadLink."""
    spec = find_lab(block.lab).spec
    return link_text(make_link(spec, block.knobs.items()), spec)


def lab_of(predict: Predict) -> str:
    """The id of the lab that settles a guess."""
    return predict.lab.partition("?")[0]


def guesses_for(lesson: Lesson, block: LabBlock) -> list[Predict]:
    """The guesses of the lesson that a run of this block may settle.

    A guess that names a whole run is settled wherever that run is made; one that names only a lab, by the next block of it.
    """
    blocks = [part for section in lesson.sections for part in section.blocks]
    found = []
    for place, guess in enumerate(blocks):
        if isinstance(guess, Predict) and lab_of(guess) == block.lab:
            following = next((b for b in blocks[place:] if isinstance(b, LabBlock) and b.lab == block.lab), None)
            if "?" in guess.lab or following is block:
                found.append(guess)
    return found


def guesses_before(section: Section, block: LabBlock) -> list[Predict]:
    """The guesses that stand before a block on its page and are about its lab: to be made before it is run."""
    before = section.blocks[: section.blocks.index(block)] if block in section.blocks else ()
    return [guess for guess in before if isinstance(guess, Predict) and lab_of(guess) == block.lab]


def is_over(block: LabBlock, reason: str, step: int, goal_reached: bool) -> bool:
    """Whether a run that has come to rest has ended: by itself, at its goal, or after the steps that the lab takes at most.

    A pause before that is only a pause: the guess stays held.
    """
    return reason in ("finished", "diverged", "turned") or goal_reached or step >= find_lab(block.lab).spec.steps


def is_drawn(predict: Predict, reason: str, step: int) -> bool:
    """Whether a run has come as far as a sketch goes, or has ended before."""
    return reason in ("finished", "diverged") or step >= predict.steps


def settles(predict: Predict, block: LabBlock, link: str) -> bool:
    """Whether this run is the one that the guess was about: its knobs are as the guess sets them, or else the block.

    The seed may differ, unless it is named. In a lab that does not run, a guess without knobs is about any setting.
    """
    spec = find_lab(block.lab).spec
    try:
        run = parse_link(link, spec)
        _, pairs = split_link(predict.lab)
        if not pairs and not spec.trains:
            return True
        wanted = make_link(spec, pairs or block.knobs.items())
    except BadLink:
        return False
    named = {key for key, _ in pairs} if pairs else set(block.knobs) - {"seed"}
    return _same(run, wanted, named)


def _same(run: Link, wanted: Link, named: set[str]) -> bool:
    if "seed" in named and run.seed != wanted.seed:
        return False
    turned = {change.knob for change in run.changes}
    knobs: Mapping[str, Any] = dict(run.knobs)
    return all(knobs.get(name) == value and name not in turned for name, value in wanted.knobs if name in named)
