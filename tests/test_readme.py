"""README and the chapter about authoring: every command line in them does what they say, and every file they name is there."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from kernels.cuda.device import why_not
from tutor.cli import main
from tutor.cli.entry import COMMANDS
from tutor.cli.parser import Parser
from tutor.labs import Authored, use_authored

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TEXTS = {
    "README.md": README,
    **{f"99-authoring/{file.name}": file.read_text("utf-8") for file in sorted((ROOT / "lessons/99-authoring").glob("*.md"))},
}
ON_SCREEN = ("open", "review", "preview")
"""Commands that need a terminal: here they say what to use instead."""
LONG = ("bench", "warmup")
"""Commands that measure or compile for minutes and have tests of their own: here their options are read."""


def command_lines(text: str) -> list[str]:
    """The lines of shell blocks that start the program, without comments, pipes and redirections."""
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [re.split(r"\s+[|#>]", line)[0].strip() for line in lines if re.match(r"(?:[A-Z_]+=\S+ )*dltutor\b", line)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, with the files that the texts take for granted; what they add to the labs is gone afterwards."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "lessons/01-neuron/exercises/perceptron_update.solution.py", tmp_path / "perceptron_update.py")
    yield tmp_path
    use_authored(Authored())


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_line_does_what_it_says(name: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = command_lines(TEXTS[name])
    assert len(lines) > (20 if name == "README.md" else 4) or "index" in name
    for line in lines:
        words = shlex.split(line)
        argv = words[words.index("dltutor") + 1 :]
        if argv and argv[0] in LONG:
            command = import_module(f"tutor.cli.{argv[0]}")
            parser = Parser(f"dltutor {argv[0]}", COMMANDS[argv[0]], command.EXAMPLE)
            command.configure(parser)
            parser.wanted(argv[1:])
            continue
        capfd.readouterr()
        status = main(argv)
        said = capfd.readouterr()
        refused = ""
        if not argv or (argv[0] in ON_SCREEN and "--list" not in argv):
            refused = "the screen needs a terminal"
        elif "cuda" in argv and why_not():
            refused = "CUDA cannot be used here"
        assert status == (2 if refused else 0), (line, said)
        assert refused in said.err, (line, said)
        assert "Traceback" not in said.err, line


def test_every_command_is_in_readme() -> None:
    told = {shlex.split(line)[1] for line in command_lines(README) if len(shlex.split(line)) > 1}
    assert set(COMMANDS) <= told


def test_every_file_and_folder_that_readme_names_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    named = re.findall(r"`((?:kernels|tutor|lessons|tests|\.ci)/[\w./-]*)`", README)
    assert linked
    assert [name for name in (*linked, *named) if not (ROOT / name).exists()] == []


def test_the_continuous_check_installs_and_tests_as_readme_says() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert "pip install --quiet '.[test]'" in README
    assert "pip install --quiet '.[test]'" in script
    assert "python -m pytest" in script
