"""Every exercise of the course, answered as learners do: in loops, in whole arrays, compiled, in place. All of it passes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tutor.course.model import Exercise
from tutor.course.parse import read_course
from tutor.exercises.checking import verdict
from tutor.exercises.session import Session
from tutor.exercises.verdict import Verdict

ROOT = Path(__file__).parents[2]
COURSE, _ = read_course(ROOT / "lessons")
EXERCISES = {task.id: task for lesson in COURSE.lessons for task in lesson.tasks if isinstance(task, Exercise)}

HEAD = "from numba import njit\nimport numpy as np\n"
PERCEPTRON_IN_PLACE = """
def update(w, b, x, t, rate):
    if (np.sum(w * x) + b) * t > 0:
        return w, b
    w += rate * t * x
    return w, b + rate * t
"""
GRADIENT_LOOPS = """
import math
def gradient(w, x, t):
    n, d = x.shape
    g = np.zeros(d)
    for i in range(n):
        z = 0.0
        for j in range(d):
            z += x[i, j] * w[j]
        a = 1 / (1 + math.exp(-z))
        for j in range(d):
            g[j] += 2 * (a - t[i]) * a * (1 - a) * x[i, j] / n
    return g
"""
GRADIENT_MEAN = """
def gradient(w, x, t):
    a = 1 / (1 + np.exp(-np.dot(x, w)))
    return np.mean(((a - t) * 2 * a * (1 - a))[:, None] * x, axis=0)
"""
GRADIENT_COMPILED = """
@njit
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

@njit
def gradient(w, x, t):
    a = sigmoid(x @ w)
    return np.dot(x.T, 2 * (a - t) * a * (1 - a)) / len(t)
"""
ADAM_LOOPS = """
def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):
    new_w, new_m, new_s = [], [], []
    for i in range(len(w)):
        new_m.append(m[i] + (1 - beta1) * (g[i] - m[i]))
        new_s.append(s[i] + (1 - beta2) * (g[i] ** 2 - s[i]))
        step = new_m[-1] / (1 - beta1 ** t) / ((new_s[-1] / (1 - beta2 ** t)) ** 0.5 + epsilon)
        new_w.append(w[i] - rate * step)
    return np.array(new_w), np.array(new_m), np.array(new_s)
"""
ADAM_IN_PLACE = """
def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):
    m *= beta1
    m += (1 - beta1) * g
    s *= beta2
    s += (1 - beta2) * np.square(g)
    root = np.sqrt(1 - beta2 ** t)  # the corrections folded into the rate and epsilon, as in the paper's section 2
    w -= rate * root / (1 - beta1 ** t) * m / (np.sqrt(s) + epsilon * root)
    return w, m, s
"""
ADAM_COMPILED = """
@njit
def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):
    for i in range(w.size):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        s[i] = beta2 * s[i] + (1 - beta2) * g[i] * g[i]
        w[i] = w[i] - rate * (m[i] / (1 - beta1 ** t)) / (np.sqrt(s[i] / (1 - beta2 ** t)) + epsilon)
    return w, m, s
"""
WEIGHTS_NAND = """
def weights():
    w1 = [[-2, -2], [2, 2]]
    return w1, [3, -1], (1, 1), -1.5
"""
WEIGHTS_DIFFERENCE = """
def weights():
    w1 = np.ones((2, 2))
    return w1, np.array([-0.5, -1.5]), np.array([1.0, -1.0]), np.float64(-0.5)
"""
WEIGHTS_COMPILED = """
@njit
def weights():
    w1 = np.empty((2, 2))
    w1[0, :] = 1.0
    w1[1, :] = -1.0
    return w1, np.array([-0.5, 1.5]), np.ones(2), -1.5
"""
BACKWARD_LOOPS = """
def backward(d, o, x, W):
    m, I = x.shape
    O = len(W)
    grad_W, grad_b, grad_x = np.zeros((O, I)), np.zeros(O), np.zeros((m, I))
    for i in range(m):
        for k in range(O):
            d[i, k] *= 1 - np.tanh(o[i, k]) ** 2
            grad_b[k] += d[i, k] / m
            for j in range(I):
                grad_W[k, j] += d[i, k] * x[i, j] / m
                grad_x[i, j] += d[i, k] * W[k, j]
    return grad_W, grad_b, grad_x
"""
BACKWARD_EINSUM = """
def backward(d, o, x, W):
    delta = d / np.cosh(o) ** 2
    return np.einsum("mo,mi->oi", delta, x) / len(d), delta.mean(0), np.einsum("mo,oi->mi", delta, W)
"""
BACKWARD_COMPILED = """
@njit
def backward(d, o, x, W):
    do = d * (1 - np.tanh(o) ** 2)
    return do.T @ x / len(x), do.sum(axis=0) / len(x), do.dot(W)
"""
INTERPOLATE_LOOPS = """
def interpolate(knots, values):
    n = len(knots) - 1
    w1, b1, w2, before = [], [], [], 0.0
    for j in range(n):
        slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
        w1.append(1.0)
        b1.append(-knots[j])
        w2.append(slope - before)
        before = slope
    return w1, b1, w2, values[0]
"""
INTERPOLATE_SCALED = """
def interpolate(knots, values):
    gaps = np.diff(knots)
    slopes = np.diff(values) / gaps
    changes = np.concatenate((slopes[:1], slopes[1:] - slopes[:-1]))
    return 1 / gaps, -knots[:-1] / gaps, changes * gaps, float(values[0])
"""
INTERPOLATE_COMPILED = """
@njit
def interpolate(knots, values):
    w2 = np.zeros(len(knots) - 1)
    for j in range(len(w2)):
        w2[j] = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
    for j in range(len(w2) - 1, 0, -1):
        w2[j] -= w2[j - 1]
    return np.ones(len(w2)), -knots[:-1].copy(), w2, values[0]
"""
STYLES = {
    "perceptron-update": [PERCEPTRON_IN_PLACE],  # more of them in test_exercise_judging.py
    "neuron-gradient": [GRADIENT_LOOPS, GRADIENT_MEAN, GRADIENT_COMPILED],
    "adam": [ADAM_LOOPS, ADAM_IN_PLACE, ADAM_COMPILED],
    "xor-weights": [WEIGHTS_NAND, WEIGHTS_DIFFERENCE, WEIGHTS_COMPILED],
    "layer-backward": [BACKWARD_LOOPS, BACKWARD_EINSUM, BACKWARD_COMPILED],
    "interpolate": [INTERPOLATE_LOOPS, INTERPOLATE_SCALED, INTERPOLATE_COMPILED],
}
ADAM = (
    "def adam(w, g, m, s, t, rate, beta1, beta2, epsilon):\n    m = beta1 * m + (1 - beta1) * g\n"
    "    s = beta2 * s + (1 - beta2) * g ** 2\n    m_hat = m / (1 - beta1 ** t)\n    s_hat = s / (1 - beta2 ** t)\n"
    "    return w - rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s\n"
)


def judged(exercise: Exercise, texts: list[str]) -> list[Verdict]:
    """In one process."""

    async def all_of_them() -> list[Verdict]:
        async with Session(exercise) as session:
            whole = [(HEAD if "njit" in text else "import numpy as np\n") + text for text in texts]
            return [verdict(session.prepared, await session.run(exercise.file, text), text) for text in whole]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("name", STYLES)
def test_a_right_answer_passes_in_any_style(name: str) -> None:
    for text, found in zip(STYLES[name], judged(EXERCISES[name], STYLES[name]), strict=True):
        assert found.passed, (text, found.title, found.detail)


def test_a_wrong_adam_is_told_what_is_wrong() -> None:
    changes = {
        "no-bias-correction": [(" / (1 - beta1 ** t)", ""), (" / (1 - beta2 ** t)", "")],
        "inverted-correction": [(" / (1 - beta", " * (1 - beta")],
        "mean-shared-by-weights": [("g ** 2", "np.mean(g ** 2)")],
        "squares-summed": [("g ** 2", "np.sum(g ** 2)")],
        "shared-moment": [("g ** 2", "m ** 2")],
        "epsilon-inside-root": [("np.sqrt(s_hat) + epsilon", "np.sqrt(s_hat + epsilon)")],
        "shared-beta": [("beta2", "beta1")],
        "betas-exchanged": [("beta1", "beta3"), ("beta2", "beta1"), ("beta3", "beta2")],
        "corrected-by-each-others": [("beta1 ** t", "beta3 ** t"), ("beta2 ** t", "beta1 ** t"), ("beta3 ** t", "beta2 ** t")],
        "only-first-corrected": [(" / (1 - beta2 ** t)", "")],
    }  # fmt: skip
    texts = []
    for steps in changes.values():
        text = ADAM
        for old, new in steps:
            head, _, body = text.partition("\n")
            text = f"{head}\n{body.replace(old, new)}"
        texts.append(text)
    right, *wrong = judged(EXERCISES["adam"], [ADAM, *texts])
    assert right.passed
    for name, found in zip(changes, wrong, strict=True):
        assert (found.passed, found.mistake) == (False, name)
    assert len({found.title for found in wrong}) == len(wrong), "each has a message of its own"
