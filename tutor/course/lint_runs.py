"""Lint: what has to be run to be known: that goals are within reach, and that one option of a guess comes true."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tutor.course.grade import happened
from tutor.course.model import LabBlock, Lesson, Place, Predict
from tutor.course.problems import Problem, placed
from tutor.course.read import run_link
from tutor.course.tools import Reached, TooLong, Tools
from tutor.errors import UserError


def check_goal(block: LabBlock, tools: Tools) -> Iterator[Problem]:
    """The goal does not hold at the start, and can be reached.

    It is tried with the block's knobs, then with what the goal itself asks of them; where there is `reach`, with that alone.
    """
    if not block.goal or tools.bench is None:
        return
    place = block.marks["goal"]
    try:
        found = tools.bench.reach(run_link(block.lab, block.knobs), block.goal, 0 if block.reach else None)
        if found.reason == "start":
            message = f"the goal {block.goal!r} holds before anything is done"
            yield Problem(place, message, "ask for more, or set the lab up otherwise", "goal-at-start")
            return
        tries = [dict(block.reach)] if block.reach else list(_asked(block, tools))
        if found.reason == "until" and not block.reach:
            yield from _check_par(block, found)
            return
        for knobs in tries:
            found = tools.bench.reach(run_link(block.lab, {**block.knobs, **knobs}), block.goal)
            if found.reason in ("until", "start"):
                yield from _check_par(block, found)
                return
    except UserError as error:
        yield cannot(error, place)
        return
    yield _unreached(block, found)


def _check_par(block: LabBlock, found: Reached) -> Iterator[Problem]:
    if block.par and found.step > block.par:
        message = f"par is {block.par}, but the goal took {found.step} steps here"
        yield Problem(block.marks["par"], message, f"write par: {found.step}, or better knobs under reach:", "par")


def _unreached(block: LabBlock, found: Reached) -> Problem:
    place = block.marks["reach" if block.reach else "goal"]
    names = ", ".join(f"{name} {value:.4g}" for name, value in found.metrics.items() if name in block.goal)
    ends = {
        "time": f"was not reached in the time that there is, by step {found.step}",
        "diverged": f"was not reached when the run broke at step {found.step}",
    }
    how = ends.get(found.reason, f"was not reached by the end of the run, at step {found.step}")
    mend = "say with which knobs it is: reach: {knob: value}, which the learner never sees" if not block.reach else "mend reach"
    return Problem(place, f"the goal {block.goal!r} {how}{f' ({names})' if names else ''}", mend, "goal-unreached")


def _asked(block: LabBlock, tools: Tools) -> Iterator[dict[str, Any]]:
    """The knobs that the goal itself names, set to what it asks: `hidden == "3" and accuracy >= 0.9` is about hidden 3."""
    knobs = tools.labs[block.lab].knobs
    asked: dict[str, Any] = {}
    for node in ast.walk(ast.parse(block.goal.strip(), mode="eval")):
        match node:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Eq() | ast.GtE() | ast.LtE()], comparators=[ast.Constant(value=value)]
            ):
                if name in knobs:
                    asked[name] = value
    if asked and any(block.knobs.get(name) != value for name, value in asked.items()):
        yield asked


def check_guess(lesson: Lesson, guess: Predict, tools: Tools) -> Iterator[Problem]:
    """A guess with options: the run makes one of them true, and only one."""
    if guess.kind != "choice" or tools.bench is None:
        return
    link, goal = _run_of(lesson, guess)
    place = guess.marks["lab"]
    try:
        metrics = tools.bench.reach(link, goal).metrics if goal else tools.bench.measure(link, None)
        true = [option.say for option in guess.options if happened(option, metrics)]
    except UserError as error:
        yield cannot(error, place)
        return
    if len(true) != 1:
        what = "none of the options comes true" if not true else f"{len(true)} of the options come true"
        came = f"{guess.measure} comes to {metrics[guess.measure]:.4g}"
        yield Problem(guess.marks["options"], f"{what}: {came}", "let exactly one hold at the run's end", "guess")


def _run_of(lesson: Lesson, guess: Predict) -> tuple[str, str]:
    """The run that settles a guess, and the goal at which it ends there: its own link, or the next block of its lab."""
    lab = guess.lab.partition("?")[0]
    blocks = [block for section in lesson.sections for block in section.blocks]
    after = blocks[blocks.index(guess) :]
    following = next((block for block in after if isinstance(block, LabBlock) and block.lab == lab), None)
    if "?" in guess.lab or following is None:
        return guess.lab, ""
    return run_link(lab, following.knobs), following.goal


def cannot(error: UserError, place: Place) -> Problem:
    """A run that cannot be made: said of the lesson, or once of the line in the course's own lab that stops it."""
    if isinstance(error, TooLong):
        return Problem(place, error.message, error.mend, "too-long")
    found = placed(place.file.parent.parent, error.message) if error.message.startswith("labs/") else None
    if found is not None:
        return Problem(found[0], f"the runs of this lab cannot be made: {found[1]}", error.mend, "no-run")
    return Problem(place, f"this run cannot be made: {error.message}", error.mend, "no-run")
