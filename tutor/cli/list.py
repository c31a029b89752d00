"""`dltutor list`: the course, and how far the learner is in it."""

from __future__ import annotations

from typing import Any

from tutor.cli.courses import whole_course
from tutor.cli.output import print_json, say_notice, table
from tutor.cli.parser import Parser, Wanted, json_option
from tutor.course.library import all_courses
from tutor.course.model import Course
from tutor.store import Store
from tutor.tui.start import follow
from tutor.words import tr

EXAMPLE = """examples:
  dltutor list
  dltutor list --json"""


def configure(parser: Parser) -> None:
    json_option(parser)


def main(arguments: Wanted) -> int:
    found: list[dict[str, Any]] = []
    with Store.open() as store:
        say_notice(store.notice)
        for known in all_courses():
            course, faults = whole_course(known)
            follow(store, course)
            if faults and not found:
                say_notice(f"the course has {faults} mistakes; `dltutor lint` shows them")
            found.append(_course(known.name, course, store))
    if arguments.json:
        print_json({**found[0], "courses": found[1:]})
        return 0
    for number, one in enumerate(found):
        print(("\n" if number else "") + (f"# {one['title']} ({one['name']})\n\n" if len(found) > 1 else "") + _said(one))
    return 0


def _course(name: str, course: Course, store: Store) -> dict[str, Any]:
    done, last = store.done(course.id), store.last_place(course.id)
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
    return {
        "title": course.title,
        "name": name,
        "version": course.version,
        "last": last.lesson if last else None,
        "chapters": chapters,
    }


def _said(course: dict[str, Any]) -> str:
    text = "\n\n".join(_chapter(chapter) for chapter in course["chapters"])
    return f"{text}\n\n{tr('You were last in {lesson}.', lesson=course['last'])}" if course["last"] else text


def _chapter(chapter: dict[str, Any]) -> str:
    rows = [(lesson["id"], lesson["title"], f"{lesson['minutes']} min", _how_far(lesson)) for lesson in chapter["lessons"]]
    return f"{chapter['title']}\n{table(rows, indent='  ', right=(2,))}"


def _how_far(lesson: dict[str, Any]) -> str:
    if not lesson["tasks"]:
        return ""
    if lesson["done"] == lesson["tasks"]:
        return tr("done")
    skipped = tr(", {count} skipped", count=lesson["skipped"]) if lesson["skipped"] else ""
    return tr("{done} of {total} done", done=lesson["done"], total=lesson["tasks"]) + skipped
