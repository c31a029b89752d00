"""The ways to make one training step, and how many steps a second each makes on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kernels.mlp import Net
    from kernels.optimizers import Rule
    from kernels.plain import Arrays

Array = NDArray[Any]

WAYS = ("python", "numpy", "numba", "cores", "cuda")
TITLES = {
    "python": "pure Python",
    "numpy": "NumPy",
    "numba": "Numba, 1 core",
    "cores": "Numba, all cores",
    "cuda": "CUDA",
}
TOLERANCE = 1e-5
"""How far the weights after one step may differ from those of float64: a few roundings of float32."""
_ROUNDS, _ROUND = 3, 0.016
"""How often is measured, and for how many seconds at least."""
_MANY = 64
"""Steps in one call where a kernel can make many."""
_MOST_CORES = 16
_MOST_UNIT_EXAMPLES = 4096
"""Hidden units times examples that pure Python is given; it would take seconds over more."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A net, and the batch of its next step."""

    net: Net
    theta: Array
    """(n,) float32"""
    x: Array
    """(B, I) float32"""
    t: Array
    """(B, C) float32"""
    rate: float


def cores() -> int:
    """How many cores this process may use, at most 16 here."""
    return min(_MOST_CORES, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def for_python(problem: Problem) -> Problem:
    """The same step with as few examples as pure Python has patience for: its time grows with their number."""
    count = max(1, min(len(problem.x), _MOST_UNIT_EXAMPLES // int(problem.net.sizes[1])))
    return replace(problem, x=problem.x[:count], t=problem.t[:count])


def why_not_cuda() -> str:
    """Why CUDA takes no part here, or empty."""
    from kernels.cuda.device import simulated, why_not

    return why_not() or ("only the simulator is here" if simulated else "")


def after_one_step(problem: Problem) -> dict[str, Array]:
    """theta (n,) after one step by each compiled way that there is here and by NumPy, and by float64 under the name "truth"."""
    found = {"truth": _numpy(problem, np.float64), "numpy": _numpy(problem, np.float32)}
    found["numba"] = _copy_after(problem, lambda theta, memory: _kernel(problem, "cpu", 1)(theta, memory))
    with ThreadPoolExecutor(cores()) as pool:
        found["cores"] = _copy_after(problem, lambda theta, memory: _sharded(problem, pool)(theta, memory))
    if not why_not_cuda():
        found["cuda"] = _copy_after(problem, lambda theta, memory: _kernel(problem, "cuda", 1)(theta, memory))
    return found


def off(problem: Problem) -> dict[str, float]:
    """By each way that there is here, the largest difference of any weight from the same step by NumPy in float64."""
    few, found = for_python(problem), after_one_step(problem)
    truth = found.pop("truth")
    alone = float(np.abs(_python(few) - _numpy(few, np.float64)).max())
    return {"python": alone} | {way: float(np.abs(theta - truth).max()) for way, theta in found.items()}


@lru_cache(maxsize=8)
def rates(hidden: int, batch: int, seed: int) -> dict[str, float]:
    """Steps a second by each way, measured now, once for each setting; 0 for CUDA where there is none."""
    from tutor.labs.machines.lab import problem_at_start

    problem = problem_at_start(hidden, batch, seed)
    few = for_python(problem)
    lists, x, t = _lists(few), few.x.tolist(), few.t.tolist()
    arrays = _arrays(problem, np.float32)
    from kernels import mlp, plain

    theta, memory = problem.theta.copy(), mlp.memory(problem.net)
    found = {
        "python": _measured(lambda: plain.step_in_lists(lists, x, t, problem.rate)) * len(few.x) / batch,
        "numpy": _measured(lambda: plain.step_in_numpy(arrays, problem.x, problem.t, problem.rate)),
    }
    many = _kernel(problem, "cpu", _MANY)
    found["numba"] = _MANY * _measured(lambda: many(theta, memory))
    with ThreadPoolExecutor(cores()) as pool:
        sharded = _sharded(problem, pool)
        found["cores"] = _measured(lambda: sharded(theta, memory))
    found["cuda"] = 0.0
    if not why_not_cuda():
        on_device = _kernel(problem, "cuda", _MANY)
        found["cuda"] = _MANY * _measured(lambda: on_device(theta, memory))
    return found


def _measured(step: Callable[[], object]) -> float:
    """How often a second this can be done: the best of some rounds, after one step for warming up."""
    step()
    best = 0.0
    for _ in range(_ROUNDS):
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < _ROUND:
            step()
            count += 1
        best = max(best, count / passed)
    return best


def _copy_after(problem: Problem, step: Callable[[Array, Array], None]) -> Array:
    from kernels import mlp

    theta = problem.theta.copy()
    step(theta, mlp.memory(problem.net))
    return theta


def _kernel(problem: Problem, device: str, steps: int) -> Callable[[Array, Array], None]:
    """So many steps in one call of the kernel for this device."""
    from kernels import mlp

    kernel: Any = mlp
    if device == "cuda":
        from kernels.cuda import mlp as kernel
    batch, history = len(problem.x), np.zeros(steps, np.float32)
    data, work = mlp.data(problem.x, problem.t, batch, "in order"), mlp.work(problem.net, batch, batch)
    rule, none = _rule(problem), np.zeros(0, np.int64)
    held = none.astype(np.float32)

    def run(theta: Array, memory: Array) -> None:
        kernel.train(problem.net, work, rule, data, theta, memory, none, held, 0, steps, history)

    return run


def _sharded(problem: Problem, pool: ThreadPoolExecutor) -> Callable[[Array, Array], None]:
    from kernels import shards

    count = next(k for k in range(min(cores(), len(problem.x)), 0, -1) if len(problem.x) % k == 0)
    parts = shards.shards(problem.net, problem.x, problem.t, count)
    return lambda theta, memory: shards.step(pool, problem.net, parts, problem.rate, theta, memory)


def _rule(problem: Problem) -> Rule:
    from kernels import optimizers

    return optimizers.rule("gradient descent", problem.rate)


def _arrays(problem: Problem, dtype: Any) -> Arrays:
    from kernels import mlp

    (w1, b1), (w2, b2) = mlp.views(problem.net, problem.theta.astype(dtype))
    return w1, b1, w2, b2


def _lists(problem: Problem) -> Any:
    return tuple(array.tolist() for array in _arrays(problem, np.float64))


def _numpy(problem: Problem, dtype: Any) -> Array:
    from kernels import plain

    x, t = problem.x.astype(dtype), problem.t.astype(dtype)
    return np.concatenate([array.ravel() for array in plain.step_in_numpy(_arrays(problem, dtype), x, t, problem.rate)])


def _python(problem: Problem) -> Array:
    from kernels import plain

    after = plain.step_in_lists(_lists(problem), problem.x.tolist(), problem.t.tolist(), problem.rate)
    return np.concatenate([np.asarray(part, np.float64).ravel() for part in after])
