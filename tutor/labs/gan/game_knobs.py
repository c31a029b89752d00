"""The knobs and metrics that the labs of generator and discriminator share."""

from __future__ import annotations

from tutor.labs.gan.players import ACTIVATIONS, GAMES, OPTIMIZERS
from tutor.labs.spec import Knob, Metric

_ADAM = "Adam here has β1 = 0.5 and β2 = 0.9."
_HIDDEN = "Units in each hidden layer: up to 4 numbers from 1 to 128."

TOLD = Metric("told", "told apart", "Pairs, one real and one generated, that D puts in order; 0.5: it guesses.", ".3f")
LOSSES = (
    Metric("loss_d", "D loss", "Of its last update.", ".3f"),
    Metric("loss_g", "G loss", "Of its last update.", ".3f"),
)


def game_knobs(game: str, turns_d: int, rate: float) -> tuple[Knob, ...]:
    """What is played, and how fast; with these defaults."""
    return (
        Knob("game", "choice", game, "game", "What the two play for: the losses of both.", choices=GAMES),
        Knob("turn", "choice", "both", "turn", "Who moves in a step; the other one waits.",
             choices=("both", "discriminator", "generator"), live=True),
        Knob("turns_d", "integer", turns_d, "D turns", "Updates of D in a step.", low=1, high=10, step=1, live=True),
        Knob("rate_d", "number", rate, "D rate", "How far D's updates go.", low=1e-5, high=1, log=True, live=True),
        Knob("turns_g", "integer", 1, "G turns", "Updates of G in a step.", low=1, high=10, step=1, live=True),
        Knob("rate_g", "number", rate, "G rate", "How far G's updates go.", low=1e-5, high=1, log=True, live=True),
        Knob("strength", "number", 1.0, "penalty λ", "How much it counts that the critic is not as steep as 1.",
             low=0.01, high=100, log=True, live=True, when=("game", ("wgan-gp",))),
        Knob("limit", "number", 0.05, "clip c", "Every weight of the critic is kept within ± this.",
             low=0.001, high=1, log=True, live=True, when=("game", ("wgan",))),
        Knob("optimizer_d", "choice", "adam", "D optimizer", _ADAM, choices=OPTIMIZERS),
        Knob("optimizer_g", "choice", "adam", "G optimizer", _ADAM, choices=OPTIMIZERS),
    )  # fmt: skip


def net_knobs(thing: str, noise: int, most: int, hidden: str) -> tuple[Knob, ...]:
    """The nets of both. thing: what they play with, in the singular; noise: of how many random numbers G makes one."""
    return (
        Knob("batch", "integer", 64, "batch", f"{thing.capitalize()}s of each kind for one update.", low=4, high=256, log=True),
        Knob("noise", "integer", noise, "noise", f"Random numbers that G makes one {thing} of.", low=1, high=most, step=1),
        Knob("hidden_g", "text", hidden, "G hidden", _HIDDEN),
        Knob("hidden_d", "text", hidden, "D hidden", _HIDDEN),
        Knob("activation", "choice", "leaky relu", "φ", "The activation of the hidden units of both.", choices=ACTIVATIONS),
    )
