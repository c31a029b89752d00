"""The lab `race`: every optimizer at once on one surface, and the learner's own among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.labs import race_pictures as pictures
from tutor.labs import racers as field
from tutor.labs.answered import arrays
from tutor.labs.devices import kernels
from tutor.labs.racers import RACERS, YOURS
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Socket, Source, State, View, Words, frozen, scalar
from tutor.labs.words import said
from tutor.pictures import Picture

Array = NDArray[Any]

_RUN = ("w", "memory", "fates", "trails", "tallies")
"""What of a state the kernel changes."""
_QUADRATIC = ("surface", ("quadratic",))
_BETA2 = {"rmsprop": 0.9}
_EPSILON = {"adagrad": 1e-10}

SPEC = LabSpec(
    id="race",
    title="The race",
    summary="Every optimizer at once, from one start down one surface: the paths, and the distance that is left.",
    knobs=(
        Knob(
            "surface", "choice", "quadratic", "surface", "What to go down.",
            choices=("quadratic", "rosenbrock", "beale", "saddle", "plateau", "two valleys"),
        ),
        Knob("racers", "choice", "all", "racers", "Who starts, besides your own.", choices=tuple(field.FIELDS)),
        Knob(
            "condition", "number", 100.0, "κ", "How many times steeper the steepest direction is than the flattest.",
            1, 10_000, log=True, when=_QUADRATIC,
        ),
        Knob("turn", "number", 30.0, "turn", "How far the bowl's axes are turned, in degrees.", 0, 90, step=5, when=_QUADRATIC),
        Knob(
            "dimensions", "integer", 50, "dims", "Directions; the picture shows the flattest and the steepest.",
            2, 50, when=_QUADRATIC,
        ),
        Knob("scale", "number", 1.0, "scale", "The loss is multiplied by this.", 0.001, 1000, log=True, when=_QUADRATIC),
        Knob(
            "momentum", "choice", "0.9", "β", "Of momentum and Nesterov. Tuned: to κ on the quadratic, 0.9 elsewhere.",
            choices=("0", "0.5", "0.8", "0.9", "0.95", "0.99", "tuned"), live=True,
        ),
        Knob("rate", "number", 1.0, "rate", "Times the rates that fit the surface, for all.", 0.01, 100, log=True, live=True),
        Knob("tune", "choice", "together", "tune", "One rate for all, or one for each as well.", choices=("together", "each")),
        *(
            Knob(
                f"rate_{racer.name}", "number", 1.0, racer.title, f"Times the rate that fits the surface, for {racer.title}.",
                0.01, 100, log=True, live=True, when=("tune", ("each",)),
            )
            for racer in RACERS
        ),
    ),
    metrics=(
        *(
            Metric(f"distance_{racer.name}", racer.title, f"The share of its way that {racer.title} has left.", ".6g", "low")
            for racer in RACERS
        ),
        *(
            Metric(f"steps_{racer.name}", f"{racer.title} steps", "Steps to a millionth of its way; ∞: not yet.", ".0f", "low")
            for racer in RACERS
        ),
    ),
    views=(
        View("paths", "paths", "Every racer's path over the height of the surface."),
        View(
            "distance", "way left", "The share of its way that each racer has left.",
            curves=tuple(f"distance_{racer.name}" for racer in RACERS), y_log=True,
        ),
        View("table", "table", "Who has arrived, after how many steps, at which rate."),
        View(
            "sweep", "many runs", "Many runs at once that differ in two knobs: a map, a cell a run.",
            sweep=("rate=0.03,0.1,0.3,1,1.5,3,10,30", "condition=1,3,10,30,100,300,1000,3000"),
        ),
    ),
    source=Source("kernels.race", "race"),
    steps=2000,
    pace=30.0,
    devices=("cpu", "cuda"),
    socket=Socket(
        "adam",
        "adam(w, g, m, s, t, rate, beta1, beta2, epsilon)",
        "Called at each step with the place, the gradient there and the last two means; returns the new w, m, s.",
    ),
)  # fmt: skip


class Race:
    """See `tutor.labs.spec.Lab`. A racer that arrives or gets lost stops there."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        from kernels.optimizers import NAMES, SLOTS
        from kernels.surfaces import NAMES as SURFACES
        from kernels.surfaces import minima
        from kernels.trail import CAPACITY

        w, racers = field.start(knobs), len(RACERS)
        number, d = SURFACES.index(str(knobs["surface"])), len(w)
        lowest = minima(number, d)
        chosen = field.FIELDS[str(knobs["racers"])]
        rules = [NAMES.index(racer.optimizer) if racer.name in chosen else -1 for racer in RACERS]
        return {
            "step": scalar(0),
            "w": np.tile(w, (racers, 1)),
            "memory": np.zeros((racers, SLOTS * d)),
            "fates": np.zeros((racers, 2), np.int64),
            "trails": np.zeros((racers, CAPACITY, 2)),
            "tallies": np.tile(np.array([0, 1]), (racers, 1)),
            "runs": np.array([rule >= 0 for rule in rules]),
            "number": frozen(scalar(number)),
            "rules": frozen(np.array(rules, np.int64)),
            "shape": frozen(field.shape(knobs)),
            "minima": frozen(lowest),
            "way": frozen(scalar(float(np.linalg.norm(lowest - w, axis=1).min()), np.float64)),
        }

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        race, settings = kernels("race", device).race, _settings(state, knobs)
        # The learner's optimizer goes first: if it fails at a step, nobody has made that step.
        for count in [1] * steps if plug is not None else [max(0, steps)]:
            if plug is not None:
                state["runs"][YOURS] = True
                _step_of_yours(plug, state, settings[YOURS])
            race(
                state["w"], state["memory"], state["fates"], state["trails"], state["tallies"], int(state["number"][0]),
                state["shape"], state["minima"], state["rules"], settings, int(state["step"][0]), count,
            )  # fmt: skip
            state["step"] += count

    def advance_each(self, states: Sequence[State], knobs: Sequence[Knobs], steps: int, device: str) -> None:
        """`advance` for many races, all at one step and each with its own knobs; on a GPU a launch for each kind of surface."""
        if device == "cpu":
            for state, own in zip(states, knobs, strict=True):
                self.advance(state, own, steps, device, None)
            return
        race_each, groups = kernels("race", device).race_each, defaultdict(list)
        for k, state in enumerate(states):
            groups[int(state["number"][0]), state["w"].shape].append(k)
        for (number, _), places in groups.items():
            here = [states[k] for k in places]
            changed = [np.concatenate([state[name] for state in here]) for name in _RUN]
            shapes = np.repeat([state["shape"] for state in here], len(RACERS), axis=0)
            rules = np.concatenate([state["rules"] for state in here])
            settings = np.concatenate([_settings(states[k], knobs[k]) for k in places])
            race_each(*changed, number, shapes, here[0]["minima"], rules, settings, int(here[0]["step"][0]), steps)
            for name, array in zip(_RUN, changed, strict=True):
                for state, part in zip(here, np.split(array, len(here)), strict=True):
                    state[name][:] = part
            for state in here:
                state["step"] += steps

    def rivals(self, state: State) -> tuple[State, State] | None:
        """The learner's racer and ours of the same kind, which runs beside it in the same race."""
        ours = next(k for k, racer in enumerate(RACERS) if racer.name == "adam")
        if not (state["runs"][YOURS] and state["runs"][ours]):
            return None
        return {"w": state["w"][YOURS]}, {"w": state["w"][ours]}

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        from kernels.race import ARRIVED, FATE, WHEN

        steps, distances = {}, {}
        for k, racer in enumerate(RACERS):
            fate, runs = state["fates"][k], bool(state["runs"][k])
            steps[f"steps_{racer.name}"] = float(fate[WHEN]) if fate[FATE] == ARRIVED else np.inf if runs else np.nan
            distances[f"distance_{racer.name}"] = pictures.share_left(state, k) if runs else np.nan
        return distances | steps

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        match name:
            case "paths":
                return pictures.paths(state, knobs, size)
            case "table":
                return pictures.table(state, knobs)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        from kernels.race import ARRIVED, FATE, LOST, WHEN

        runs = [k for k in range(len(RACERS)) if state["runs"][k]]
        if state["step"][0] == 0:
            return Words(f"{len(runs)} optimizers stand at the start")
        fates = state["fates"]
        arrived = sorted((int(fates[k, WHEN]), k) for k in runs if fates[k, FATE] == ARRIVED)
        lost = [RACERS[k].title for k in runs if fates[k, FATE] == LOST]
        if arrived:
            said_so = ", ".join(f"{RACERS[k].title} {when}" for when, k in arrived)
            summary = f"arrived: {said_so}" + ("" if len(arrived) == len(runs) else f"; {len(runs) - len(arrived)} not yet")
        else:
            ahead = min(runs, key=lambda k: pictures.share_left(state, k))
            share = said(pictures.share_left(state, ahead), 2)
            summary = f"nobody has arrived; {RACERS[ahead].title} is nearest, with {share} of its way left"
        if not lost:
            return Words(summary)
        return Words(summary, f"{' and '.join(lost)} flew off to infinity: too large a rate for this surface")

    def finished(self, state: State, knobs: Knobs) -> bool:
        from kernels.race import FATE, RUNNING

        return bool((state["fates"][state["runs"], FATE] != RUNNING).all()) and bool(state["runs"].any())


def _settings(state: State, knobs: Knobs) -> Array:
    """(K, 5) float64: rate, beta1, beta2, epsilon of each racer, and the length of the way."""
    beta2 = [_BETA2.get(racer.name, 0.999) for racer in RACERS]
    epsilon = [_EPSILON.get(racer.name, 1e-8) for racer in RACERS]
    way = np.full(len(RACERS), state["way"][0])
    return np.ascontiguousarray(np.stack((field.rates(knobs), field.momenta(knobs), beta2, epsilon, way), axis=1))


def _step_of_yours(adam: Plug, state: State, settings: Array) -> None:
    """One step of the learner's optimizer. When it fails, nothing has changed. Raises UserError."""
    from kernels.race import FATE, RUNNING, judge
    from kernels.surfaces import value_and_gradient
    from kernels.trail import leave

    w, memory, fate, step = state["w"][YOURS], state["memory"][YOURS], state["fates"][YOURS], int(state["step"][0])
    if fate[FATE] != RUNNING:
        return
    d, g = len(w), np.empty(len(w))
    value_and_gradient(int(state["number"][0]), w, state["shape"], g)
    rate, beta1, beta2, epsilon, way = settings.tolist()
    answer = adam(w.copy(), g, memory[:d].copy(), memory[d:].copy(), step + 1, rate, beta1, beta2, epsilon)
    found = arrays("adam", answer, {"w": (d,), "m": (d,), "s": (d,)})
    leave(state["trails"][YOURS], state["tallies"][YOURS], step, w[0], w[-1])
    w[:], memory[:d], memory[d:] = found
    judge(w, state["minima"], way, fate, step + 1)


LAB = Race()
