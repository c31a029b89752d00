"""The words of a course: `glossary.md` in its folder. A heading is a term; below stand its meaning and where it is explained.

---
title: Words
words: [descend]           (right, though near a term: the linter leaves them alone)
---
## mini-batch
Also: batch, minibatch

A few examples whose gradients are averaged for one step. [One sample](03-sgd/01-one-sample.md)
"""

from __future__ import annotations

import re
from pathlib import Path

from tutor.course.claims import without_claims
from tutor.course.document import RawSection, cut
from tutor.course.fields import Fields
from tutor.course.front import front_matter
from tutor.course.markdown import Link, parts
from tutor.course.model import Glossary, Place, Prose, Term
from tutor.course.problems import Problems
from tutor.course.source import read_source

FILE = "glossary.md"
_ALSO = "Also:"


def glossary_file(root: Path, language: str = "en") -> Path:
    """Where the words of a course are: in `glossary.fr.md` for French where there is one."""
    spoken = root / f"glossary.{language}.md"
    return spoken if spoken.is_file() else root / FILE


def used_in(glossary: Glossary, text: str) -> list[Term]:
    """The terms that a text uses, in the order in which it first does."""
    found = []
    for term in glossary.terms:
        names = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in (term.name, *term.also))
        match = re.search(rf"(?<!\w)(?:{names})(?:s|es)?(?!\w)", text, re.IGNORECASE)
        if match is not None:
            found.append((match.start(), term))
    return [term for _, term in sorted(found, key=lambda pair: pair[0])]


def read_glossary(root: Path, problems: Problems, language: str = "en") -> Glossary:
    """The glossary of the course in the folder; an empty one where there is no such file. What is wrong in it is reported."""
    file = glossary_file(root, language)
    if not file.exists() and not file.is_symlink():
        return Glossary()
    source = read_source(root, file, problems)
    if source is None:
        return Glossary()
    table, lines = front_matter(source, problems)
    words: tuple[str, ...] = ()
    title = "Words"
    if table is not None:
        fields = Fields(table, "a glossary's front matter", ("title", "words"), problems, Place(file))
        fields.require("title")
        words, title = fields.texts("words"), fields.text("title") or title
    terms = []
    for section in cut(source, lines, title, problems):
        if section.title == title:  # what stands above the first term
            continue
        term = _term(section, problems)
        if term is not None:
            terms.append(term)
    _check_names(terms, problems)
    return Glossary(tuple(terms), words)


def _term(section: RawSection, problems: Problems) -> Term | None:
    for piece in section.pieces:
        if not isinstance(piece, Prose):
            problems.add(piece.place, "nested-block", "a glossary holds no blocks", "move it into a lesson")
    prose = next((piece for piece in section.pieces if isinstance(piece, Prose)), None)
    if prose is None:
        problems.add(section.place, "term", f"the term {section.title!r} has no meaning", "write it below")
        return None
    lines = prose.text.split("\n")
    also: tuple[str, ...] = ()
    skip = 0
    if lines[0].startswith(_ALSO):
        also = tuple(word.strip() for word in lines[0].removeprefix(_ALSO).split(",") if word.strip())
        skip = next((i for i, line in enumerate(lines) if i and line.strip()), len(lines))
    text = "\n".join(lines[skip:])
    body = Place(prose.place.file, prose.place.line + skip)
    if not text.strip():
        problems.add(section.place, "term", f"the term {section.title!r} has no meaning", "write it below")
    elif not any(isinstance(part, Link) for part in parts(text, body)):
        mend = "end it with a link, such as [Loss](02-gradient-descent/01-loss.md)"
        problems.add(body, "term", f"it is not said where {section.title!r} is explained", mend)
    return Term(section.id, section.title, also, without_claims(text), section.place, body)


def _check_names(terms: list[Term], problems: Problems) -> None:
    taken: dict[str, Term] = {}
    for term in terms:
        for name in (term.name, *term.also):
            other = taken.setdefault(name.casefold(), term)
            if other is not term:
                where = f"line {other.place.line}"
                problems.add(
                    term.place, "duplicate-term", f"{name!r} is a word of {other.name!r} too", f"remove it here or in {where}"
                )
