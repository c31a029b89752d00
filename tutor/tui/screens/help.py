"""Help: the keys of what has the focus, from the bindings themselves, and what a lab's knobs and numbers mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from tutor.draw.cells import Look, cell_width
from tutor.labs.spec import Knob, LabSpec
from tutor.tui.lab_keys import key_text
from tutor.tui.widgets.slider import short_text
from tutor.tui.widgets.strip_view import look_of, words
from tutor.words import tr


@dataclass(frozen=True)
class Section:
    """Names and what they mean, under a heading."""

    title: str
    entries: tuple[tuple[str, str], ...]


def sections_for(screen: Screen[Any]) -> list[Section]:
    """The keys that do something now, from the focused widget outwards: a section for each of our own that has keys.

    Keys of one action stand together; keys that do nothing now, and Textual's own, are left out.
    """
    look = look_of(screen)
    groups: dict[DOMNode, dict[str, list[str]]] = {}
    for active in screen.active_bindings.values():
        node, binding = active.node, active.binding
        foreign = type(node).__module__.startswith("textual.") or binding.action.startswith(("app.focus", "screen."))
        if active.enabled and binding.description and not binding.system and not foreign:
            groups.setdefault(node, {}).setdefault(binding.description, []).append(key_text(binding.key, look))
    return [
        Section(_title(node), tuple((" ".join(keys), tr(said)) for said, keys in entries.items()))
        for node, entries in groups.items()
    ]


def _title(node: DOMNode) -> str:
    if node.BINDING_GROUP_TITLE:
        return tr(str(node.BINDING_GROUP_TITLE))
    return tr("Everywhere") if isinstance(node, App) else tr("Here")


def lab_help(spec: LabSpec) -> list[Section]:
    """What a lab's knobs, numbers and views mean."""
    knobs = tuple((knob.title, f"{knob.help} {_range(knob, spec.trains)}".strip()) for knob in spec.knobs)
    metrics = tuple((metric.title, metric.help) for metric in spec.metrics)
    views = tuple((view.title, view.help) for view in spec.views)
    sections = [Section(tr("Its knobs"), knobs), Section(tr("Its numbers"), metrics), Section(tr("Its views"), views)]
    return [section for section in sections if section.entries]


def _range(knob: Knob, trains: bool) -> str:
    effect = "" if not trains else tr(" Works at once.") if knob.live else tr(" Starts the run again.")
    match knob.kind:
        case "choice":
            return f"({', '.join(knob.choices)}){effect}"
        case "text":
            return effect.strip()
    ends = tr("{low} to {high}", low=short_text(float(knob.low)), high=short_text(float(knob.high)))
    return f"({ends}){effect}"


class HelpScreen(Screen[None]):
    """A page of sections to scroll through."""

    BINDING_GROUP_TITLE = "Help"
    DEFAULT_CSS = """
    HelpScreen { background: $background; color: $foreground; }
    HelpScreen #help-title { height: 1; color: $text-primary; text-style: bold; }
    HelpScreen #help-keys { height: 1; color: $text-muted; }
    HelpScreen VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    HelpScreen .help-heading { text-style: bold; color: $text-accent; margin-top: 1; height: auto; }
    """
    BINDINGS = [Binding("q,escape,backspace,question_mark", "dismiss", "Back", id="help.leave")]

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self._heading, self._sections = title, tuple(sections)

    def compose(self) -> ComposeResult:
        look = look_of(self)
        yield Static(words(tr("Help: {heading}", heading=self._heading), look), id="help-title", markup=False)
        with VerticalScroll():
            for section in self._sections:
                yield Static(words(section.title, look), classes="help-heading", markup=False)
                yield Static(_table(section, look), classes="help-rows", markup=False)
        yield Static(words(tr("↑↓ scroll  q back"), look), id="help-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def _table(section: Section, look: Look) -> Table:
    """The entries in two columns."""
    table = Table.grid(padding=(0, 2), expand=True)
    width = min(22, max(cell_width(words(name, look)) for name, _ in section.entries))
    table.add_column(width=width)
    table.add_column(ratio=1)
    for name, said in section.entries:
        table.add_row(Text(words(name, look), style="bold"), Text(words(said, look)))
    return table
