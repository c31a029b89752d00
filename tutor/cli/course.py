"""`dltutor course`: courses from elsewhere, to add, to remove, to trust, to test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tutor import trust
from tutor.cli.output import columns, print_json, table
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option, one_of
from tutor.course import library
from tutor.course.library import Known
from tutor.harmless import harmless
from tutor.paths import user_path

EXAMPLE = """examples:
  dltutor course list
  dltutor course add ~/Downloads/transformers.zip
  dltutor course add my-course
  dltutor course trust transformers
  dltutor course trust my-course --own
  dltutor course distrust transformers
  dltutor course test transformers
  dltutor course remove transformers
  dltutor open transformers
  dltutor list --course ./my-course

A course is a folder of chapters with a course.yaml that says its name, title and version; an archive (.zip, .tar, .tar.gz)
holds one. Adding a newer version keeps what you have done, and so does removing it. What is code in a course from elsewhere
(checks of exercises, labs in Python) runs only after you have trusted it; when that code changes, you are asked again. --own is
for the author: whatever the code in that folder becomes, it may run.

Whatever code runs, your own included, runs in a process of its own: under limits on memory, processor time and files, without
the secrets in your environment, and, where the system can see to it, without a network and without your files (`dltutor doctor`
says what it can). It is no wall that nobody gets over: trust a course as you would trust a program of its author.

test reads the whole course, proves its exercises and runs the tests of its labs.
Exit status: 0 all is well, 1 mistakes found."""


def configure(parser: Parser) -> None:
    words = ("list", "add", "remove", "trust", "distrust", "test")
    parser.add_argument("action", metavar="|".join(words), type=one_of(*words), nargs="?", default="list", help="default: list")
    parser.add_argument(
        "what", metavar="NAME|PATH", nargs="?", help="a course's name or folder; to add: a folder or an archive"
    )
    parser.add_argument("--own", action="store_true", help="with trust: you write this course yourself")
    json_option(parser)


def main(arguments: Wanted) -> int:
    action, what = arguments.action, arguments.what
    if action == "list" and what:
        raise BadUsage(f"course list does not take {what!r}", "leave it out")
    if action not in ("list", "test") and not what:
        raise BadUsage(
            f"course {action} needs a name", f"see dltutor course --help, such as: dltutor course {action} my-course"
        )
    if arguments.own and action != "trust":
        raise BadUsage(f"course {action} does not take --own", "it goes with trust")
    match action:
        case "list":
            return _list(arguments.json)
        case "add":
            return _add(user_path(what), arguments.json)
        case "remove":
            return _remove(what, arguments.json)
        case "trust":
            return _trust(what, arguments.own, arguments.json)
        case "distrust":
            return _distrust(what, arguments.json)
    from tutor.cli.course_test import test

    return test(library.find(what) if what else library.chosen(), arguments.json)


def described(known: Known) -> dict[str, Any]:
    """A course, for programs."""
    course = library.outline(known)
    return {
        "name": known.name,
        "title": course.title,
        "version": course.version,
        "authors": course.authors,
        "licence": course.licence,
        "lessons": len(course.lessons),
        "code": "built-in" if not known.id else "none" if not trust.has_code(known.folder) else _state(known),
        "folder": str(known.folder),
    }


def _state(known: Known) -> str:
    if trust.is_trusted(known.folder):
        return "trusted"
    return "changed" if trust.was_trusted(known.id) else "not trusted"


def _list(as_json: bool) -> int:
    found = [described(known) for known in library.all_courses()]
    if as_json:
        print_json(found)
        return 0
    code = {"built-in": "", "none": "", "trusted": "its code is trusted", "changed": "its code has changed, and does not run"}
    print(
        table(
            [
                (one["name"], one["version"], f"{one['lessons']} lessons", one["title"], code.get(one["code"], "no code runs"))
                for one in found
            ],
            right=(2,),
            fold=columns(),
        )
    )
    return 0


def _add(source: Path, as_json: bool) -> int:
    from tutor.course.adding import add

    added = add(source)
    course = added.course
    if as_json:
        print_json({**described(course), "before": added.before, "mistakes": added.mistakes})
        return 0
    before = f", in the place of {added.before}" if added.before else ""
    print(f"{course.about.title} {course.about.version} is added{before}. It opens with: dltutor open {course.name}")
    if added.mistakes:
        print(f"It has {added.mistakes} mistake{'s' * (added.mistakes != 1)}: dltutor lint {course.name}")
    if trust.has_code(course.folder) and not trust.is_trusted(course.folder):
        print(f"It holds code, which does not run before you trust it: dltutor course trust {course.name}")
    return 0


def _remove(name: str, as_json: bool) -> int:
    from tutor.course.adding import remove

    known = remove(name)
    if as_json:
        print_json({"name": known.name, "removed": True})
    else:
        print(f"{known.about.title} is removed. What you have done in it is kept.")
    return 0


def _trust(what: str, own: bool, as_json: bool) -> int:
    known = library.find(what)
    if not known.id:
        raise BadUsage("the built-in course needs no trust", "name another course")
    if own and known.folder.resolve().is_relative_to(library.courses_folder().resolve()):
        raise BadUsage(f"{known.name} was added, so it is a copy of the author's", "leave out --own, or name your own folder")
    trust.grant(known.id, known.folder, own=own)
    files = trust.code_names(known.folder)
    if as_json:
        print_json({"name": known.name, "folder": str(known.folder), "own": own, "files": files})
    elif own:
        print(f"{known.name} is yours: the code in {known.folder} may run, whatever it becomes.")
    elif files:
        print(f"{known.name} is trusted: its code may run as it is now.\n" + "\n".join(f"  {name}" for name in files))
    else:
        print(f"{known.name} is trusted; it holds no code.")
    return 0


def _distrust(name: str, as_json: bool) -> int:
    folder = user_path(name)
    was = trust.revoke(library.at(folder).id if folder.is_dir() else name, folder if folder.is_dir() else None)
    if as_json:
        print_json({"name": name, "trusted_before": was})
    else:
        print(f"{harmless(name)} is trusted no more." if was else f"{harmless(name)} was not trusted.")
    return 0
