import numpy as np


def fgsm(x, gradient, epsilon):
    return np.clip(x + epsilon * np.sign(gradient), 0, 1)
