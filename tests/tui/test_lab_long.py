"""A lab that runs for long keeps nothing of the frames that have been."""

from __future__ import annotations

import asyncio
import functools
import gc
import sys
from typing import Any

import lab_fake
import pytest
from lab_fake import FakeWorker, LabApp, settled

from tutor.tui.thrift import Thrift


class Endless(FakeWorker):
    """Runs on, and notes nothing."""

    async def frame(self, views: Any, size: tuple[int, int]) -> Any:
        self.views.clear()
        return await super().frame(views, size)


def blocks() -> int:
    """Pieces of memory that are held, but for what is held in caches that have a limit."""
    gc.collect()
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and found.cache_parameters()["maxsize"] is not None:
            found.cache_clear()
    gc.collect()
    return sys.getallocatedblocks()


def test_the_screen_holds_as_much_after_many_frames_as_after_some(monkeypatch: pytest.MonkeyPatch) -> None:
    lab_fake.install(monkeypatch)
    monkeypatch.setattr(lab_fake, "END", 10**9)

    async def main() -> None:
        worker = Endless()
        app = LabApp(worker=worker)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await pilot.press("space")

            async def held_after(frames: int) -> tuple[int, int]:
                while worker.frames < frames:
                    await asyncio.sleep(0.02)
                return blocks(), worker.frames

            # What is loaded late, or fills a store that has a limit, ends growing; what keeps something of each frame does not.
            (held, seen), grown = await held_after(200), []
            for _ in range(16):
                before, began = held, seen
                held, seen = await held_after(began + 100)
                grown.append((held - before) / (seen - began))
                if grown[-1] < 0.5:  # pieces a frame
                    break
            assert grown[-1] < 0.5, grown
            await pilot.press("space")

    asyncio.run(main())


def test_what_stands_before_the_terminal_holds_one_screen() -> None:
    def frame(turn: int) -> str:
        rows = (f"\x1b[{row};1H\x1b[38;5;{16 + (row * 7 + turn) % 200}m" + chr(65 + turn % 26) * 80 for row in range(1, 25))
        return "".join(rows)

    thrift = Thrift()
    for turn in range(3):
        thrift(frame(turn))
    before = blocks()
    for turn in range(3, 203):
        thrift.left = 500 if turn % 2 else None
        thrift(frame(turn))
    thrift.left = None
    thrift("")
    assert not thrift.owes
    assert blocks() - before < 24 * 80 * 3
