"""Quiz blocks → the model: six kinds, each with its own keys; and a quiz must take its own right answer."""

from __future__ import annotations

from tutor.course.claims import without_claims
from tutor.course.fields import Fields
from tutor.course.grade import grade, right_answers
from tutor.course.instances import instance, sampled
from tutor.course.model import Option, Place, Quiz
from tutor.course.problems import Problems
from tutor.course.variations import check_instances, read_variation
from tutor.course.yamltree import Scalar, Table
from tutor.errors import nearest

_KEYS: dict[str, tuple[str, ...]] = {
    "choice": ("options", "answer", "given", "where"),
    "choices": ("options", "answers", "given", "where"),
    "number": ("answer", "within", "given", "where"),
    "range": ("low", "high", "within"),
    "text": ("answer", "answers"),
    "order": ("options",),
}
_COMMON = ("ask", "kind", "because", "hints")
_REQUIRED: dict[str, tuple[str, ...]] = {
    "choice": ("options",),
    "choices": ("options",),
    "number": ("answer", "because"),
    "range": ("low", "high", "within", "because"),
    "text": ("because",),
    "order": ("options", "because"),
}
QUIZ_KINDS = tuple(_KEYS)


def read_quiz(table: Table, name: str, place: Place, problems: Problems) -> Quiz | None:
    """A quiz, or None when something is wrong with it, which has been reported."""
    kind = next((e.node.text for e in table.entries if e.key == "kind" and isinstance(e.node, Scalar)), "")
    known = kind in _KEYS
    keys = _KEYS[kind] if known else tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
    fields = Fields(table, f"a quiz of kind {kind}" if known else "a quiz", (*_COMMON, *keys), problems, place)
    fields.require("ask", "kind")
    fields.word("kind", QUIZ_KINDS, "unknown-kind")
    if not fields.sound:
        return None
    fields.require(*_REQUIRED[kind])
    options = read_options(fields, "" if kind == "order" else "right")
    quiz = Quiz(
        id=name,
        ask=fields.text("ask"),
        kind=kind,
        options=_mark_right(fields, kind, options),
        answer=_answer(fields, kind),
        answers=fields.texts("answers"),
        within=fields.number("within", 0.0) or 0.0,
        low=fields.number("low"),
        high=fields.number("high"),
        because=fields.text("because"),
        hints=fields.texts("hints"),
        place=place,
        marks=fields.frozen_marks(),
    )
    if fields.sound and fields.has("given"):
        return _varied(fields, quiz)
    if fields.sound:
        _check(fields, quiz)
    return quiz if fields.sound else None


def _varied(fields: Fields, template: Quiz) -> Quiz | None:
    """The quiz with the numbers that the lesson asks with; every instance must be sound."""
    quiz = read_variation(fields, template)
    if quiz is None:
        return None
    check_instances(fields, quiz)
    for seed in sampled(quiz) if quiz.options else ():
        if fields.sound:
            _check(fields, instance(quiz, seed))
    return quiz if fields.sound else None


def read_options(fields: Fields, marker: str) -> tuple[Option, ...]:
    """The options of a question. marker: how the right one is told: "right", "when", or "" for an order."""
    options: list[Option] = []
    for i, node in enumerate(fields.items("options")):
        if isinstance(node, Scalar) and not marker and node.text.strip():
            fields.marks[f"options.{i}.say"] = node.place
            options.append(Option(without_claims(node.text).strip()))
            continue
        if not isinstance(node, Table):
            mend = "put it in quotes" if not marker else f"write - {{say: …, {marker}: …, because: …}}"
            fields.wrong(node.place, "an option must have keys" if marker else "an option must be a text", mend)
            continue
        allowed = ("say", "because", *([marker] if marker else []))
        part = Fields(node, "an option", allowed, fields.problems, node.place, f"options.{i}.")
        part.require("say", *(["when"] if marker == "when" else []))
        options.append(Option(part.text("say"), part.flag("right"), part.text("because"), part.text("when")))
        fields.marks.update(part.marks)
        fields.marks[f"options.{i}"] = node.place
    return tuple(options)


def _mark_right(fields: Fields, kind: str, options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options, with those that `answer` or `answers` name marked as right."""
    key = {"choice": "answer", "choices": "answers"}.get(kind)
    if key is None or not fields.has(key):
        return options
    named = [fields.text(key)] if kind == "choice" else list(fields.texts(key))
    says = [option.say for option in options]
    for i, name in enumerate(named):
        if name not in says and fields.sound:
            at = fields.at(key if kind == "choice" else f"{key}.{i}")
            fields.wrong(at, f"the answer {name!r} is not among the options", nearest(name, says), "quiz-answer")
    return tuple(Option(o.say, o.right or o.say in named, o.because) for o in options)


def _answer(fields: Fields, kind: str) -> float | str | None:
    if kind == "number":
        return None if fields.has("given") else fields.number("answer")
    if kind == "text" and fields.has("answer"):
        return fields.text("answer")
    return None


def _check(fields: Fields, quiz: Quiz) -> None:
    """The first thing that makes the quiz impossible or unfair."""
    rights = sum(option.right for option in quiz.options)
    if "options" in _KEYS[quiz.kind]:
        if len(quiz.options) < 2:
            fields.wrong(fields.at("options"), "a quiz needs two options or more", "add one", "options")
            return
        says = [option.say for option in quiz.options]
        twice = next((i for i, say in enumerate(says) if say in says[:i]), None)
        if twice is not None:
            fields.wrong(fields.at(f"options.{twice}.say"), "this option stands here twice", "remove one", "options")
            return
    if quiz.kind in ("choice", "choices"):
        if not rights:
            fields.wrong(fields.at("options"), "none of the options is right", "add right: true to one", "quiz-answer")
        elif quiz.kind == "choice" and rights > 1:
            fields.wrong(fields.at("options"), f"{rights} options are right", "leave one, or use kind: choices", "quiz-answer")
        else:
            _check_feedback(fields, quiz)
    elif quiz.kind == "text" and quiz.answer is None and not quiz.answers:
        fields.wrong(fields.place, "this quiz has no answer", "add answer: … or answers: [ … ]", "missing-key")
    elif quiz.kind == "range" and (quiz.low or 0.0) >= (quiz.high or 0.0):
        fields.wrong(fields.at("low"), "low is not below high", "write the smaller end under low", "quiz-answer")
    elif quiz.kind == "range" and quiz.within < 1:
        message = "within says how many times as wide as low to high an answer may be, so below 1 nothing is right"
        fields.wrong(fields.at("within"), message, "write 1.5 or more", "quiz-answer")
    else:
        _check_own_answer(fields, quiz)


def _check_feedback(fields: Fields, quiz: Quiz) -> None:
    for i, option in enumerate(quiz.options):
        if not option.right and not option.because:
            fields.wrong(
                fields.at(f"options.{i}"), "this wrong option says nothing to who chooses it", "add because: …", "feedback"
            )


def _check_own_answer(fields: Fields, quiz: Quiz) -> None:
    for key, given in right_answers(quiz):
        verdict = grade(quiz, given)
        if not verdict.right:
            fields.wrong(
                fields.at(key),
                f"the quiz refuses its own answer {given!r}: {verdict.say}",
                "correct the answer or what is allowed",
                "quiz-answer",
            )
            return
