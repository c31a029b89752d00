"""Makes mlp_trajectories.json: the losses of twenty steps of PyTorch, and the parameters after them.

Run by hand, with torch installed (`python tests/kernels/make_mlp_trajectories.py`); the tests only read the figures.
"""

from __future__ import annotations

import json
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

_KEYS = ("sizes", "phi", "loss", "batch", "rule", "rate", "l2")
CASES: dict[str, dict[str, Any]] = {
    "tanh squared": dict(zip(_KEYS, ([2, 8, 8, 1], "tanh", "squared", 10, "gradient descent", 0.3, 0.0), strict=True)),
    "relu cross-entropy": dict(zip(_KEYS, ([6, 9, 4], "relu", "cross-entropy", 17, "adam", 0.01, 0.0), strict=True)),
    "gelu binary": dict(zip(_KEYS, ([3, 7, 5, 2], "gelu", "binary cross-entropy", 32, "nesterov", 0.1, 0.01), strict=True)),
}
STEPS, EXAMPLES = 20, 64


def wave(count: int, pace: float) -> Any:
    """Numbers in (−1, 1) that look random and are the same everywhere: sin(pace·k²)."""
    return np.sin(pace * np.arange(1, count + 1, dtype=np.float64) ** 2)


def problem(case: dict[str, Any]) -> tuple[Any, Any, Any]:
    """theta (n,), x (EXAMPLES, inputs) and t (EXAMPLES, outputs) in float32."""
    sizes = case["sizes"]
    count = sum((i + 1) * o for i, o in pairwise(sizes))
    x = 2 * wave(EXAMPLES * sizes[0], 0.7).reshape(EXAMPLES, -1)
    t = wave(EXAMPLES * sizes[-1], 1.3).reshape(EXAMPLES, -1)
    if case["loss"] == "cross-entropy":
        t = np.eye(sizes[-1])[t.argmax(1)]
    elif case["loss"] == "binary cross-entropy":
        t = (t > 0).astype(float)
    return tuple(a.astype(np.float32) for a in (0.6 * wave(count, 0.37), x, t))


def trajectory(case: dict[str, Any]) -> dict[str, Any]:
    """PyTorch's losses before each step, and its parameters at the end."""
    torch = import_module("torch")
    functional = torch.nn.functional
    theta, x, t = (torch.from_numpy(a) for a in problem(case))
    weights, place = [], 0
    for i, o in pairwise(case["sizes"]):
        weights.append(theta[place : place + o * i].reshape(o, i).clone().requires_grad_())
        weights.append(theta[place + o * i : place + o * i + o].clone().requires_grad_())
        place += (i + 1) * o
    groups = [{"params": weights[0::2], "weight_decay": case["l2"]}, {"params": weights[1::2]}]
    optimizer = {
        "gradient descent": lambda: torch.optim.SGD(groups, lr=case["rate"]),
        "nesterov": lambda: torch.optim.SGD(groups, lr=case["rate"], momentum=0.9, nesterov=True),
        "adam": lambda: torch.optim.Adam(groups, lr=case["rate"]),
    }[case["rule"]]()
    phi = getattr(functional if case["phi"] == "gelu" else torch, case["phi"])
    losses = []
    for step in range(STEPS):
        rows = [(step * case["batch"] + i) % EXAMPLES for i in range(case["batch"])]
        a, wanted = x[rows], t[rows]
        for layer in range(0, len(weights), 2):
            a = functional.linear(a, weights[layer], weights[layer + 1])
            a = phi(a) if layer < len(weights) - 2 else a
        if case["loss"] == "squared":
            loss = 0.5 * functional.mse_loss(a, wanted)
        elif case["loss"] == "cross-entropy":
            loss = functional.cross_entropy(a, wanted)
        else:
            loss = functional.binary_cross_entropy_with_logits(a, wanted) * a.shape[1]
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    end = torch.cat([w.detach().flatten() for w in weights])
    return {"losses": losses, "theta": [round(v, 7) for v in end.tolist()]}


if __name__ == "__main__":
    made = {name: trajectory(case) for name, case in CASES.items()}
    Path(__file__).with_name("mlp_trajectories.json").write_text(json.dumps(made))
