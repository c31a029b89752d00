"""A process that carries a share of a grid of runs: `python -m tutor.engine.grid_member [NICE]`."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable

import numpy as np

from tutor.engine.cache import prepare
from tutor.engine.grid import Grid
from tutor.engine.limits import impose
from tutor.engine.process import own_channel, serve
from tutor.engine.sandbox import confine
from tutor.engine.wire import Message
from tutor.engine.worker import LIMITS
from tutor.errors import UserError

PREPARING = 120.0
"""Seconds that the first steps may take: they compile."""


class Share:
    """The cells of this process, and the requests that it understands. busy: says that something takes long."""

    def __init__(self, busy: Callable[[float], None]) -> None:
        self._busy = busy
        self._grid: Grid | None = None
        self._names: tuple[str, ...] = ()
        self._moved = False

    def handle(self, message: Message) -> Message:
        """Answer one request. Raises UserError, which becomes the answer."""
        match message:
            case {"op": "plant", "links": tuple(links)}:
                return self._plant([str(link) for link in links])
            case {"op": "advance", "target": int(target), "seconds": float() | int() as seconds}:
                return self._advance(target, float(seconds))
            case {"op": "hash"} if self._grid is not None:
                everyone = range(len(self._grid.cells))
                return {**self._told(everyone, 0.0), "hashes": [self._grid.cells[k].hash() for k in everyone]}
        raise UserError(f"this process does not understand {message.get('op')!r}")

    def _plant(self, links: list[str]) -> Message:
        from tutor.engine.link import parse_link, split_link
        from tutor.labs import find_lab

        self._busy(PREPARING)
        lab = find_lab(split_link(links[0])[0])
        self._names = tuple(metric.name for metric in lab.spec.metrics)
        self._grid, self._moved = Grid(lab, [parse_link(link, lab.spec) for link in links]), False
        return self._told(range(len(links)), 0.0)

    def _advance(self, target: int, seconds: float) -> Message:
        assert self._grid is not None
        if not self._moved:
            self._busy(PREPARING)
            self._moved = True
        began = time.perf_counter()
        moved = self._grid.advance(target, seconds)
        return self._told(moved, time.perf_counter() - began)

    def _told(self, cells: range | list[int], seconds: float) -> Message:
        """How these cells are now. seconds: how long it took to get there."""
        assert self._grid is not None
        began = time.perf_counter()
        found = [self._grid.cells[k] for k in cells]
        values = [[metrics.get(name, np.nan) for name in self._names] for metrics in (cell.metrics() for cell in found)]
        return {
            "cells": np.array(list(cells), np.int64),
            "values": np.array(values, np.float64).reshape(len(found), len(self._names)),
            "steps": np.array([cell.step for cell in found], np.int64),
            "fates": np.array([cell.fate for cell in found], np.int64),
            "errors": [cell.error for cell in found],
            "hashes": (),
            "note": self._grid.note,
            "advancing": seconds,
            "measuring": time.perf_counter() - began,
        }


def main() -> None:
    """Serve until the pipe is closed."""
    with contextlib.suppress(OSError, ValueError):
        os.nice(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    channel = own_channel()
    impose(LIMITS)
    os.environ["NUMBA_NUM_THREADS"] = "1"  # there is a process for each core already
    prepare()
    confine()
    share = Share(lambda seconds: channel.write({"busy": "preparing", "budget": seconds}))
    serve(share.handle, channel, lambda: None)


if __name__ == "__main__":
    main()
