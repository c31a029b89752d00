"""Fenced blocks → the model's blocks. A block with a fault is reported and left out."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.claims import without_claims
from tutor.course.document import BLOCKS, Fence
from tutor.course.fields import Fields
from tutor.course.model import Aside, Block, Bug, Event, Exercise, Hint, LabBlock, Note, PictureBlock, Place, Timeline
from tutor.course.predictions import read_predict
from tutor.course.problems import Problems
from tutor.course.questions import read_quiz
from tutor.course.source import is_inside
from tutor.course.yamltree import Scalar, Table

_UNANSWERED = ("timeline", "aside", "picture")
"""Blocks that need no name."""
_SIZE = re.compile(r"([0-9]{2,3})x([0-9]{1,3})\Z")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass
class Names:
    """The ids that a lesson's blocks have taken."""

    taken: dict[str, Place] = field(default_factory=dict)
    labs: Counter[str] = field(default_factory=Counter)


def read_block(fence: Fence, root: Path, names: Names, problems: Problems) -> Block | None:
    """The block that a fence holds, or None when something is wrong with it. root: the course's folder."""
    if fence.word not in BLOCKS:
        return None
    before = len(problems)
    name = _name(fence, names, problems)
    if fence.table is None or len(problems) > before:
        return None
    match fence.word:
        case "quiz":
            return read_quiz(fence.table, name, fence.place, problems)
        case "predict":
            return read_predict(fence.table, name, fence.place, problems)
        case "lab":
            return _lab(fence, fence.table, name, problems)
        case "exercise":
            return _exercise(fence, fence.table, name, root, problems)
        case "bug":
            return _bug(fence, fence.table, name, root, problems)
        case "timeline":
            return _timeline(fence, fence.table, name, problems)
        case "picture":
            return _picture(fence, fence.table, name, problems)
        case _:
            return _aside(fence, fence.table, name, problems)


def _name(fence: Fence, names: Names, problems: Problems) -> str:
    """The block's id, from the words behind the block's name."""
    words = list(fence.words)
    if fence.word == "lab":
        if not words:
            problems.add(fence.place, "block-name", "this lab block names no lab", "write it like: ```lab perceptron")
            return ""
        names.labs[words[0]] += 1
        count = names.labs[words[0]]
        name = words[1] if len(words) > 1 else words[0] if count == 1 else f"{words[0]}-{count}"
        extra = words[2:]
    else:
        if not words and fence.word not in _UNANSWERED:
            problems.add(
                fence.place, "block-name", f"this {fence.word} has no name", f"write it like: ```{fence.word} a-name-of-its-own"
            )
            return ""
        # These cannot be answered: nothing is stored under its id.
        name = words[0] if words else f"{fence.word}-{fence.place.line}"
        extra = words[1:]
    if extra or (not _ID.match(name) and not (fence.word == "lab" and len(words) == 1)):
        bad = extra[0] if extra else name
        problems.add(
            fence.place, "block-name", f"{bad!r} cannot stand in a block's first line", "use one name of a-z, 0-9 and hyphens"
        )
    elif name in names.taken:
        problems.add(
            fence.place,
            "duplicate-id",
            f"the name {name!r} is taken in line {names.taken[name].line}",
            "give this block another name",
        )
    names.taken.setdefault(name, fence.place)
    return name


_LAB = ("knobs", "show", "hide", "lock", "goal", "par", "reach", "say", "sweep")
_MOST_STEPS = 100_000_000


def _lab(fence: Fence, table: Table, name: str, problems: Problems) -> LabBlock | None:
    fields = Fields(table, "a lab", _LAB, problems, fence.place)
    block = LabBlock(
        id=name,
        lab=fence.words[0],
        knobs=fields.table("knobs"),
        show=fields.texts("show"),
        hide=fields.texts("hide"),
        lock=fields.texts("lock"),
        goal=fields.text("goal"),
        par=fields.whole("par", 1, _MOST_STEPS),
        reach=fields.table("reach"),
        say=fields.text("say"),
        place=fence.place,
        sweep=fields.table("sweep"),
        marks=fields.frozen_marks(),
    )
    for key in ("par", "reach"):
        if fields.has(key) and not fields.has("goal"):
            fields.wrong(fields.marks[f"{key}:"], f"{key} goes with a goal, and there is none", "add goal: …", "missing-key")
    return block if fields.sound else None


_EXERCISE = ("file", "plug", "ask", "hints", "why", "mistakes")


def _exercise(fence: Fence, table: Table, name: str, root: Path, problems: Problems) -> Exercise | None:
    fields = Fields(table, "an exercise", _EXERCISE, problems, fence.place)
    fields.require("file", "why")
    return _exercise_of(fields, fence, name, root)


def _bug(fence: Fence, table: Table, name: str, root: Path, problems: Problems) -> Bug | None:
    fields = Fields(table, "a bug", (*_EXERCISE, "line", "elsewhere"), problems, fence.place)
    fields.require("file", "line", "plug", "ask", "why")
    line = fields.whole("line", 1, 999)
    notes = []
    for i, node in enumerate(fields.items("elsewhere")):
        if not isinstance(node, Table):
            fields.wrong(node.place, "an entry of elsewhere must have keys", "write - {line: 12, say: …}")
            continue
        part = Fields(node, "an entry of elsewhere", ("line", "say"), fields.problems, node.place, f"elsewhere.{i}.")
        part.require("line", "say")
        notes.append(Note(part.whole("line", 1, 999), part.text("say")))
        fields.marks.update(part.marks)
    found = _exercise_of(fields, fence, name, root)
    if found is None:
        return None
    return Bug(
        **{each.name: getattr(found, each.name) for each in dataclasses.fields(found)}, line=line, elsewhere=tuple(notes)
    )


def _exercise_of(fields: Fields, fence: Fence, name: str, root: Path) -> Exercise | None:
    text = fields.text("file")
    file = fence.place.file.parent / text
    if text and not is_inside(root, file):
        fields.wrong(fields.at("file"), f"{text} leads out of the course's folder", "keep it inside the folder", "outside")
    elif text and (file.suffix != ".py" or not file.is_file()):
        there = f"{text} is no Python file" if file.exists() else f"there is no file {text}"
        fields.wrong(fields.at("file"), there, "write it, or correct the name", "missing-file")
    exercise = Exercise(
        id=name,
        file=file.absolute(),
        plug=fields.text("plug"),
        ask=fields.text("ask"),
        hints=_hints(fields),
        why=fields.text("why"),
        mistakes={name: str(said).strip() for name, said in fields.table("mistakes").items()},
        place=fence.place,
        marks=fields.frozen_marks(),
    )
    return exercise if fields.sound else None


def _hints(fields: Fields) -> tuple[Hint, ...]:
    hints = []
    for i, node in enumerate(fields.items("hints")):
        if isinstance(node, Table):
            part = Fields(node, "a hint", ("when", "say"), fields.problems, node.place, f"hints.{i}.")
            part.require("say")
            hints.append(Hint(part.text("say"), part.text("when")))
            fields.marks.update(part.marks)
        elif isinstance(node, Scalar) and node.text.strip():
            fields.marks[f"hints.{i}.say"] = node.place
            hints.append(Hint(without_claims(node.text).strip()))
        else:
            fields.wrong(node.place, "a hint must be a text", "put it in quotes, or write {when: …, say: …}")
    return tuple(hints)


def _timeline(fence: Fence, table: Table, name: str, problems: Problems) -> Timeline | None:
    fields = Fields(table, "a timeline", ("events",), problems, fence.place)
    fields.require("events")
    events = []
    for i, node in enumerate(fields.items("events")):
        if not isinstance(node, Table):
            fields.wrong(node.place, "an event must have keys", "write - {year: 1943, title: …}")
            continue
        part = Fields(node, "an event", ("year", "title", "text", "chapter"), problems, node.place, f"events.{i}.")
        part.require("year", "title")
        events.append(Event(part.text("year"), part.text("title"), part.text("text"), part.text("chapter")))
        fields.marks.update(part.marks)
    timeline = Timeline(name, tuple(events), fence.place, fields.frozen_marks())
    return timeline if fields.sound else None


def _aside(fence: Fence, table: Table, name: str, problems: Problems) -> Aside | None:
    fields = Fields(table, "an aside", ("title", "text"), problems, fence.place)
    fields.require("title", "text")
    aside = Aside(name, fields.text("title"), fields.text("text"), fence.place, fields.frozen_marks())
    return aside if fields.sound else None


def _picture(fence: Fence, table: Table, name: str, problems: Problems) -> PictureBlock | None:
    fields = Fields(table, "a picture", ("lab", "step", "view", "size", "caption"), problems, fence.place)
    fields.require("lab", "caption")
    size = (60, 18)
    if fields.has("size"):
        match = _SIZE.match(fields.text("size"))
        if match is None or not (20 <= int(match[1]) <= 400 and 5 <= int(match[2]) <= 100):
            fields.wrong(fields.at("size"), "size must be columns x rows, from 20x5", "write size: 60x18", "wrong-value")
        else:
            size = (int(match[1]), int(match[2]))
    picture = PictureBlock(
        id=name,
        link=fields.text("lab"),
        step=fields.whole("step", 0, _MOST_STEPS),
        view=fields.text("view"),
        size=size,
        caption=fields.text("caption"),
        place=fence.place,
        marks=fields.frozen_marks(),
    )
    return picture if fields.sound else None
