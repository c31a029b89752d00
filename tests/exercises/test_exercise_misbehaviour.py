"""Code that takes its process with it: each gets a sentence of its own within the limit, and the parent goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from exercise_samples import HEAD, PERCEPTRON

from tutor.exercises import check_now, session
from tutor.exercises.checking import check_text
from tutor.exercises.verdict import Verdict

LETHAL = {
    "exits": ("    print('bye')\n    os._exit(0)", "Your code ended its own process instead of returning (exit status 0)"),
    "kills": ("    os.kill(os.getpid(), 9)", "Your code was killed from outside, perhaps for lack of memory"),
    "kills its group": ("    os.killpg(0, 15)", "Your code was ended by SIGTERM"),
    "crashes": ("    import ctypes\n    ctypes.string_at(0)", "Your code crashed (a memory fault)"),
    "hangs up": ("    os.closerange(3, 100)\n    return w, b", "Your code "),
    "babbles": ("    os.write(4, b'no message' * 9)\n    os.write(5, b'')", "Your code "),
}  # fmt: skip


def test_code_that_ends_its_process_costs_one_sentence_each() -> None:
    async def all_at_once() -> list[Verdict]:
        return await asyncio.gather(*(check_text(PERCEPTRON, HEAD + body + "\n") for body, _ in LETHAL.values()))

    for (name, (_, title)), found in zip(LETHAL.items(), asyncio.run(all_at_once()), strict=True):
        assert not found.passed, name
        assert found.title == title or (title == "Your code " and found.title.startswith(title)), name
        assert found.detail[0].startswith("case 1 of "), name
        assert found.printed == ("bye\n" if name == "exits" else ""), name


def test_code_that_dies_while_it_is_loaded() -> None:
    found = asyncio.run(check_text(PERCEPTRON, "import os\nos._exit(3)\n"))
    assert found.title == "Your code ended its own process instead of returning (exit status 3)"
    assert found.detail == ()


def test_code_that_never_ends_is_stopped_and_told_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SECONDS", 0.5)
    asleep = "    import time\n    time.sleep(1000)"
    loading = "n = 0\nwhile True:\n    n += 1\n"
    stubborn = (
        "    n = 0\n    while True:\n        try:\n            while True:\n                n += 1\n"
        "        except BaseException:\n            n = 0"
    )

    async def all_at_once() -> list[Verdict]:
        texts = [HEAD + "    n = 0\n    while True:\n        n += 1\n", HEAD + asleep + "\n", loading, HEAD + stubborn + "\n"]
        return await asyncio.gather(*(check_text(PERCEPTRON, text) for text in texts))

    looped, slept, loaded, stayed = asyncio.run(all_at_once())
    assert looped.title.startswith("Time is up: update was still running after 0.5 s, at line ")
    assert looped.detail[0].startswith("line ")
    assert looped.detail[1].startswith("case 1 of ")
    assert slept.title == "Time is up: update was still running after 0.5 s, at line 6"
    assert slept.detail[0] == "line 6: time.sleep(1000)"
    assert loaded.title.startswith("Time is up: the file itself was still running after 0.5 s, at line ")
    assert stayed.title == "Time is up: update did not return within 1.5 s, and was stopped"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the process, nor what it started, nor its folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = tmp_path / "perceptron_update.py"
    file.write_text(
        "import os, time\nif os.fork() == 0:\n    time.sleep(1000)\n"
        "print(os.getpid(), os.getpgid(0), os.getcwd(), 'SECRET' in os.environ)\n" + HEAD + "    return w, b\n"
    )
    monkeypatch.setenv("SECRET", "token")
    found = check_now(PERCEPTRON, file)
    assert found.title == "w is wrong" or "BlockingIOError" in found.title  # where processes are limited, it cannot fork
    if found.title == "w is wrong":
        pid, group, folder, secret = found.printed.split()
        assert pid == group
        assert secret == "False"
        assert Path(folder).parent == tmp_path
        with pytest.raises(ProcessLookupError):
            _until_gone(int(group))
    assert [one.name for one in tmp_path.iterdir()] == ["perceptron_update.py"]


def _until_gone(group: int) -> None:
    """Killed processes stay for a moment until they are reaped; raises ProcessLookupError when the group is empty."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        os.killpg(group, signal.SIGCONT)
        os.sched_yield()


def test_the_learners_file_is_judged_as_it_is_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "my answer.py"
    file.write_text(HEAD + "    return w, c\n")
    assert check_now(PERCEPTRON, file).title == "my answer.py:5: NameError: name 'c' is not defined"
