"""The lab `machines`: the same training step in pure Python, NumPy, Numba on one core and on all, and CUDA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.data.gpu_run import GpuRun, recorded
from tutor.labs.machines import plugged, ways
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.training import begun, broken, responses, train
from tutor.labs.watch import VIEWS, Layer
from tutor.labs.watch_net import layers_of
from tutor.labs.words import counted, said
from tutor.pictures import Bars, Columns, Picture, Text

if TYPE_CHECKING:
    from kernels.mlp import Data, Net
    from kernels.optimizers import Rule

Array = NDArray[Any]
_CLASSES = 10

SPEC = LabSpec(
    id="machines",
    title="Machines",
    summary="One training step, five ways to compute it: the same numbers, at rates that differ by thousands.",
    knobs=(
        Knob("hidden", "integer", 32, "units", "Units of the hidden layer; there are 64 inputs and 10 classes.",
             low=1, high=1024, log=True),
        Knob("batch", "integer", 32, "batch", "Examples in one step.", low=1, high=256, log=True),
        Knob("rate", "number", 0.1, "rate ρ", "The learning rate.", low=0.001, high=10, log=True, live=True),
    ),
    metrics=(
        Metric("rate_python", "pure Python", "Training steps a second; of a large step, on a few examples.", ".3g"),
        Metric("rate_numpy", "NumPy", "Steps a second.", ".3g"),
        Metric("rate_numba", "Numba, one core", "Steps a second, many in one call.", ".3g"),
        Metric("rate_cores", "Numba, all cores", "Steps a second, each batch dealt out to the cores.", ".3g"),
        Metric("rate_cuda", "CUDA", "Steps a second; 0 where there is no GPU.", ".3g"),
        Metric("cores", "cores", "How many cores take part.", ".0f"),
        Metric("loss", "loss", "The mean cross-entropy on the digits to learn from."),
        Metric("accuracy", "accuracy", "The share of held-out digits that are right.", ".3f"),
    ),
    views=(
        View("rates", "rates", "Training steps a second, measured on this machine; each mark of the axis is ten times more."),
        View("agreement", "agreement", "The weights after one step, each way against float64."),
        View("loss", "loss", "The net itself, which trains by the fastest way on one core.", curves=("loss",), y_log=True),
        View("accuracy", "accuracy", "On held-out digits.", curves=("accuracy",)),
        *VIEWS,
    ),
    source=Source("kernels.plain", "step_in_lists"),
    steps=1000,
    pace=32.0,
    socket=Socket(
        "step",
        "step(W1, b1, W2, b2, x, t, rate)",
        "Called for each step; returns the new W1, b1, W2, b2. x: (B, 64), t: (B, 10), all float64.",
        aside=("batch_loss",),
    ),
)  # fmt: skip


class Machines:
    """See `tutor.labs.spec.Lab`. The state holds no time: a run is the same wherever it is made, its rates are not."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels import mlp

        net = net_of(int(knobs["hidden"]))
        x, t, test_x, test_kind = _digits()
        return {
            "step": scalar(0),
            **begun(net, mlp.parameters(net, "he", seed)),
            "seed": frozen(scalar(seed, np.int64)),
            "x": frozen(x),
            "t": frozen(t),
            "test_x": frozen(test_x),
            "test_kind": frozen(test_kind),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        if steps <= 0:
            return
        if plug is not None:
            for _ in range(steps):
                plugged.step(plug, state, _problem(state, knobs))
            state["step"] += steps
            return
        train(state, *_task(state, knobs), steps)
        state["step"] += steps

    def layers(self, state: State, knobs: Knobs) -> tuple[Layer, ...]:
        return layers_of(state, *_task(state, knobs))

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        net = net_of(int(knobs["hidden"]))
        logits = responses(net, state["theta"], state["x"], int(net.units[-2])).astype(np.float64)
        logits -= logits.max(axis=0)
        loss = np.mean(np.log(np.exp(logits).sum(axis=0)) - logits[state["t"].argmax(axis=1), np.arange(logits.shape[1])])
        answers = responses(net, state["theta"], state["test_x"], int(net.units[-2])).argmax(axis=0)
        measured = _rates(state, knobs)
        return {
            **{f"rate_{way}": measured[way] for way in ways.WAYS},
            "cores": float(ways.cores()),
            "loss": float(loss),
            "accuracy": float(np.mean(answers == state["test_kind"])),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "rates":
                return _rate_bars(_rates(state, knobs))
            case "agreement":
                return _agreement(_problem(state, knobs))
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        found, step = _rates(state, knobs), int(state["step"][0])
        numpy, numba = found["numpy"] / found["python"], found["numba"] / found["python"]
        summary = f"NumPy makes {_times(numpy)} as many steps as pure Python, Numba on one core {_times(numba)} as many"
        trouble = broken(state, float(knobs["rate"]))
        if found["cores"] < found["numba"] and ways.cores() > 1:
            summary += f"; {counted(ways.cores(), 'core')} together are slower than one on so small a step"
        return Words(f"{summary}; {counted(step, 'step')} trained", trouble)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return False


def net_of(hidden: int) -> Net:
    """64 inputs, one hidden layer of ReLU, 10 classes."""
    from kernels import mlp

    return mlp.net((64, hidden, _CLASSES), "relu", loss="cross-entropy")


def _task(state: State, knobs: Knobs) -> tuple[Net, Data, Rule]:
    from kernels import mlp, optimizers

    data = mlp.data(state["x"], state["t"], int(knobs["batch"]), "in order")
    return net_of(int(knobs["hidden"])), data, optimizers.rule("gradient descent", float(knobs["rate"]))


def problem_at_start(hidden: int, batch: int, seed: int) -> ways.Problem:
    """The net of this seed before its first step, and the first batch."""
    from kernels import mlp

    net = net_of(hidden)
    x, t, _, _ = _digits()
    return ways.Problem(net, mlp.parameters(net, "he", seed), x[:batch], t[:batch], 0.1)


def _problem(state: State, knobs: Knobs) -> ways.Problem:
    """The net as it is now, and the batch of its next step."""
    batch, n = int(knobs["batch"]), len(state["x"])
    rows = (int(state["updates"][0]) * batch + np.arange(batch)) % n
    net = net_of(int(knobs["hidden"]))
    return ways.Problem(net, state["theta"], state["x"][rows], state["t"][rows], float(knobs["rate"]))


def _rates(state: State, knobs: Knobs) -> dict[str, float]:
    return ways.rates(int(knobs["hidden"]), int(knobs["batch"]), int(state["seed"][0]))


def _rate_bars(measured: dict[str, float]) -> Picture:
    shown = [way for way in ways.WAYS if measured[way] > 0]
    labels = tuple(_title(way) for way in shown)
    roles = tuple("c" if way == "cuda" else "b" if way in ("numba", "cores") else "a" for way in shown)
    values = np.array([measured[way] for way in shown], np.float32)
    bars = Bars(labels, values, "training steps a second, here and now", unit="/s", roles=roles, log=True)
    run = recorded()
    return bars if run is None else Columns((bars, _on_a_gpu(run)))


def _on_a_gpu(run: GpuRun) -> Text:
    """The recorded run of the benchmark: how many times as fast a GPU was. What a GPU is for comes first."""
    lines = [f"{run.gpu}, {run.day.isoformat()}"]
    for workload in sorted(run.ratios, key=lambda name: "at once" not in name):
        ratios = (f"{float(f'{value:.3g}'):,g} × {whom}" for whom, value in run.ratios[workload].items())
        lines += [workload, f"  {', '.join(ratios)}"]
    return Text(tuple(lines), "recorded on a GPU, as fast as")


def _title(way: str) -> str:
    return f"Numba, {counted(ways.cores(), 'core')}" if way == "cores" else ways.TITLES[way]


def _agreement(problem: ways.Problem) -> Picture:
    few = len(ways.for_python(problem).x)
    lines = [
        "One step from the net as it is now, compared with float64:",
        f"{problem.theta.size} weights, {len(problem.x)} examples; the largest difference of any weight.",
        "",
    ]
    for way, off in ways.off(problem).items():
        verdict = "agrees" if off <= ways.TOLERANCE else "does NOT agree"
        note = f" ({few} of the examples)" if way == "python" and few < len(problem.x) else ""
        lines.append(f"{_title(way):<15}{verdict}: off by {said(off, 2)}{note}")
    lines += ["", f"To agree is to be within {said(ways.TOLERANCE)}, a few roundings of float32."]
    if reason := ways.why_not_cuda():
        lines.append(f"CUDA takes no part: {reason}.")
    return Text(tuple(lines), "The same step, five ways")


def _digits() -> tuple[Array, Array, Array, Array]:
    """x, t one-hot, and the held-out x and classes, pixels from 0 to 1."""
    from tutor.data import digits

    every = digits()
    x = every.images.reshape(-1, 64).astype(np.float32) / np.float32(16)
    learn = ~every.held_out
    t = np.eye(_CLASSES, dtype=np.float32)[every.labels[learn]]
    return x[learn], t, x[every.held_out], every.labels[every.held_out].astype(np.int64)


def _times(ratio: float) -> str:
    """A ratio in two digits, for no timing is better than that."""
    return f"{float(f'{ratio:.2g}'):g} times"


LAB = Machines()
