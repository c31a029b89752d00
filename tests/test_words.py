"""The interface in the learner's language: what is chosen, what is said, and that a table names only what the program says."""

from __future__ import annotations

import ast
import string
from contextvars import copy_context
from pathlib import Path

import pytest

from tutor import words
from tutor.words import languages, table, tr, use, wanted

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("setting", "environment", "chosen"),
    [
        ("", {"LANG": "fr_FR.UTF-8"}, "fr"),
        ("", {"LANG": "fr_CA.UTF-8", "LC_ALL": "de_DE"}, "de"),
        ("en", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("en", {"DLTUTOR_LANGUAGE": "fr"}, "fr"),
        ("", {"LANG": "C"}, "en"),
        ("", {"LANG": "POSIX"}, "en"),
        ("", {"LC_ALL": "C.UTF-8", "LANG": "fr_FR"}, "en"),
        ("", {}, "en"),
    ],
)
def test_the_language_is_that_of_the_variable_the_setting_or_the_locale(
    setting: str, environment: dict[str, str], chosen: str
) -> None:
    assert wanted(setting, environment) == chosen


def test_a_text_without_translation_is_said_in_english() -> None:
    def french() -> tuple[str, str]:
        use("fr")
        return tr("Back"), tr("no such text, {n}", n=3)

    assert copy_context().run(french) == ("Retour", "no such text, 3")
    assert tr("Back") == "Back", "another context speaks English still"


@pytest.mark.parametrize("language", [one for one in languages() if one != words.ENGLISH])
def test_a_table_fills_in_what_the_english_text_fills_in(language: str) -> None:
    for english, said in table(language).items():
        assert fields(said) == fields(english), english


@pytest.mark.parametrize("language", [one for one in languages() if one != words.ENGLISH])
def test_a_table_names_only_texts_of_the_program(language: str) -> None:
    known = texts()
    assert [text for text in table(language) if text not in known] == []


@pytest.mark.parametrize("language", [one for one in languages() if one != words.ENGLISH])
def test_a_table_has_every_text_that_is_asked_for(language: str) -> None:
    """A new text of a question, an exercise's verdict or the transcript is not forgotten in a language that there is."""
    known = table(language)
    missing = [text for text in asked() if text not in known and text[:1].upper() + text[1:] not in known]
    assert missing == []


def asked() -> set[str]:
    """The texts that these parts give to `tr`. Plurals are put together elsewhere."""
    found: set[str] = set()
    for file in (file for part in ("course", "exercises", "review") for file in (ROOT / "tutor" / part).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                said = node.args
            for text in said:
                if not any(isinstance(part, ast.JoinedStr) for part in ast.walk(text)):
                    found |= {
                        part.value for part in ast.walk(text) if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    }
    return {text for text in found if text.strip()}


def fields(text: str) -> set[str]:
    """What a text fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts() -> set[str]:
    """Every text constant of the program, with the plurals that are put together."""
    found = {f"in {{number}} {unit}s" for unit in ("day", "hour", "minute")} | {
        f"in 1 {unit}" for unit in ("day", "hour", "minute")
    }
    for file in (ROOT / "tutor").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, node.value[:1].lower() + node.value[1:]}
    return found
