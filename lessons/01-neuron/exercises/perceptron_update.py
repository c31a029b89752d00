"""The perceptron's update.

The neuron says +1 where w·x + b is positive, and -1 where it is negative.
On an example x whose right answer is t it is

    right  when t * (w·x + b) > 0:   then nothing changes
    wrong  otherwise:                then w becomes w + rate * t * x
                                      and b becomes b + rate * t

On the boundary, where w·x + b is exactly 0, the neuron says nothing: that
is a mistake too.
"""

import numpy as np


def update(w, b, x, t, rate):
    """The weights and the bias after one example.

    w:    the weights, an array of n numbers
    b:    the bias, a number
    x:    the example, an array of n numbers
    t:    the right answer, +1 or -1
    rate: the learning rate, a positive number

    Returns the pair (w, b).
    """
    total = np.dot(w, x)  # the bias is missing here
    # What if the neuron is wrong?
    return w, b
