import numpy as np


def coin(seed, step, i):
    h = (seed * 2654435761 + step * 2246822519 + i * 3266489917) % 2**32
    h = (h ^ (h >> 15)) * 739982445 % 2**32
    return 1.0 if (h ^ (h >> 12)) & 1 else -1.0


def descend(w, seed, first, steps, rate):
    for s in range(first, first + steps):
        coins = np.array([coin(seed, s, i) for i in range(len(w))])
        w = w - rate * (w + coins)
    return w
