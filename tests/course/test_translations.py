"""Translations: read where there is one, checked against the original, and chapter 1 in French as the proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from course_samples import CHAPTER, EXERCISE_FILES, LESSON_FRONT, TOOLS, Write

from tutor.course.folder import languages_of
from tutor.course.glossary import read_glossary
from tutor.course.lint import lint
from tutor.course.model import Course
from tutor.course.parse import load_course, load_lesson, read_course
from tutor.course.problems import Problems

BUILT_IN = Path(__file__).parents[2] / "lessons"
ENGLISH = """Words.

## By hand

```lab perceptron
knobs: {data: and}
goal: errors == 0
say: Run it.
```

```quiz sum
ask: What is 1 + 1?
kind: number
answer: 2
because: It is.
```
"""
FRENCH = (
    ENGLISH.replace("By hand", "À la main")
    .replace("Run it.", "Lancez.")
    .replace("What is", "Combien font")
    .replace("It is.", "Oui.")
)


@pytest.fixture
def root(write: Write) -> Path:
    return write(
        {
            "01-first/01-one.md": LESSON_FRONT + ENGLISH,
            "01-first/01-one.fr.md": LESSON_FRONT.replace("A lesson", "Une leçon") + FRENCH,
            "01-first/02-two.md": LESSON_FRONT + "Words.\n",
            "01-first/index.fr.md": CHAPTER.replace("A chapter", "Un chapitre"),
        }
    )


def titles(course: Course) -> list[str]:
    return [course.chapters[0].title, *(lesson.title for lesson in course.lessons)]


def test_what_is_translated_is_read_in_the_language_and_the_rest_in_the_courses_own(root: Path) -> None:
    assert languages_of(root) == ("fr",)
    assert titles(load_course(root, language="fr")) == ["Un chapitre", "Une leçon", "A lesson"]
    assert titles(load_course(root, language="de")) == titles(load_course(root)) == ["A chapter", "A lesson", "A lesson"]


def test_places_and_tasks_have_the_same_names_in_every_language(root: Path) -> None:
    english, french = load_lesson(root, "01-first/one"), load_lesson(root, "01-first/one", "fr")
    assert (
        [section.id for section in french.sections] == [section.id for section in english.sections] == ["a-lesson", "by-hand"]
    )
    assert french.sections[1].title == "À la main"
    assert [task.id for task in french.tasks] == [task.id for task in english.tasks]


def test_a_faithful_translation_has_no_mistakes(root: Path) -> None:
    assert lint(root, TOOLS) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("answer: 2", "answer: 3", 18, "answer is not what 01-one.md says"),
        ("errors == 0", "errors == 1", 11, "goal is not what 01-one.md says"),
        ("data: and", "data: xor", 10, "knobs is not what 01-one.md says"),
        ("minutes: 5", "minutes: 6", 3, "minutes is not what 01-one.md says"),
        ("quiz sum", "quiz other", 7, "lab perceptron, quiz sum"),
        ("## À la main", "**À la main**", 1, "it has 1 sections, and 01-one.md has 2"),
        ("Words.", "$\\undefined$", 5, "there is no command"),
    ],
)
def test_what_is_not_only_words_is_a_mistake_at_its_place(root: Path, before: str, after: str, line: int, said: str) -> None:
    file = root / "01-first/01-one.fr.md"
    file.write_text(file.read_text("utf-8").replace(before, after, 1), "utf-8")
    found = [problem for problem in lint(root, TOOLS) if said in problem.message]
    assert [(problem.place.file, problem.place.line) for problem in found] == [(file, line)]


def test_a_translation_of_nothing_is_a_mistake(root: Path) -> None:
    (root / "01-first/03-three.fr.md").write_text(LESSON_FRONT + "Mots.\n", "utf-8")
    [problem] = lint(root, TOOLS)
    assert "03-three.fr.md translates 03-three.md, which is not there" in problem.message


def test_the_first_chapter_is_whole_in_french() -> None:
    course, problems = read_course(BUILT_IN, language="fr")
    chapter = next(chapter for chapter in course.chapters if chapter.id == "01-neuron")
    assert problems == []
    assert [lesson.file.name for lesson in chapter.lessons] == ["01-formal-neuron.fr.md", "02-perceptron.fr.md"]
    assert chapter.title == "Le neurone formel et le perceptron"


def test_every_word_has_its_french_one_beside_the_english() -> None:
    english, french = (read_glossary(BUILT_IN, Problems(), language) for language in ("en", "fr"))
    names = {name: term for term in french.terms for name in (term.name, *term.also)}
    assert [names[term.name] for term in english.terms] == list(french.terms)
    for term in english.terms:
        theirs = names[term.name]
        assert set(term.also) <= {theirs.name, *theirs.also}
        assert re.findall(r"\]\((.*?)\)", theirs.text) == re.findall(r"\]\((.*?)\)", term.text), term.name


def test_what_is_said_of_a_mistake_is_of_one_that_there_is(write: Write) -> None:
    block = "```exercise add-it\nfile: exercises/add.py\nwhy: So.\nmistakes: {%s: No.}\n```\n"
    files = {f"01-first/exercises/{name}": "" for name in EXERCISE_FILES}
    files["01-first/exercises/add.faults.py"] = "def sign_flipped(x):\n    pass\n\ndef _helper():\n    pass\n"
    files["01-first/01-one.md"] = LESSON_FRONT + block % "sign-flipped"
    root = write({**files, "01-first/01-one.fr.md": LESSON_FRONT + block % "sign-fliped"})
    (problem,) = lint(root, TOOLS)
    assert (problem.rule, problem.place.line, problem.place.column) == ("exercise-mistake", 8, 12)
    assert problem.place.file.name == "01-one.fr.md"
    assert problem.mend == "did you mean 'sign-flipped'?"
