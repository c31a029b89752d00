"""The race of `kernels.race` and the descents of `kernels.descent` on a GPU: the same names, arguments and steps.

Every racer goes its own way: so a thread is a racer, and makes all its steps in one launch. Eight racers gain nothing from a
GPU; a thousand races at once do (`race_each`, `descend_each`).

All is float64, as on the processor: who comes within a millionth of the way is not seen in float32, in which the floor of a
ravine is a staircase. A GPU's own exp, sin and cos may round the last bit otherwise, and products are fused into sums: a
step's numbers are the processor's up to about 1e-15 of their size.

Dimensions: N racers in all races together, d coordinates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, uint64
from numpy.typing import NDArray

from kernels.cuda import held
from kernels.cuda.device import bare, cuda, kernel
from kernels.cuda.optimizers import update
from kernels.cuda.random import normal
from kernels.descent import LOST, NOT_YET, loss_and_gradient
from kernels.descent import judge as judge_run
from kernels.optimizers import ADAM, AVERAGED, corrections, momentum
from kernels.race import FATE, RUNNING, judge
from kernels.random import KICKS
from kernels.surfaces import height
from kernels.trail import leave

Array = NDArray[Any]

THREADS = 64
"""In a block."""
_ROWS, _CUBE, _TALLIES = float64[:, ::1], float64[:, :, ::1], int64[:, ::1]


@kernel(_ROWS, _ROWS, _TALLIES, _CUBE, _TALLIES, int64, _ROWS, _ROWS, int64[::1], _ROWS, _ROWS, int64, int64)
def _race(
    w: Any, memory: Any, fates: Any, trails: Any, tallies: Any, number: Any, shapes: Any, minima: Any, rules: Any,
    settings: Any, g: Any, start: Any, steps: Any,
) -> None:  # fmt: skip
    """`kernels.race.race` for one racer a thread. shapes: (N, 3). g: (N, d), overwritten."""
    k, d = cuda.grid(1), w.shape[1]
    if k >= w.shape[0] or rules[k] < 0:
        return
    here, slope, shape, ends, fate = bare(w[k]), bare(g[k]), bare(shapes[k]), bare(minima), bare(fates[k])
    trail, tally, first, second = bare(trails[k]), bare(tallies[k]), bare(memory[k, :d]), bare(memory[k, d : 2 * d])
    rule, rate, beta1, beta2, epsilon = rules[k], settings[k, 0], settings[k, 1], settings[k, 2], settings[k, 3]
    parts = (beta1, 1.0 - beta1, beta2, 1.0 - beta2, 0.0, 0.0)
    for step in range(start, start + steps):
        if fate[FATE] != RUNNING:
            return
        leave(trail, tally, step, here[0], here[d - 1])
        height(number, here, shape, slope)
        scale, root = 1.0, 1.0
        if rule == ADAM:
            scale, root = corrections(step + 1, beta1, beta2)
        other = 1.0 / (step + 1) if rule == AVERAGED else epsilon * root
        update(rule, (rate * scale, other, 0.0), parts, here, slope, first, second)
        judge(here, ends, settings[k, 4], fate, step + 1)


@kernel(
    *(_ROWS, _ROWS, _ROWS, _TALLIES, _CUBE, _TALLIES, int64, _ROWS, _ROWS, _ROWS, float64[::1]),
    *(_ROWS, uint64[::1], int64[::1], _ROWS, int64, int64),
)
def _descend(
    w: Any, before: Any, velocity: Any, fates: Any, trails: Any, tallies: Any, number: Any, shapes: Any, minima: Any,
    x: Any, t: Any, settings: Any, seeds: Any, places: Any, g: Any, start: Any, steps: Any,
) -> None:  # fmt: skip
    """`kernels.descent.descend` for one run a thread, number places[r] of those with its seed. g: (N, d), overwritten."""
    r, d = cuda.grid(1), w.shape[1]
    if r >= w.shape[0]:
        return
    here, slope, moved, shape, ends = bare(w[r]), bare(g[r]), bare(velocity[r]), bare(shapes[r]), bare(minima)
    trail, tally, fate, examples, wanted = bare(trails[r]), bare(tallies[r]), bare(fates[r]), bare(x), bare(t)
    rate, beta, noise, stream = settings[r, 0], settings[r, 1], settings[r, 2], np.uint64(KICKS)
    for step in range(start, start + steps):
        if fate[LOST] != NOT_YET:
            return
        leave(trail, tally, step, here[0], here[d - 1])
        loss_and_gradient(number, here, shape, examples, wanted, slope)
        for j in range(d):
            before[r, j] = here[j]
            if noise > 0.0:
                slope[j] += noise * normal(seeds[r], stream, np.uint64(step), places[r] * d + j)
        momentum(here, slope, moved, rate, beta)
        judge_run(here, ends, fate, step + 1)


# -- what labs call


def race_each(
    w: Array, memory: Array, fates: Array, trails: Array, tallies: Array, number: int, shapes: Array, minima: Array,
    rules: Array, settings: Array, start: int, steps: int,
) -> None:  # fmt: skip
    """Steps start … start + steps − 1 of N racers of any number of races on one kind of surface, in one launch.

    shapes: (N, 3), that of each racer's surface. The rest as in `kernels.race.race`.
    """
    if steps <= 0 or not len(w):
        return
    changed = (w, memory, fates, trails, tallies)
    there = [held.changing(array) for array in changed]
    given = cuda.to_device(shapes), held.constant(minima), held.constant(rules), cuda.to_device(settings)
    blocks, g = -(-len(w) // THREADS), held.spare("race.g", w.shape, np.float64)
    _race[blocks, min(THREADS, len(w))](*there, int(number), *given, g, int(start), int(steps))
    for array, copy in zip(changed, there, strict=True):
        held.fetch(array, copy)


def race(
    w: Array, memory: Array, fates: Array, trails: Array, tallies: Array, number: int, shape: Array, minima: Array,
    rules: Array, settings: Array, start: int, steps: int,
) -> None:  # fmt: skip
    """As `kernels.race.race`, in one launch."""
    shapes = np.tile(shape, (len(w), 1))
    race_each(w, memory, fates, trails, tallies, number, shapes, minima, rules, settings, start, steps)


def descend_each(
    w: Array, before: Array, velocity: Array, fates: Array, trails: Array, tallies: Array, number: int, shapes: Array,
    minima: Array, x: Array, t: Array, settings: Array, seeds: Array, places: Array, start: int, steps: int,
) -> None:  # fmt: skip
    """Steps start … start + steps − 1 of N runs down one kind of loss, in one launch.

    shapes: (N, 3), that of each run's surface. seeds: (N,) uint64, of each run; places: (N,), its number among those that share
    its noise. The rest as in `kernels.descent.descend`.
    """
    if steps <= 0 or not len(w):
        return
    changed = (w, before, velocity, fates, trails, tallies)
    there = [held.changing(array) for array in changed]
    constants = [held.constant(array) for array in (minima, x, t)]
    own = [cuda.to_device(array) for array in (settings, seeds, places)]
    blocks, g = -(-len(w) // THREADS), held.spare("race.g", w.shape, np.float64)
    _descend[blocks, min(THREADS, len(w))](
        *there, int(number), cuda.to_device(shapes), *constants, *own, g, int(start), int(steps)
    )
    for array, copy in zip(changed, there, strict=True):
        held.fetch(array, copy)


def descend(
    w: Array, before: Array, velocity: Array, fates: Array, trails: Array, tallies: Array, number: int, shape: Array,
    minima: Array, x: Array, t: Array, settings: Array, seed: int, start: int, steps: int,
) -> None:  # fmt: skip
    """As `kernels.descent.descend`, in one launch."""
    seeds, places = np.full(len(w), seed, np.uint64), np.arange(len(w))
    shapes = np.tile(shape, (len(w), 1))
    changed = (w, before, velocity, fates, trails, tallies)
    descend_each(*changed, number, shapes, minima, x, t, settings, seeds, places, start, steps)
