"""A step of a convolutional net on two cores: each half of the batch has its gradient taken on its own, then they are averaged.

The cut is the same on every machine, and the halves are added in their order, so a run has the same bits on one core as on
two. `kernels.cnn.halved` says which nets gain by it. Kernels release Python's lock while they run; that is what lets a second
thread of Python be of use, and to hand it its half costs some hundredth of a step.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, Thread
from typing import Any

import numpy as np
from numba import config, int64, void
from numpy.typing import NDArray

from kernels import cnn, optimizers
from kernels.architecture import NET, Net
from kernels.batches import Data
from kernels.convnet import Work, penalize
from kernels.jit import apart, fast, floats, integers
from kernels.learning import learn
from kernels.optimizers import HOLD, RULE, Rule

Array = NDArray[Any]
Integers = NDArray[np.int64]

Job = Callable[[int, int], None]
"""Given the number of a half and of a step."""

_CONFIG: Any = config
_learn = apart(learn)
_HALF = np.float32(0.5)


def works(net: Net, batch: int, examples: int = 0) -> tuple[Work, Work]:
    """The memory of both halves of a batch, as `kernels.cnn.work` makes it."""
    return cnn.work(net, batch // 2, examples), cnn.work(net, batch // 2, examples)


def train(
    net: Net,
    works: tuple[Work, Work],
    rule: Rule,
    data: Data,
    theta: Array,
    memory: Array,
    pins: Integers,
    pinned: Array,
    first: int,
    steps: int,
    history: Array,
    threads: int = 0,
) -> None:
    """`kernels.convnet.train`, every batch in two halves. threads: 1 or 2; 0: as many as there are cores, at most two.

    The batches hold the same examples as there, unless they are drawn with replacement. Raises ValueError on an odd batch.
    """
    half = data._replace(batch=data.batch // 2)
    if data.batch % 2:
        raise ValueError(f"a batch of {data.batch} examples has no halves")
    losses = np.zeros((2, 1), np.float32)

    def gradient(k: int, step: int) -> None:
        """Of half number k, into its memory: the rule HOLD moves nothing. To the kernel a half is a batch."""
        cnn.train(net, works[k], HOLD, half, theta, memory, *cnn.FREE, 2 * step + k, 1, losses[k])

    with _sharing(threads) as share:
        if share is _in_turn:  # what the first half leaves in the cache serves the second
            works = works[0], works[0]._replace(grad=works[1].grad)
        for step in range(first, first + steps):
            share(gradient, step)
            history[step - first] = _HALF * (losses[0, 0] + losses[1, 0])
            descend(net, rule, step + 1, theta, works[0].grad, works[1].grad, memory, pins, pinned)


def evaluate(net: Net, works: tuple[Work, Work], theta: Array, x: Array, threads: int = 0) -> Array:
    """`kernels.cnn.evaluate`, the same bits, for many images: each half of x (n, inputs) on a core. Returns (outputs, n)."""
    middle = len(x) // 2
    parts, found = (x[:middle], x[middle:]), [x, x]

    def answer(k: int, _: int) -> None:
        found[k] = cnn.evaluate(net, works[k], theta, parts[k])

    with _sharing(threads) as share:
        share(answer, 0)
    return np.concatenate(found, axis=1)


@fast(void(NET, RULE, int64, floats, floats, floats, floats, integers, floats))
def descend(
    net: Net, rule: Rule, step: int, theta: Array, grad: Array, other: Array, memory: Array, pins: Integers, pinned: Array
) -> None:
    """Step number `step`, from 1, along the mean of both gradients, which replaces the first. In place: theta and memory."""
    half = theta.dtype.type(_HALF)
    for i in range(grad.shape[0]):
        grad[i] = half * (grad[i] + other[i])
    if rule.l2 > 0.0:
        penalize(net, theta, grad, rule)
    if rule.clip > 0.0:
        optimizers.clip(grad, rule.clip)
    _learn(rule, step, theta, grad, memory)
    for k in range(pins.shape[0]):
        theta[pins[k]] = pinned[k]


def cores() -> int:
    """How many cores there are for this process; NUMBA_NUM_THREADS may say fewer."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(here, int(_CONFIG.NUMBA_NUM_THREADS))


class Helper:
    """A second thread, which waits for work as long as the process lives. Locks wake it in half the time that a queue takes."""

    def __init__(self) -> None:
        self.busy = Lock()
        """Held by whoever shares work with it."""
        self._asked, self._done = Lock(), Lock()
        self._asked.acquire()
        self._done.acquire()
        self._job: tuple[Job, int] | None = None
        self._error: BaseException | None = None
        Thread(target=self._serve, name="half", daemon=True).start()

    def share(self, job: Job, step: int) -> None:
        """job(0, step) here and job(1, step) in the thread; or here, if the thread has not begun when the first is done."""
        self._job, self._error = (job, step), None
        self._asked.release()
        try:
            job(0, step)
        finally:  # whatever happens, the thread writes nothing afterwards
            late = self._asked.acquire(blocking=False)
            if not late:
                self._done.acquire()
        if late:
            job(1, step)
        elif self._error:
            raise self._error

    def _serve(self) -> None:
        while True:
            self._asked.acquire()
            try:
                if self._job:
                    job, step = self._job
                    job(1, step)
            except BaseException as error:
                self._error = error
            self._done.release()


@contextmanager
def _sharing(threads: int) -> Iterator[Callable[[Job, int], None]]:
    """What does both halves of a job: in two threads, unless one is wanted or the second is at work for someone else."""
    helper = _helper() if (threads or cores()) > 1 else None
    if helper is None or not helper.busy.acquire(blocking=False):
        yield _in_turn
        return
    try:
        yield helper.share
    finally:
        helper.busy.release()


def _in_turn(job: Job, step: int) -> None:
    job(0, step)
    job(1, step)


@cache
def _helper() -> Helper | None:
    """The second thread, started when it is first wanted; None where none may be started."""
    try:
        return Helper()
    except RuntimeError:
        return None
