"""`given` and `where` of a quiz → what its numbers are drawn from; and whether every instance can be answered."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from tutor.course.answers import short
from tutor.course.arithmetic import FUNCTIONS, parse_expression
from tutor.course.fields import Fields
from tutor.course.grade import grade
from tutor.course.instances import instance, names_in, numbers_of, sampled
from tutor.course.model import Quiz, Variation
from tutor.course.yamltree import Items, Node, Scalar, Table
from tutor.errors import BadLesson, nearest

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_MEND = "write given: {w: [-2, 2, 0.5]}, from, to and step, or {w: {of: [1, 2, 4]}}"
_MOST = 1000


def read_variation(fields: Fields, template: Quiz) -> Quiz | None:
    """The quiz with its numbers drawn (those of the lesson), or None when something is wrong, which has been reported."""
    numbers = _numbers(fields)
    where = _where(fields, [name for name, _ in numbers]) if fields.sound else ()
    answer = fields.text("answer") if fields.has("answer") and template.kind == "number" else ""
    if not fields.sound:
        return None
    names = [name for name, _ in (*numbers, *where)]
    if answer and not _readable(fields, "answer", answer, names):
        return None
    asked = names_in(template.ask).union(*(names_in(option.say) for option in template.options))
    if not _known_only(fields, template, [*names, *(["answer"] if answer else [])]):
        return None
    for name, _ in numbers:
        if name not in asked:
            fields.wrong(fields.at("given"), f"{name} is drawn, but not shown", f"write {{{name}}} into ask", "given")
            return None
    drawn = Quiz(template.id, "", template.kind, varied=Variation(numbers, where, answer, template))
    return instance(drawn, 0) if _all_numbers(fields, drawn) else None


_FORMULA = re.compile(r"\$[^$]*\$")


def _known_only(fields: Fields, template: Quiz, names: list[str]) -> bool:
    """Whether each {name} in the texts, outside of formulas, is one of the names."""
    texts = {"ask": template.ask, "because": template.because}
    for i, option in enumerate(template.options):
        texts |= {f"options.{i}.say": option.say, f"options.{i}.because": option.because}
    texts |= {f"hints.{i}": hint for i, hint in enumerate(template.hints)}
    for key, text in texts.items():
        for name in sorted(names_in(_FORMULA.sub("", text)) - set(names)):
            message = f"{{{name}}} is no number of this question"
            fields.wrong(fields.marks.get(key, fields.place), message, nearest(name, names), "given")
            return False
    return True


def _all_numbers(fields: Fields, quiz: Quiz) -> bool:
    """Whether every instance has its numbers; the first that has not is reported."""
    assert quiz.varied is not None
    for seed in sampled(quiz):
        values = numbers_of(quiz.varied, quiz.id, seed)
        nothing = next((name for name, value in values.items() if math.isnan(value)), "")
        if nothing:
            place = fields.at("answer" if nothing == "answer" else "where")
            message = f"with {_drawn(quiz.varied, values)} there is no number {nothing}"
            fields.wrong(place, message, "draw from numbers that it can be computed for", "given")
            return False
    return True


def _drawn(varied: Variation, values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {short(values[name])}" for name, _ in varied.numbers)


def _numbers(fields: Fields) -> tuple[tuple[str, tuple[float, ...]], ...]:
    node = fields.node("given")
    if not isinstance(node, Table) or not node.entries:
        fields.wrong(fields.at("given"), "given must be a mapping of names", _MEND)
        return ()
    found = []
    for entry in node.entries:
        values = _choices(entry.node)
        if not _NAME.match(entry.key) or entry.key == "answer" or entry.key in FUNCTIONS:
            fields.wrong(entry.place, f"{entry.key!r} cannot be the name of a number", "use a-z, 0-9 and _", "given")
        elif not values:
            fields.wrong(entry.node.place, f"{entry.key} is drawn from nothing", _MEND, "given")
        found.append((entry.key, values))
    return tuple(found)


def _choices(node: Node) -> tuple[float, ...]:
    """What one number is drawn from; empty when that cannot be read."""
    if isinstance(node, Table):
        listed = next((entry.node for entry in node.entries if entry.key == "of" and len(node.entries) == 1), None)
        values = _floats(listed) if listed is not None else []
        return tuple(values) if len(values) <= _MOST else ()
    ends = _floats(node)
    if len(ends) != 3 or ends[2] <= 0 or not 0 < (ends[1] - ends[0]) / ends[2] < _MOST:
        return ()
    low, high, step = ends
    return tuple(round(low + i * step, 10) for i in range(math.floor((high - low) / step + 1e-9) + 1))


def _floats(node: Node) -> list[float]:
    if not isinstance(node, Items):
        return []
    values = [part.value if isinstance(part, Scalar) else None for part in node.items]
    good = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and abs(v) <= 1e12]
    return good if len(good) == len(values) else []


def _where(fields: Fields, names: list[str]) -> tuple[tuple[str, str], ...]:
    known, found = list(names), []
    for name, value in fields.table("where").items():
        if not _NAME.match(name) or name in known or name == "answer" or name in FUNCTIONS:
            fields.wrong(fields.marks[f"where.{name}:"], f"{name!r} cannot be the name of a number", "take another", "given")
        elif _readable(fields, f"where.{name}", str(value), known):
            found.append((name, str(value)))
        known.append(name)
    return tuple(found)


def _readable(fields: Fields, key: str, text: str, names: list[str]) -> bool:
    try:
        parse_expression(text, names)
    except BadLesson as error:
        fields.wrong(fields.at(key), error.message, error.mend, "given")
        return False
    return True


def check_instances(fields: Fields, quiz: Quiz) -> None:
    """Report the first instance whose answer, as it is shown, the quiz refuses."""
    assert quiz.varied is not None
    for seed in sampled(quiz) if quiz.kind == "number" else ():
        values = numbers_of(quiz.varied, quiz.id, seed)
        shown = short(values["answer"])
        verdict = grade(instance(quiz, seed), shown)
        if not verdict.right:
            message = f"with {_drawn(quiz.varied, values)} the quiz refuses its own answer {shown}: {verdict.say}"
            fields.wrong(fields.at("answer"), message, "allow a little with within", "quiz-answer")
            return
