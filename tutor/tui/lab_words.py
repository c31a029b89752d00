"""The words and numbers beside a lab's picture, as rows of cells. Pure functions of what is to be said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tutor.draw.cells import Look, Row, Span, cell_width, row_width
from tutor.engine.client import Frame
from tutor.labs.spec import Knob, LabSpec, Value, View
from tutor.tui.strips import fit, wrap
from tutor.tui.widgets.slider import short_text
from tutor.tui.widgets.strip_view import ink, sign, tail, words
from tutor.words import tr

_NUMBERS = 30


@dataclass(frozen=True)
class Goal:
    """What the learner is to reach here."""

    say: str = ""
    """In a sentence."""
    condition: str = ""
    """As the lesson writes it."""
    reached: int | None = None
    """The step at which it held."""
    par: str = ""
    """In how many steps it can be done, and was, in words; or empty."""


def count_text(number: int) -> str:
    """12345 as "12 345": a number that one can read."""
    return f"{number:,}".replace(",", " ")


def rate_text(rate: float) -> str:
    """Steps a second in few characters, in two digits: the number flickers less, and costs fewer bytes."""
    if rate <= 0:
        return ""
    rounded = float(f"{rate:.2g}")
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rounded >= size:
            return f"{rounded / size:g}{unit}/s"
    return f"{rounded:g}/s"


def title_row(title: str, views: Sequence[View], current: int, plugged: bool, width: int, look: Look) -> Row:
    """The lab's name on the left, its views on the right with the current one marked."""
    left = [Span(words(title, look), ink("primary", look, bold=True))]
    if plugged:
        left += [Span("  "), Span(tr(" your code "), ink("success", look, bold=True, reverse=True))]
    tabs = _tabs(views, current, width - row_width(tuple(left)) - 2, look) if len(views) > 1 else []
    gap = width - row_width(tuple(left)) - sum(cell_width(span.text) for span in tabs)
    return fit((*left, Span(" " * max(1, gap)), *tabs), width, tail(look))


def _tabs(views: Sequence[View], current: int, room: int, look: Look) -> list[Span]:
    """The views by title, by name or by number, whichever there is room for."""
    titles, names = [view.title for view in views], [view.name for view in views]
    for labels, pad in ((titles, " "), (names, " "), (names, "")):
        tabs: list[Span] = []
        for k, label in enumerate(labels):
            chosen = k == current
            gap = [Span("  ")] if tabs and not pad else []
            style = ink("text" if chosen else "muted", look, bold=chosen, reverse=chosen)
            tabs += [*gap, Span(f"{pad}{k + 1} {words(label, look)}{pad}", style)]
        if row_width(tuple(tabs)) <= room:
            return tabs
    shown = Span(f" {words(views[current].title, look)} ", ink("text", look, bold=True, reverse=True))
    return [shown, Span(tr(" {number} of {views}", number=current + 1, views=len(views)), ink("muted", look))]


def tab_at(row: Row, x: int) -> int:
    """The number of the view whose name stands at column x of a title; 0 where none does."""
    for span in row:
        width = cell_width(span.text)
        if 0 <= x < width:
            number = span.text.split()[:1]
            return int(number[0]) if number and number[0].isdecimal() else 0
        x -= width
    return 0


def summary_rows(summary: str, trouble: str, width: int, height: int, look: Look) -> list[Row]:
    """The run in words; trouble has a mark of its own and comes first where there is one line only."""
    rows: list[Row] = []
    if trouble:
        mark = Span(" ! ", ink("error", look, bold=True, reverse=True))
        for k, row in enumerate(wrap(words(trouble, look), width - 4, height, ink("error", look, bold=True), tail(look))):
            rows.append((mark if k == 0 else Span("   "), Span(" "), *row))
    room = height - len(rows) if summary else 0
    return [*wrap(words(summary, look), width, room, ink("text", look), tail(look)), *rows] if room > 0 else rows[:height]


def aside_rows(say: str, width: int, height: int, look: Look) -> list[Row]:
    """Something beside the run, in words, as far as there is room."""
    return list(wrap(words(say, look), width, height, ink("muted", look), tail(look))) if say and height > 0 else []


def goal_rows(goal: Goal, unit: str, width: int, height: int, look: Look) -> list[Row]:
    """What there is to do, and whether it has been done."""
    if not (goal.say or goal.condition):
        return []
    done = goal.reached is not None
    mark = sign("✓", "[x]", look) if done else sign("○", "[ ]", look)
    say = goal.say if goal.say else tr("Goal: {condition}", condition=goal.condition)
    if done:
        where = tr("Reached at {unit} {step}", unit=unit, step=count_text(goal.reached or 0)) if goal.reached else tr("Reached")
        where += f" ({goal.par})" if goal.par else ""
        say = f"{where}. {goal.say}" if goal.say else f"{where}: {goal.condition}"
    elif goal.say and goal.condition and cell_width(f"{say} ({goal.condition})") <= (width - cell_width(mark) - 1) * height:
        say += f" ({goal.condition})"
    if goal.par and not done:
        say += f" ({goal.par})"
    if not goal.condition:
        mark = sign("›", ">", look)
    room = width - cell_width(mark) - 1
    style = ink("success" if done else "text", look, bold=done)
    lines = wrap(words(say, look), room, height, style, tail(look))
    head = Span(f"{mark} ", ink("success" if done else "accent", look, bold=True))
    blank = Span(" " * (cell_width(mark) + 1))
    return [(head if k == 0 else blank, *line) for k, line in enumerate(lines)]


def status_row(
    frame: Frame | None, spec: LabSpec, link: str, pace: float, running: bool, width: int, look: Look, frames: int = 0
) -> Row:
    """Where the run is, how fast it goes, on what; and the link that names it. frames: pictures a second, where it is known."""
    faint, strong = ink("muted", look), ink("text", look, bold=True)
    dot = Span(sign(" · ", " | ", look), faint)
    shown = Span(words(link, look), ink("primary", look))
    if not spec.trains:
        return fit((shown,), width, tail(look))
    if frame is None:
        return fit((Span(tr("starting"), faint), dot, shown), width, tail(look))
    if running:
        state = sign("▶", ">", look) + " " + tr("running")
    elif frame.finished and frame.step == frame.head:
        state = sign("■", "=", look) + " " + tr("finished")
    else:
        state = sign("‖", "||", look) + " " + tr("paused")
    where = f"{spec.unit} {count_text(frame.step)}"
    if frame.step < frame.head:
        where += tr(" of {head}", head=count_text(frame.head))
    rate = rate_text(frame.rate) if running else ""
    speed = tr("speed {pace:g}/s", pace=pace) if pace else tr("flat out")
    parts = [Span(state, strong), Span(where, strong)]
    if rate:
        behind = pace and frame.rate < 0.8 * pace
        speed = f"{rate} of {pace:g}/s" if behind else f"{pace:g}/s" if pace else rate
    parts += [Span(speed, faint)]
    if running and frames:
        parts.append(Span(f"{frames} fps", faint))
    if turn := last_turn(frame.link):
        parts.append(Span(words(turn, look), ink("accent", look)))
    parts += [Span(frame.device, faint if frame.device == "cpu" else strong), shown]
    row = parts[:1]
    for part in parts[1:]:
        row += [dot, part]
    return fit(tuple(row), width, tail(look))


def last_turn(link: str) -> str:
    """Where a run branches from the one that its first knobs would give: "rate 0.1 from 50"; or ""."""
    turns = [part for part in link.partition("?")[2].split("&") if "@" in part.partition("=")[0]]
    if not turns:
        return ""
    key, _, value = turns[-1].partition("=")
    knob, _, step = key.partition("@")
    return tr("{knob} {value} from {step}", knob=knob, value=unquote(value), step=count_text(int(step)))


def metric_rows(spec: LabSpec, metrics: Mapping[str, float], width: int, look: Look) -> list[Row]:
    """The numbers, one a row, no wider than the eye follows."""
    width = min(width, _NUMBERS)
    faint, strong = ink("muted", look), ink("text", look, bold=True)
    rows: list[Row] = []
    for metric in spec.metrics:
        number = metrics.get(metric.name, math.nan)
        if math.isnan(number):
            continue  # there is no such number now
        value = words(format(number, metric.format).strip().replace("inf", "∞"), look)
        label = fit((Span(words(metric.title, look), faint),), max(1, width - len(value) - 1), tail(look))
        rows.append((*label, Span(" "), Span(value, strong)))
    return rows


def knob_rows(knob: Knob | None, value: Value, width: int, height: int, look: Look, trains: bool) -> list[Row]:
    """What the chosen knob is: its choices or its range, what it does, what turning it does to the run."""
    if knob is None:
        return []
    rows: list[Row] = []
    if knob.kind == "choice":
        rows = _choices(knob, str(value), width, max(1, height - 2), look)
    elif knob.kind != "text":
        low, high = short_text(float(knob.low)), short_text(float(knob.high))
        rows = [
            (
                Span(tr("{low} to {high}", low=low, high=high), ink("text", look)),
                Span(tr("   enter: type it"), ink("muted", look)),
            )
        ]
    effect = "" if not trains else tr(" Takes effect at once.") if knob.live else tr(" A change starts the run again.")
    said = f"{knob.help}{effect}".strip()
    return [
        fit(row, width, tail(look))
        for row in [*rows, *wrap(words(said, look), width, height - len(rows), ink("muted", look), tail(look))]
    ]


def _choices(knob: Knob, value: str, width: int, height: int, look: Look) -> list[Row]:
    """All choices, the current one marked, in as many lines as there are at most; the current one is always among them."""
    lines: list[list[Span]] = [[]]
    where = 0
    for choice in knob.choices:
        chosen = choice == value
        span = Span(f"[{choice}]" if chosen else f" {choice} ", ink("text" if chosen else "muted", look, bold=chosen))
        if lines[-1] and row_width(tuple(lines[-1])) + cell_width(span.text) > width:
            lines.append([])
        if chosen:
            where = len(lines) - 1
        lines[-1].append(span)
    top = min(max(0, where - height + 1), max(0, len(lines) - height))
    return [tuple(line) for line in lines[top : top + height]]
