"""Grades answers: the six kinds of quiz, and predictions against what the run then showed. Pure functions."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.conditions import parse_condition
from tutor.course import sketch
from tutor.course.answers import fold, read_interval, read_number, short
from tutor.course.model import Option, Predict, Quiz
from tutor.words import tr

Given = str | float | int | Sequence[int]
"""number, range, text: what was typed. choice: the option's index. choices: the chosen indexes, in any order.
order: the indexes of the options, in the learner's order."""

_NOISE = 1e-9
"""Relative; 3/4 typed as 0.75 must not fail by a bit."""


@dataclass(frozen=True)
class Grade:
    """What an answer is worth."""

    right: bool | None
    """None: it could not be read, and does not count as an answer."""
    say: str
    """One sentence about this answer."""
    because: str = ""
    """Why, from the lesson; may be empty."""

    @property
    def counts(self) -> bool:
        return self.right is not None


def grade(quiz: Quiz, given: Given) -> Grade:
    """Whether the answer is right, and what to say to it."""
    match quiz.kind:
        case "choice":
            return _choice(quiz, given)
        case "choices":
            return _choices(quiz, given)
        case "number":
            return _number(quiz, given)
        case "range":
            return _range(quiz, given)
        case "text":
            return _text(quiz, given)
        case _:
            return _order(quiz, given)


def _unread(say: str) -> Grade:
    return Grade(None, say)


def _indexes(given: Given, count: int) -> list[int] | None:
    """The chosen indexes; typed text is read as numbers from 1, or letters from a."""
    if isinstance(given, str):
        words = given.replace(",", " ").lower().split()
        chosen = [int(w[:9]) - 1 if w.isascii() and w.isdigit() else ord(w) - ord("a") if len(w) == 1 else -1 for w in words]
    elif isinstance(given, int | float):
        chosen = [int(given)]
    else:
        chosen = [int(i) for i in given]
    return chosen if chosen and all(0 <= i < count for i in chosen) and len(set(chosen)) == len(chosen) else None


def _choice(quiz: Quiz, given: Given) -> Grade:
    chosen = _indexes(given, len(quiz.options))
    if chosen is None or len(chosen) != 1:
        return _unread(tr("Choose one of 1 to {options}.", options=len(quiz.options)))
    option = quiz.options[chosen[0]]
    if option.right:
        return Grade(True, tr("Right."), _join(option.because, quiz.because))
    return Grade(False, tr("No."), option.because)


def _choices(quiz: Quiz, given: Given) -> Grade:
    if not isinstance(given, int | float | str) and not given:
        return _unread(tr("Choose at least one."))
    chosen = _indexes(given, len(quiz.options))
    if chosen is None:
        return _unread(tr("Choose from 1 to {options}, each once.", options=len(quiz.options)))
    wrong = [quiz.options[i] for i in sorted(chosen) if not quiz.options[i].right]
    missing = sum(option.right for option in quiz.options) - (len(chosen) - len(wrong))
    if not wrong and not missing:
        return Grade(True, tr("Right."), _join(*(o.because for o in quiz.options if o.right), quiz.because))
    if not wrong:
        return Grade(
            False,
            tr("What you chose is right, but one more is right too.")
            if missing == 1
            else tr("What you chose is right, but {missing} more are right too.", missing=missing),
        )
    names = ", ".join(f'"{option.say}"' for option in wrong)
    say = tr("{names} does not belong.", names=names) if len(wrong) == 1 else tr("{names} do not belong.", names=names)
    if missing:
        say += " " + (
            tr("1 that is right is missing.") if missing == 1 else tr("{missing} that are right are missing.", missing=missing)
        )
    return Grade(False, say, _join(*(option.because for option in wrong)))


def _number(quiz: Quiz, given: Given) -> Grade:
    value = _as_number(given)
    if value is None:
        return _unread(tr("That is no number. Type one, such as 3, 0.25, 3/4 or 1e-3."))
    answer = float(quiz.answer or 0.0)
    if abs(value - answer) <= quiz.within + _NOISE * max(1.0, abs(answer)):
        near = (
            tr("Right.")
            if math.isclose(value, answer, rel_tol=_NOISE)
            else tr("Right: exactly, it is {answer}.", answer=short(answer))
        )
        return Grade(True, near, quiz.because)
    too_large, too_small = tr("{value} is too large.", value=short(value)), tr("{value} is too small.", value=short(value))
    return Grade(False, too_large if value > answer else too_small, quiz.because)


def _as_number(given: Given) -> float | None:
    if isinstance(given, str):
        return read_number(given)
    return float(given) if isinstance(given, int | float) and math.isfinite(given) else None


def _range(quiz: Quiz, given: Given) -> Grade:
    ends = read_interval(given) if isinstance(given, str) else None
    if ends is None:
        return _unread(tr("That is no range. Type two numbers, such as 2 to 5."))
    low, high = quiz.low or 0.0, quiz.high or 0.0
    slack = _NOISE * max(1.0, abs(low), abs(high))
    if ends[0] > low + slack or ends[1] < high - slack:
        side = tr("starts too high") if ends[0] > low + slack else tr("ends too low")
        if ends[0] > low + slack and ends[1] < high - slack:
            side = tr("is too narrow")
        elif ends[0] > high + slack:
            side = tr("lies too high")
        elif ends[1] < low - slack:
            side = tr("lies too low")
        return Grade(False, tr("{low} to {high} {side}.", low=short(ends[0]), high=short(ends[1]), side=side), quiz.because)
    if ends[1] - ends[0] > quiz.within * (high - low) + slack:
        return Grade(
            False,
            tr("It is inside {low} to {high}, but that is too wide to say much.", low=short(ends[0]), high=short(ends[1])),
            quiz.because,
        )
    return Grade(True, tr("Right: it is {low} to {high}.", low=short(low), high=short(high)), quiz.because)


def _text(quiz: Quiz, given: Given) -> Grade:
    words = fold(str(given))
    if not words:
        return _unread(tr("Type a word or two."))
    accepted = [str(quiz.answer)] if quiz.answer is not None else []
    if words in {fold(answer) for answer in (*accepted, *quiz.answers)}:
        return Grade(True, tr("Right."), quiz.because)
    return Grade(False, tr('"{given}" is not it.', given=str(given).strip()[:60]), quiz.because)


def _order(quiz: Quiz, given: Given) -> Grade:
    count = len(quiz.options)
    chosen = _indexes(given, count)
    if chosen is None or len(chosen) != count:
        return _unread(tr("Put all {count} in order, each once.", count=count))
    first = next((i for i, index in enumerate(chosen) if index != i), None)
    if first is None:
        return Grade(True, tr("Right."), quiz.because)
    good = tr("The first {first} are in place; then ", first=first) if first else ""
    if first == 1:
        good = tr("The first is in place; then ")
    name = quiz.options[chosen[first]].say
    say = good + tr('"{name}" comes too early.', name=name)
    return Grade(False, say, _join(quiz.options[chosen[first]].because, quiz.because))


def grade_prediction(predict: Predict, given: Given, metrics: Mapping[str, float], curve: sketch.Curve = ()) -> Grade:
    """The prediction against the run. given: what was typed or drawn, or the chosen option's index. metrics: at its end.

    curve: for a sketch, what was measured along the run. Raises BadCondition when an option's condition names what the run does
    not have (the linter finds this before).
    """
    cannot = readable(predict, given)
    if cannot is not None:
        return cannot
    truth = float(metrics.get(predict.measure, math.nan))
    match predict.kind:
        case "choice":
            option = predict.options[(_indexes(given, len(predict.options)) or [0])[0]]
            right = happened(option, metrics)
            came = tr("In the run, {measure} came to {truth}.", measure=predict.measure, truth=short(truth))
            say = f"{tr('As you said.') if right else tr('It went otherwise.')} {came}"
            return Grade(right, say, _join(option.because, predict.because))
        case "sketch":
            return _sketch(predict, str(given), curve)
    return _guess(predict, _as_number(given) or 0.0, truth)


def _guess(predict: Predict, value: float, truth: float) -> Grade:
    if not math.isfinite(truth):
        return Grade(False, tr("You said {value}; the run came to no finite number.", value=short(value)), predict.because)
    if math.isclose(value, truth, rel_tol=_NOISE, abs_tol=_NOISE):
        return Grade(True, tr("You said {value}, and {truth} it is.", value=short(value), truth=short(truth)), predict.because)
    miss = abs(value - truth)
    right = miss <= predict.within + _NOISE * max(1.0, abs(truth))
    off = short(miss) + (f" ({100 * miss / abs(truth):.0f} %)" if abs(truth) > 0.01 * miss else "")
    said = {"value": short(value), "truth": short(truth), "off": off}
    near = tr("You said {value}; it is {truth}: off by {off}, close enough.", **said)
    return Grade(right, near if right else tr("You said {value}; it is {truth}: off by {off}.", **said), predict.because)


def _sketch(predict: Predict, given: str, curve: sketch.Curve) -> Grade:
    truth = sketch.measured(predict, curve)
    if not truth:
        return _unread(tr("The run showed no number to compare your sketch with."))
    drawn = sketch.spread(sketch.read_sketch(predict, given) or [])
    off = sketch.distance(drawn, truth)
    right, share = off <= predict.within, f"{100 * off:.0f}"
    near = tr("Your sketch is off by {share} % of the range on average, close enough.", share=share)
    say = near if right else tr("Your sketch is off by {share} % of the range on average.", share=share)
    return Grade(right, f"{say} {sketch.shape_words(drawn, truth)}", predict.because)


def readable(predict: Predict, given: Given) -> Grade | None:
    """Before the run: a grade that does not count when the prediction cannot be read, otherwise None."""
    match predict.kind:
        case "choice":
            chosen = _indexes(given, len(predict.options))
            return (
                None
                if chosen and len(chosen) == 1
                else _unread(tr("Choose one of 1 to {options}.", options=len(predict.options)))
            )
        case "sketch":
            drawn = sketch.read_sketch(predict, given) if isinstance(given, str) else None
            return None if drawn else _unread(tr("A sketch is {points} numbers, with commas between.", points=sketch.POINTS))
    known = _as_number(given) is not None
    return None if known else _unread(tr("That is no number. Type one, such as 3, 0.25, 3/4 or 1e-3."))


def happened(option: Option, metrics: Mapping[str, float]) -> bool:
    """Whether what the option of a prediction says is what the run showed."""
    return parse_condition(option.when).holds(metrics) if option.when else option.right


def right_answers(quiz: Quiz) -> list[tuple[str, Given]]:
    """Every answer that the author calls right, with the key that holds it; a good quiz takes each."""
    match quiz.kind:
        case "choice":
            return [("options", i) for i, option in enumerate(quiz.options) if option.right]
        case "choices":
            return [("options", tuple(i for i, option in enumerate(quiz.options) if option.right))]
        case "number":
            return [("answer", quiz.answer if quiz.answer is not None else math.nan)]
        case "range":
            return [("low", f"{quiz.low!r} to {quiz.high!r}")]
        case "text":
            one: list[tuple[str, Given]] = [] if quiz.answer is None else [("answer", str(quiz.answer))]
            return [*one, *((f"answers.{i}", answer) for i, answer in enumerate(quiz.answers))]
        case _:
            return [("options", tuple(range(len(quiz.options))))]


def answer_text(quiz: Quiz) -> str:
    """The right answer in words."""
    match quiz.kind:
        case "choice" | "choices":
            return "; ".join(option.say for option in quiz.options if option.right)
        case "number":
            return short(float(quiz.answer or 0.0))
        case "range":
            return tr("{low} to {high}", low=short(quiz.low or 0.0), high=short(quiz.high or 0.0))
        case "text":
            return str(quiz.answer if quiz.answer is not None else quiz.answers[0])
        case _:
            return "; ".join(option.say for option in quiz.options)


def shown_order(quiz: Quiz) -> tuple[int, ...]:
    """The order in which the options of an `order` are first shown: always the same, never the right one."""
    order = list(range(len(quiz.options)))
    random.Random(quiz.id).shuffle(order)
    if order == sorted(order):
        order = [*order[1:], order[0]]
    return tuple(order)


def _join(*texts: str) -> str:
    return " ".join(text for text in texts if text)
