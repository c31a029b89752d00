"""`dltutor list`: the course, and how far the learner is in it."""

from __future__ import annotations

from typing import Any

from tutor.cli.courses import whole_course
from tutor.cli.output import print_json, say_notice, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.store import Store

EXAMPLE = """examples:
  dltutor list
  dltutor list --json"""


def configure(parser: Parser) -> None:
    json_option(parser)


def main(arguments: Wanted) -> int:
    course, faults = whole_course()
    with Store.open() as store:
        say_notice(store.notice)
        done = store.done(course.id)
        last = store.last_place(course.id)
    if faults:
        say_notice(f"the course has {faults} mistakes; `dltutor lint` shows them")
    chapters = [
        {
            "id": chapter.id,
            "title": chapter.title,
            "summary": chapter.summary,
            "lessons": [
                {
                    "id": lesson.id,
                    "title": lesson.title,
                    "minutes": lesson.minutes,
                    "needs": lesson.needs,
                    "tasks": len(lesson.tasks),
                    "done": sum(done.get(lesson.id, {}).get(task.id) == "done" for task in lesson.tasks),
                    "skipped": sum(done.get(lesson.id, {}).get(task.id) == "skipped" for task in lesson.tasks),
                }
                for lesson in chapter.lessons
            ],
        }
        for chapter in course.chapters
    ]
    if arguments.json:
        print_json({"title": course.title, "last": last.lesson if last else None, "chapters": chapters})
    else:
        for number, chapter in enumerate(chapters):
            print(("\n" if number else "") + _chapter(chapter))
        if last:
            print(f"\nYou were last in {last.lesson}.")
    return 0


def _chapter(chapter: dict[str, Any]) -> str:
    rows = [(lesson["id"], lesson["title"], f"{lesson['minutes']} min", _how_far(lesson)) for lesson in chapter["lessons"]]
    return f"{chapter['title']}\n{table(rows, indent='  ', right=(2,))}"


def _how_far(lesson: dict[str, Any]) -> str:
    if not lesson["tasks"]:
        return ""
    if lesson["done"] == lesson["tasks"]:
        return "done"
    skipped = f", {lesson['skipped']} skipped" if lesson["skipped"] else ""
    return f"{lesson['done']} of {lesson['tasks']} done{skipped}"
