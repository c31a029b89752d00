"""A process that stands ready for the next text: used once, replaced when it is of no use, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from exercise_samples import HEAD, PERCEPTRON, SOLUTION, written

from tutor.exercises import checker, ready, solution
from tutor.exercises.ready import Checker

WHO = "print(os.getpid(), os.path.exists('mark'), hasattr(sys, 'mark'))\nopen('mark', 'w').close()\nsys.mark = 1\n"
RIGHT = "import os, sys\n" + solution(PERCEPTRON) + WHO
WRONG = HEAD + "    return w, b\n" + WHO


def played(act: Callable[[Checker], Awaitable[None]], exercise: object = PERCEPTRON) -> None:
    async def play() -> None:
        judge = checker(exercise)  # type: ignore[arg-type]
        try:
            await act(judge)
        finally:
            await judge.close()

    asyncio.run(play())


def gone(pid: int) -> bool:
    """Whether the process ends in a while; one that only waits to be reaped has ended."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except ProcessLookupError:
            return True
        except OSError:  # a system without /proc
            pass
        os.sched_yield()
    return False


async def spare_of(judge: Checker) -> int:
    pid = await judge.spare()
    assert pid is not None
    return pid


def test_each_text_has_the_process_that_stood_ready_and_nothing_of_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "perceptron_update.py"
    pids: list[int] = []

    async def act(judge: Checker) -> None:
        judge.get_ready()
        for text, passes in ((RIGHT, True), (WRONG, False), ("def update(w", False), (RIGHT, True)):
            file.write_text(text)
            pids.append(await spare_of(judge))
            found = await judge.check(file)
            assert found.passed == passes, found.title
            if "def update(w," in text:
                assert found.printed == f"{pids[-1]} False False\n"
            else:
                assert found.title == "perceptron_update.py:1: Python cannot read this line: '(' was never closed"

    played(act)
    assert len(set(pids)) == 4
    assert all(map(gone, pids))


def test_without_one_that_is_ready_a_check_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "perceptron_update.py"
    file.write_text(WRONG)

    async def act(judge: Checker) -> None:
        assert (await judge.check(file)).title == "w is wrong"

    played(act)


def test_a_dead_one_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "perceptron_update.py"
    file.write_text(RIGHT)

    async def act(judge: Checker) -> None:
        judge.get_ready()
        dead = await spare_of(judge)
        os.killpg(dead, signal.SIGKILL)
        assert await asyncio.to_thread(gone, dead)
        found = await judge.check(file)
        assert found.passed, found.title
        assert await spare_of(judge) != dead

    played(act)


def test_it_is_thrown_away_when_the_exercise_changes_and_when_it_breaks(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def double(x):\n    return 3 * x\n")
    exercise = written(tmp_path)

    async def act(judge: Checker) -> None:
        judge.get_ready()
        old = await spare_of(judge)
        assert not (await judge.check(file)).passed
        waiting = await spare_of(judge)
        (tmp_path / "double.solution.py").write_text(SOLUTION.replace("2", "3"))
        assert (await judge.check(file)).passed, "judged by the solution as it is now"
        assert await asyncio.to_thread(gone, old)
        assert await asyncio.to_thread(gone, waiting)
        (tmp_path / "double.check.py").write_text("FUNCTION = 1\n")
        with pytest.raises(ready.UserError, match=r"double\.check\.py"):
            await judge.check(file)

    played(act, exercise)


def test_a_check_that_is_given_up_leaves_the_one_that_is_on_its_way(tmp_path: Path) -> None:
    file = tmp_path / "perceptron_update.py"
    file.write_text(RIGHT)

    async def act(judge: Checker) -> None:
        judge.get_ready()
        given_up = asyncio.create_task(judge.check(file))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait([given_up])
        pid = await spare_of(judge)
        assert (await judge.check(file)).printed.startswith(f"{pid} ")

    played(act)


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "LIFE", 0.0)

    async def act(judge: Checker) -> None:
        judge.get_ready()
        pid = await spare_of(judge)
        while await judge.spare() is not None:
            await asyncio.sleep(0)
        assert await asyncio.to_thread(gone, pid)

    played(act)


def test_closing_leaves_nothing_however_far_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pids: list[int] = []

    async def act(judge: Checker) -> None:
        judge.get_ready()
        pids.append(await spare_of(judge))

    async def at_once(judge: Checker) -> None:
        judge.get_ready()
        await asyncio.sleep(0)

    played(act)
    played(at_once)
    assert gone(pids[0])
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_the_program_however_that_ends() -> None:
    code = (
        "import asyncio, sys\nfrom exercise_samples import PERCEPTRON\nfrom tutor.exercises import checker\n"
        "async def main():\n    judge = checker(PERCEPTRON)\n    judge.get_ready()\n"
        "    print(await judge.spare(), flush=True)\n    await asyncio.sleep(1000)\n"
        "asyncio.run(main())\n"
    )
    for how in (signal.SIGKILL, signal.SIGINT):
        path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        ) as program:
            assert program.stdout is not None
            pid = int(program.stdout.readline())
            program.send_signal(how)
        assert gone(pid)
