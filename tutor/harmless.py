"""Texts from elsewhere, without what a terminal would take for a command or what turns the order of letters around.

Control characters (C0 and C1) can move the cursor, change colours, set the title, or ask the terminal to type; the overrides of
writing direction make a text look like another one. Line ends and tabs are fine.
"""

from __future__ import annotations

import re

UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)")
INSTEAD = "\ufffd"


def harmless(text: str) -> str:
    """The same text with � in the place of each such character."""
    return UNSAFE.sub(INSTEAD, text) if UNSAFE.search(text) else text
