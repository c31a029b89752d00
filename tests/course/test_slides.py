"""Every slide of the source has a lesson that teaches it: `slides.yaml` says which, and what must be said there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tutor.course.parse import load_outline

HERE = Path(__file__)
LESSONS = HERE.parents[2] / "lessons"
SLIDES: list[dict[str, Any]] = yaml.safe_load((HERE.parent / "slides.yaml").read_text(encoding="utf-8"))
OUTLINE = {lesson.id: lesson for lesson in load_outline(LESSONS).lessons}
COUNT = 46
"""Slides of the source, each open issue of the last one counted apart."""


@cache
def text(lesson: str) -> str:
    """What a learner of this lesson has before their eyes: its file, its chapter's index and its chapter's data."""
    file = OUTLINE[lesson].file
    parts = [file, file.parent / "index.md", *sorted(file.parent.glob("*.yaml"))]
    whole = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    return re.sub(r"\s+", " ", whole)


def test_no_slide_is_left_out_of_the_list() -> None:
    topics = [slide["topic"] for slide in SLIDES]
    assert len(topics) == len(set(topics)) == COUNT
    assert all(slide["lessons"] and all(slide["lessons"].values()) for slide in SLIDES)


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: re.sub(r"\W+", "-", slide["topic"]))
def test_each_slide_has_a_lesson_that_teaches_it(slide: dict[str, Any]) -> None:
    for lesson, words in slide["lessons"].items():
        assert lesson in OUTLINE, f"there is no lesson {lesson}, which should teach: {slide['topic']}"
        missing = [word for word in words if not re.search(str(word), text(lesson))]
        assert not missing, f"{lesson} does not mention {', '.join(map(str, missing))}"


def test_no_chapter_of_the_source_s_is_missing() -> None:
    chapters = {lesson.split("/")[0] for slide in SLIDES for lesson in slide["lessons"]}
    assert {chapter[:2] for chapter in chapters} == {f"{number:02}" for number in (*range(15), 17)}
