"""From the words of the command line to a command, and from whatever happens to an exit status.

Every command is one small module of this package, imported only when it is asked for: `dltutor --help` loads neither the screen
nor a compiler. A command has `EXAMPLE` (for its help), `configure(parser)` and `main(arguments) -> exit status`.

Exit status: 0 ended as asked; 1 the answer is no (`--until` not reached, a check not passed, faults found); 2 bad input, one
line on stderr; 3 the program or a lab failed, one line on stderr, the rest in the log; 130 interrupted.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from tutor.cli.parser import BadUsage, Parser, Wanted
from tutor.errors import UserError, WorkerGone, nearest
from tutor.words import is_plain_locale, use, wanted

COMMANDS: dict[str, str] = {
    "open": "open a lesson or a lab on screen",
    "list": "list the chapters and lessons, and what is done",
    "read": "print a lesson as text",
    "labs": "list the labs; describe one",
    "run": "run a lab without the screen",
    "runs": "list the runs that were kept; name, export or forget them",
    "check": "check the code of an exercise",
    "data": "list, add, download or remove data sets",
    "review": "ask again what you missed, or what is due",
    "language": "the language of lessons and screens",
    "course": "add, trust, test or remove courses from elsewhere",
    "progress": "show, export, import or reset what you have done",
    "new": "make an example of a course, a chapter, a lesson, an exercise or a lab",
    "export": "write a course as web pages, or as Markdown for paper",
    "preview": "show a lesson on screen while it is being written",
    "lint": "find mistakes in a course",
    "warmup": "compile everything once, so that labs start at once",
    "bench": "measure this machine against the program's budgets",
    "doctor": "see whether this machine has all that is needed",
}
"""Command → what it does. The module of a command has its name."""

COURSE = "DLTUTOR_COURSE"
_THREADS, _MOST_THREADS = "NUMBA_NUM_THREADS", 4096
_LONGEST_WORD = 300
_UNPRINTED = (errno.ENOSPC, errno.EIO, errno.EDQUOT)
_ABOUT = "Learn deep learning in a terminal. Without a command, the course opens on screen."
_EXAMPLES = """examples:
  dltutor
  dltutor open 'perceptron?data=xor'
  dltutor run 'perceptron?data=and&seed=3' --until 'errors == 0' --json
  dltutor --course ./my-course
  dltutor run --help

--course COURSE (or DLTUTOR_COURSE) goes with every command: a course's name or folder, in the place of the built-in one."""


class Command(Protocol):
    """The module of a command."""

    EXAMPLE: str

    def configure(self, parser: Parser) -> None: ...

    def main(self, arguments: Wanted) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; argv without the program's name. Returns the exit status, and never raises."""
    _open_streams()
    _forgiving_streams()
    try:
        status = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except SystemExit as error:  # argparse, after --help
        return error.code if isinstance(error.code, int) else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read this has left (`| head`). Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except UserError as error:
        complain(str(error))
        return 3 if isinstance(error, WorkerGone) else 2
    except Exception as error:
        if unusable := _unusable_name(error):
            complain(f"a file cannot be named so: {unusable}; check the names that were given")
            return 2
        if isinstance(error, OSError) and error.filename is None and error.errno in _UNPRINTED:
            complain(f"what it prints cannot be written: {error.strerror}; make room, or print elsewhere")
            return 3
        from tutor.cli.log import write_down

        said = " ".join(str(error).split())
        complain(f"{type(error).__name__}{': ' + said[:300] if said else ''}; {write_down(error)}")
        return 3
    return status


def complain(message: str) -> None:
    """One line on stderr, whatever is in the message."""
    line = "".join(c if c.isprintable() else " " for c in message)
    words = (word if len(word) <= _LONGEST_WORD else f"{word[:80]}...{word[-20:]}" for word in line.split())
    print(f"dltutor: {' '.join(words)}", file=sys.stderr)


def _unusable_name(error: Exception) -> str:
    """What is wrong with the name of a file that no system can open, wherever it was tried first; empty: something else is."""
    if isinstance(error, OSError) and error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, RuntimeError) and str(error).startswith("Symlink loop"):  # of Path.resolve, up to Python 3.12
        return str(error)
    return "it has a null character" if isinstance(error, ValueError) and "embedded null" in str(error) else ""


def _dispatch(argv: list[str]) -> int:
    argv, course = _without_course(argv)
    if course is not None:
        return _with_course(course, argv)
    use(wanted())
    _check_threads()
    if not argv:
        return _command("open").main(Wanted(what=None, fps=None, low_bandwidth=False, theme=None, device=None))
    name = argv[0]
    if name.startswith("-"):
        return _top(argv)
    if name not in COMMANDS:
        if "?" in name or "/" in name:
            raise BadUsage(f"{name!r} is not a command", f"write: dltutor open {name!r}")
        raise BadUsage(f"there is no command {name!r}", nearest(name, COMMANDS))
    command = _command(name)
    parser = Parser(f"dltutor {name}", COMMANDS[name], command.EXAMPLE)
    command.configure(parser)
    return command.main(parser.wanted(argv[1:]))


def _check_threads() -> None:
    """Numba takes this for its own, and is not as clear about what it cannot be."""
    said = os.environ.get(_THREADS)
    if said and not (said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= _MOST_THREADS):
        raise BadUsage(f"{_THREADS} is {said!r}", f"set it to a whole number from 1 to {_MOST_THREADS}, or not at all")


def _without_course(argv: list[str]) -> tuple[list[str], str | None]:
    """The words without `--course COURSE`, which every command takes, and the course."""
    for i, word in enumerate(argv):
        if word == "--course":
            if i + 1 == len(argv):
                raise BadUsage("--course needs a course's name or folder", "write it like: --course ./my-course")
            return argv[:i] + argv[i + 2 :], argv[i + 1]
        if word.startswith("--course="):
            return argv[:i] + argv[i + 1 :], word.partition("=")[2]
    return argv, None


def _with_course(course: str, argv: list[str]) -> int:
    """The command, with this course in the place of the built-in one; the environment tells child processes."""
    before = os.environ.get(COURSE)
    os.environ[COURSE] = course
    try:
        return _dispatch(argv)
    finally:
        if before is None:
            del os.environ[COURSE]
        else:
            os.environ[COURSE] = before


def _command(name: str) -> Command:
    return cast(Command, import_module(f"tutor.cli.{name}"))


def _top(argv: list[str]) -> int:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {about}" for name, about in COMMANDS.items())
    from tutor.cli.open import screen_options

    parser = Parser("dltutor", _ABOUT, f"commands:\n{commands}\n\n{_EXAMPLES}")
    parser.usage = "dltutor [COMMAND …]"
    parser.add_argument("--version", action="store_true", help="print the version")
    screen_options(parser)
    given = parser.wanted(argv)  # --help ends here
    if not given.version:
        given.what = None
        return _command("open").main(given)
    from tutor import __version__

    print(f"dltutor {__version__}")
    return 0


def _open_streams() -> None:
    """A stream that was closed (`>&-`) reads and writes nothing; else the next file to be opened would stand in its place."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115 (for as long as the program runs)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _forgiving_streams() -> None:
    """What the locale cannot write is written out in what it can, rather than fail.

    In the C locale Python writes UTF-8 all the same (PEP 538, 540), whatever the terminal can show; unless it was told to.
    """
    codecs.register_error("written-out", _written_out)
    told = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8") == "1"
    plain = not told and is_plain_locale(os.environ)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="ascii" if plain else None, errors="written-out")


def _written_out(error: UnicodeError) -> tuple[str, int]:
    from tutor.draw.plainly import to_ascii

    assert isinstance(error, UnicodeEncodeError)
    return to_ascii(error.object[error.start : error.end]), error.end
