"""The part of YAML that lessons may use, and where its pieces stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.course.model import Place
from tutor.course.yamltree import DEEPEST, MOST_NODES, BadYaml, Table, plain, read_yaml

FILE = Path("lesson.md")


def at(line: int, column: int) -> Place:
    return Place(FILE, 10 + line, 1 + column)


def read(text: str) -> object:
    node = read_yaml(text, at)
    assert node is not None
    return plain(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1e-3", {"a": 0.001}),
        ("a: .5", {"a": 0.5}),
        ("a: true", {"a": True}),
        ("a: yes", {"a": "yes"}),
        ("a: No", {"a": "No"}),
        ("a: and", {"a": "and"}),
        ("a: 1:30", {"a": "1:30"}),
        ("a: 1957-01-01", {"a": "1957-01-01"}),
        ("a: '3'", {"a": "3"}),
        ("a: null", {"a": None}),
        ("a: 0,1", {"a": "0,1"}),
        ("a: [1, x]", {"a": [1, "x"]}),
        ("a: >-\n  two\n  lines", {"a": "two lines"}),
        ("- {say: é, right: true}", [{"say": "é", "right": True}]),
    ],
)
def test_values(text: str, value: object) -> None:
    assert read(text) == value


def test_an_empty_text_is_nothing() -> None:
    assert read_yaml("", at) is None
    assert read_yaml("# only a remark\n", at) is None


def test_places_of_keys_and_values() -> None:
    node = read_yaml('a: 1\nb:   {c: "é", dé: 4}\n', at)
    assert isinstance(node, Table)
    a, b = node.entries
    assert (a.place, a.node.place) == (Place(FILE, 10, 1), Place(FILE, 10, 4))
    assert isinstance(b.node, Table)
    c, d = b.node.entries
    assert (c.place, c.node.place) == (Place(FILE, 11, 7), Place(FILE, 11, 10))
    assert (d.place, d.node.place) == (Place(FILE, 11, 15), Place(FILE, 11, 19))


@pytest.mark.parametrize(
    ("text", "line", "column", "rule"),
    [
        ("b: 0\na: [1,\n 2", 11, 4, "yaml"),
        ('a: "x" y', 10, 8, "yaml"),
        ("a: 1\na: 2", 11, 1, "duplicate-key"),
        ("a: &x 1\nb: *x", 10, 4, "yaml"),
        ("b: *x", 10, 4, "yaml"),
        ("a: !!python/object:os.system 1", 10, 4, "yaml"),
        ("a: !x 1", 10, 4, "yaml"),
        ("a: 1\n---\nb: 2", 11, 1, "yaml"),
        ("[1, 2]: 3", 10, 1, "yaml"),
        ("<<: 1\n? x\n: y\n'': 1", 13, 1, "yaml"),
    ],
)
def test_what_is_refused(text: str, line: int, column: int, rule: str) -> None:
    with pytest.raises(BadYaml) as caught:
        read_yaml(text, at)
    assert (caught.value.place.line, caught.value.rule) == (line, rule)
    assert caught.value.place.column == column
    assert caught.value.mend


def test_too_deep_and_too_many() -> None:
    with pytest.raises(BadYaml, match="deep"):
        read_yaml("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), at)
    with pytest.raises(BadYaml, match="more than"):
        read_yaml("[" + "1," * MOST_NODES + "]", at)
    with pytest.raises(BadYaml):
        read_yaml("[" * 50_000, at)
