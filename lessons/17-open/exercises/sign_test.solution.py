import math

import numpy as np


def sign_test(a, b):
    wins, losses = int(np.sum(a > b)), int(np.sum(a < b))
    n = wins + losses
    return sum(math.comb(n, k) for k in range(wins, n + 1)) / 2**n
