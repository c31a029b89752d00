"""The words of the interface in the learner's language, from one table a language: `XX.yaml` beside this file.

The program is written in English, and an English text is its own key: `tr("{n} of {total} done", n=2, total=3)` looks the
text up in the table of the current language and then fills in the numbers. What a table lacks is said in English.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path

ENGLISH = "en"
VARIABLE = "DLTUTOR_LANGUAGE"
"""The environment variable that chooses the language, before the locale does."""

_PLAIN = ("C", "POSIX")
BORROWED = (
    "Scroll Up", "Scroll Down", "Scroll Left", "Scroll Right", "Scroll Home", "Scroll End", "Page Up", "Page Down", "Page Left",
    "Page Right", "First", "Last", "Select",
)  # fmt: skip
"""Texts that the screens show though they are Textual's: what its own keys do. A table may have them, too."""

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """The languages that the interface speaks: English, then the others by their two letters."""
    return (ENGLISH, *sorted(file.stem for file in Path(__file__).parent.glob("*.yaml")))


def language() -> str:
    """The two letters of the language that is spoken now."""
    return _current.get()


def use(chosen: str) -> None:
    """Speak this language from now on, in this thread and in the tasks and threads that it starts."""
    _current.set(chosen)


def wanted(setting: str = "", environment: Mapping[str, str] | None = None) -> str:
    """The language to speak: `DLTUTOR_LANGUAGE`, else the learner's setting, else that of the locale, else English.

    A language without a table is spoken all the same: a course may have it.
    """
    env = os.environ if environment is None else environment
    locale = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    for said in (env.get(VARIABLE, ""), setting, locale):
        letters = said[:2].lower()
        if len(letters) == 2 and letters.isascii() and letters.isalpha() and not said[2:3].isalnum():
            return letters
    return ENGLISH


def is_plain_locale(environment: Mapping[str, str]) -> bool:
    """Whether the locale is the one without letters beyond ASCII ("C", "POSIX")."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    # There Python itself puts LC_CTYPE=C.UTF-8 into the environment (PEP 538), whatever the terminal can show.
    coerced = locale == "C.UTF-8" and not environment.get("LC_ALL") and environment.get("LANG") in _PLAIN
    return locale in _PLAIN or coerced


def tr(text: str, **values: object) -> str:
    """The text in the current language, with each {name} replaced by its value."""
    said = table(_current.get()).get(text, text) if _current.get() != ENGLISH else text
    return said.format(**values) if values else said


@cache
def table(chosen: str) -> Mapping[str, str]:
    """English text → text, of a language; empty where there is no such table."""
    file = Path(__file__).parent / f"{chosen}.yaml"
    if not file.is_file():
        return {}
    import yaml  # only here: it costs 15 ms, and English needs no table

    return {str(key): str(value) for key, value in yaml.safe_load(file.read_text("utf-8")).items()}
