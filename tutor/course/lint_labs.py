"""Lint: what lessons say about labs. Knobs and their values, views, goals, predictions, plugs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import cast
from urllib.parse import unquote

from tutor.conditions import Condition, Value, parse_condition
from tutor.course.model import Exercise, LabBlock, PictureBlock, Place, Predict
from tutor.course.problems import Problem
from tutor.course.tools import LabFacts, Tools
from tutor.errors import BadCondition, UserError, nearest

_LARGEST_SEED = 2**32 - 1


def check_lab(block: LabBlock, tools: Tools) -> Iterator[Problem]:
    """The knobs, views and goal of a lab block."""
    facts = tools.labs.get(block.lab)
    if facts is None:
        yield from _unknown_lab(block.lab, block.place, tools)
        return
    for key, value in block.knobs.items():
        keys, values = block.marks[f"knobs.{key}:"], block.marks[f"knobs.{key}"]
        yield from _check_knob(block.lab, facts, key, value, keys, values)
    for i, name in enumerate(block.show):
        place = block.marks[f"show.{i}"]
        if name in block.show[:i]:
            yield Problem(place, f"the view {name!r} stands here twice", "remove one", "unknown-view")
        elif name not in facts.views:
            yield Problem(place, f"{block.lab!r} has no view {name!r}", nearest(name, facts.views), "unknown-view")
    for key, names in (("hide", block.hide), ("lock", block.lock)):
        for i, name in enumerate(names):
            if name not in facts.knobs:
                place = block.marks[f"{key}.{i}"]
                yield Problem(place, f"{block.lab!r} has no knob {name!r}", nearest(name, facts.knobs), "unknown-knob")
    for i, name in enumerate(block.lock):
        if name in block.hide:
            yield Problem(block.marks[f"lock.{i}"], f"{name!r} is hidden, so it cannot be turned", "remove it here", "bad-knob")
    for key, value in block.reach.items():
        keys, values = block.marks[f"reach.{key}:"], block.marks[f"reach.{key}"]
        yield from _check_knob(block.lab, facts, key, value, keys, values)
    if block.sweep:
        yield from _check_sweep(block, facts)
    if block.goal:
        wrong = list(_check_condition(block.goal, block.marks["goal"], facts, "goal"))
        yield from wrong or _check_turned(block, facts)


def _check_turned(block: LabBlock, facts: LabFacts) -> Iterator[Problem]:
    """A goal asks of no knob what it is not, where the learner cannot turn it."""
    fixed = {name: "hidden" if name in block.hide else "locked" for name in (*block.hide, *block.lock)}
    tree = parse_condition(block.goal).tree
    for part in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
        condition = Condition(ast.unparse(part), frozenset(n.id for n in ast.walk(part) if isinstance(n, ast.Name)), part)
        if condition.names and condition.names <= set(fixed) - set(facts.metrics):
            values = {n: facts.knobs[n](block.knobs[n]) if n in block.knobs else facts.defaults.get(n) for n in condition.names}
            if None not in values.values() and not condition.holds(cast(dict[str, Value], values)):
                name = min(condition.names)
                message = f"the goal asks for {condition.text}, and {name} is {fixed[name]}, so that nobody can turn it"
                yield Problem(block.marks["goal"], message, "preset it so, or let it be turned", "goal")
                return


def check_picture(block: PictureBlock, tools: Tools) -> Iterator[Problem]:
    """The link and the view of a picture."""
    yield from check_link(block.link, block.marks["lab"], tools)
    lab = block.link.partition("?")[0]
    facts = tools.labs.get(lab)
    if facts is not None and block.view and block.view not in facts.views:
        place = block.marks["view"]
        yield Problem(place, f"{lab!r} has no view {block.view!r}", nearest(block.view, facts.views), "unknown-view")


def _check_sweep(block: LabBlock, facts: LabFacts) -> Iterator[Problem]:
    """The two axes of a map."""
    if facts.axis is None:
        message = f"{block.lab!r} has no map of many runs"
        yield Problem(block.marks["sweep:"], message, "take the key sweep away, or another lab", "bad-sweep")
        return
    if len(block.sweep) != 2:
        message = f"a map has two axes, not {len(block.sweep)}"
        yield Problem(block.marks["sweep"], message, "write sweep: {rate: '0.1,1', seed: 0..7}", "bad-sweep")
    for name, text in zip(block.sweep, block.axes, strict=True):
        try:
            facts.axis(text)
        except UserError as error:
            yield Problem(block.marks[f"sweep.{name}"], error.message, error.mend, "bad-sweep")


def check_predict(block: Predict, tools: Tools) -> Iterator[Problem]:
    """The link, the metric and the conditions of a prediction."""
    before = list(check_link(block.lab, block.marks["lab"], tools))
    yield from before
    facts = tools.labs.get(block.lab.partition("?")[0])
    if facts is None:
        return
    if block.measure not in facts.metrics:
        lab = block.lab.partition("?")[0]
        mend = nearest(block.measure, facts.metrics)
        yield Problem(block.marks["measure"], f"{lab!r} has no metric {block.measure!r}", mend, "unknown-metric")
    elif block.kind == "sketch" and block.measure not in facts.curves:
        message = f"no view draws {block.measure!r} as a curve, so no sketch of it can be shown"
        yield Problem(block.marks["measure"], message, nearest(block.measure, facts.curves), "unknown-metric")
    for i, option in enumerate(block.options):
        yield from _check_condition(option.when, block.marks[f"options.{i}.when"], facts, "condition")


def check_plug(block: Exercise, tools: Tools) -> Iterator[Problem]:
    """The lab that an exercise drives, or the whole link."""
    if not block.plug:
        return
    lab = block.plug.partition("?")[0]
    facts = tools.labs.get(lab)
    if facts is not None and not facts.socket:
        takers = [name for name, other in tools.labs.items() if other.socket]
        message = f"the lab {lab!r} runs on nobody's code"
        yield Problem(block.marks["plug"], message, nearest(lab, takers), "unknown-lab")
        return
    yield from check_link(block.plug, block.marks["plug"], tools)


def check_link(text: str, place: Place, tools: Tools) -> Iterator[Problem]:
    """A run's link, `lab?knob=value&…`: the first thing wrong with it."""
    lab, _, query = text.partition("?")
    facts = tools.labs.get(lab)
    if facts is None:
        yield from _unknown_lab(lab, place, tools)
        return
    for part in query.split("&") if query else ():
        key, equals, value = part.partition("=")
        if not key or not equals:
            yield Problem(place, f"{part!r} in {text!r} is not knob=value", "write it like: lab?knob=value&seed=3", "bad-knob")
            return
        found = list(_check_knob(lab, facts, unquote(key), unquote(value), place, place))
        if found:
            yield found[0]
            return


def _unknown_lab(name: str, place: Place, tools: Tools) -> Iterator[Problem]:
    if name in tools.unknown:  # it is there; what is wrong with it is said once, of its own file
        return
    file = place.file.parent.parent / "labs" / f"{name.replace('-', '_')}.py"
    if file.is_file():
        message = f"labs/{file.name} binds no name LAB, so there is no lab {name!r}"
        yield Problem(Place(file), message, "end it with a line LAB = and an instance of its class", "broken-lab")
        return
    close = nearest(name, tools.labs)
    yield Problem(place, f"there is no lab {name!r}", close if close.startswith("did") else "see: dltutor labs", "unknown-lab")


def _check_knob(lab: str, facts: LabFacts, key: str, value: object, keys: Place, values: Place) -> Iterator[Problem]:
    name, at, step = key.partition("@")
    if name == "seed" and "seed" not in facts.knobs:
        if not str(value).isdecimal() or len(str(value)) > 20 or int(str(value)) > _LARGEST_SEED:
            yield Problem(values, f"the seed cannot be {value!r}", f"use a whole number from 0 to {_LARGEST_SEED}", "bad-knob")
        return
    if name not in facts.knobs:
        yield Problem(keys, f"{lab!r} has no knob {name!r}", nearest(name, [*facts.knobs, "seed"]), "unknown-knob")
        return
    if at and (name not in facts.live or not step.isdecimal()):
        why = "cannot change while the lab runs" if step.isdecimal() else f"does not say at which step in {key!r}"
        yield Problem(keys, f"{name!r} {why}", "set it from the start", "bad-knob")
        return
    try:
        facts.knobs[name](value)
    except UserError as error:
        yield Problem(values, error.message, error.mend, "bad-knob")


def _check_condition(text: str, place: Place, facts: LabFacts, rule: str) -> Iterator[Problem]:
    try:
        condition = parse_condition(text, (*facts.metrics, *facts.knobs))
    except BadCondition as error:
        yield Problem(place, error.message, error.mend, rule)
        return
    if not condition.names & set(facts.metrics):
        mend = "there are: " + ", ".join(facts.metrics)
        yield Problem(place, f"{text!r} names no metric, only knobs", mend, rule)
        return
    for said, mend in _never(condition.tree, facts):
        yield Problem(place, f"{said} in {text!r}", mend, rule)
        return


def _never(tree: ast.expr, facts: LabFacts) -> Iterator[tuple[str, str]]:
    """Comparisons that can never hold, since what is compared is of another kind: (what, how to mend)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for op, pair in zip(node.ops, pairwise(sides), strict=True):
            name = next((side.id for side in pair if isinstance(side, ast.Name)), "")
            constants = [side.value for side in pair if isinstance(side, ast.Constant)]
            if not name or not constants:
                continue
            value = constants[0]
            if name in facts.metrics:
                if isinstance(value, str):
                    yield f"{name} is a number, and {value!r} is a text", f"write {value} without quotes"
                continue
            try:
                read = facts.knobs[name](value)
            except UserError as error:
                if isinstance(op, ast.Eq):
                    yield error.message, error.mend
                continue
            if isinstance(read, str) != isinstance(value, str):
                kind = "text" if isinstance(read, str) else "number"
                how = f"{str(value)!r}, in quotes" if isinstance(read, str) else f"{value!s}, without quotes"
                yield f"the knob {name!r} is a {kind}, and never {value!r}", f"write {how}"
