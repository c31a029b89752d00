"""The learner's language on the command line: by the locale, by the variable, by a setting that stays."""

from __future__ import annotations

import json

import pytest
from cli_samples import Call

from tutor import words


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(words.VARIABLE)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def test_a_lesson_is_read_in_the_language_of_the_locale(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "About 15 minutes." in call("read", "perceptron").out
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    french = call("read", "perceptron").out
    assert french.startswith("Le perceptron\n")
    assert "Environ 15 minutes." in french
    assert "[Pronostic]" in french


def test_what_is_not_translated_is_read_in_english(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    english = call("read", "03-sgd/averaging").out
    monkeypatch.setenv(words.VARIABLE, "fr")
    french = call("read", "03-sgd/averaging").out
    assert french.splitlines()[0] == english.splitlines()[0]
    assert "Environ" in french


def test_a_setting_stays_until_it_is_taken_back(call: Call) -> None:
    assert json.loads(call("language", "--json").out)["language"] == "en"
    call("language", "fr")
    assert call("list").out.count("Le perceptron") == 1
    assert "Le neurone formel" in call("labs", "neuron").out
    call("language", "auto")
    assert "Le perceptron" not in call("list").out


def test_an_unknown_language_is_refused_with_those_there_are(call: Call) -> None:
    done = call("language", "xx")
    assert done.status == 2
    assert "nothing here is in the language 'xx'" in done.err
    assert "fr" in done.err
