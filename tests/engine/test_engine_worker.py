"""The worker process: what it answers, and what the screen hears when it dies, hangs or fails."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tutor.engine.client import Worker
from tutor.engine.link import parse_link
from tutor.engine.process import Child
from tutor.engine.run import Run
from tutor.engine.wire import encode
from tutor.errors import BadLink, UserError, WorkerGone
from tutor.labs import find_lab

LINK = "perceptron?data=overlap&seed=3"


def with_worker(work: Callable[[Worker], Awaitable[None]]) -> None:
    async def main() -> None:
        worker = Worker()
        try:
            await worker.start()
            await work(worker)
        finally:
            await worker.close()
        assert not worker.alive

    asyncio.run(main())


async def played(worker: Worker) -> None:
    """Until the run has moved a good way."""
    while (await worker.frame([], (40, 10))).step < 500:
        pass


def test_a_run_in_the_worker_is_the_same_run() -> None:
    async def work(worker: Worker) -> None:
        await worker.open(LINK)
        await worker.play()
        await played(worker)
        await worker.pause()
        frame = await worker.frame(["boundary", "mistakes"], (40, 12))
        assert set(frame.pictures) == {"boundary", "mistakes"}
        assert not frame.running
        here = Run(find_lab("perceptron"), parse_link(LINK, find_lab("perceptron").spec))
        here.advance(frame.step)
        assert frame.metrics == here.metrics()
        assert frame.words == here.words()

        await worker.seek(10)
        past = await worker.frame([], (40, 10))
        assert (past.step, past.head) == (10, frame.head)
        await worker.change("rate", 0.5)
        await worker.step(5)
        branch = await worker.frame([], (40, 10))
        assert (branch.step, branch.head) == (15, 15)
        assert branch.link == "perceptron?data=overlap&rate@10=0.5&seed=3"
        await worker.restart(seed=9)
        fresh = await worker.frame([], (40, 10))
        assert (fresh.step, fresh.seed, fresh.link) == (0, 9, "perceptron?data=overlap&rate=0.5&seed=9")
        await worker.play(pace=4)
        assert (await worker.frame([], (40, 10))).running

        for wrong in ("perceptrn", "perceptron?dta=and", "perceptron?rate=fast"):
            with pytest.raises(BadLink):
                await worker.open(wrong)
        with pytest.raises(BadLink, match="rate cannot be 99"):
            await worker.change("rate", 99)

    with_worker(work)


def test_a_killed_worker_costs_one_sentence_and_comes_back_at_the_same_step() -> None:
    async def work(worker: Worker) -> None:
        await worker.open(LINK)
        await worker.step(50)
        before = await worker.frame(["boundary"], (40, 12))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(WorkerGone, match="was killed from outside"):
            await worker.frame([], (40, 12))
        with pytest.raises(WorkerGone):
            await worker.step()
        await worker.revive()
        after = await worker.frame([], (40, 12))
        assert (after.step, after.metrics, after.running) == (before.step, before.metrics, False)

    with_worker(work)


HANGS = "def update(w, b, x, t, rate):\n    while True:\n        pass\n"
HANGS_LATER = "def update(w, b, x, t, rate):\n    while w[0] > 20:\n        b += 1\n    return w + 1, b\n"
RAISES = "def update(w, b, x, t, rate):\n    return w / 0, undefined_name\n"
GREEDY = "import numpy as np\ndef update(w, b, x, t, rate):\n    return np.ones(50 * 10**9 // 8), b\n"
LEAVES = "import os\ndef update(w, b, x, t, rate):\n    os._exit(7)\n"
SHAPES = "def update(w, b, x, t, rate):\n    return w[:1], b\n"
PRINTS = "def update(w, b, x, t, rate):\n    print(f'{b:.3f}' * 200_000)\n    return w, b\n"


async def trained_for_ever(worker: Worker, file: Path) -> None:
    await worker.open(LINK, plug=file)
    await worker.play()
    while True:
        await worker.frame([], (40, 10))


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        (RAISES, UserError, r"learner\.py:2: NameError: name 'undefined_name' is not defined"),
        (GREEDY, UserError, r"learner\.py:3: it asks for more memory than there is"),
        (LEAVES, WorkerGone, r"Your code ended by itself \(exit status 7\)"),
        (SHAPES, UserError, "update"),
        (HANGS, UserError, r"learner\.py:[23]: update was still running after 2 s"),
        (HANGS_LATER, WorkerGone, r"Your code did not answer for 3 seconds and was stopped"),
    ],
)
def test_the_learners_code_breaks_nothing_but_its_run(tmp_path: Path, code: str, error: type[UserError], sentence: str) -> None:
    file = tmp_path / "learner.py"
    file.write_text(code)

    async def work(worker: Worker) -> None:
        with pytest.raises(error, match=sentence):
            await trained_for_ever(worker, file)
        file.write_text(PRINTS)
        await worker.open(LINK, plug=file)
        await worker.step(3)
        frame = await worker.frame([], (40, 10))
        assert (frame.step, frame.plugged) == (3, True)

    with_worker(work)


def test_code_that_ends_the_process_when_it_is_opened_can_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "learner.py"
    file.write_text(LEAVES)

    async def work(worker: Worker) -> None:
        await worker.open("perceptron?data=and")
        with pytest.raises(WorkerGone, match="Your code ended by itself"):
            await worker.open(LINK, plug=file)
        with pytest.raises(WorkerGone, match="Your code ended by itself"):
            await worker.revive()
        file.write_text(PRINTS)
        await worker.revive()
        frame = await worker.frame([], (40, 10))
        assert (frame.lab, frame.plugged, frame.link) == ("perceptron", True, LINK), "it is the run that was asked for"

    with_worker(work)


def test_training_gives_way_to_the_screens_of_other_sessions_too() -> None:
    async def work(worker: Worker) -> None:
        await worker.open(LINK)
        group = Path(f"/proc/{worker._child.pid}/autogroup")
        assert os.getpriority(os.PRIO_PROCESS, worker._child.pid or 0) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        if not group.exists():
            pytest.skip("this system does not share the processor out among sessions")
        assert int(group.read_text().split()[-1]) >= 10

    with_worker(work)


def test_a_process_that_stood_still_itself_does_not_take_its_worker_for_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ctrl+z and fg the time is over, and the answer there but not read yet."""
    monkeypatch.setattr("tutor.engine.process.GRACE", 0.0)

    class Pipe:
        def write(self, raw: bytes) -> None:
            pass

        async def drain(self) -> None:
            pass

    async def main() -> None:
        child, answers = Child("nothing", who="The training process"), asyncio.StreamReader()

        def stand_still() -> None:
            while asyncio.get_running_loop().time() < over:
                pass
            answers.feed_data(encode({"said": "here"}))

        over = asyncio.get_running_loop().time() + 0.1
        child._process = SimpleNamespace(stdin=Pipe(), stdout=answers, returncode=None)  # type: ignore[assignment]
        asyncio.get_running_loop().call_later(0.01, stand_still)
        assert (await child.ask({"op": "ping"}, budget=0.05))["said"] == "here"

    asyncio.run(main())
