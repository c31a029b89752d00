"""A course as data: courses hold chapters, chapters hold lessons, lessons hold sections, sections hold blocks.

Markdown is parsed into this once (`tutor.course.parse`); the screen, `read`, `lint` and `list` all walk the same model.
Ids are paths without suffix: chapter "01-neuron", lesson "01-neuron/formal-neuron" (the file's leading number gives the
order and is not part of the id: `01-formal-neuron.md` → "formal-neuron").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.course.place import Marks as Marks
from tutor.course.place import Place as Place
from tutor.course.place import no_marks
from tutor.course.shown import Aside as Aside
from tutor.course.shown import Event as Event
from tutor.course.shown import PictureBlock as PictureBlock
from tutor.course.shown import Timeline as Timeline
from tutor.course.terms import Glossary as Glossary
from tutor.course.terms import Term as Term


@dataclass(frozen=True)
class Prose:
    """A run of ordinary Markdown, to be shown as it is."""

    text: str
    place: Place


@dataclass(frozen=True)
class Option:
    """One answer that a question offers."""

    say: str
    right: bool = False
    because: str = ""
    """Shown when it has been chosen."""
    when: str = ""
    """Of a prediction: a condition over the metrics at the run's end; the option is right when it holds."""


@dataclass(frozen=True)
class Variation:
    """What the numbers of a quiz are drawn from (`tutor.course.instances`)."""

    numbers: tuple[tuple[str, tuple[float, ...]], ...]
    """(name, what it is drawn from)"""
    where: tuple[tuple[str, str], ...]
    """(name, expression), each in the names before it."""
    answer: str
    """An expression in all the names; empty where options are chosen."""
    template: Quiz
    """The quiz as it is written, with {name} where a number goes."""


@dataclass(frozen=True)
class Quiz:
    """A question with feedback. Its `kind` says which of the fields below count."""

    id: str
    ask: str
    kind: str
    """choice, choices, number, range, text or order."""
    options: tuple[Option, ...] = ()
    """choice: one is right; choices: all that are right and no other; order: the options in their right order."""
    answer: float | str | None = None
    """number and text: the right answer; text may list several in `answers`."""
    answers: tuple[str, ...] = ()
    within: float = 0.0
    """number: the tolerance, absolute."""
    low: float | None = None
    high: float | None = None
    """range: the answer is an interval that must hold low…high and be at most `within` times as wide."""
    because: str = ""
    """Said after a right answer (and after a wrong number, range, text or order)."""
    hints: tuple[str, ...] = ()
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)
    varied: Variation | None = field(default=None, compare=False, repr=False)
    """What its numbers were drawn from; None: they are always the same."""


@dataclass(frozen=True)
class Predict:
    """A question that is answered before a run, held, and scored by the run."""

    id: str
    ask: str
    kind: str
    """number, choice or sketch."""
    lab: str
    """The lab (or the whole link) that answers it."""
    measure: str
    """The metric that is the truth, at the run's end; of a sketch, all along the run."""
    within: float = 0.0
    """number: how far off still counts as right; sketch: how far on average, as a share of the range."""
    options: tuple[Option, ...] = ()
    """choice: each with a condition (`when`), so that the run decides which is right."""
    steps: int = 0
    """sketch: it goes from step 0 to this one."""
    low: float = 0.0
    high: float = 1.0
    """sketch: the range that is drawn in."""
    log: bool = False
    """sketch: whether the range is one of ratios."""
    because: str = ""
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)


@dataclass(frozen=True)
class LabBlock:
    """A lab, set up for a lesson."""

    id: str
    """Unique in the lesson: the lab's id, with -2, -3 … when it comes again, or the word after the lab's id in the fence."""
    lab: str
    knobs: Mapping[str, Any]
    """Values by knob, and `seed`; checked by the linter, read by `tutor.engine.link.make_link`."""
    show: tuple[str, ...] = ()
    """Views offered, first one first; empty: all."""
    hide: tuple[str, ...] = ()
    """Knobs that are not shown."""
    lock: tuple[str, ...] = ()
    """Knobs that are shown, but cannot be turned."""
    goal: str = ""
    """A condition; the block is done when it has held once. Empty: it is done when it has been run."""
    par: int = 0
    """In how many steps the goal can well be reached; 0: nothing is said about it."""
    reach: Mapping[str, Any] = field(default_factory=dict)
    """Knobs with which the goal is reached, where it is not with the block's own: for the linter, never shown."""
    say: str = ""
    """What there is to do, in a sentence."""
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)
    sweep: Mapping[str, Any] = field(default_factory=dict)
    """Two knobs (or `seed`) and the values of each, as in `tutor.engine.sweep`: the axes of the lab's map of many runs; empty:
    the lab's own."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes as texts, such as "rate=0.1,1"."""
        return tuple(f"{name}={values}" for name, values in self.sweep.items())


@dataclass(frozen=True)
class Hint:
    """A hint; with `when`, only for the learner who made that mistake."""

    say: str
    when: str = ""


@dataclass(frozen=True)
class Exercise:
    """Code that the learner writes. Files beside `file`: NAME.solution.py, NAME.check.py, NAME.faults.py."""

    id: str
    file: Path
    """The starter, absolute."""
    plug: str = ""
    """The lab (or the whole link) that then runs on the learner's code."""
    ask: str = ""
    hints: tuple[Hint, ...] = ()
    why: str = ""
    place: Place = field(default_factory=lambda: Place(Path("?")))
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)
    mistakes: Mapping[str, str] = field(default_factory=dict)
    """What the learner is told of a classic mistake, by its id, in place of its docstring: as a translation needs it."""


@dataclass(frozen=True)
class Note:
    """What is said to who points at this line."""

    line: int
    say: str


@dataclass(frozen=True)
class Bug(Exercise):
    """Code with one wrong line, to be found and then mended: an exercise whose starter is whole but for that line."""

    line: int = 0
    """The wrong one, from 1."""
    elsewhere: tuple[Note, ...] = ()
    """For other lines that one may suspect."""


Block = Prose | Quiz | Predict | LabBlock | Exercise | Timeline | Aside | PictureBlock
Task = Quiz | Predict | LabBlock | Exercise
"""Blocks that can be done."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading of level 2 (the first: what stands before any)."""

    id: str
    """A slug of the title, unique in the lesson."""
    title: str
    blocks: tuple[Block, ...]
    place: Place = field(default_factory=lambda: Place(Path("?")), compare=False)
    """Where its title stands."""


@dataclass(frozen=True)
class Lesson:
    """One Markdown file."""

    id: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    sources: tuple[str, ...]
    sections: tuple[Section, ...]
    """Empty in an outline."""
    file: Path
    marks: Marks = field(default_factory=no_marks, compare=False, repr=False)
    was: tuple[str, ...] = ()
    """Ids that it had before: what was done under them counts as done here."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, Quiz | Predict | LabBlock | Exercise))


@dataclass(frozen=True)
class Chapter:
    """A folder of lessons."""

    id: str
    title: str
    summary: str
    lessons: tuple[Lesson, ...]
    folder: Path
    intro: tuple[Prose, ...] = ()
    """The text of its `index.md`; empty in an outline."""


@dataclass(frozen=True)
class Course:
    """A folder of chapters."""

    id: str
    """"" for the built-in course, otherwise its name."""
    title: str
    chapters: tuple[Chapter, ...]
    folder: Path
    glossary: Glossary = field(default_factory=Glossary)
    """Empty in an outline."""
    version: str = ""
    authors: tuple[str, ...] = ()
    licence: str = ""

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for chapter in self.chapters for lesson in chapter.lessons)

    @property
    def moved(self) -> dict[str, str]:
        """Ids that lessons had before → the ids that they have now."""
        now = {lesson.id for lesson in self.lessons}
        return {old: lesson.id for lesson in self.lessons for old in lesson.was if old not in now}
