"""Numbers in a text that come from a run: `0.83<!--{{run: xor?hidden=2&seed=3@500, accuracy, 2}}-->`.

What stands in the braces names the run, the metric and how exactly the number is meant. It is never shown: inside a comment of
HTML no Markdown viewer shows it, and this program shows it nowhere, with the comment or (in the texts of blocks) without.

    LINK            at the run's end
    LINK@500        after 500 steps
    seed=0..9       in a link: ten runs, of which the metric is taken as `min`, `max`, `mean` or `median`
    step            in place of a metric: the step at which the run ended
    2               rounded to two digits behind the point
    ±0.05           or no further off than that: the way for runs that end elsewhere on other processors
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from tutor.course.answers import read_number
from tutor.errors import BadLesson

CLAIM = re.compile(r"<!--\s*\{\{\s*run:([^{}]*)\}\}\s*-->|\{\{\s*run:([^{}]*)\}\}")
_SHOWN = re.compile(
    r"(?<![\d.,])([-−+]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?(?:e[-+]?\d+)?(?:\s?%)?|[A-Za-z]+)[$*_`)]*\Z"
)
"""A number, in digits or as a word, and what may stand between it and its run."""
_STEP = re.compile(r"@(\d{1,9})\Z")
_SEEDS = re.compile(r"(?<=[?&]seed=)(\d{1,9})\.\.(\d{1,9})(?=[&@]|\Z)")
HOWS: dict[str, Callable[[Sequence[float]], float]] = {"min": min, "max": max, "mean": mean, "median": median}
_MOST_SEEDS = 100
STEP = "step"


@dataclass(frozen=True)
class Claim:
    """A number that a text says, and where it is from."""

    shown: float
    """As it is written: of 83 % that is 83."""
    scale: float
    """100 where it is written in per cent."""
    links: tuple[str, ...]
    """Of one run, or of one for each seed."""
    step: int | None
    """None: at the run's end."""
    how: str
    """What is taken of several runs; empty for one."""
    metric: str
    """Of the lab, or `step`."""
    digits: int | None
    """Behind the point; None: `within` is meant."""
    within: float

    def agrees(self, measured: Sequence[float]) -> tuple[bool, str]:
        """Whether the number is what these runs came to, and what they came to, as it would be written."""
        found = self.scale * (float(HOWS[self.how](measured)) if self.how else measured[0])
        written = f"{found:.{self.digits}f}" if self.digits is not None else f"{found:.4g}"
        slack = 1e-9 * max(1.0, abs(found))
        return abs(self.shown - found) <= self.within + slack, written


def without_claims(text: str) -> str:
    """The text as it is read."""
    return CLAIM.sub("", text)


def read_claim(match: re.Match[str], before: str) -> Claim:
    """What a claim says. before: the text that stands before it, with the number at its end. Raises BadLesson."""
    words = [word.strip() for word in (match[1] or match[2] or "").rsplit(",", 2)]
    if len(words) != 3 or not all(words):
        raise BadLesson("a number's run is a link, a metric and digits", "write {{run: xor?seed=3@500, accuracy, 2}}")
    link, metric, digits = words
    how, _, rest = metric.partition(" ")
    if rest:
        metric = rest.strip()
    elif how not in HOWS:
        how = ""
    step = _STEP.search(link)
    link = _STEP.sub("", link)
    links = _links(link)
    if rest and how not in HOWS:
        raise BadLesson(f"of several runs there is no {how!r}", f"write one of {', '.join(HOWS)}, such as mean accuracy")
    if bool(how) != (len(links) > 1):
        why = "has one seed only" if how else "has several seeds"
        mend = "leave out what is taken of several runs" if how else f"say {', '.join(HOWS)}: such as mean {metric}"
        raise BadLesson(f"the run {link!r} {why}", mend)
    decimals, within = _exactness(digits)
    shown, scale = _number_before(before)
    return Claim(shown, scale, links, int(step[1]) if step else None, how, metric, decimals, within)


def _number_before(before: str) -> tuple[float, float]:
    """The number at the end of a text, and 100 where it is in per cent, otherwise 1."""
    match = _SHOWN.search(before)
    value = read_number(match[1].replace("%", "")) if match else None
    if match is None or value is None:
        raise BadLesson("no number stands before this run", "write the number right before {{run: …}}, such as 0.83{{run: …}}")
    return value, 100.0 if "%" in match[1] else 1.0


def _links(link: str) -> tuple[str, ...]:
    seeds = _SEEDS.search(link)
    if seeds is None:
        return (link,)
    first, last = int(seeds[1]), int(seeds[2])
    if not first < last < first + _MOST_SEEDS:
        raise BadLesson(f"the seeds {seeds[0]} are none", f"write them like seed=0..9; at most {_MOST_SEEDS}")
    return tuple(f"{link[: seeds.start()]}{seed}{link[seeds.end() :]}" for seed in range(first, last + 1))


def _exactness(text: str) -> tuple[int | None, float]:
    if text.isascii() and text.isdigit() and len(text) == 1:
        return int(text), 0.5 * 10.0 ** -int(text)
    within = read_number(text.removeprefix("±")) if text.startswith("±") else None
    if within is None or within < 0:
        raise BadLesson(f"how exactly the number is meant cannot be {text!r}", "write digits behind the point (2), or ±0.05")
    return None, within
