"""A folder of Markdown → a Course.

`read_…` collects every fault and returns what could be read; `load_…` raises BadLesson with the first fault.
`…_outline` reads the front matter only, for the list of lessons on the home screen: what understands blocks is imported
when a lesson's text is read, so that the home screen does not wait for it. Each takes a language, two letters: what the course
has in it is read in it, the rest in the course's own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tutor.course.folder import About, ChapterFolder, Front, LessonFile, about_course, chapter_front, lesson_front, survey
from tutor.course.model import Chapter, Course, Glossary, Lesson, Place, Prose, Section
from tutor.course.problems import Problem, Problems, in_order, refuse
from tutor.course.source import Source, read_source
from tutor.errors import BadLesson, nearest


def load_outline(folder: Path, course_id: str = "", language: str = "en") -> Course:
    """Titles, minutes, order and ids; sections are empty. Raises BadLesson."""
    course, problems = read_outline(folder, course_id, language)
    refuse(problems)
    return course


def load_course(folder: Path, course_id: str = "", language: str = "en") -> Course:
    """The whole course. Raises BadLesson."""
    course, problems = read_course(folder, course_id, language)
    refuse(problems)
    return course


def load_lesson(folder: Path, lesson_id: str, language: str = "en") -> Lesson:
    """One lesson of the course in the folder, such as "01-neuron/perceptron". Raises BadLesson."""
    lesson, problems = read_lesson(folder, lesson_id, language)
    refuse(problems)
    return lesson


def read_outline(folder: Path, course_id: str = "", language: str = "en") -> tuple[Course, list[Problem]]:
    """The outline, and what is wrong in it."""
    return _read(folder, course_id, language, whole=False)


def read_course(folder: Path, course_id: str = "", language: str = "en") -> tuple[Course, list[Problem]]:
    """The course without its faulty blocks, and what is wrong with them."""
    return _read(folder, course_id, language, whole=True)


def read_lesson(folder: Path, lesson_id: str, language: str = "en") -> tuple[Lesson, list[Problem]]:
    """One lesson, and what is wrong in it. Raises BadLesson when there is no such lesson."""
    chapters = survey(folder, Problems(), language)
    files = {lesson.id: lesson for chapter in chapters for lesson in chapter.lessons}
    file = files.get(lesson_id)
    if file is None or _own_id(folder, file) not in ("", lesson_id):
        files = {_own_id(folder, file) or file.id: file for file in files.values()}
        file = files.get(lesson_id)
    if file is None:
        raise BadLesson(f"there is no lesson {lesson_id!r}", nearest(lesson_id, files))
    problems = Problems()
    lesson = _lesson(folder, file, problems, whole=True)
    if lesson is None:
        refuse(problems.found)
        raise AssertionError("a lesson that cannot be read has a problem")
    return lesson, in_order(problems.found)


def _own_id(root: Path, file: LessonFile) -> str:
    """The id that a lesson gives itself, or empty."""
    source = read_source(root, file.original or file.file, Problems())
    return lesson_front(source, Problems()).id if source is not None else ""


def _read(root: Path, course_id: str, language: str, *, whole: bool) -> tuple[Course, list[Problem]]:
    problems = Problems()
    chapters = survey(root, problems, language)
    about = about_course(root, problems) if root.is_dir() else About("")
    read = tuple(_chapter(root, chapter, problems, whole) for chapter in chapters)
    glossary = _glossary(root, problems, language, whole)
    course = Course(course_id, about.title, read, root, glossary, about.version, about.authors, about.licence)
    _check_ids(course, problems)
    return course, in_order(problems.found)


def _glossary(root: Path, problems: Problems, language: str, whole: bool) -> Glossary:
    if not whole:
        return Glossary()
    from tutor.course.glossary import read_glossary

    return read_glossary(root, problems, language)


def _check_ids(course: Course, problems: Problems) -> None:
    """No two lessons have an id, or claim the id of another, now or before."""
    owners: dict[str, Lesson] = {}
    for lesson in course.lessons:
        if lesson.id in owners:
            place = lesson.marks.get("id", Place(lesson.file))
            other = owners[lesson.id].file.name
            problems.add(place, "duplicate-id", f"the lesson {lesson.id!r} is {other} already", "give it another id")
        owners.setdefault(lesson.id, lesson)
    for lesson in course.lessons:
        for i, old in enumerate(lesson.was):
            other_lesson = owners.setdefault(old, lesson)
            if other_lesson is not lesson or old == lesson.id:
                place = lesson.marks.get(f"was.{i}", Place(lesson.file))
                problems.add(place, "duplicate-id", f"{old!r} is {other_lesson.file.name} already", "remove it from `was`")


def _chapter(root: Path, chapter: ChapterFolder, problems: Problems, whole: bool) -> Chapter:
    front, source = chapter_front(root, chapter, problems)
    intro = _intro(source, front, problems) if whole and source is not None else ()
    lessons = tuple(_lesson(root, file, problems, whole) for file in chapter.lessons)
    found = tuple(lesson for lesson in lessons if lesson is not None)
    return Chapter(chapter.id, front.title, front.summary, found, chapter.folder, intro)


def _intro(source: Source, front: Front, problems: Problems) -> tuple[Prose, ...]:
    from tutor.course.document import cut

    intro: list[Prose] = []
    for section in cut(source, front.lines, front.title, problems):
        for piece in section.pieces:
            if isinstance(piece, Prose):
                intro.append(piece)
            else:
                problems.add(piece.place, "nested-block", "a chapter's page holds no blocks", "move it into a lesson")
    return tuple(intro)


def _lesson(root: Path, file: LessonFile, problems: Problems, whole: bool) -> Lesson | None:
    source = read_source(root, file.file, problems)
    if source is None:
        return None
    front = lesson_front(source, problems)
    own_id = front.id if file.original is None else _own_id(root, file)  # a translation goes by the original's
    return Lesson(
        id=own_id or file.id,
        title=front.title,
        minutes=front.minutes,
        needs=front.needs,
        sources=front.sources,
        sections=_named_alike(root, file, _sections(root, source, front, problems)) if whole else (),
        file=file.file,
        marks=front.marks or {},
        was=front.was,
    )


def _named_alike(root: Path, file: LessonFile, sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections of a translation under the ids of the original's, so that places and links hold in every language."""
    from tutor.course.document import cut

    unheard = Problems()
    source = read_source(root, file.original, unheard) if file.original is not None else None
    if source is None:
        return sections
    front = lesson_front(source, unheard)
    ids = [raw.id for raw in cut(source, front.lines, front.title, unheard)]
    if len(ids) != len(sections):
        return sections
    return tuple(replace(section, id=name) for section, name in zip(sections, ids, strict=True))


def _sections(root: Path, source: Source, front: Front, problems: Problems) -> tuple[Section, ...]:
    from tutor.course.blocks import Names, read_block
    from tutor.course.document import cut

    names = Names()
    sections = []
    for raw in cut(source, front.lines, front.title, problems):
        if not raw.pieces:
            problems.add(raw.place, "heading", f"the section {raw.title!r} is empty", "write it, or remove the heading")
        pieces = (piece if isinstance(piece, Prose) else read_block(piece, root, names, problems) for piece in raw.pieces)
        sections.append(Section(raw.id, raw.title, tuple(block for block in pieces if block is not None), raw.place))
    if not sections and front.lines:
        problems.add(Place(source.file, front.lines + 1), "empty", "the lesson has no text", "write it below")
    return tuple(sections)
