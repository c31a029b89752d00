"""The program in a real tmux: its colours, its keys, and a window that changes its size while a lab runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux")


class Tmux:
    """One window of a server of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = str(socket)

    def do(self, *words: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout

    def until(self, holds: Callable[[str], bool], seconds: float = 60.0) -> str:
        """The screen, once something holds of it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.do("capture-pane", "-p")
            if holds(shown):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"it never came to hold; the screen:\n{shown}")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    window = Tmux(tmp_path / "socket")
    yield window
    window.do("kill-server")


def test_a_lab_goes_on_while_the_window_changes_its_size(tmux: Tmux) -> None:
    home = os.environ["DLTUTOR_HOME"]
    program = f"{sys.executable} -m tutor open 'perceptron?data=overlap'; echo left with $?; exec cat"
    places = (f"PYTHONPATH={ROOT}", f"DLTUTOR_HOME={home}", f"NUMBA_CACHE_DIR={os.environ.get('NUMBA_CACHE_DIR', '')}")
    tmux.do("new-session", "-d", "-x", "80", "-y", "24", "env", "LANG=C.UTF-8", *places, "sh", "-c", program)
    tmux.until(lambda shown: "every weight is 0" in shown)
    tmux.do("send-keys", "Space")
    tmux.until(lambda shown: "running" in shown)
    for columns, rows in ((60, 20), (120, 40), (80, 24)):
        tmux.do("resize-window", "-x", str(columns), "-y", str(rows))
        shown = tmux.until(lambda shown, rows=rows: len(shown.splitlines()) == rows and "q back" in shown.splitlines()[-1])
        lines = shown.splitlines()
        assert "perceptron" in lines[0].lower()
        assert any("running" in line for line in lines)
        assert max(map(len, lines)) <= columns
    tmux.do("send-keys", "C-q")
    assert "left with 0" in tmux.until(lambda shown: "left with" in shown)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell that can put a program aside")
def test_ctrl_z_leads_to_the_shell_and_fg_back_to_the_running_lab(tmux: Tmux) -> None:
    places = (
        f"PYTHONPATH={ROOT}",
        f"DLTUTOR_HOME={os.environ['DLTUTOR_HOME']}",
        "NUMBA_CACHE_DIR",
        "PS1=shell: ",
        "LANG=C.UTF-8",
    )
    places = tuple(f"{place}={os.environ.get(place, '')}" if "=" not in place else place for place in places)
    tmux.do("new-session", "-d", "-x", "80", "-y", "24", "env", *places, "bash", "--norc", "-i")
    tmux.until(lambda shown: "shell:" in shown)
    tmux.do("send-keys", f"{sys.executable} -m tutor open 'perceptron?data=overlap'", "Enter")
    tmux.until(lambda shown: "every weight is 0" in shown)
    tmux.do("send-keys", "Space")
    tmux.until(lambda shown: "running" in shown)
    tmux.do("send-keys", "C-z")
    shown = tmux.until(lambda shown: "Stopped" in shown)
    assert "running" not in shown, "what stood there before stands there again"
    tmux.do("send-keys", "echo he''re", "Enter")
    assert "[" not in tmux.until(lambda shown: "here" in shown).rpartition("here")[2], "nothing meant for the program came here"
    tmux.do("send-keys", "fg", "Enter")
    tmux.until(lambda shown: "running" in shown and "q back" in shown)
    tmux.do("send-keys", "C-q")
    tmux.until(lambda shown: "running" not in shown and "shell:" in shown)
