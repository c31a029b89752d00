"""Lint: words that are nearly a term of the glossary: one letter off, joined otherwise, or with other capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tutor.course.markdown import course_parser
from tutor.course.model import Glossary

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*(?:-[A-Za-z'’]+)*")
_PHRASE = re.compile(r"[\w'’-]+(?: [\w'’-]+)*")
_SHORTEST = 7
"""Letters from which one letter off counts as a slip: shorter words are near too many others."""
_MOST_WORDS = 3
_ENDS = ("s", "es", "ed", "d", "ing", "ings", "ly", "'s", "’s", "al", "er", "ers", "y", "ies")


@dataclass(frozen=True)
class Slip:
    """A word that is not written as its term is."""

    word: str
    message: str
    mend: str


@dataclass(frozen=True)
class Spelling:
    """What the words of a course look like."""

    joined: dict[str, str]
    """Without hyphens and blanks, in small letters → as it is written."""
    written: frozenset[str]
    """All that is right as it is, in small letters."""
    capitals: dict[str, str]
    """Terms with capitals: in small letters → as written."""
    small: frozenset[str]
    """Terms of one word without any."""
    single: tuple[str, ...]
    """Single words in which a slip is looked for."""


def spelling_of(glossary: Glossary) -> Spelling:
    """The spelling that a glossary asks for."""
    names = [name for term in glossary.terms for name in (term.name, *term.also)]
    written = {name.casefold() for name in (*names, *glossary.words)}
    joined = {_joined(name): name for name in reversed(names)}
    single = {word.casefold() for name in names for word in _WORD.findall(name)}
    return Spelling(
        joined,
        frozenset(written | single),
        {name.casefold(): name for name in names if name != name.lower() and " " not in name},
        frozenset(name for name in names if name == name.lower() and _WORD.fullmatch(name)),
        tuple(sorted(word for word in single if len(word) >= _SHORTEST and "-" not in word)),
    )


def slips(text: str, spelling: Spelling) -> Iterator[Slip]:
    """The slips in a Markdown text, each word once. Code, formulas and addresses are left alone."""
    seen: set[str] = set()
    for token in course_parser().parse(text):
        if token.type != "inline":
            continue
        for child in token.children or ():
            if child.type == "text":
                for slip in _in_words(child.content, spelling):
                    if slip.word not in seen:
                        seen.add(slip.word)
                        yield slip


def _in_words(text: str, spelling: Spelling) -> Iterator[Slip]:
    found = list(_WORD.finditer(text))
    for i, match in enumerate(found):
        word = match[0]
        phrases = (text[match.start() : last.end()] for last in found[i : i + _MOST_WORDS])
        slip = _capitals(text, match, spelling) or _apart(phrases, spelling) or _one_off(word, spelling)
        if slip is not None:
            yield slip


def _apart(phrases: Iterable[str], spelling: Spelling) -> Slip | None:
    """Words that are a term but for the blanks and hyphens between them. phrases: of one word, of two, of three."""
    for phrase in phrases:
        known = spelling.joined.get(_joined(phrase)) if _PHRASE.fullmatch(phrase) else None
        if known is not None and _other_way(phrase, known, spelling):
            return Slip(phrase, f"{phrase!r} is written {known!r} in the glossary", f"write {known}")
    return None


def _joined(name: str) -> str:
    return re.sub(r"[\s-]", "", name).casefold()


def _other_way(phrase: str, known: str, spelling: Spelling) -> bool:
    """Whether blanks and hyphens stand elsewhere. A hyphen for a blank is right before a noun: gradient-descent step."""
    return phrase.casefold() not in spelling.written and phrase.replace("-", " ").casefold() != known.casefold()


def _capitals(text: str, match: re.Match[str], spelling: Spelling) -> Slip | None:
    word = match[0]
    known = spelling.capitals.get(word.casefold())
    if known is not None and word != known and word.casefold() not in spelling.small:
        return Slip(word, f"{word!r} is written {known!r} in the glossary", f"write {known}")
    inside = re.search(r"[a-z,] \Z", text[: match.start()])
    if inside and word[:1].isupper() and word.lower() in spelling.small and word[1:].islower() and known is None:
        return Slip(word, f"{word!r} is written {word.lower()!r} in the glossary", f"write {word.lower()}")
    return None


def _one_off(word: str, spelling: Spelling) -> Slip | None:
    small = word.casefold()
    if len(small) < _SHORTEST - 1 or small in spelling.written or "-" in small or _inflected(small, spelling):
        return None
    for known in spelling.single:
        if (
            abs(len(known) - len(small)) <= 1
            and known[0] == small[0]
            and one_apart(small, known)
            and not _related(small, known)
        ):
            return Slip(
                word, f"{word!r} is nearly the term {known!r}", f"write {known}, or put it under words: in the glossary"
            )
    return None


def _inflected(word: str, spelling: Spelling) -> bool:
    return any(word.endswith(end) and _stems(word.removesuffix(end)) & spelling.written for end in _ENDS)


def _stems(stem: str) -> set[str]:
    return {stem, f"{stem}e", f"{stem}y", stem[:-1] if stem[-2:-1] == stem[-1:] else stem}


def _related(word: str, known: str) -> bool:
    """Whether one is the other with an ending: neuron and neurons."""
    short, long = sorted((word, known), key=len)
    return long.startswith(short[:-1]) and long[len(short) - 1 :] in {end for e in _ENDS for end in (e, short[-1] + e)}


def one_apart(a: str, b: str) -> bool:
    """Whether one letter too many, too few, wrong, or two exchanged make one word the other."""
    if a == b:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    left, right = a[start:], b[start:]
    if left[1:] == right or left == right[1:] or left[1:] == right[1:]:
        return True
    return left[:2] == right[:2][::-1] and left[2:] == right[2:]
