"""What the learner guessed about a run, in the run's own picture: a number as a line, a sketch as a curve, and words below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tutor.course import sketch
from tutor.course.answers import read_number
from tutor.course.model import Predict
from tutor.draw.cells import Look, Row, Span
from tutor.engine.client import Frame
from tutor.labs.spec import LabSpec, View
from tutor.pictures import Guide, Lines, Picture, Series
from tutor.tui.blocks.options import indexes
from tutor.tui.lab_session import Want
from tutor.tui.strips import wrap
from tutor.tui.widgets.strip_view import ink, sign, tail, words
from tutor.words import tr

_UNSEEN = (60, 12)
"""The size to ask a curve in that is not on screen."""


@dataclass(frozen=True)
class Guess:
    """A prediction about the run that is in a pane."""

    predict: Predict
    fits: Callable[[str], bool] = field(compare=False)
    """Whether the run of a link is the one that it is about."""
    given: str = ""
    """What was handed in; empty: nothing yet."""
    verdict: str = ""
    """How close it was; empty: the run has not told yet."""
    right: bool = False

    @property
    def is_sketch(self) -> bool:
        return self.predict.kind == "sketch"


def watched(guesses: Sequence[Guess], spec: LabSpec) -> tuple[str, ...]:
    """The views whose curves the guesses are measured by; they are asked for even when they are not on screen."""
    measures = {guess.predict.measure for guess in guesses if guess.is_sketch and not guess.verdict}
    names = [next((view.name for view in spec.views if measure in view.curves), "") for measure in sorted(measures)]
    return tuple(dict.fromkeys(name for name in names if name))


def with_views(wants: Sequence[Want], names: Sequence[str]) -> list[Want]:
    """The same wishes, and these curves; a curve goes along with any size."""
    have = {view for want in wants for view in want.views}
    more = tuple(name for name in names if name not in have)
    if not more:
        return list(wants)
    if not wants:
        return [Want(more, _UNSEEN)]
    return [*wants[:-1], replace(wants[-1], views=(*wants[-1].views, *more))]


def last_step(guesses: Sequence[Guess]) -> int:
    """The step at which the last sketch that is held ends, or 0."""
    return max((guess.predict.steps for guess in guesses if guess.is_sketch and guess.given and not guess.verdict), default=0)


def curve_of(frame: Frame | None, spec: LabSpec, measure: str) -> list[tuple[float, float]]:
    """(step, value) of a metric along the run, as the frame's pictures have it; empty when none has."""
    titles = {metric.name: metric.title for metric in spec.metrics}
    for view in spec.views:
        picture = frame.pictures.get(view.name) if frame is not None and measure in view.curves else None
        for series in picture.series if isinstance(picture, Lines) else ():
            if series.label == titles[measure]:
                return list(zip(series.x.tolist(), series.y.tolist(), strict=True))
    return []


def with_guesses(picture: Picture, view: View, link: str, guesses: Sequence[Guess]) -> Picture:
    """The picture with the guesses in it that are about one of its curves, and about this run."""
    if not isinstance(picture, Lines):
        return picture
    for guess in guesses:
        if guess.given and guess.predict.measure in view.curves and guess.fits(link):
            picture = _drawn(picture, guess)
    return picture


def _drawn(picture: Lines, guess: Guess) -> Lines:
    predict = guess.predict
    if predict.kind == "number" and (value := read_number(guess.given)) is not None:
        return replace(picture, guides=(*picture.guides, Guide(tr("your guess"), value, role="guess")))
    heights = sketch.read_sketch(predict, guess.given) if guess.is_sketch else None
    if heights is None:
        return picture
    x = np.linspace(0, predict.steps, sketch.FINE, dtype=np.float32)
    y = np.array([sketch.value_at(predict, share) for share in sketch.spread(heights)], np.float32)
    last = max(float(predict.steps), picture.x_limits[1] if picture.x_limits is not None else 0.0)
    return replace(picture, series=(*picture.series, Series(tr("your sketch"), x, y, "guess")), x_limits=(0.0, last))


def guess_line(guesses: Sequence[Guess], link: str) -> tuple[str, str]:
    """(mark, words) about the newest guess: "held", "right" or "wrong"; two empty texts when nothing has been guessed."""
    made = [guess for guess in guesses if guess.given]
    if not made:
        return "", ""
    guess = next((guess for guess in reversed(made) if not guess.verdict), made[-1])
    if guess.verdict:
        return "right" if guess.right else "wrong", guess.verdict
    predict = guess.predict
    said = tr("Your guess: {guess}.", guess=guess.given.strip())
    if guess.is_sketch:
        said = tr("Your sketch of {measure} is held.", measure=predict.measure)
    elif predict.kind == "choice" and (chosen := indexes(guess.given, len(predict.options))):
        said = tr('Your guess: "{say}".', say=predict.options[chosen[0]].say)
    return "held", said if guess.fits(link) else tr("{said} It is about {lab}.", said=said, lab=predict.lab)


def guess_rows(guesses: Sequence[Guess], link: str, width: int, height: int, look: Look) -> list[Row]:
    """The lines below the picture."""
    mark, said = guess_line(guesses, link)
    if not said:
        return []
    fine, plain, role = {"right": ("✓", "+", "success"), "wrong": ("✗", "x", "error")}.get(mark, ("…", "~", "warning"))
    head, blank = Span(sign(fine, plain, look) + " ", ink(role, look, bold=True)), Span("  ")
    lines = wrap(words(said, look), max(1, width - 2), height, ink("text", look), tail(look))
    return [(head if k == 0 else blank, *line) for k, line in enumerate(lines)]
