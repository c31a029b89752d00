"""How fast two nets play against each other here, beside PyTorch on the same core: a turn of the critic, then of the generator.

Each player has three hidden layers of 64, and Adam. Both sides draw real examples and noise anew for each turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tutor.cli.bench.nets import Runner, in_turns, one_core
from tutor.cli.bench.result import Result

BATCH = 64
HIDDEN = (64, 64, 64)
BUDGET = 8.0
"""At least so many times PyTorch's rounds."""


def gans(rounds: int = 7, seconds: float = 0.1) -> list[Result]:
    """Rounds a second of the game without a penalty and with the gradient penalty, as a multiple of PyTorch's (eager)."""
    results = []
    with one_core():
        for game in ("non-saturating", "wgan-gp"):
            runners = {"ours": ours(game)}
            if find_spec("torch") is not None:
                runners["torch"] = _torch(game)
            rates = in_turns(runners, rounds, seconds)
            title, speed = f"GAN on points, {game}, 64-64-64, batch {BATCH}", statistics.median(rates["ours"])
            if "torch" not in rates:
                results.append(Result(f"{title}: rounds", speed, "/s", None, least=True, how="PyTorch is not installed"))
                continue
            ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["torch"], strict=True))
            how = f"{speed:,.0f} rounds a second, PyTorch {statistics.median(rates['torch']):,.0f}"
            results.append(Result(f"{title}: rounds against PyTorch", ratio, "×", BUDGET, least=True, how=how))
    return results


def points() -> Any:
    import numpy as np

    return np.random.default_rng(0).normal(size=(1024, 2)).astype(np.float32)


def ours(game: str, kernel: str = "kernels.gan") -> Runner:
    """kernel: the module that plays."""
    import numpy as np

    from tutor.engine import prepare

    prepare()
    from kernels import gan, net
    from kernels.optimizers import rule

    nets = gan.nets(2, 2, HIDDEN, HIDDEN)
    thetas = (net.parameters(nets[0], "he", 0), net.parameters(nets[1], "he", 1))
    memories = (net.memory(nets[0]), net.memory(nets[1]))
    rules, room = (rule("adam", 1e-3, beta1=0.5), rule("adam", 1e-3, beta1=0.5)), gan.room(nets, game, BATCH)
    played = gan.Game(gan.GAMES.index(game), BATCH, 1, 1, 1.0, 0.01, 0)
    x, made, last = points(), np.zeros(2, np.int64), np.zeros(2, np.float32)
    play = import_module(kernel).play
    return Runner(lambda steps: play(nets, room, rules, thetas, memories, played, x, made, steps, last))


def _torch(game: str) -> Runner:
    torch = import_module("torch")
    torch.set_num_threads(1)
    turn = turn_of(torch, game)

    def run(steps: int) -> None:
        for _ in range(steps):
            turn()

    return Runner(run)


def turn_of(torch: Any, game: str, device: str = "cpu") -> Callable[[], Any]:
    """A round in PyTorch on this device: the critic's turn, then the generator's; returns the critic's loss."""
    nn, x, B = torch.nn, torch.from_numpy(points()).to(device), BATCH

    def player(outputs: int) -> tuple[Any, Any]:
        layers: list[Any] = []
        for inputs, units in zip((2, *HIDDEN), HIDDEN, strict=False):
            layers += [nn.Linear(inputs, units), nn.LeakyReLU(0.01)]
        model = nn.Sequential(*layers, nn.Linear(HIDDEN[-1], outputs)).to(device)
        return model, torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.5, 0.999), capturable=device == "cuda")

    (G, for_G), (D, for_D) = player(2), player(1)
    cross_entropy, ones, zeros = (
        nn.functional.binary_cross_entropy_with_logits,
        torch.ones(B, 1, device=device),
        torch.zeros(B, 1, device=device),
    )

    def critics_loss() -> Any:
        real, made = x[torch.randint(len(x), (B,), device=device)], G(torch.randn(B, 2, device=device)).detach()
        if game != "wgan-gp":
            return cross_entropy(D(real), ones) + cross_entropy(D(made), zeros)
        between = (made + torch.rand(B, 1, device=device) * (real - made)).requires_grad_(True)
        (slope,) = torch.autograd.grad(D(between).sum(), between, create_graph=True)
        return D(made).mean() - D(real).mean() + ((slope.norm(dim=1) - 1) ** 2).mean()

    def generators_loss() -> Any:
        f = D(G(torch.randn(B, 2, device=device)))
        return -f.mean() if game == "wgan-gp" else cross_entropy(f, ones)

    def turn() -> Any:
        values = []
        for loss, descent in ((critics_loss, for_D), (generators_loss, for_G)):
            values.append(loss())
            descent.zero_grad()
            values[-1].backward()
            descent.step()
        return values[0]

    return turn
