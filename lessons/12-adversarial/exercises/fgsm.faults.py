"""Classic wrong answers."""

import numpy as np


def not_clipped(x, gradient, epsilon):
    """Some pixels end below 0 or above 1: after the step they must come back into the range of a picture."""
    return x + epsilon * np.sign(gradient)


def down_the_loss(x, gradient, epsilon):
    """The pixels move down the loss, which makes the net surer of the right answer: the attack goes up."""
    return np.clip(x - epsilon * np.sign(gradient), 0, 1)


def no_sign(x, gradient, epsilon):
    """The step follows the gradient itself: FGSM takes only its sign, so that every pixel moves by epsilon."""
    return np.clip(x + epsilon * gradient, 0, 1)


def unit_length(x, gradient, epsilon):
    """The step has the length epsilon over all pixels together: in FGSM each pixel moves by epsilon."""
    length = np.linalg.norm(gradient, axis=1, keepdims=True)
    return np.clip(x + epsilon * gradient / np.where(length > 0, length, 1), 0, 1)


def zero_counts_as_up(x, gradient, epsilon):
    """Where the gradient is exactly 0 the pixel moves too: its sign is 0, and it should stay."""
    return np.clip(x + epsilon * np.where(gradient >= 0, 1, -1), 0, 1)


def only_the_noise(x, gradient, epsilon):
    """What is returned is the change alone: add it to x."""
    return np.clip(epsilon * np.sign(gradient), 0, 1)
