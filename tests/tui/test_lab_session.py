"""The conversation with the worker: what is asked for, in what order, and when a frame is pulled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from lab_fake import FakeWorker
from textual.message import Message

from tutor.errors import BadLink, WorkerGone
from tutor.tui.gate import FrameGate
from tutor.tui.lab_commands import Back, Change, Command, Open, Pause, Play, Restart, Revive, Seek, Step, queued
from tutor.tui.lab_session import Arrived, Gone, Refused, Session, Want


@pytest.mark.parametrize(
    ("commands", "left"),
    [
        ([Step(), Step(2)], [Step(3)]),
        ([Back(), Back()], [Back(2)]),
        ([Step(), Back()], [Step(), Back()]),
        ([Change("a", 1), Change("a", 2)], [Change("a", 2)]),
        ([Change("a", 1), Change("b", 2)], [Change("a", 1), Change("b", 2)]),
        ([Change("a", 1), Step(), Change("a", 2)], [Change("a", 1), Step(), Change("a", 2)]),
        ([Seek(3), Seek(9)], [Seek(9)]),
        ([Play(1), Pause(), Play(2)], [Play(2)]),
        ([Restart(1), Restart(2)], [Restart(2)]),
        ([Step(), Open("toy")], [Open("toy")]),
        ([Step(), Revive()], [Revive()]),
    ],
)
def test_what_waits_is_summed_up(commands: list[Command], left: list[Command]) -> None:
    waiting: list[Command] = []
    for command in commands:
        waiting = queued(waiting, command)
    assert waiting == left


class Talk:
    """A session whose pane is nobody."""

    def __init__(self, worker: Any = None, write: Callable[[str], bool] = lambda text: False) -> None:
        self.worker = worker or FakeWorker()
        self.gate = FrameGate(write)
        self.said: list[Message] = []
        self.seen = True
        self.session = Session(
            self.worker,
            self.gate,
            post=self._post,
            wants=lambda: [Want(("boundary",), (10, 5))],
            seen=lambda: self.seen,
            period=0.0,
        )

    def _post(self, message: Message) -> None:
        self.said.append(message)
        if isinstance(message, Arrived):
            self.gate.ask()

    async def rest(self) -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
            if self.session.at_rest:
                return
        raise AssertionError("it never came to rest")

    @property
    def steps(self) -> list[int]:
        return [message.frame.step for message in self.said if isinstance(message, Arrived)]


def talk(test: Callable[[Talk], Coroutine[Any, Any, None]], **parts: Any) -> Talk:
    """Run a test against a conversation that goes on beside it."""

    async def main() -> Talk:
        it = Talk(**parts)
        task = asyncio.ensure_future(it.session.converse())
        try:
            await test(it)
        finally:
            task.cancel()
        return it

    return asyncio.run(main())


def test_one_frame_an_answer_and_none_at_rest() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        await it.rest()
        it.session.do(Step(3))
        await it.rest()
        asked = it.worker.frames
        for _ in range(50):
            await asyncio.sleep(0)
        assert it.worker.frames == asked

    it = talk(test)
    assert it.worker.log == [("open", "toy", 0), ("step", 3)]
    assert it.steps == [0, 3]


def test_frames_follow_a_run_to_its_end() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        it.session.do(Play(8.0))
        await it.rest()

    assert talk(test).steps == list(range(10, 101, 10))


def test_a_step_back_of_a_running_run_stops_it_first() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        it.session.do(Play(8.0))
        while not it.steps:
            await asyncio.sleep(0)
        it.session.do(Back(2))
        await it.rest()

    it = talk(test)
    assert [what[0] for what in it.worker.log] == ["open", "play", "pause", "seek"]
    assert it.steps[-1] == it.worker.at


def test_nothing_is_asked_for_while_the_gate_is_closed() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        it.session.do(Play(8.0))
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(it.steps) == 1
        it.gate.answered()
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(it.steps) == 2

    talk(test, write=lambda text: True)


def test_nothing_is_asked_for_while_nobody_sees_it() -> None:
    async def test(it: Talk) -> None:
        it.seen = False
        it.session.do(Open("toy"))
        for _ in range(50):
            await asyncio.sleep(0)
        assert it.worker.frames == 0
        assert it.worker.log == [("open", "toy", 0)]

    talk(test)


def test_a_refusal_is_said_and_the_truth_is_drawn_again() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        it.session.do(Change("count", 13))
        await it.rest()

    it = talk(test)
    assert [m.say for m in it.said if isinstance(m, Refused)] == ["count cannot be 13 here; take another"]
    assert isinstance(it.said[-1], Arrived)


def test_after_the_worker_is_gone_only_a_revival_is_passed_on() -> None:
    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        await it.rest()
        it.worker.broken = "The training process was killed."
        it.session.do(Step())
        await it.rest()
        it.session.do(Step())
        await it.rest()
        assert it.session.lost
        assert it.worker.log == [("open", "toy", 0), ("step", 1)]
        it.session.do(Revive())
        await it.rest()
        assert not it.session.lost

    it = talk(test)
    assert [m.say for m in it.said if isinstance(m, Gone)] == ["The training process was killed."]
    assert isinstance(it.said[-1], Arrived)


def test_a_run_that_cannot_be_opened_is_not_asked_for_frames() -> None:
    class Closed(FakeWorker):
        async def open(self, *args: Any, **more: Any) -> None:
            raise BadLink("no such run")

    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        await it.rest()

    it = talk(test, worker=Closed())
    assert [type(m) for m in it.said] == [Refused]
    assert it.worker.frames == 0


def test_a_frame_that_fails_is_tried_once_more_and_no_more() -> None:
    class Failing(FakeWorker):
        async def frame(self, *args: Any) -> Any:
            self.frames += 1
            raise BadLink("no picture")

    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        await it.rest()

    assert talk(test, worker=Failing()).worker.frames == 2


def test_the_worker_may_go_while_a_frame_is_asked_for() -> None:
    class Dying(FakeWorker):
        async def frame(self, *args: Any) -> Any:
            raise WorkerGone("It hangs.")

    async def test(it: Talk) -> None:
        it.session.do(Open("toy"))
        await it.rest()

    assert [type(m) for m in talk(test, worker=Dying()).said] == [Gone]
