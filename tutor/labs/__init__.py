"""The labs of the course, by id."""

from __future__ import annotations

from importlib import import_module

from tutor.errors import BadLink, nearest
from tutor.labs.spec import Lab

_MODULES = {
    "can-do": "tutor.labs.why.can_do",
    "timeline": "tutor.labs.why.timeline",
    "neuron": "tutor.labs.neuron",
    "perceptron": "tutor.labs.perceptron",
    "gd": "tutor.labs.gd",
    "pitfalls": "tutor.labs.pitfalls",
    "sgd": "tutor.labs.sgd",
    "escape": "tutor.labs.escape",
    "averaging": "tutor.labs.averaging",
    "race": "tutor.labs.race",
    "xor": "tutor.labs.xor",
    "playground": "tutor.labs.playground",
    "backprop": "tutor.labs.backprop",
    "losses": "tutor.labs.losses",
    "activations": "tutor.labs.activations",
    "autodiff": "tutor.labs.autodiff",
    "approx": "tutor.labs.approx",
    "end-to-end": "tutor.labs.end_to_end",
    "convolve": "tutor.labs.cnn.convolve",
    "digits": "tutor.labs.cnn.digits",
    "filters": "tutor.labs.cnn.filters",
    "draw": "tutor.labs.cnn.draw",
    "dropout": "tutor.labs.dropout",
    "unroll": "tutor.labs.rnn.unroll",
    "char-rnn": "tutor.labs.rnn.char_rnn",
    "memory": "tutor.labs.rnn.memory",
    "small-data": "tutor.labs.regularization.small_data",
    "overfit": "tutor.labs.regularization.overfit",
    "regularizers": "tutor.labs.regularization.regularizers",
    "depth": "tutor.labs.depth.lab",
    "resnet": "tutor.labs.depth.resnet",
    "init": "tutor.labs.depth.init",
    "adversarial": "tutor.labs.adversarial",
    "imagenet": "tutor.labs.imagenet",
    "inception": "tutor.labs.inception",
    "machines": "tutor.labs.machines",
    "libraries": "tutor.labs.machines.libraries",
    "gan-2d": "tutor.labs.gan.plane",
    "gan-digits": "tutor.labs.gan.on_digits",
    "real-or-fake": "tutor.labs.gan.forger",
    "transfer": "tutor.labs.few.transfer",
    "fine-tune": "tutor.labs.few.fine_tune",
    "tune-text": "tutor.labs.few.tune_text",
}


def lab_ids() -> tuple[str, ...]:
    """The ids of all labs, in the order of the course."""
    return tuple(_MODULES)


def find_lab(lab_id: str) -> Lab:
    """The lab with this id. Raises BadLink, with the nearest id, when there is none."""
    if lab_id not in _MODULES:
        raise BadLink(f"there is no lab {lab_id!r}", nearest(lab_id, _MODULES))
    lab: Lab = import_module(_MODULES[lab_id]).LAB
    return lab
