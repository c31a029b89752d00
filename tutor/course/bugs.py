"""Code with one wrong line: which lines may be pointed at, what is said to who points at one, and whether only one is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tutor.course.model import Bug, Place
from tutor.course.problems import Problem
from tutor.words import tr


@dataclass(frozen=True)
class Mark:
    """What became of pointing at a line."""

    right: bool
    say: str
    """Never the answer: which line it is, a wrong mark does not tell."""
    counts: bool = True
    """Whether it is a try at all; a line of explanation computes nothing."""


def mark_key(bug: Bug) -> str:
    """Under what the lines that were pointed at are kept; no task's id holds a slash."""
    return f"{bug.id}/line"


def judge_mark(bug: Bug, code: str, line: int) -> Mark:
    """What there is to say about pointing at a line, counted from 1."""
    if line == bug.line:
        return Mark(True, tr("Line {line} is the one.", line=line))
    if line not in working_lines(code):
        said = tr("Line {line} computes nothing: the mistake is in the code itself.", line=line)
        return Mark(False, said, counts=False)
    note = next((note.say for note in bug.elsewhere if note.line == line), "")
    if note:
        return Mark(False, tr("Not line {line}: {note}", line=line, note=note))
    return Mark(False, tr("Line {line} does what it should.", line=line))


def working_lines(code: str) -> frozenset[int]:
    """The lines that compute something: no blank ones, no comments, no docstrings."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return frozenset(range(1, code.count("\n") + 2))
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            found |= set(range(node.lineno, max(node.lineno, last) + 1))
    lines = code.split("\n")
    return frozenset(line for line in found if lines[line - 1].strip() and not lines[line - 1].lstrip().startswith("#"))


def check_line(bug: Bug) -> Iterator[Problem]:
    """The code and its solution differ in the line that the block names, and in no other."""
    place = bug.marks["line"]
    code, mended = (_text(file) for file in (bug.file, bug.file.with_name(f"{bug.file.stem}.solution.py")))
    if code is None or mended is None:
        return  # told when the exercise is proved
    pairs = enumerate(zip_longest(code.splitlines(), mended.splitlines()), 1)
    differ = [number for number, (a, b) in pairs if a != b]
    if differ != [bug.line]:
        where = ", ".join(map(str, differ[:5])) or "none"
        words = f"the code and its solution differ in line {where}, and not just in line {bug.line}"
        yield Problem(place, words, "let the solution be the same file with that one line mended", "bug-line")
    elif bug.line not in working_lines(code):
        yield Problem(place, f"line {bug.line} computes nothing", "name the line of code that is wrong", "bug-line")
    for i, note in enumerate(bug.elsewhere):
        if note.line == bug.line or note.line not in working_lines(code):
            why = "is the wrong one itself" if note.line == bug.line else "computes nothing"
            yield Problem(_note_place(bug, i), f"line {note.line} {why}", "name a line of code that is right", "bug-line")


def _note_place(bug: Bug, number: int) -> Place:
    return bug.marks.get(f"elsewhere.{number}.line", bug.place)


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
