"""The entry point: help, mistakes, and what happens when something breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from cli_samples import Call

from tutor.cli import COMMANDS
from tutor.errors import UserError, WorkerGone

ROOT = Path(__file__).parents[2]


def test_help_names_every_command(call: Call) -> None:
    done = call("--help")
    assert done.status == 0
    assert all(f"  {name} " in done.out for name in COMMANDS)
    assert "examples:" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(call: Call, command: str) -> None:
    done = call(command, "--help")
    assert done.status == 0
    assert f"  dltutor {command}" in done.out.partition("example")[2]
    assert done.out.startswith(f"usage: dltutor {command}")


def test_version(call: Call) -> None:
    assert call("--version").out == "dltutor 0.1.0\n"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["lst"], "there is no command 'lst'; did you mean 'list'?"),
        (["--jsn"], "has no option '--jsn'"),
        (["list", "--jsn"], "no option '--jsn'; did you mean '--json'?"),
        (["list", "more"], "does not take 'more'"),
        (["run"], "LINK"),
        (["run", "perceptron", "--steps"], "--steps"),
        (["run", "perceptron", "--steps", "-1"], "--steps"),
        (["run", "perceptron", "--steps", "9" * 5000], "--steps"),
        (["run", "perceptron", "--every", "0"], "--every"),
        (["run", "perceptron", "--size", "80"], "80x24"),
        (["run", "perceptron", "--device", "cdua"], "did you mean 'cuda'?"),
        (["run", "perceptron", "--json", "--view", "boundary"], "--json prints no plot"),
        (["run", "perceptrn"], "did you mean 'perceptron'?"),
        (["run", "perceptron?dta=and"], "did you mean 'data'?"),
        (["run", "perceptron", "--set", "data"], "not KNOB=VALUE"),
        (["run", "perceptron", "--set", "data=adn"], "did you mean 'and'?"),
        (["run", "perceptron", "--view", "boundry"], "did you mean 'boundary'?"),
        (["run", "perceptron", "--until", "eror == 0"], "did you mean 'errors'?"),
        (["run", "perceptron", "--until", "import os"], "cannot read the condition"),
        (["run", "perceptron", "--until", ""], "cannot read the condition"),
        (["run", "?\x1b[31m\n=x"], "names no lab"),
        (["labs", "neurn"], "did you mean 'neuron'?"),
        (["read", "one-ide"], "did you mean '01-first/one-idea'?"),
        (["check", "twoce.py"], "did you mean 'twice.py'?"),
        (["lint", "/nowhere"], "there is no /nowhere"),
        (["progress", "exprt"], "did you mean 'export'?"),
        (["progress", "show", "file"], "takes no file"),
        (["progress", "reset"], "--yes"),
        (["progress", "import"], "needs a file"),
        (["progress", "import", "~nobody-of-that-name/x"], "cannot be read"),
        (["new", "course", "x" * 5000], "a file cannot be named so"),
        (["check", "x" * 5000], "a file cannot be named so"),
        (["read", "9" * 100_000], "there is no lesson '99999"),
        (["run", "perceptron", "--plug", "/dev/zero"], "it is no plain file"),
        (["perceptron?data=and"], "write: dltutor open 'perceptron?data=and'"),
        (["open", "perceptron"], "use `dltutor read LESSON` and `dltutor run LINK`"),
        ([], "use `dltutor read LESSON` and `dltutor run LINK`"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    call: Call, course: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], says: str
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        done = call(*argv)
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("dltutor: ")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert done.err.rstrip("\n").isprintable()
    assert len(done.err) < 1000


def test_links_in_a_circle_are_bad_input_and_names_are_no_commands_to_the_terminal(call: Call, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert call("new", "course", str(tmp_path / "circle")).status == 2
    done = call("course", "distrust", "\x1b[31mred")
    assert done.status == 0
    assert "\x1b" not in done.out


@pytest.mark.parametrize("said", ["abc", "0", "-1", "9" * 5000])
def test_a_number_of_threads_that_is_none_is_bad_input(call: Call, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", said)
    done = call("list")
    assert done.status == 2
    assert "a whole number from 1" in done.err


def test_a_home_that_there_is_not_is_a_plain_name(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLTUTOR_HOME", "~nobody-of-that-name")
    assert call("progress").status == 0


def test_a_dumb_terminal_is_told_what_to_use(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    done = call()
    assert done.status == 2
    assert "TERM is 'dumb'" in done.err
    assert "dltutor read" in done.err


def breaking(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def main(_: object) -> int:
        raise error

    monkeypatch.setattr(import_module("tutor.cli.labs"), "main", main)


def test_what_nobody_foresaw_is_one_line_a_log_and_exit_3(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, ZeroDivisionError("by\nzero"))
    done = call("labs")
    log = tmp_path / "home" / "state" / "dltutor.log"
    assert done.status == 3
    assert done.err == f"dltutor: ZeroDivisionError: by zero; the details are in {log}\n"
    assert "Traceback" in log.read_text()
    assert call("labs").status == 3
    assert log.read_text().count("Traceback") == 2


def test_a_log_that_cannot_be_written_is_no_second_failure(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    breaking(monkeypatch, MemoryError())
    done = call("labs")
    assert done.status == 3
    assert done.err.startswith(f"dltutor: MemoryError; the details are in {tmp_path}")


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (UserError("no", "try\x1b[2J yes"), 2, "dltutor: no; try [2J yes\n"),
        (WorkerGone("it was killed"), 3, "dltutor: it was killed\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_each_kind_of_end_has_its_status(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, says: str
) -> None:
    breaking(monkeypatch, error)
    done = call("labs")
    assert (done.status, done.err) == (status, says)


def test_what_a_command_loads() -> None:
    """Text needs no screen and no compiler; help needs not even NumPy, a folder or a database."""
    script = """
import sys
from tutor.cli import main
def loaded(*names):
    return [name for name in names if name in sys.modules]
assert main(["--help"]) == 0
assert not loaded("numpy", "numba", "textual", "plotext", "platformdirs", "sqlite3", "yaml", "asyncio"), loaded()
for argv in (["list"], ["labs"], ["labs", "neuron", "--json"], ["progress"]):
    assert main(argv) == 0, argv
    assert not loaded("numba", "textual", "plotext"), argv
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "usage: dltutor" in done.stdout


def test_streams_that_are_closed_or_full_are_no_accident() -> None:
    program = f"{sys.executable} -m tutor"
    for line, status, says in (
        ("labs >&-", 0, ""),
        ("progress import - <&-", 2, "is not JSON"),
        ("<&-", 2, "the screen needs a terminal"),
        ("labs >/dev/full", 3, "what it prints cannot be written"),
    ):
        done = subprocess.run(f"{program} {line}", shell=True, capture_output=True, text=True, cwd=ROOT)
        assert (done.returncode, says in done.stderr, done.stderr.count("\n")) == (status, True, bool(says)), (
            line,
            done.stderr,
        )


@pytest.mark.parametrize("locale", [{"LC_ALL": "POSIX"}, {"LANG": "C"}])
def test_in_a_locale_without_letters_all_that_is_printed_is_ascii(locale: dict[str, str]) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    script = "from tutor.cli import main\nfor line in 'read perceptron', 'labs gd', 'run --help', 'rün': main(line.split())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=ROOT, env={**bare, **locale}, check=True)
    assert done.stdout.isascii()
    assert done.stderr.isascii()
    assert b"w_1" in done.stdout
    assert b"..." in done.stdout
    assert b"there is no command 'run'" in done.stderr


def test_what_spares_the_line_is_said_in_help_and_bad_numbers_are_refused(call: Call) -> None:
    for command in (["--help"], ["open", "--help"]):
        done = call(*command)
        assert done.status == 0
        assert "--fps" in done.out
        assert "--low-bandwidth" in done.out
    for command in (["--fps", "0"], ["open", "perceptron", "--fps", "fast"]):
        done = call(*command)
        assert done.status == 2
        assert "whole number from 1 to 30" in done.err
