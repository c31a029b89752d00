"""Whatever stands in a course, a link, a condition, a message, a data file or an export: one of our sentences, and no terminal
ever gets a command from it."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from course_samples import CHAPTER, LESSON_FRONT, TOOLS
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.cli.texts import formats
from tutor.conditions import parse_condition
from tutor.course.lint import lint, problems_as_text
from tutor.course.parse import read_course
from tutor.course.read import lesson_text
from tutor.data.idx import read_idx
from tutor.engine.link import parse_link, split_link
from tutor.engine.wire import WireError, decode, encode
from tutor.errors import BadData, UserError
from tutor.harmless import INSTEAD, UNSAFE, harmless
from tutor.labs import find_lab
from tutor.pictures import Lines, Series, Text
from tutor.store import Store
from tutor.store.transfer import read as read_export

ROOT = Path(__file__).parents[2]
EVIL = (
    "\\e[31m",
    "\\x9b2J",
    "\\u202e",
    "\x1b]0;title\x07",
    "\x1b[6n",
    "\x9b31m",
    "\u202eevil\u2066",
    "&#27;[2J",
    "&#x202e;",
    "&#155;2J",
    "\x08\x08",
    "\r",
    "\x00",
    "\ufeff",
    "\u2028",
    "!!python/object/apply:os.system [id]",
    "&a [*a, *a]",
    "*a",
    "{{run: ",
    "]]>",
    "../" * 9,
    "9" * 400,
    "1e999",
    "-.inf",
    "0x" + "f" * 90,
    "[" * 60,
    "{" * 60,
    "- " * 60,
    "> " * 60,
    "`" * 61,
    "$" * 31,
    "\\frac{" * 40,
    "\\",
    "%s{0}",
)


def mutated(text: str, seed: int) -> str:
    """The text with a few pieces cut out, doubled, moved or replaced by something evil."""
    draw = random.Random(seed)
    for _ in range(draw.randrange(1, 5)):
        a = draw.randrange(len(text) + 1)
        b = min(len(text), a + draw.randrange(40))
        match draw.randrange(4):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = text[:b] + text[a:b] + text[b:]
            case _:
                text = text[:a] + draw.choice(EVIL) + text[draw.choice((a, b)) :]
    return text


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "course"
    (folder / "01-first").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("part", ["lesson", "lesson-2", "chapter", "course", "glossary"])
def test_mutated_courses(root: Path, part: str) -> None:
    """Real files, changed; whatever is read, listed or complained about can be printed."""
    lessons = [ROOT / "lessons/01-neuron/02-perceptron.md", ROOT / "lessons/04-xor/01-first-winter.md"]
    files = {
        "01-first/index.md": CHAPTER,
        "01-first/01-one.md": lessons[part == "lesson-2"].read_text(),
        "course.yaml": "title: A course\nname: mine\nversion: 1.0\nauthors: [A, B]\nlicence: CC0\n",
        "glossary.md": "---\ntitle: Words\nwords: [a]\n---\n## batch\nAlso: batches\n\nSome [examples](01-first/01-one.md).\n",
    }
    name = {
        "lesson": "01-first/01-one.md",
        "lesson-2": "01-first/01-one.md",
        "chapter": "01-first/index.md",
        "course": "course.yaml",
    }.get(part, f"{part}.md")
    if name != "01-first/01-one.md":
        files["01-first/01-one.md"] = LESSON_FRONT + "A [link](../glossary.md#batch) and batches.\n"
    for seed in range(24):
        for file, text in files.items():
            (root / file).write_text(mutated(text, seed) if file == name else text, encoding="utf-8", newline="")
        course, _ = read_course(root, "mine")
        said = [course.title, course.version, *course.authors, problems_as_text(lint(root, TOOLS))]
        for lesson in course.lessons:
            said += [lesson.id, lesson.title, lesson_text(lesson, formats(), 60, answers=True)]
        said += [term.name for term in course.glossary.terms]
        for text in said:
            assert not UNSAFE.search(text), (part, seed)


def test_names_of_files_cannot_command_a_terminal(root: Path) -> None:
    (root / "01-first/index.md").write_text(CHAPTER)
    for name in ("01-\x1b[31mred.md", "02-\u202egnp.md", "x\n\x9b2J.md"):
        (root / "01-first" / name).write_text(LESSON_FRONT + "Text.\n")
    try:
        said = problems_as_text(lint(root, TOOLS))
        assert "is no name of a lesson" in said
        assert not UNSAFE.search(said)
    finally:
        for file in (root / "01-first").glob("*.md"):
            if UNSAFE.search(file.name) or "\n" in file.name:
                file.unlink()


@pytest.mark.parametrize(
    "body",
    [
        "[" * 9_900,
        "*a " * 3_300,
        "![" * 2_000,
        "$a" * 4_900,
        ">" * 2_000 + "a",
        "- " * 2_000 + "a",
        "`" * 9_000,
        "<a " * 3_000,
        "word" * 200_000,
        "\n\n".join(["a" * 9_000] * 100),
        "```quiz q\n" + "[" * 9_000 + "\n```",
        "```quiz q\nask: " + "9" * 9_000 + "\n```",
        "```quiz q\nask: a {n}\nkind: number\nnumbers: {n: [9, 9]}\nwhere: {m: 9**9**9**9}\nanswer: m\n```",
        "```quiz q\nask: a {n}\nkind: number\nnumbers: {n: [1, 2]}\nanswer: " + "(" * 3_000 + "n" + ")" * 3_000 + "\n```",
    ],
    ids=range(14),
)
def test_nothing_takes_for_ever(root: Path, body: str) -> None:
    (root / "01-first/index.md").write_text(CHAPTER)
    (root / "01-first/01-one.md").write_text(LESSON_FRONT + body + "\n")
    began = time.process_time()
    course, _ = read_course(root)
    lint(root, TOOLS)
    for lesson in course.lessons:
        lesson_text(lesson, formats(), 60)
    assert time.process_time() - began < 60, "a second or so; more by far is an explosion"


SPEC = find_lab("perceptron").spec
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(EVIL),
    st.lists(
        st.sampled_from(
            [
                "perceptron",
                "?",
                "&",
                "=",
                "rate",
                "seed",
                "@",
                "1",
                "e",
                "9",
                "-",
                "%",
                "a",
                "and",
                "not",
                "(",
                ")",
                "<",
                ">=",
                "**",
                "[",
                "]",
                ".",
                ",",
                "\x1b",
            ]
        ),
        max_size=25,
    ).map("".join),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
def test_links_and_conditions(text: str) -> None:
    for read in (
        lambda: parse_link(f"perceptron?{text}", SPEC),
        lambda: split_link(text),
        lambda: parse_condition(text, ("a", "rate")),
    ):
        with contextlib.suppress(UserError):
            read()


def test_conditions_are_never_run_or_deep() -> None:
    for text in (
        "9" * 5_000 + " > a",
        "a**9**9 > 1",
        "(" * 900 + "a" + ")" * 900 + " > 1",
        "not " * 3_000 + "a > 1",
        "a > 1" + " and a > 1" * 3_000,
        "-" * 3_000 + "a > 1",
        "__import__('os').system('id') > a",
        "a.__class__ > 1",
        "a > 1 if a else 2",
        "[a for a in a]",
    ):
        with contextlib.suppress(UserError):
            parse_condition(text, ("a",)).holds({"a": 1.0})


def test_mutated_messages() -> None:
    picture = Lines((Series("a", np.arange(3.0), np.arange(3.0)),), guides=())
    raw = encode({"op": "x", "picture": picture, "text": Text(("a",)), "n": [1, 2.5, None, True], "spec": SPEC})
    size = int.from_bytes(raw[:4], "big")
    draw = random.Random(7)
    for _ in range(400):
        text, body = bytearray(raw[8 : 8 + size]), raw[8 + size :]
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(len(text))
            text[at : at + draw.randrange(3)] = draw.choice(
                (b"", b"[", b'"', b"9" * 30, b"-1", b"null", b'{"#":[0,"O",[1]]}', b'{"$":"os"}', b"\xff", b"1e999")
            )
        with contextlib.suppress(WireError):
            decode(bytes(text), body[: draw.randrange(len(body) + 1)])
    for text in (
        '{"a":{"#":[0,"<f8",[99999999999,99999999]]}}',
        '{"a":{"#":[-8,"<f8",[1]]}}',
        '{"a":{"#":[0,"O",[1]]}}',
        '{"a":{"#":[0,"<f8",[-1]]}}',
        '{"a":{"$":"Popen"}}',
        '{"a":{"$":"Text"}}',
        "[" * 100_000,
        "9" * 10_000,
        '{"a":{"#":1}}',
        '{"a":{"#":[0.5,"<f8",[1]]}}',
        '{"a":{"$":["x"]}}',
    ):
        with contextlib.suppress(WireError):
            decode(text.encode(), b"\0" * 8)


def test_mutated_data(tmp_path: Path) -> None:
    images = b"\0\0\x08\x03" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big") * 2 + bytes(18)
    labels = b"\0\0\x08\x01" + (2).to_bytes(4, "big") + bytes(2)
    draw = random.Random(3)
    for dimensions, good in ((3, images), (1, labels)):
        for _ in range(80):
            raw = bytearray(good)
            for _ in range(draw.randrange(1, 4)):
                raw[draw.randrange(min(len(raw), 20))] = draw.randrange(256)
            file = tmp_path / "data"
            file.write_bytes(raw[: draw.choice((len(raw), draw.randrange(len(raw))))])
            with contextlib.suppress(BadData):
                read_idx(file, dimensions)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["\x1b[2J", "done", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["course", "lesson", "task", "how", "at", "x"]), inner, max_size=5)
    ),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.sampled_from(["format", "version", "tasks", "answers", "runs", "settings", "x"]), JSON, max_size=5),
    st.booleans(),
)
def test_exports(document: dict[str, object], ours: bool) -> None:
    if ours:
        document |= {"format": "dltutor-progress", "version": 2}
    with contextlib.suppress(BadData):
        for rows in read_export(document).values():
            assert not any(isinstance(cell, str) and UNSAFE.search(cell) for row in rows for cell in row)


def test_a_doctored_store_cannot_command_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;x\x07\u202e"
    with Store.open(tmp_path) as store:
        store.finish("", "l", "t")
        store.answer("", "l", "t", "fine\n\tcode", True)
        file = store.file
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE answers SET given = given || ?", (evil,))
        db.execute("UPDATE tasks SET task = ?", (evil,))
        db.execute(
            "INSERT INTO runs (link, step, metrics, lesson, at, name) VALUES (?, 1, '{}', 'l', 1, ?)", (f"gd?{evil}", evil)
        )
        db.commit()
    with Store.open(tmp_path) as store:
        said = [store.answers("", "l")[0].given, *store.done("")["l"], store.runs()[0].link, store.runs()[0].name]
        assert said[0].startswith("fine\n\tcode")
        assert not any(UNSAFE.search(text) for text in said)
        assert not UNSAFE.search(json.dumps(store.export(), ensure_ascii=False))


def test_mutated_stores_open_or_say_why(tmp_path: Path) -> None:
    with Store.open(tmp_path / "good") as store:
        store.finish("", "l", "t")
        good = store.file.read_bytes()
    draw = random.Random(5)
    for n in range(12):
        raw = bytearray(good)
        for _ in range(draw.randrange(1, 30)):
            raw[draw.randrange(len(raw) if n % 2 else 200)] = draw.randrange(256)
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "progress.db").write_bytes(raw[: draw.choice((len(raw), draw.randrange(len(raw))))])
        with contextlib.suppress(UserError), Store.open(folder) as store:
            store.done("")


def test_harmless() -> None:
    assert harmless("a\x1b[2J\u202eb\n\tc\r\nd\re") == f"a{INSTEAD}[2J{INSTEAD}b\n\tc\r\nd{INSTEAD}e"
