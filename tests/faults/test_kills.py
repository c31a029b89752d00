"""SIGKILL at any instant, again and again: nothing that was acknowledged is lost, the store is sound, the next start works.

Most of the kills hit a process that does nothing but answer and save (`victim.py`); some hit the worker of a living screen, and
ten the whole program in a terminal. The instants are drawn from fixed seeds. `soak.py` does the same for as long as one likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from harness import COURSE, all_gone, glass, lives, spot, start, state, until, until_noted

from tutor.cli.bench.probe import Probe, family
from tutor.course.parse import load_outline
from tutor.draw.cells import Look
from tutor.engine.client import Worker
from tutor.paths import lessons_folder
from tutor.store import Store
from tutor.store.file import NAME
from tutor.store.spot import read_spot
from tutor.tui.app import TutorApp
from tutor.tui.lab_pane import LabPane
from tutor.tui.screens.lab import LabScreen

HERE = Path(__file__).parent
SHOTS, ROUNDS = 192, 16


class Victims:
    """The process that forks victims, and what they were told is kept."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "victim.py"), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        )  # fmt: skip

    def shoot(self, folder: Path, seed: int, after: int, delay: float) -> list[tuple[str, int]]:
        """Let one work until it has kept so many things and `delay` seconds more; returns all that it said was kept."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{seed} {folder.name}\n".encode())
        pid = int(self._line().split()[1])
        kept = []
        for _ in range(after):
            kept.append(self._line())
        end = time.perf_counter() + delay
        while time.perf_counter() < end:
            pass
        os.kill(pid, signal.SIGKILL)
        while (line := self._line()) != "dead":
            kept.append(line)
        assert not [line for line in kept if line.startswith("problem")]
        return [(what, int(number)) for what, number in map(str.split, kept)]

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.endswith(b"\n"), "the process that forks has ended"
        return line.decode().strip()


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    found = Victims(tmp_path)
    yield found
    assert found.process.stdin is not None
    found.process.stdin.close()
    assert found.process.wait(10) == 0
    assert found.process.stdout is not None
    found.process.stdout.close()


def test_whatever_was_acknowledged_survives_kill_after_kill(victims: Victims, tmp_path: Path) -> None:
    chance = Random(8)
    for turn in range(ROUNDS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        kept: list[tuple[str, int]] = []
        for shot in range(SHOTS // ROUNDS):
            # The first of each round may be killed while it makes the file; the instant falls into any statement.
            after, delay = chance.choice((0, 1, 3, 8)), chance.choice((0.0, 0.002, 0.02)) * chance.random()
            kept += victims.shoot(folder, turn * 100 + shot + 1, after, delay)
            look_at(folder, kept)
        assert kept


def look_at(folder: Path, kept: list[tuple[str, int]]) -> None:
    """What the next start finds: a sound store with everything in it, and whole files."""
    with Store.open(folder) as store:
        assert (store.saved, store.notice) == (True, "")
        store.set("speed", "1")
        lesson = "01-first/words"
        assert store.export()["format"]
        there = {
            "answer": {int(answer.given) for answer in store.answers("", lesson)},
            "finish": {int(task) for task in store.done("", lesson).get(lesson, {})},
            "run": {run.step for run in store.runs(limit=10_000)},
            "ran": {ran.step for ran in store.all_ran("")},
            "review": {review.seed for review in store.reviews("")},
        }
        newest = {
            "draft": int(store.drafted("", lesson, "draft") or 0),
            "place": int(place.section) if (place := store.place_in("", lesson)) else 0,
            "settings": int(store.setting("theme", "0")),
        }
    mine = folder / "mine.py"
    lines = mine.read_text().splitlines() if mine.exists() else ["0"]
    assert lines[0] == lines[-1]
    spot = read_spot(folder)
    newest |= {"file": int(lines[0]), "spot": spot.step if spot else 0}
    for what, number in kept:
        if what in there:
            assert number in there[what], f"{what} {number} was acknowledged, and is lost"
    for what, number in newest.items():
        assert number >= max((n for w, n in kept if w == what), default=0), f"an older {what} came back"
    assert not list(folder.glob("*damaged*"))
    with contextlib.closing(sqlite3.connect(folder / NAME)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


WORKERS = 14
LAB = "perceptron?data=overlap&seed=2"
KEYS = ((" ",), (".", "."), (" ", "plus"), (" ", "left_square_bracket"), ("right",), ("n", " "), (" ", "tab"), ("comma",))


def test_a_worker_that_is_killed_comes_back_at_the_same_step_of_the_same_run(store: Store) -> None:
    """24 kills while it plays, steps, seeks, turns a knob or shows another view; the screen lives on each time."""

    async def main() -> None:
        chance = Random(9)
        app = TutorApp(load_outline(lessons_folder(), ""), store, Worker(), look=Look(), start=LAB)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, LabScreen) and app.screen._pane.frame is not None)
            pane = app.screen.query_one(LabPane)
            for _ in range(WORKERS):
                await pilot.press(*chance.choice(KEYS))
                for _ in range(chance.randrange(4)):
                    await pilot.pause(0.01 * chance.random())
                pid = app.worker.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                await pilot.press(".")
                await until(pilot, lambda: bool(pane.gone))
                assert "r starts it again" in glass(app)
                assert not lives(pid)
                seen = pane.frame
                assert seen is not None
                await pilot.press("r")
                await until(pilot, lambda seen=seen: not pane.gone and pane.session.at_rest and pane.frame is not seen)
                assert pane.frame is not None
                assert (pane.frame.link, pane.frame.step, pane.frame.metrics) == (seen.link, seen.step, seen.metrics)
                assert app.worker.pid not in (pid, None)

    asyncio.run(main())


PROGRAMS = 5


def test_the_whole_program_killed_while_it_trains_trains_on_from_there() -> None:
    chance, step, link = Random(10), 0, ""
    for turn in range(PROGRAMS):
        with start(*([LAB] if not turn else [])) as probe:
            if not turn:
                assert probe.wait_for("every weight is 0", 60)
                probe.send(" ")
            until_noted(probe, lambda now, step=step: now.playing and now.step > step)
            assert link in ("", spot().link)
            step, link = spot().step, spot().link
            kill(probe, chance)
        assert spot().step >= step
        sound()


def test_the_whole_program_killed_while_one_answers_asks_on_from_there() -> None:
    chance, given = Random(11), 0
    for turn in range(PROGRAMS):
        with start(*(["01-first/words"] if not turn else [])) as probe:
            if not turn:
                assert probe.wait_for("first page", 60)
                until_noted(probe, lambda now: now.lesson == "01-first/words")
                probe.send("nnn")
            assert probe.wait_for("How many are two and two", 60)
            until_noted(probe, lambda now: now.lesson == "01-first/words" and now.tries == 0)
            here = len(probe.received)
            probe.send("\r")
            assert probe.wait_for("answer", 20, here)
            probe.send(f"\x05{chr(127) * 4}{70 + turn}\r")  # to the end, and away with what stands there
            if turn % 2:
                assert probe.pump(20.0, lambda turn=turn: str(70 + turn) in answers())
            kill(probe, chance)
        sound()
        if turn % 2:
            assert str(70 + turn) in answers()
        assert len(answers()) >= given
        given = len(answers())
    assert given >= PROGRAMS // 2


def kill(probe: Probe, chance: Random) -> None:
    """Shoot the screen, or its worker and then the screen, or both at once; nothing of it goes on."""
    probe.pump(0.3 * chance.random())
    family_ = family(probe.pid)
    first, pause = chance.choice(((1, 0.1), (1, 0.0), (0, 0.0)))
    for pid in family_[1 : 1 + first]:
        os.kill(pid, signal.SIGKILL)
        probe.pump(pause)
    os.kill(probe.pid, signal.SIGKILL)
    assert probe.wait(10) == -signal.SIGKILL
    assert all_gone(probe, family_)


def sound() -> None:
    with Store.open(state()) as store:
        assert (store.saved, store.notice) == (True, "")


def answers() -> list[str]:
    with Store.open(state()) as store:
        return [answer.given for answer in store.answers(COURSE.name, "01-first/words")]
