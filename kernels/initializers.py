"""Where the weights start.

Every number is a hash of the seed and of its place in the net (`kernels.random`): the same seed gives the same net anywhere.
Dimensions: a layer takes I numbers in and gives O out. w: (O, I), b: (O,). Plain NumPy: it runs once, when a run starts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels import random

NAMES = ("uniform", "glorot", "he", "zero", "small", "large")

WEIGHTS = 16
"""The stream of random numbers that weights come from."""

Floats = NDArray[np.float32]


def initialize(name: str, seed: int, start: int, w: Floats, b: Floats) -> None:
    """Fill a layer's weights and biases. start: the place of its first weight in the net's parameters. Raises KeyError.

    - uniform: between −0.5 and 0.5, the biases 0.1, as TensorFlow Playground has it.
    - glorot: uniform within ±√(6 / (I + O)): keeps the variance of a tanh net's signals. Glorot & Bengio 2010.
    - he: normal with variance 2 / I: the same for ReLU, which throws half away. He, Zhang, Ren & Sun 2015.
    - zero: every unit of a layer is the same, and stays the same.
    - small, large: normal with deviation 0.01 and 1, the two ways to lose a deep net's signal.
    Biases are 0 but for the first.
    """
    scale = {
        "uniform": 0.5,
        "glorot": math.sqrt(6.0 / (w.shape[0] + w.shape[1])),
        "he": math.sqrt(2.0 / w.shape[1]),
        "zero": 0.0,
        "small": 0.01,
        "large": 1.0,
    }[name]
    draws: NDArray[Any] = np.empty(w.size, np.float32)
    if name in ("uniform", "glorot"):
        random.uniform(seed, WEIGHTS, start, draws)
        draws = np.float32(2.0) * draws - np.float32(1.0)
    else:
        random.normal(seed, WEIGHTS, start, draws)
    w[...] = (np.float32(scale) * draws).reshape(w.shape)
    b[...] = np.float32(0.1 if name == "uniform" else 0.0)
