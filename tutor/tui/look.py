"""What the terminal can show, found out from the environment before the first paint."""

from __future__ import annotations

import codecs
import locale
import os
from collections.abc import Mapping

from tutor.draw.cells import Look
from tutor.draw.plainly import to_ascii
from tutor.harmless import harmless
from tutor.words import is_plain_locale

_COLOURLESS = ("dumb", "vt100", "vt102", "vt220", "xterm-mono", "screen.vt100")
_ASCII_ONLY = ("dumb", "vt100", "vt102", "vt220")


def find_look(environment: Mapping[str, str] | None = None, *, encoding: str = "", theme: str = "") -> Look:
    """The look for this terminal.

    `NO_COLOR` (no-color.org) takes the colours away and `DLTUTOR_ASCII=1` everything beyond ASCII. theme: "dark" or
    "light" when the learner has chosen one; else the terminal's own background counts, where it says (`COLORFGBG`).
    """
    env = os.environ if environment is None else environment
    term = env.get("TERM", "")
    return Look(
        unicode=not env.get("DLTUTOR_ASCII") and term not in _ASCII_ONLY and _is_utf8(encoding or _encoding(env)),
        colour=not env.get("NO_COLOR") and term not in _COLOURLESS,
        few=_few(env),
        dark=theme == "dark" if theme in ("dark", "light") else _dark_background(env.get("COLORFGBG", "")),
    )


def shown(text: str, look: Look) -> str:
    """The text as this terminal can show it."""
    return harmless(text if look.unicode else to_ascii(text))


def _encoding(env: Mapping[str, str]) -> str:
    if is_plain_locale(env):
        return "ascii"
    named = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    return named.partition(".")[2] or locale.getpreferredencoding(False)


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding.partition("@")[0]).name == "utf-8"
    except LookupError:
        return False


def _few(env: Mapping[str, str]) -> bool:
    """Whether the terminal has sixteen colours only, as far as it says."""
    more = env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    return not more and env.get("TERM", "").rpartition("-")[2] not in ("256color", "kitty", "direct")


def _dark_background(colorfgbg: str) -> bool:
    """`COLORFGBG` is "foreground;background" in the 16 colours; 7 and 9 to 15 are light."""
    background = colorfgbg.rpartition(";")[2]
    return not (background.isdecimal() and int(background) in (7, *range(9, 16)))
