"""The run that lives in a worker process: it plays at a pace or flat out in small chunks, and answers between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tutor.engine.authored import described
from tutor.engine.compiling import compiled_once
from tutor.engine.curves import pack, record_of
from tutor.engine.limits import allow_cpu
from tutor.engine.link import make_link, split_link
from tutor.engine.pick import wished
from tutor.engine.plug import Own, load_plug
from tutor.engine.run import Run
from tutor.engine.versus import Beside
from tutor.engine.wire import Message
from tutor.errors import UserError
from tutor.labs import authored, find_lab

CHUNK_SECONDS = 0.010
_MOST_STEPS = 1 << 20
_PATIENCE = 0.1
"""Seconds that a picture may spend on looking back, while the learner waits for it."""
_PREPARING_SECONDS = 120.0
_PLUG_CPU_SECONDS = 10


class Session:
    """One run, its clock, and the requests it understands. `busy(text, seconds)` says that something takes long."""

    def __init__(self, busy: Callable[[str, float], None]) -> None:
        self._busy = busy
        self._run: Run | None = None
        self._plug: Own | None = None
        self._beside = Beside()
        self._failure: UserError | None = None
        self._playing = False
        self._pace = 0.0
        self._target: int | None = None
        self._chunk = 1
        self._clock = _Clock()

    # -- requests

    def handle(self, message: Message) -> Message:
        """Answer one request. Raises UserError, which becomes the answer."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self._playing = False
            raise failure
        match message:
            case {"op": "ping"}:
                pass
            case {"op": "labs"}:
                return {**described(authored())}
            case {"op": "open", "link": str(link), "plug": str(plug), "step": int(step)}:
                self._open(link, plug, str(message.get("text", "")), step, str(message.get("device", "")))
            case {"op": "play", "pace": float() | int() as pace}:
                self._play(float(pace))
            case {"op": "pause"}:
                self._stop()
            case {"op": "step", "count": int(count)}:
                self._stop()
                self.run.advance(min(count, _MOST_STEPS))
            case {"op": "seek", "step": int(step)}:
                self._seek(step)
            case {"op": "change", "knob": str(knob), "value": value}:
                self._change(knob, value)
            case {"op": "restart", "seed": None | int() as seed}:
                self._restart(seed)
            case {"op": "record"}:
                return pack(record_of(self.run))
            case {"op": "frame", "views": tuple(views), "size": (int(columns), int(rows))}:
                return self._frame(views, (columns, rows))
            case _:
                raise UserError(f"the worker does not understand {message.get('op')!r}")
        return {"ok": True}

    @property
    def run(self) -> Run:
        if self._run is None:
            raise UserError("no run is open")
        return self._run

    def _open(self, link: str, plug_file: str, code: str, step: int, device: str) -> None:
        lab_id, pairs = split_link(link)

        def waiting() -> None:
            self._busy(f"waiting for another program that is preparing {lab_id}", _PREPARING_SECONDS)

        with compiled_once(lab_id, waiting):
            self._prepare(lab_id, pairs, plug_file, code, step, device)

    def _prepare(
        self, lab_id: str, pairs: Sequence[tuple[str, str]], plug_file: str, code: str, step: int, device: str
    ) -> None:
        """device: where a link that names none is to run: "auto", "cpu", "cuda", or empty, which is the processor."""
        lab = find_lab(lab_id)
        if device and "device" not in dict(pairs):
            pairs = [*pairs, ("device", wished(lab.spec, device))]
        link = make_link(lab.spec, pairs)
        self._stop()
        self._busy(
            f"preparing {lab.spec.title.lower()}: the first time on a machine, its kernels are compiled", _PREPARING_SECONDS
        )
        socket = lab.spec.socket
        self._plug = None
        if plug_file and socket:
            tight = not socket.once
            self._plug = load_plug(Path(plug_file), socket.name, tight=tight, busy=self._busy, text=code)
        run = Run(lab, link)
        if lab.spec.trains:
            run.try_step()
        run.plug = self._plug
        if self._plug is not None:
            with suppress(UserError):  # the first step will say it
                run.try_step()
        run.seek(step)
        self._run = run

    def _change(self, name: str, value: Any) -> None:
        """Turn a knob, or go to another device.

        Where a GPU has another net to train, or the first, a step is made aside: that compiles what it needs while the screen
        knows that it must wait. For a step that compiles it would not wait, and take this process for hung.
        """
        knob, device = self.run.lab.spec.knob(name), str(value) if name == "device" else self.run.device
        compiles = device != "cpu" and self.run.lab.spec.trains and self._plug is None and not (knob is not None and knob.live)
        if compiles:
            self._busy("preparing the GPU: the first time on a machine, its kernels are compiled", _PREPARING_SECONDS)
        self.run.change(name, value)
        if compiles:
            with suppress(UserError):  # the first step will say it
                self.run.try_step()
        self._clock.start(self.run.step)

    def _play(self, pace: float) -> None:
        self._playing, self._pace, self._target, self._chunk = True, max(0.0, pace), None, 1
        self._clock.start(self.run.step)

    def _stop(self) -> None:
        self._playing, self._target = False, None

    def _seek(self, step: int) -> None:
        """Into the past at once; into the future by playing up to there, so that the screen lives meanwhile."""
        self._stop()
        if step <= self.run.head:
            self.run.seek(step)
        else:
            self._play(0.0)
            self._target = step

    def _restart(self, seed: int | None) -> None:
        old, playing = self.run, self._playing
        pairs = [(name, value) for name, value in old.knobs.items()]
        link = make_link(old.lab.spec, [*pairs, ("seed", old.link.seed if seed is None else seed), ("device", old.device)])
        self._run = Run(old.lab, link, self._plug)
        self._playing, self._target = playing and self._target is None, None
        self._clock.start(0)

    def _frame(self, views: tuple[str, ...], size: tuple[int, int]) -> Message:
        run = self.run
        run.patience = _PATIENCE
        pictures = {name: run.view(name, size) for name in views}
        return {
            "lab": run.link.lab, "link": run.text, "knobs": run.knobs, "seed": run.link.seed,
            "step": run.step, "head": run.head, "running": self._playing, "finished": run.finished or run.diverged,
            "pace": self._pace, "rate": self._clock.rate if self._playing else 0.0, "device": run.device, "fell": run.fell,
            "plugged": run.plug is not None, "beside": self._beside.said(run), "comparing": self._beside.busy(run),
            "metrics": run.metrics(), "words": run.words(), "pictures": pictures,
        }  # fmt: skip

    # -- the clock

    def tick(self) -> float | None:
        """Make the steps that are due. Returns how long there is nothing to do (None: until the next request)."""
        if self._run is not None and self._beside.busy(self._run):
            allow_cpu(_PLUG_CPU_SECONDS)
            began = time.perf_counter()
            self._beside.go(self._run, CHUNK_SECONDS)
            if not self._playing or time.perf_counter() - began > 10 * CHUNK_SECONDS:
                return 0.0  # a slow step of the learner's must not make two in a row without an answer in between
        if not self._playing or self._run is None:
            return None
        due = self._due()
        if due <= 0:
            return min(0.05, self._clock.wait(self._run.step, self._pace))
        if self._plug is not None:
            allow_cpu(_PLUG_CPU_SECONDS)
        began, before = time.perf_counter(), self._run.step
        try:
            ended = self._run.advance(due)
        except UserError as error:
            self._failure, self._playing = error, False
            return None
        seconds = time.perf_counter() - began
        self._clock.made(self._run.step - before)
        if seconds < CHUNK_SECONDS / 2 or seconds > CHUNK_SECONDS * 2:
            self._chunk = max(1, min(_MOST_STEPS, int(self._chunk * min(4.0, CHUNK_SECONDS / max(seconds, 1e-6)))))
        if ended or (self._target is not None and self._run.step >= self._target):
            self._stop()
        return 0.0 if self._playing else None

    def _due(self) -> int:
        assert self._run is not None
        if self._target is not None:
            return min(self._chunk, self._target - self._run.step)
        return min(self._chunk, self._clock.due(self._run.step, self._pace)) if self._pace else self._chunk


class _Clock:
    """How many steps are due at a pace, and how many were made a second lately."""

    def __init__(self) -> None:
        self._began = self._first = 0.0
        self._marks: list[tuple[float, int]] = []

    def start(self, step: int) -> None:
        self._began, self._first = time.perf_counter(), float(step)
        self._marks = [(self._began, 0)]

    def due(self, step: int, pace: float) -> int:
        ahead = (time.perf_counter() - self._began) * pace - (step - self._first)
        if ahead > max(2.0, pace):
            # A machine too slow for the pace must not owe an ever longer past.
            self._began, self._first = time.perf_counter() - 1 / pace, float(step)
            ahead = 1.0
        return int(ahead)

    def wait(self, step: int, pace: float) -> float:
        return max(0.001, (step - self._first + 1) / pace - (time.perf_counter() - self._began))

    def made(self, steps: int) -> None:
        total = (self._marks[-1][1] if self._marks else 0) + steps
        self._marks.append((time.perf_counter(), total))
        while len(self._marks) > 2 and self._marks[-1][0] - self._marks[0][0] > 1.0:
            self._marks.pop(0)

    @property
    def rate(self) -> float:
        """Steps a second over the last second."""
        if len(self._marks) < 2:
            return 0.0
        (t0, n0), (t1, n1) = self._marks[0], self._marks[-1]
        return (n1 - n0) / max(t1 - t0, 1e-6)
