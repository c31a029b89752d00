"""The labs of the course, by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

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


VARIABLE = "DLTUTOR_LABS"
"""How a process is told which course's labs it is to load: the course's folder."""


@dataclass(frozen=True)
class Authored:
    """The labs that a course carries. In the process of the screen they are descriptions only."""

    root: Path | None = None
    labs: Mapping[str, Lab] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    """Those that cannot be used: id → why, in a sentence."""


_authored = Authored()


def authored() -> Authored:
    """The labs of the course that is open."""
    return _authored


def use_authored(found: Authored) -> None:
    """From now on these labs are there beside the program's own, in place of those of another course."""
    global _authored
    _authored = found


def lab_ids() -> tuple[str, ...]:
    """The ids of all labs, in the order of the course; then those of the author's own."""
    return (*_MODULES, *_authored.labs)


def built_in_ids() -> tuple[str, ...]:
    """The ids of the labs that come with the program."""
    return tuple(_MODULES)


def find_lab(lab_id: str) -> Lab:
    """The lab with this id. Raises BadLink, with the nearest id, when there is none."""
    if lab_id in _authored.labs:
        return _authored.labs[lab_id]
    if lab_id in _authored.broken:
        raise BadLink(_authored.broken[lab_id])
    if lab_id not in _MODULES:
        raise BadLink(f"there is no lab {lab_id!r}", nearest(lab_id, lab_ids()))
    lab: Lab = import_module(_MODULES[lab_id]).LAB
    return lab
