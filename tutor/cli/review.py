"""`dltutor review`: questions that were missed or are due, from all chapters."""

from __future__ import annotations

import time

from tutor.cli.courses import whole_course
from tutor.cli.output import columns, print_json, say_notice, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.cli.texts import formats, shown
from tutor.course.plain import plain_inline
from tutor.review import Item, asked, due_now, when_text
from tutor.store import Store
from tutor.tui.start import follow

EXAMPLE = """examples:
  dltutor review
  dltutor review --list
  dltutor review --json

A question comes back ten minutes after a wrong answer, and after more and more days while you know it."""


def configure(parser: Parser) -> None:
    parser.add_argument("--list", action="store_true", help="print what is due, and when the others are")
    json_option(parser)


def main(arguments: Wanted) -> int:
    if not (arguments.list or arguments.json):
        from tutor.cli.open import need_terminal

        need_terminal()
        from tutor.tui.app import run

        return run("review")
    course, _ = whole_course()
    now = time.time()
    with Store.open() as store:
        say_notice(store.notice)
        follow(store, course)
        items = asked(course.lessons, store, course.id, now)
    if arguments.json:
        print_json({"due": len(due_now(items, now)), "questions": [_as_json(item, now) for item in items]})
    else:
        print(shown(_listing(items, now)))
    return 0


def _as_json(item: Item, now: float) -> dict[str, object]:
    return {
        "lesson": item.lesson,
        "question": item.quiz.id,
        "ask": item.quiz.ask,
        "due": item.due <= now,
        "due_at": item.due,
        "missed": item.missed,
    }


def _listing(items: list[Item], now: float) -> str:
    if not items:
        return "There is nothing to review yet: questions that you have answered in lessons come back here."
    rows = [(when_text(item.due - now), item.lesson, plain_inline(item.quiz.ask, formats())) for item in items]
    due = len(due_now(items, now))
    return f"{due} due.\n\n{table(rows, fold=columns())}"
