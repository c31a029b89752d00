"""The exercise of the first chapter, and exercises made for a test."""

from __future__ import annotations

from pathlib import Path

from tutor.course.model import Exercise, Hint

ROOT = Path(__file__).parents[2]
PERCEPTRON = Exercise(
    "perceptron-update",
    ROOT / "lessons/01-neuron/exercises/perceptron_update.py",
    hints=(Hint("Compute the sum first."), Hint("Look at the sign of the step.", when="sign-flipped")),
)
HEAD = "import os, sys\nimport numpy as np\n\ndef update(w, b, x, t, rate):\n"
"""The first line of a body that follows it is line 5."""

STARTER = "def double(x):\n    return x\n"
SOLUTION = "def double(x):\n    return 2 * x\n"
CHECK = """FUNCTION = "double"
SIGNATURE = "double(x) -> y"

def cases(draw):
    for size in (1, 3, 4):
        yield (draw.normal(size=size),)
"""
FAULTS = 'def halved(x):\n    """It halves."""\n    return x / 2\n'


def written(folder: Path, **parts: str) -> Exercise:
    """An exercise "double" in this folder; parts: starter, solution, check, faults, or the text of `hints`, one a line."""
    texts = {"starter": STARTER, "solution": SOLUTION, "check": CHECK, "faults": FAULTS} | parts
    hints = tuple(Hint(line) for line in texts.pop("hints", "one\ntwo").splitlines())
    for name, text in texts.items():
        (folder / ("double.py" if name == "starter" else f"double.{name}.py")).write_text(text, encoding="utf-8")
    return Exercise("double", folder / "double.py", hints=hints)
