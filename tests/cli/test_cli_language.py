"""The learner's language on the command line: by the locale, by the variable, by a setting that stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_samples import Call

from tutor import paths, words


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


def test_an_exercise_is_judged_in_french(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The verdict, the case, and what is said of a classic mistake, which the translated lesson says itself."""
    starter = paths.lessons_folder() / "01-neuron/exercises/perceptron_update.py"
    file = tmp_path / "perceptron_update.py"
    wrong = "    if t * (total + b) <= 0:\n        w, b = w - rate * t * x, b - rate * t\n    return w, b\n"
    file.write_text(starter.read_text().replace("    return w, b\n", wrong))
    monkeypatch.setenv(words.VARIABLE, "fr")
    done = call("check", str(file))
    assert done.out.startswith("Le pas va du mauvais côté\u00a0: il retranche")
    assert "cas 1 sur 26" in done.out
    assert "attendu\u00a0: w =" in done.out
    assert "Indice\u00a0: " in done.out
    file.write_text(starter.read_text().replace("return w, b\n", "return w / 0, b\n"))
    assert call("check", str(file)).out.startswith("w n'est pas fini\n")


def test_what_was_done_is_told_in_french(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(words.VARIABLE, "fr")
    assert call("progress", "export", "--markdown").out.startswith("# Ce que j'ai fait\u00a0: ")
