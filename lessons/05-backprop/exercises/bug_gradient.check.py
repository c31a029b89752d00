"""What the mended backward is tried on: one output, as many outputs as inputs, and uneven layers."""

FUNCTION = "backward"
SIGNATURE = "backward(d, o, x, W) -> (grad_W, grad_b, grad_x)"
MAY_CHANGE = ("d",)


def cases(draw):
    for m, inputs, outputs in ((1, 2, 1), (1, 2, 2), (3, 3, 3), (5, 1, 4), (2, 6, 5), (17, 4, 7)):
        W, x = draw.normal(size=(outputs, inputs)), draw.normal(size=(m, inputs))
        yield draw.normal(size=(m, outputs)), 0.7 * (x @ W.T), x, 0.7 * W
