"""`dltutor progress`: what is done, to look at, to take along, to forget."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

from tutor.cli.output import print_json, say_notice, table
from tutor.cli.parser import BadUsage, Parser, Wanted, json_option, one_of
from tutor.errors import BadData, StoreProblem, UserError
from tutor.paths import user_path
from tutor.store import Store
from tutor.tui.start import follow

EXAMPLE = """examples:
  dltutor progress show
  dltutor progress export progress.json
  dltutor progress export --markdown transcript.md
  dltutor progress import progress.json
  dltutor progress reset --yes

With --markdown it is a transcript: what you read, ran, answered and wrote.
Importing merges: what is done here stays done. Resetting keeps a copy and says where."""

_LARGEST = 64 * 1024 * 1024


def configure(parser: Parser) -> None:
    words = ("show", "export", "import", "reset")
    parser.add_argument("action", metavar="|".join(words), type=one_of(*words), nargs="?", default="show", help="default: show")
    parser.add_argument("file", metavar="FILE", nargs="?", help="to export to (default: stdout), or to import; - is stdin")
    parser.add_argument("--markdown", action="store_true", help="export a transcript for people")
    parser.add_argument("--yes", action="store_true", help="reset without asking")
    json_option(parser)


def main(arguments: Wanted) -> int:
    if arguments.file and arguments.action in ("show", "reset"):
        raise BadUsage(f"progress {arguments.action} takes no file", "leave it out")
    if arguments.markdown and arguments.action != "export":
        raise BadUsage(f"progress {arguments.action} writes no Markdown", "write: dltutor progress export --markdown")
    with Store.open() as store:
        say_notice(store.notice)
        match arguments.action:
            case "show":
                return _show(store, arguments.json)
            case "export":
                return _export(_transcript(store) if arguments.markdown else _document_of(store), arguments.file)
            case "import":
                return _import(store, arguments.file, arguments.json)
        return _reset(store, arguments.yes, arguments.json)


def _show(store: Store, as_json: bool) -> int:
    from tutor.cli.courses import whole_course

    course, _ = whole_course()
    follow(store, course)
    done, last, runs = store.done(course.id), store.last_place(course.id), store.runs()
    if as_json:
        lessons = {
            lesson.id: {"tasks": [task.id for task in lesson.tasks], "done": done.get(lesson.id, {})}
            for lesson in course.lessons
        }
        kept = [{"link": run.link, "step": run.step, "metrics": run.metrics, "lesson": run.lesson} for run in runs]
        place = {"lesson": last.lesson, "section": last.section, "block": last.block} if last else None
        print_json({"saved": store.saved, "file": str(store.file), "last": place, "lessons": lessons, "runs": kept})
        return 0
    rows = []
    for lesson in course.lessons:
        how = done.get(lesson.id, {})
        count = sum(how.get(task.id) == "done" for task in lesson.tasks)
        skipped = sum(how.get(task.id) == "skipped" for task in lesson.tasks)
        rows.append((lesson.id, f"{count} of {len(lesson.tasks)} done", f"{skipped} skipped" if skipped else ""))
    print(table(rows) or "There are no lessons.")
    if last:
        print(f"\nYou were last in {last.lesson}.")
    if runs:
        print("\nRuns that you kept:\n" + table([(run.link, f"step {run.step}", run.lesson) for run in runs], indent="  "))
    return 0


def _document_of(store: Store) -> str:
    return json.dumps(store.export(), indent=1, allow_nan=False) + "\n"


def _transcript(store: Store) -> str:
    from tutor.cli.courses import whole_course
    from tutor.review.transcript import transcript

    course, _ = whole_course()
    return transcript(course, store)


def _export(text: str, name: str | None) -> int:
    if name is None or name == "-":
        sys.stdout.write(text)
        return 0
    file = user_path(name)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise UserError(f"{file} is there already", "name another file") from None
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", "name another file") from None
    print(f"Exported to {file}.")
    return 0


def _import(store: Store, name: str | None, as_json: bool) -> int:
    if name is None:
        raise BadUsage("progress import needs a file", "write: dltutor progress import FILE")
    if not store.saved:
        raise StoreProblem(f"nothing was imported: {store.file} cannot be written", "make it writable first")
    new = store.import_(_document(name))
    if as_json:
        print_json({"new": new})
    else:
        print(f"{new} new {'entry' if new == 1 else 'entries'}; what was done here stays done.")
    return 0


def _document(name: str) -> Any:
    """The JSON in a file. Raises UserError, BadData."""
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with user_path(name).open("rb") as stream:
                raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}", "check its name") from None
    if len(raw) > _LARGEST:
        raise BadData(f"{name} is larger than {_LARGEST // 2**20} MiB", "give a file that `dltutor progress export` wrote")
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, json.JSONDecodeError) else "its text or its nesting is broken"
        raise BadData(f"{name} is not JSON: {what}", "give a file that `dltutor progress export` wrote") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _reset(store: Store, yes: bool, as_json: bool) -> int:
    if not yes:
        if not sys.stdin.isatty():
            raise BadUsage("progress reset asks before it forgets", "say --yes")
        print("Forget everything that you have done? Write yes: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() != "yes":
            say_notice("nothing was reset")
            return 1
    kept = store.reset()
    if as_json:
        print_json({"kept": str(kept)})
    else:
        print(f"Progress is reset. A copy is kept as {kept}.")
    return 0
