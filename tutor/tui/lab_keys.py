"""The keys of every lab, in one place: the bindings, the line at the foot, and the paces that + and - go through."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.binding import Binding
from textual.keys import key_to_character

from tutor.draw.cells import Look, Row, Span
from tutor.tui.widgets.strip_view import ink
from tutor.words import tr

FLAT_OUT = 0.0
PACES: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, FLAT_OUT)
"""Steps a second."""

BINDINGS: list[Binding] = [
    Binding("space", "toggle_run", "Run, or pause", id="lab.run"),
    Binding("full_stop", "step(1)", "One step", id="lab.step"),
    Binding("comma", "back(1)", "One step back", id="lab.back"),
    Binding("left_square_bracket", "scrub(-1)", "Back through the run", id="lab.scrub_back"),
    Binding("right_square_bracket", "scrub(1)", "On through the run", id="lab.scrub_on"),
    Binding("left_curly_bracket", "scrub(-10)", "Far back", id="lab.scrub_far_back"),
    Binding("right_curly_bracket", "scrub(10)", "Far on", id="lab.scrub_far_on"),
    Binding("r", "again", "Again from the start, same seed", id="lab.again"),
    Binding("n", "new_seed", "Again with a new seed", id="lab.new_seed"),
    Binding("tab", "view(1)", "Next view", id="lab.next_view"),
    Binding("shift+tab", "view(-1)", "View before", id="lab.previous_view"),
    *(Binding(str(k), f"show_view({k})", "A view by its number", id=f"lab.view_{k}") for k in range(1, 10)),
    Binding("plus,equals_sign", "faster(1)", "Faster", id="lab.faster"),
    Binding("minus", "faster(-1)", "Slower", id="lab.slower"),
    Binding("g", "device", "On the GPU, or on the CPU", id="lab.device"),
    Binding("down", "choose(1)", "Next knob", id="lab.next_knob"),
    Binding("up", "choose(-1)", "Knob before", id="lab.previous_knob"),
    Binding("right", "turn(1)", "Turn the knob up", id="lab.more"),
    Binding("left", "turn(-1)", "Turn the knob down", id="lab.less"),
    Binding("greater_than_sign,shift+right", "turn_fine(1)", "Turn it up a little", id="lab.more_fine"),
    Binding("less_than_sign,shift+left", "turn_fine(-1)", "Turn it down a little", id="lab.less_fine"),
    Binding("home", "turn_to_end(0)", "Lowest, or first", id="lab.lowest"),
    Binding("end", "turn_to_end(1)", "Highest, or last", id="lab.highest"),
    Binding("enter", "type_value", "Type the knob's value", id="lab.type"),
    Binding("o", "other_side", "All knobs and numbers, or the picture", id="lab.other_side"),
    Binding("colon", "type_link", "Type a step, or a link", id="lab.link"),
    Binding("c", "keep", "Keep this run to compare", id="lab.keep"),
    Binding("C", "compare", "Compare the runs that were kept", id="lab.compare"),
    Binding("s", "sweep", "Try several values of the knob at once", id="lab.sweep"),
    Binding("y", "log_axis", "Curves on a logarithmic axis, or not", id="lab.log_axis"),
    Binding("k", "source", "Source of the kernel", id="lab.source"),
    Binding("question_mark", "help", "Help", id="lab.help"),
    Binding("q,escape,backspace", "leave", "Back", id="lab.leave"),
]

RUN_ACTIONS = frozenset({"toggle_run", "step", "back", "scrub", "again", "new_seed", "faster"})
"""What makes no sense where nothing trains."""

_FOOT: tuple[tuple[tuple[str, ...], str], ...] = (
    (("lab.run",), "run"),
    (("lab.step",), "step"),
    (("lab.help",), "help"),
    (("lab.leave",), "back"),
    (("lab.hand",), "by hand"),
    (("lab.next_view",), "view"),
    (("lab.other_side",), "knobs"),
    (("lab.previous_knob", "lab.next_knob", "lab.less", "lab.more"), "knobs"),
    (("lab.again",), "again"),
    (("lab.new_seed",), "new seed"),
    (("lab.back",), "one back"),
    (("lab.slower", "lab.faster"), "speed"),
    (("lab.scrub_back", "lab.scrub_on"), "scrub"),
    (("lab.type",), "type"),
    (("lab.source",), "source"),
    (("lab.link",), "link"),
    (("lab.keep", "lab.compare"), "keep, compare"),
    (("lab.sweep",), "sweep"),
    (("lab.device",), "device"),
)
"""(ids of bindings, word), the most needed first: a narrow line shows as many as fit."""
_ORDER = (0, 1, 4, 10, 8, 9, 5, 7, 13, 6, 11, 12, 14, 18, 15, 16, 17, 2, 3)
"""The order in which those that fit stand."""
_ARROWS = {"up": ("↑", "up"), "down": ("↓", "down"), "left": ("←", "left"), "right": ("→", "right")}
_SHORT = {"escape": "esc", "minus": "-", "plus": "+"}


def key_text(key: str, look: Look) -> str:
    """A key as one reads it: "full_stop" is "."."""
    if key in _ARROWS:
        return _ARROWS[key][not look.unicode]
    if key in _SHORT:
        return _SHORT[key]
    character = key_to_character(key)
    if character is not None and character.isprintable() and character != " ":
        return character
    return key


def foot(bindings: Sequence[Binding], hidden: Collection[str], width: int, look: Look, running: bool) -> Row:
    """The line of keys: as many as fit. bindings: as they are now, one a key. hidden: ids that make no sense now."""
    first: dict[str, str] = {}
    for binding in bindings:
        if binding.id and binding.id not in hidden:
            first.setdefault(binding.id, key_text(binding.key, look))
    entries: dict[int, tuple[str, str]] = {}
    left = width
    for place, (ids, word) in enumerate(_FOOT):
        keys = [first[binding_id] for binding_id in ids if binding_id in first]
        if not keys:
            continue
        shown = (" " if any(len(key) > 1 for key in keys) else "").join(keys)
        said = tr("pause" if word == "run" and running else word)
        needed = len(shown) + 1 + len(said) + 2
        if needed <= left + 2:
            entries[place] = (shown, said)
            left -= needed
    spans: list[Span] = []
    for place in _ORDER:
        if place in entries:
            shown, said = entries[place]
            spans += [
                Span("  " if spans else ""),
                Span(shown, ink("accent", look, bold=True)),
                Span(f" {said}", ink("muted", look)),
            ]
    return tuple(span for span in spans if span.text)


def next_pace(pace: float, places: int) -> float:
    """The pace so many places along; from one between two, the nearer ones come first. Flat out is the last."""
    speed = pace or float("inf")
    speeds = [p or float("inf") for p in PACES]
    if places > 0:
        above = [s for s in speeds if s > speed]
        chosen = above[min(places, len(above)) - 1] if above else speeds[-1]
    else:
        below = [s for s in reversed(speeds) if s < speed]
        chosen = below[min(-places, len(below)) - 1] if below else speeds[0]
    return FLAT_OUT if chosen == float("inf") else chosen
