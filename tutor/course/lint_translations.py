"""Checks translations: sound in themselves, and the same lesson as the original, block by block, but for the words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from tutor.course.folder import languages_of
from tutor.course.lint_texts import check_lesson_texts, check_text, index_of
from tutor.course.mistakes import check_mistakes
from tutor.course.model import Block, Bug, Course, Exercise, LabBlock, Lesson, Marks, Place, Predict, Prose, Quiz
from tutor.course.parse import read_course
from tutor.course.problems import Problem
from tutor.course.tools import Tools

_RULE = "translation"
_FOUND_BEFORE = (_RULE, "duplicate-id")
"""Rules of problems that are found with the originals, whatever the language."""
_MEND = "only words may differ; change it here, or in both"


def check_translations(root: Path, course: Course, tools: Tools, troubled: Collection[Path]) -> Iterator[Problem]:
    """What is wrong with the translations of the course in this folder.

    course: as it is in its own language. troubled: files of it with mistakes, to which no translation is compared yet.
    """
    originals = {lesson.file: lesson for lesson in course.lessons}
    for language in languages_of(root):
        spoken, problems = read_course(root, course.id, language)
        troubled = {*troubled, *(problem.place.file for problem in problems)}
        spoken_files = (problem for problem in problems if problem.place.file.stem.endswith(f".{language}"))
        yield from (problem for problem in spoken_files if problem.rule not in _FOUND_BEFORE)
        index = index_of(spoken, spelled=False)
        for chapter in spoken.chapters:
            for prose in chapter.intro:
                if prose.place.file.stem.endswith(f".{language}"):
                    yield from check_text(prose.text, prose.place, index, tools)
        for lesson in spoken.lessons:
            if lesson.file not in originals:
                yield from check_lesson_texts(lesson, index, tools)
                for task in lesson.tasks:
                    if isinstance(task, Exercise):
                        yield from check_mistakes(task)
                original = originals.get(lesson.file.with_name(f"{lesson.file.stem.removesuffix(f'.{language}')}.md"))
                if original is not None and not {original.file, lesson.file} & set(troubled):
                    yield from _alike(lesson, original)


def _alike(lesson: Lesson, original: Lesson) -> Iterator[Problem]:
    """Where a translation is not the lesson that it translates: the first place of each section."""
    for name in ("minutes", "needs", "sources"):
        if getattr(lesson, name) != getattr(original, name):
            place = lesson.marks.get(name, Place(lesson.file))
            yield Problem(place, f"{name} is not what {original.file.name} says", _MEND, _RULE)
    if len(lesson.sections) != len(original.sections):
        counts = f"{len(lesson.sections)} sections, and {original.file.name} has {len(original.sections)}"
        yield Problem(Place(lesson.file), f"it has {counts}", "give both the same headings of level 2", _RULE)
        return
    for section, other in zip(lesson.sections, original.sections, strict=True):
        blocks, others = ([block for block in part.blocks if not isinstance(block, Prose)] for part in (section, other))
        if [_name(block) for block in blocks] != [_name(block) for block in others]:
            wanted = ", ".join(map(_name, others)) or "none"
            yield Problem(section.place, f"the blocks of this section are not those of the original: {wanted}", _MEND, _RULE)
            continue
        for block, same in zip(blocks, others, strict=True):
            for key in _differing(block, same):
                yield Problem(_place(block, key), f"{key} is not what {original.file.name} says", _MEND, _RULE)


def _name(block: Block) -> str:
    """What a block is, and its name where it has one that counts."""
    kind = "lab" if isinstance(block, LabBlock) else type(block).__name__.lower()
    return f"{kind} {block.id}" if isinstance(block, Quiz | Predict | LabBlock | Exercise) else kind


def _differing(block: Block, other: Block) -> Iterator[str]:
    """The keys that must be the same, and are not."""
    match block:
        case Quiz():
            keys: tuple[str, ...] = ("kind", "within", "low", "high")
            keys += ("answer",) if block.kind == "number" else ()
        case Predict():
            keys = ("kind", "lab", "measure", "within", "steps", "low", "high", "log")
        case LabBlock():
            keys = ("lab", "knobs", "show", "hide", "lock", "goal", "par", "sweep")
        case Bug():
            keys = ("file", "plug", "line")
        case Exercise():
            keys = ("file", "plug")
        case _:
            return
    yield from (key for key in keys if getattr(block, key) != getattr(other, key))
    if isinstance(block, Quiz | Predict):
        options, others = ([(option.right, option.when) for option in getattr(task, "options", ())] for task in (block, other))
        if options != others:
            yield "options"


def _place(block: Block, key: str) -> Place:
    marks: Marks = getattr(block, "marks", {})
    own: Place = getattr(block, "place", Place(Path("?")))
    return marks.get(key) or marks.get(f"{key}:") or own
