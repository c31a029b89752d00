"""More that comes from elsewhere: runs of every lab by link, arrays, texts, guesses and progress, glossaries, exports, checks.

`DLTUTOR_FUZZ=N` tries N times as many of each.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_hostile_texts import EVIL, mutated

from tutor.course.glossary import read_glossary, used_in
from tutor.course.grade import grade, grade_prediction, readable
from tutor.course.model import Predict, Quiz
from tutor.course.parse import read_course
from tutor.course.problems import Problems
from tutor.data import images, texts
from tutor.data.digits import digits, parse
from tutor.engine.link import link_text, parse_link, split_link
from tutor.engine.sweep import read_axis
from tutor.errors import BadData, BadLesson, UserError
from tutor.export.pages import pages
from tutor.export.paper import paper
from tutor.harmless import UNSAFE
from tutor.labs import built_in_ids, find_lab
from tutor.review.transcript import transcript
from tutor.store import Store
from tutor.tui.blocks.options import indexes

ROOT = Path(__file__).parents[2]
TIMES = int(os.environ.get("DLTUTOR_FUZZ", "1"))
NUMBERS = ("²", "٣", "1_0", "0x1", "1e400", "-0", "nan", "9" * 5000, "9" * 12, "4294967296", "١", "½", "")


def many(count: int, seed: int) -> Iterator[random.Random]:
    """So many dice, each of its own seed."""
    return (random.Random(f"{seed} {k}") for k in range(count * TIMES))


KEYS = ("KNOB", "KNOB@5", "KNOB@²", "device@3", "device@", "seed", "seed@2", "device", "@", "KNOB@" + "9" * 30)
LINK_PARTS = st.lists(
    st.tuples(
        st.sampled_from(
            ("KNOB", "KNOB@5", "KNOB@²", "device@3", "device@", "seed", "seed@2", "device", "@", "KNOB@" + "9" * 30)
        ),
        st.one_of(st.sampled_from((*NUMBERS, *EVIL, "cpu", "cuda", "1", "0.5", "%ff", "%00", "+")), st.text(max_size=6)),
    ),
    max_size=4,
)


@settings(max_examples=200 * TIMES, deadline=None, derandomize=TIMES == 1)
@given(st.sampled_from(built_in_ids()), LINK_PARTS, st.integers(0, 30))
def test_links_of_every_lab(lab: str, parts: list[tuple[str, str]], which: int) -> None:
    spec = find_lab(lab).spec
    knob = spec.knobs[which % len(spec.knobs)].name if spec.knobs else "rate"
    text = "&".join(f"{key.replace('KNOB', knob)}={value}" for key, value in parts)
    with contextlib.suppress(UserError):
        link = parse_link(f"{lab}?{text}" if text else lab, spec)
        assert parse_link(link_text(link, spec), spec) == link, "what is said of a run is the same run"
    for _, value in parts:
        with contextlib.suppress(UserError):
            read_axis(f"{knob}={value}", spec)
    with contextlib.suppress(UserError):
        split_link(text)


@settings(max_examples=60 * TIMES, deadline=None, derandomize=TIMES == 1)
@given(st.lists(st.one_of(st.sampled_from(NUMBERS), st.text(max_size=3)), max_size=4).map(",".join))
def test_what_was_chosen_is_read_from_any_text(text: str) -> None:
    assert all(0 <= index < 3 for index in indexes(text, 3))


def test_what_was_answered_is_judged_whatever_it_is() -> None:
    """An answer may come from imported progress: every question of the course takes any text."""
    course, _ = read_course(ROOT / "lessons")
    answers = (*NUMBERS, *EVIL, "10^" + "9" * 5000, "1e" + "9" * 5000, "3/0", "1/" + "9" * 400, "nan," * 7, "inf..inf", "²,²")
    questions = [task for lesson in course.lessons for task in lesson.tasks if isinstance(task, Quiz | Predict)]
    draw = random.Random(6)
    for question in questions if TIMES > 1 else draw.sample(questions, 60):
        for answer in answers:
            if isinstance(question, Quiz):
                grade(question, answer)
            else:
                readable(question, answer)
                with contextlib.suppress(UserError):
                    grade_prediction(question, answer, {question.measure: 1.0}, ())


def test_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's own, and an installed set: bytes changed, cut off and doubled, and archives made to harm."""
    raw = Path(ROOT / "lessons/data/digits.npz").read_bytes()
    small = BytesIO()
    np.savez_compressed(small, **{part: np.zeros((3, 28, 28) if "images" in part else 3, np.uint8) for part in images.PARTS})
    assert parse(raw, "x").labels.size == digits().labels.size
    file = tmp_path / "set.npz"
    for draw in many(150, 1):
        for good, read in ((raw, lambda bad: parse(bad, "x")), (small.getvalue(), lambda bad: read_set(file, bad))):
            bad = bytearray(good)
            for _ in range(draw.randrange(1, 6)):
                spot = draw.choice(
                    (draw.randrange(len(bad)), draw.randrange(min(200, len(bad))), len(bad) - 1 - draw.randrange(400))
                )
                bad[spot] = draw.randrange(256)
            with contextlib.suppress(BadData):
                read(bytes(bad[: draw.choice((len(bad), len(bad), draw.randrange(len(bad))))]))
    monkeypatch.setattr(images, "_LARGEST", 100_000)
    for arrays in (
        {part: np.zeros((), np.uint8) for part in images.PARTS},
        {part: np.array([None], object) for part in images.PARTS},
        {part: np.full((3, 28, 28) if "images" in part else 3, 200, np.uint8) for part in images.PARTS},
        {part: np.zeros(200_000, np.uint8) for part in images.PARTS[:1]},
    ):
        packed = BytesIO()
        np.savez_compressed(packed, **arrays)
        with pytest.raises(BadData):
            read_set(file, packed.getvalue())


def read_set(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    images._arrays("mnist", file)


def test_added_texts(tmp_path: Path) -> None:
    good = "".join(chr(32 + k % 90) for k in range(2500))
    for draw in many(60, 2):
        bad = bytearray(mutated(good, draw.randrange(10**9)).encode("utf-8", "surrogatepass"))
        for _ in range(draw.randrange(3)):
            bad[draw.randrange(len(bad))] = draw.choice((0, 10, 255, 0xED, 0x80))
        (tmp_path / "file").write_bytes(bad)
        with contextlib.suppress(BadData):
            kept = texts.keep("mine", tmp_path / "file")
            assert texts.text("mine").ids.size == kept.ids.size
            assert kept.ids.max() < len(kept.symbols)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One real chapter of the course, with its exercises and the glossary."""
    root = tmp_path_factory.mktemp("real") / "course"
    shutil.copytree(ROOT / "lessons/01-neuron", root / "01-neuron")
    shutil.copy(ROOT / "lessons/glossary.md", root)
    return root


def test_glossaries(chapter: Path) -> None:
    good = (chapter / "glossary.md").read_text("utf-8")[:6000]
    for draw in many(25, 3):
        (chapter / "glossary.md").write_text(mutated(good, draw.randrange(10**9)), "utf-8", newline="")
        found = read_glossary(chapter, Problems())
        used_in(found, "A perceptron learns by gradient descent (its weights).")
        assert not any(UNSAFE.search(term.name + term.text) for term in found.terms)
    (chapter / "glossary.md").write_text(good, "utf-8")


def test_exports_of_mutated_lessons(chapter: Path) -> None:
    files = sorted((chapter / "01-neuron").glob("*.md"))
    for draw in many(8, 4):
        file = draw.choice(files)
        good = file.read_text("utf-8")
        file.write_text(mutated(good, draw.randrange(10**9)), "utf-8", newline="")
        with contextlib.suppress(BadLesson):
            course, _ = read_course(chapter)
            assert course.lessons
            for text in (*pages(course, {}, True).values(), paper(course, {}, True)):
                assert not UNSAFE.search(text)
        file.write_text(good, "utf-8")


def test_imported_progress_is_shown_whatever_it_says(chapter: Path, tmp_path: Path) -> None:
    course, _ = read_course(chapter)
    tasks = [(lesson.id, task.id) for lesson in course.lessons for task in lesson.tasks]
    for draw in many(12, 5):
        given = [draw.choice((*NUMBERS, *EVIL, "1", "1,2", "3\nsaid")) for _ in tasks]
        said = list(zip(tasks, given, strict=True))
        here = {"course": course.id, "at": 1e9}
        right = draw.choice((None, True, False))
        document = {
            "format": "dltutor-progress",
            "version": 2,
            **{name: [] for name in ("tasks", "places", "runs", "settings", "reviews", "ran")},
            "answers": [{**here, "lesson": a, "task": b, "given": text, "right": right} for (a, b), text in said],
            "drafts": [{**here, "lesson": a, "task": f"{b}/hints", "text": text} for (a, b), text in said],
        }
        shutil.rmtree(tmp_path / "state", ignore_errors=True)
        with Store.open(tmp_path / "state") as store:
            store.import_(json.loads(json.dumps(document)))
            assert not UNSAFE.search(transcript(course, store).replace("\t", " "))
