"""Texts: the built-in ones, how characters become symbols, and the learner's own, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.data import texts
from tutor.errors import BadData

POEM = "Das Wasser rauscht, das Wasser schwoll.\r\n" * 100


def written(folder: Path, raw: bytes) -> Path:
    file = folder / "poem.txt"
    file.write_bytes(raw)
    return file


@pytest.mark.parametrize("name", texts.BUILT_IN)
def test_the_built_in_texts(name: str) -> None:
    text = texts.text(name)
    assert 50_000 < len(text.ids) <= texts.LARGEST
    assert len(text.symbols) == len(set(text.symbols)) <= texts.MOST_SYMBOLS
    assert text.ids.max() < len(text.symbols)
    assert not text.ids.flags.writeable
    assert "the " in text.write(text.ids[:5000])
    assert text.write(text.read("the")) == "the"


def test_the_toy_text_is_the_same_everywhere_and_agrees() -> None:
    assert texts.toy(3) == (
        "the children that the old men hear laugh on the hill.\nthe old men that the robots follow sing.\n"
        "the neighbours that the queens draw laugh today.\n"
    )
    for line in texts.toy(400, 5).replace("\n", " ").split("."):
        words = line.split()
        if words[:2] == ["the", "cat"] and "that" not in words:
            assert words[2] in ("sleeps", "sings", "runs", "laughs", "waits")


def test_rare_characters_share_a_symbol() -> None:
    text = texts.encoded("x", "abcd" * 900 + "éü", 5)
    assert text.symbols == ("a", "b", "c", "d", texts.REST)
    assert text.write(text.ids[-4:]) == "cd" + 2 * texts.REST
    assert len(texts.encoded("x", "abcd" * 900, 4).symbols) == 4


def test_a_character_that_does_not_occur_is_named() -> None:
    with pytest.raises(BadData, match="'Z' does not occur in the text 'toy'"):
        texts.text("toy").read("the Zebra")


def test_a_file_is_taken_in_and_found_again(tmp_path: Path) -> None:
    kept = texts.keep("wasser", written(tmp_path, POEM.encode()))
    assert texts.names() == ("wasser",)
    text = texts.text("wasser")
    assert text.symbols == kept.symbols
    assert text.write(text.ids).startswith("Das Wasser rauscht, das Wasser schwoll.\nDas")
    texts.keep("wasser", written(tmp_path, b"another text\n" * 300))
    assert texts.text("wasser").write(texts.text("wasser").ids[:7]) == "another"
    texts.forget("wasser")
    assert texts.names() == ()
    with pytest.raises(BadData, match="no text"):
        texts.text("wasser")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"line one\n" * 300 + b"caf\xe9", "not UTF-8: byte 2703, in line 301"),
        (b"short", "5 characters"),
        (b"zero\0" * 1000, "zero bytes"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, raw: bytes, message: str) -> None:
    with pytest.raises(BadData, match=message):
        texts.keep("poem", written(tmp_path, raw))
    assert texts.names() == ()


def test_bad_names_and_places_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, POEM.encode())
    for name in ("Poem", "../up", "", "a" * 41):
        with pytest.raises(BadData, match="cannot be called"):
            texts.keep(name, file)
    with pytest.raises(BadData, match="built-in"):
        texts.keep("toy", file)
    with pytest.raises(BadData, match="cannot be read"):
        texts.keep("poem", tmp_path / "nowhere.txt")
    with pytest.raises(BadData, match="did you mean 'english'"):
        texts.text("englisch")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    with file.open("wb") as out:
        out.truncate(texts.LARGEST_FILE + 1)
    with pytest.raises(BadData, match="more than 20000000"):
        texts.keep("large", file)
