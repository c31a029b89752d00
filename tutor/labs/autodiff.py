"""The lab `autodiff`: an expression becomes a tape of scalars, and the tape is walked back for every gradient."""

from __future__ import annotations

from tutor.labs import autodiff_pictures as pictures
from tutor.labs.autodiff_read import Tape, read_tape
from tutor.labs.autodiff_walk import Walk, relative_errors, walk
from tutor.labs.spec import Knob, Knobs, LabSpec, Metric, Plug, Source, State, View, Words, scalar
from tutor.labs.words import counted, said
from tutor.pictures import Picture

EXAMPLES = {
    "small": "(a*b + c) * a",
    "twice": "a*a + a",
    "sigmoid": "1 / (1 + exp(-a))",
    "neuron": "x1=2; x2=0; w1=-3; w2=1; bias=6.8813735870195432; n=w1*x1+w2*x2+bias; o=tanh(n)",
    "micrograd": "c=a+b; d=a*b+b**3; c+=c+1; c+=1+c+(-a); d+=d*2+relu(b+a); d+=3*d+relu(b-a); e=c-d; f=e**2; g=f/2; g+=10/f",
}
SPEC = LabSpec(
    id="autodiff",
    title="Automatic differentiation",
    summary="Type an expression, watch it become a tape, and walk the tape back: every gradient in one go.",
    knobs=(
        Knob("example", "choice", "small", "formula", "What is computed.", choices=(*EXAMPLES, "yours")),
        Knob(
            "expression",
            "text",
            "relu(a*b + c) + a**2",
            "yours",
            "Numbers, names, + - * / **, exp log tanh relu sigmoid sin cos sqrt; statements end with ;",
            when=("example", ("yours",)),
        ),
        Knob("a", "number", -4.0, "a", "An input.", low=-10, high=10, step=0.5, live=True),
        Knob("b", "number", 2.0, "b", "An input.", low=-10, high=10, step=0.5, live=True),
        Knob("c", "number", 10.0, "c", "An input.", low=-10, high=10, step=0.5, live=True),
    ),
    metrics=(
        Metric("value", "value", "What the expression is; before it is finished, the entry made last.", ".6g"),
        Metric("grad_a", "∂/∂a", "The gradient by a as far as it has been walked; 0 where a does not occur.", ".6g"),
        Metric("grad_b", "∂/∂b", "The gradient by b as far as it has been walked.", ".6g"),
        Metric("grad_c", "∂/∂c", "The gradient by c as far as it has been walked.", ".6g"),
        Metric("error", "error", "Once the walk is done: the worst relative error against finite differences.", ".1e"),
        Metric("entries", "entries", "Computations on the tape so far.", ".0f"),
        Metric("walked", "walked", "The share of the way, there and back.", ".2f"),
    ),
    views=(
        View("graph", "graph", "The expression as a graph: each number, and below it its gradient."),
        View("tape", "tape", "The tape: every entry in the order in which it was made."),
        View("check", "check", "Each input's gradient beside its finite difference."),
    ),
    source=Source("kernels.tape", "walk_back"),
    unit="entry",
    steps=200,
    pace=2.0,
)


class Autodiff:
    """See `tutor.labs.spec.Lab`. Everything is made anew from the knobs and the step: the state is the step alone."""

    spec = SPEC

    def start(self, knobs: Knobs, seed: int) -> State:
        tape_of(knobs)
        return {"step": scalar(0)}

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        state["step"] += steps

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        now = self._walk(state, knobs)
        found = dict(zip(now.tape.names[: now.tape.inputs], now.grad.tolist(), strict=False))
        errors = relative_errors(now) if now.done else {}
        return {
            "value": float(now.value[now.newest]) if now.built else 0.0,
            **{f"grad_{name}": found.get(name, 0.0) for name in "abc"},
            "error": max(errors.values(), default=0.0),
            "entries": float(now.built),
            "walked": min(1.0, float(state["step"][0]) / now.length),
        }

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        now = self._walk(state, knobs)
        match name:
            case "graph":
                return pictures.graph(now, size)
            case "tape":
                return pictures.tape(now, size)
            case "check":
                return pictures.check(now)
        raise ValueError(name)

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        now = self._walk(state, knobs)
        left = now.tape.computed - now.built
        trouble = pictures.why_not_finite(now)
        if not now.built:
            return Words(f"{counted(left, 'computation')} to record, then the way back", trouble)
        value = f"{now.tape.names[-1]} = {said(float(now.value[-1]), 6)}"
        if left:
            return Words(f"{counted(now.built, 'entry').replace('entrys', 'entries')} recorded, {left} to go", trouble)
        if not now.seeded:
            return Words(f"recorded: {value}; now back", trouble)
        if not now.done:
            return Words(f"{value}; {now.visited} of {now.tape.computed} entries have handed on their gradients", trouble)
        gradients = ", ".join(
            f"∂/∂{name} = {said(float(grad), 6)}"
            for name, grad in zip(now.tape.names[: now.tape.inputs], now.grad, strict=False)
        )
        return Words(f"{value}; {gradients}", trouble)

    def finished(self, state: State, knobs: Knobs) -> bool:
        return self._walk(state, knobs).done

    def _walk(self, state: State, knobs: Knobs) -> Walk:
        return walk(tape_of(knobs), int(state["step"][0]))


def tape_of(knobs: Knobs) -> Tape:
    """The tape of what these knobs name. Raises BadData on an expression that cannot be read."""
    example = str(knobs["example"])
    text = EXAMPLES.get(example) or str(knobs["expression"])
    return read_tape(text, tuple((name, float(knobs[name])) for name in ("a", "b", "c")))


LAB = Autodiff()
