"""Texts to learn from, as symbols: one made up by a small grammar, what every Python carries along, and the learner's own.

toy      sentences of a grammar whose verb agrees with a subject far before it; the same on every machine
python   modules of Python's standard library, the sources as they lie on this machine
english  the reference of the Python language, which its `help` shows: prose, with examples in it
NAME     a file that the learner has added, UTF-8; kept as NAME.txt in the folder `texts` of the user's data
"""

from __future__ import annotations

import ast
import contextlib
import random
import re
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.files import put, read_bytes
from tutor.errors import BadData, nearest
from tutor.paths import data_folder

Array = NDArray[Any]

BUILT_IN = ("toy", "python", "english")
MODULES = (
    "argparse", "ast", "base64", "bisect", "calendar", "cmd", "codecs", "configparser", "contextlib", "copy", "csv",
    "dataclasses", "difflib", "doctest", "enum", "fileinput", "fnmatch", "fractions", "ftplib", "functools", "getopt",
    "getpass", "gettext", "glob", "graphlib", "gzip", "hashlib", "heapq", "hmac", "imaplib", "inspect", "ipaddress",
)  # fmt: skip
"""The modules of the text "python", in this order; one that there is not is left out."""
REST = "¤"
"""Stands for every character that is too rare to have a symbol of its own."""
MOST_SYMBOLS = 96
LARGEST = 600_000
"""So many characters of a text are used: from its beginning."""
LARGEST_FILE = 20_000_000
SHORTEST = 2_000
"""Fewer characters than that are nothing to learn from."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TOY_SENTENCES = 3_000


@dataclass(frozen=True, eq=False)
class Text:
    """A text, as numbers."""

    name: str
    symbols: tuple[str, ...]
    """The character of each symbol, in the order of their code points; REST is the last where there is one."""
    ids: Array
    """(n,) uint8, read-only: the text."""

    def read(self, written: str) -> Array:
        """Symbols of other characters (m,) uint8. Raises BadData on one that does not occur in the text."""
        known = {symbol: number for number, symbol in enumerate(self.symbols)}
        for character in written:
            if character not in known:
                raise BadData(f"the character {character!r} does not occur in the text {self.name!r}", "leave it out")
        return np.array([known[character] for character in written], np.uint8)

    def write(self, ids: Array) -> str:
        """The characters of symbols."""
        return "".join(self.symbols[number] for number in ids)


def text(name: str) -> Text:
    """The text of this name. Raises BadData, with the nearest name, when there is none or it is too short."""
    if name not in BUILT_IN:
        return _added(name)
    return _built_in(name)


@lru_cache(maxsize=3)
def _built_in(name: str) -> Text:
    characters = {"toy": toy, "python": _python, "english": _english}[name]()
    return encoded(name, characters)


def encoded(name: str, characters: str, most: int = MOST_SYMBOLS) -> Text:
    """The text, its `most` − 1 most frequent characters as symbols and REST for all others. Raises BadData on a short one."""
    characters = characters.replace("\r\n", "\n").replace("\t", "    ").lstrip("\ufeff")[:LARGEST]
    if len(characters) < SHORTEST:
        raise BadData(f"the text {name!r} has {len(characters)} characters", f"give one of at least {SHORTEST}")
    codes = np.frombuffer(characters.encode("utf-32-le", "replace"), np.uint32)
    found, counts = np.unique(codes, return_counts=True)
    if len(found) > most:
        kept = np.sort(found[np.lexsort((found, -counts.astype(np.int64)))[: most - 1]])
        symbols = (*(chr(code) for code in kept), REST)
    else:
        kept, symbols = found, tuple(chr(code) for code in found)
    places = np.minimum(np.searchsorted(kept, codes), len(kept) - 1)
    ids = np.where(kept[places] == codes, places, len(kept)).astype(np.uint8)
    ids.setflags(write=False)
    return Text(name, symbols, ids)


# -- the built-in ones

_ONE = ("cat", "dog", "bird", "child", "old man", "queen", "robot", "neighbour")
_MANY = ("cats", "dogs", "birds", "children", "old men", "queens", "robots", "neighbours")
_VERBS = (("sees", "see"), ("likes", "like"), ("hears", "hear"), ("follows", "follow"), ("draws", "draw"))
_ENDS = (("sleeps", "sleep"), ("sings", "sing"), ("runs away", "run away"), ("laughs", "laugh"), ("waits", "wait"))
_WHEN = ("today", "in the garden", "on the hill", "at night", "by the river")


def toy(sentences: int = _TOY_SENTENCES, seed: int = 0) -> str:
    """Sentences such as "the cats that the dog sees sleep at night.": whether it is sleep or sleeps was said long before."""
    draw = random.Random(seed).random

    def one_of(choices: tuple[Any, ...]) -> Any:
        return choices[int(draw() * len(choices))]

    lines, line = [], ""
    for _ in range(sentences):
        many, others = int(draw() * 2), int(draw() * 2)
        words = ["the", one_of(_MANY if many else _ONE)]
        kind = draw()
        if kind < 0.35:
            words += ["that the", one_of(_MANY if others else _ONE), one_of(_VERBS)[others]]
        elif kind < 0.6:
            words += ["that", one_of(_VERBS)[many], "the", one_of(_MANY if others else _ONE)]
        words.append(one_of(_ENDS)[many])
        if draw() < 0.5:
            words.append(one_of(_WHEN))
        sentence = " ".join(words) + "."
        if len(line) + len(sentence) > 70:
            lines.append(line)
            line = ""
        line += (" " if line else "") + sentence
    return "\n".join([*lines, line]) + "\n"


def _python() -> str:
    folder = Path(sysconfig.get_path("stdlib"))
    parts = []
    for module in MODULES:
        with contextlib.suppress(OSError):
            parts.append((folder / f"{module}.py").read_text(encoding="utf-8", errors="replace"))
    if not parts:
        raise BadData(f"the sources of Python's library are not in {folder}", "take another text, such as toy")
    return "\n".join(parts)


def _english() -> str:
    file = Path(sysconfig.get_path("stdlib")) / "pydoc_data" / "topics.py"
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        topics = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
        parts = [str(topics[name]) for name in sorted(topics)]
    except (OSError, SyntaxError, ValueError, TypeError, StopIteration):
        raise BadData(f"the reference of the language is not in {file}", "take another text, such as toy or python") from None
    return "\n\n".join(parts)


# -- the learner's own


def folder() -> Path:
    """Where the learner's texts are."""
    return data_folder() / "texts"


def names() -> tuple[str, ...]:
    """The learner's texts, sorted."""
    with contextlib.suppress(OSError):
        return tuple(sorted(file.stem for file in folder().glob("*.txt") if _NAME.fullmatch(file.stem)))
    return ()


def keep(name: str, file: Path) -> Text:
    """Take a file in as the text `name`; one of that name is replaced. Raises BadData on what is no text, or no good name."""
    if not _NAME.fullmatch(name):
        raise BadData(f"a text cannot be called {name!r}", "use small letters, digits, - and _, at most 40 of them")
    if name in BUILT_IN:
        raise BadData(f"there is a built-in text called {name!r}", "take another name")
    raw = read_bytes(file, LARGEST_FILE, "give a part of it")
    found = encoded(name, _characters(raw, file))
    put(folder() / f"{name}.txt", raw)
    return found


def forget(name: str) -> None:
    """Remove a text of the learner's. Raises BadData where there is none."""
    if name not in names():
        raise BadData(f"there is no text {name!r} of yours", nearest(name, names()))
    (folder() / f"{name}.txt").unlink(missing_ok=True)


def _added(name: str) -> Text:
    if name not in names():
        mend = nearest(name, (*BUILT_IN, *names()))
        raise BadData(f"there is no text {name!r}", f"{mend.rstrip('?')}, or add yours: dltutor data add text NAME FILE")
    file = folder() / f"{name}.txt"
    with contextlib.suppress(OSError):
        return _cached(name, file, file.stat().st_mtime_ns)
    return encoded(name, _characters(read_bytes(file, LARGEST_FILE), file))


@lru_cache(maxsize=2)
def _cached(name: str, file: Path, changed: int) -> Text:
    return encoded(name, _characters(read_bytes(file, LARGEST_FILE), file))


def _characters(raw: bytes, file: Path) -> str:
    """A file's characters. Raises BadData, saying where it stops being UTF-8."""
    try:
        characters = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadData(f"{file} is not UTF-8: byte {error.start}, in line {line}", "save it as UTF-8") from None
    if "\0" in characters:
        raise BadData(f"{file} is no text: it holds zero bytes", "give a text file")
    return characters
