"""`dltutor export`: a course as web pages, or as Markdown for paper, with pictures of its labs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tutor.cli.language import speak
from tutor.cli.output import Bar, print_json
from tutor.cli.own_labs import know_labs
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option
from tutor.course.library import chosen, find
from tutor.course.model import Chapter, Course
from tutor.course.parse import load_course
from tutor.errors import nearest
from tutor.words import language

EXAMPLE = """examples:
  dltutor export --html pages
  dltutor export --html pages my-course --answers
  dltutor export --pdf-ready-markdown book --only 01-neuron
  pandoc --toc book/course.md --resource-path book -o course.pdf

Each lab is run until its goal, or for as long as `dltutor run` would, and drawn. The same course gives the same files, byte
for byte."""


def configure(parser: Parser) -> None:
    add = parser.add_argument
    add("course", metavar="COURSE", nargs="?", help="a course's name or folder; without: the built-in course")
    add("--html", metavar="FOLDER", help="write web pages there")
    add("--pdf-ready-markdown", metavar="FOLDER", dest="paper", help="write course.md and its pictures there, for pandoc")
    add("--only", metavar="CHAPTER", action="append", default=[], help="only this chapter; may be given several times")
    add("--answers", action="store_true", help="with the answers and solutions")
    add("--no-pictures", action="store_true", help="run nothing and draw nothing")
    json_option(parser)


def main(arguments: Wanted) -> int:
    if bool(arguments.html) == bool(arguments.paper):
        raise BadUsage("export needs one of --html FOLDER and --pdf-ready-markdown FOLDER", "see dltutor export --help")
    speak()
    from tutor.engine.crew import cores
    from tutor.export.files import need_new, write_folder
    from tutor.export.pages import PICTURES, pages
    from tutor.export.paper import paper
    from tutor.export.runs import jobs_of, make

    folder = Path(arguments.html or arguments.paper)
    need_new(folder)  # and not after minutes of runs
    known = find(arguments.course) if arguments.course else chosen()
    know_labs(known)
    course = _chosen(load_course(known.folder, known.id, language()), arguments.only)
    jobs = [] if arguments.no_pictures else jobs_of(course)
    with Bar("running labs", len(jobs)) as bar:
        made = asyncio.run(make(jobs, cores(), lambda done: bar.show(done, at_once=True)))
    files = pages(course, made, arguments.answers) if arguments.html else {"course.md": paper(course, made, arguments.answers)}
    files |= {f"{PICTURES}/{shown.name}.svg": shown.svg for shown in made.values() if shown.svg}
    write_folder(folder, dict(sorted(files.items())))
    failed = [f"{shown.link}: {shown.caption}" for shown in made.values() if not shown.svg]
    if arguments.json:
        print_json({"folder": str(folder), "files": len(files), "pictures": len(made) - len(failed), "failed": failed})
    else:
        print(f"{folder}: {len(files)} files, {len(made) - len(failed)} pictures of labs.")
        for line in failed:
            print(f"no picture of {line}")
    return 3 if failed else 0


def _chosen(course: Course, only: list[str]) -> Course:
    """The course with these chapters only; all of it where none is named. Raises BadUsage."""
    from dataclasses import replace

    names = [chapter.id for chapter in course.chapters]
    for name in only:
        if name not in names:
            raise BadUsage(f"there is no chapter {name!r}", nearest(name, names))
    kept: tuple[Chapter, ...] = tuple(chapter for chapter in course.chapters if not only or chapter.id in only)
    return replace(course, chapters=kept)
