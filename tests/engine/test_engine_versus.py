"""The learner's code beside the lab's own: where the runs first differ, how fast each is, and how that reaches the screen."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.engine.client import Frame, Worker
from tutor.engine.link import parse_link
from tutor.engine.plug import load_plug
from tutor.engine.versus import Duel, Versus, said
from tutor.labs import find_lab

LINK = "perceptron?data=xor&seed=3"
RIGHT = (
    "def update(w, b, x, t, rate):\n    total = b\n    for i in range(len(w)):\n        total += w[i] * x[i]\n"
    "    if t * total <= 0:\n        w = w + rate * t * x\n        b = b + rate * t\n    return w, b\n"
)
LATE = RIGHT.replace("    if t", "    if abs(w[0]) > 3:\n        rate = 2 * rate\n    if t")
"""It differs once a weight has grown."""


def duel(folder: Path, text: str, link: str = LINK) -> Versus:
    lab = find_lab(link.partition("?")[0])
    socket = lab.spec.socket
    assert socket is not None
    file = folder / "mine.py"
    file.write_text(text)
    found = Duel(lab, parse_link(link, lab.spec), load_plug(file, socket.name, tight=not socket.once))
    while not found.go(1.0):
        pass
    return found.result()


def test_a_right_function_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    found = duel(tmp_path, RIGHT)
    assert (found.steps, found.rounded, found.parted) == (400, None, None)
    assert found.manner.compiled
    assert found.ours > found.yours > 100
    assert said(found).endswith("; the same, bit for bit, up to example 400")
    assert said(found).startswith("Yours ")
    assert all(yours == ours for yours, ours in found.metrics.values())


def test_the_first_step_that_differs_is_found_exactly(tmp_path: Path) -> None:
    found = duel(tmp_path, LATE, OVERLAP)
    assert found.parted is not None
    step = found.parted.step
    file = tmp_path / "mine.py"
    lab = find_lab("perceptron")
    yours, ours = lab.start(KNOBS, 3), lab.start(KNOBS, 3)
    plug = load_plug(file, "update")
    for _ in range(step - 1):
        lab.advance(yours, KNOBS, 1, "cpu", plug)
        lab.advance(ours, KNOBS, 1, "cpu", None)
    assert yours["w"].tolist() == ours["w"].tolist()
    assert step > 1
    assert f"first different at example {step}: w[" in said(found)


OVERLAP = "perceptron?data=overlap&seed=3"
KNOBS = dict(parse_link(OVERLAP, find_lab("perceptron").spec).knobs)


def test_racers_of_one_race_are_compared(tmp_path: Path) -> None:
    solution = Path(__file__).parents[2] / "lessons/03-sgd/exercises/adam.solution.py"
    found = duel(tmp_path, solution.read_text(), "race?racers=adam")
    assert found.parted is None, "only rounded otherwise"
    assert found.rounded is not None
    assert said(found).endswith(
        f"; the same to a millionth up to step 400, rounded otherwise from step {found.rounded.step} on"
    )
    wrong = duel(tmp_path, solution.read_text().replace("s / (1 - beta2**t)", "s"), "race?racers=adam")
    assert wrong.parted is not None
    assert wrong.parted.step == 1
    assert duel(tmp_path, solution.read_text(), "race?racers=momentum").steps == 0, "there is no Adam to compare with"


def test_what_ours_is_where_it_is_something_else(tmp_path: Path) -> None:
    solution = Path(__file__).parents[2] / "lessons/04-xor/exercises/xor_weights.solution.py"
    found = duel(tmp_path, solution.read_text(), "xor?seed=0")
    assert "ours is a net that learns its weights: " in said(found)
    assert "accuracy 1, ours" in said(found)


def test_the_screen_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(RIGHT)

    async def known(worker: Worker) -> Frame:
        while (frame := await worker.frame([], (40, 10))).comparing:
            assert not frame.beside
        return frame

    async def work() -> None:
        worker = Worker()
        try:
            await worker.open(LINK, plug=file)
            first = await known(worker)
            assert "(compiled), ours " in first.beside
            assert first.step == 0, "the run itself has not moved"
            await worker.restart(seed=4)
            assert (await worker.frame([], (40, 10))).comparing, "another run is compared anew"
            assert "bit for bit" in (await known(worker)).beside
            await worker.open(LINK)
            plain = await worker.frame([], (40, 10))
            assert (plain.beside, plain.comparing) == ("", False)
        finally:
            await worker.close()

    asyncio.run(work())


def test_without_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.py"
    file.write_text(RIGHT)
    assert main(["run", LINK, "--plug", str(file), "--steps", "50", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in (events[0], events[1], events[-1])] == ["start", "yours", "end"]
    assert (events[1]["compiled"], events[1]["differs"], events[1]["compared"]) == (True, None, 400)
    assert events[1]["steps_per_second"]["ours"] > events[1]["steps_per_second"]["yours"] > 0
    file.write_text(RIGHT.replace("w + rate", "w - rate"))
    assert main(["run", LINK, "--plug", str(file), "--steps", "50"]) == 0
    assert "; first different at example 1: w[" in capsys.readouterr().out
    assert main(["run", "sgd", "--plug", str(file)]) == 2
    assert "the lab 'sgd' takes no code of yours; these do: perceptron, " in capsys.readouterr().err


def test_without_the_screen_the_learners_code_is_confined_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it finds out it says in its error: no secret in a variable, none in a file; nor does it command the terminal."""
    monkeypatch.setenv("MY_PASSWORD", "swordfish")
    secret, file = tmp_path / "secret", tmp_path / "mine.py"
    secret.write_text("swordfish")
    tries = (
        f"import os\nos.write(1, b'\\x1b]0;title\\a\\n')\nfound = [os.environ.get('MY_PASSWORD')]\n"
        f"try:\n    found.append(open({str(secret)!r}).read())\nexcept OSError as error:\n    found.append(error.strerror)\n"
    )
    file.write_text(tries + "def update(w, b, x, t, rate):\n    raise ValueError(found)\n")
    assert main(["run", LINK, "--plug", str(file), "--steps", "5"]) == 2
    said = capsys.readouterr()
    assert "?]0;title?" in said.out
    files = json.loads(subprocess.run([sys.executable, "-m", "tutor.engine.sandbox"], capture_output=True, check=True).stdout)[
        "files"
    ]
    assert f"[None, '{'Permission denied' if files else 'swordfish'}']" in said.err
