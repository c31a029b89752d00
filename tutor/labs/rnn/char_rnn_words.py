"""What the lab `char-rnn` says of its run: how it goes, what is wrong and why, and whether the loss is good."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.labs.spec import Words
from tutor.labs.words import said

_GAP = 0.15
"""A held-out loss this much above the training loss, as a share of it, is overfitting."""
_SEEN = 0.05
"""A smaller difference, as a share, is hardly one."""
_LATE, _USUAL = 300, 0.02
"""After so many steps a net with a fitting rate is below the table of pairs; rates above _USUAL are large for Adam."""


@dataclass(frozen=True, eq=False)
class Report:
    """The numbers that words are made from."""

    step: int
    loss: float
    """In bits a character, as all losses here."""
    test_loss: float
    tables: list[float]
    """The held-out losses of the n-gram tables, the 1-gram's first."""
    guess: float
    """The loss of taking all characters to be equally likely."""
    parameters: int
    characters: int
    """Of the training text."""
    read: float
    broken: int
    rate: float
    clip: float
    gradient: float


def words(report: Report) -> Words:
    """The run in words."""
    bits = f"{report.test_loss:.2f} bits a character on held-out text"
    summary = f"step {report.step}: {bits}, {_standing(report)}"
    return Words(summary, _trouble(report))


def _standing(report: Report) -> str:
    """Between which tables the net stands."""
    beaten = [order for order, loss in enumerate(report.tables, 1) if report.test_loss < loss]
    if not beaten:
        return f"worse than counting characters ({report.tables[0]:.2f})"
    best = max(beaten)
    better = f"better than the {best}-gram table ({report.tables[best - 1]:.2f})"
    return better if best == len(report.tables) else f"{better}, not the {best + 1}-gram's ({report.tables[best]:.2f})"


def _trouble(report: Report) -> str:
    if report.broken:
        why = f"the rate {said(report.rate)} is too large"
        if report.clip > 10:
            why += f", and clipping at {said(report.clip)} lets gradients of that length through"
        return f"the loss was no finite number at step {report.broken}: {why}"
    if report.step >= 200 and report.test_loss > report.loss * (1 + _GAP) and report.read > 2 * report.characters:
        return (
            f"overfitting: {report.loss:.2f} bits on the text that it reads, {report.test_loss:.2f} on the text kept back; "
            "it learns the text by heart"
        )
    if report.step >= _LATE and report.test_loss > report.tables[1]:
        size = "large" if report.rate > _USUAL else "small"
        return f"worse than the table of pairs after {report.step} steps: the rate {said(report.rate)} is too {size}"
    return ""


def judged(report: Report) -> list[str]:
    """Whether this loss is good, a few sentences."""
    gap = report.test_loss - report.loss
    found = [f"On held-out text it needs {report.test_loss:.2f} bits a character: {_standing(report)}."]
    if report.step == 0:
        found.append(f"It has read nothing yet. Guessing would take {report.guess:.2f} bits.")
    elif gap > _SEEN * report.loss:
        often = report.read > 2 * report.characters
        why = "partly it knows that text by heart" if often else "it has hardly read it twice, so that part must be easier"
        found.append(f"On the text that it reads it needs {gap:.2f} bits less: {why}.")
    else:
        found.append(f"On the text that it reads it needs {report.loss:.2f}, hardly less: it learns nothing by heart.")
    times = report.parameters / report.characters
    size = f"{report.parameters:,} parameters, {report.characters:,} characters to learn from".replace(",", " ")
    if times > 1:
        found.append(f"{size}: more parameters than characters, so watch the gap.")
    else:
        found.append(f"{size}: it cannot learn all of them by heart.")
    found.append(f"It has read the text {said(report.read / report.characters, 2)} times.")
    return found
