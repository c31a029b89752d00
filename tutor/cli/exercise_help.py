"""Hints and the solution of an exercise without the screen: the same ones, in the same order, kept in the same place."""

from __future__ import annotations

import sys

from tutor.cli.output import print_json, say_notice
from tutor.cli.parser import BadUsage
from tutor.exercises import Owner, solution
from tutor.store import Store
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_hints import Hints


def next_hint(owner: Owner, mistake: str) -> str:
    """One more hint, or empty: there is none left. mistake: the one that was just made, if it is known."""
    with Store.open() as store:
        say_notice(store.notice)
        hints = Hints(owner.exercise, _book(store, owner))
        hints.saw(mistake)
        if not hints.more:
            return ""
        hints.next()
        return hints.shown[-1]


def show_solution(owner: Owner, yes: bool, as_json: bool) -> int:
    """Print it, after a second yes; the exercise then counts as shown unless the learner's own code has passed."""
    with Store.open() as store:
        say_notice(store.notice)
        book = _book(store, owner)
        if not (yes or book.is_done(owner.exercise.id) or _confirmed()):
            say_notice("nothing was shown")
            return 1
        text = solution(owner.exercise)
        book.finish(owner.exercise.id, "skipped")
        done = book.is_done(owner.exercise.id)
    if as_json:
        print_json({"lesson": owner.lesson.id, "exercise": owner.exercise.id, "solution": text, "done": done})
    else:
        print(text.rstrip())
    return 0


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise BadUsage("--solution asks first: the exercise then counts as shown, not as done", "say --yes")
    print("You learn more from your own wrong code. Show it all the same? Write yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _book(store: Store, owner: Owner) -> Book:
    return Book(store, owner.course.id, owner.lesson, lambda problem: say_notice(str(problem)))
