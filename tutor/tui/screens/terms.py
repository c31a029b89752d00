"""The glossary: the words of a page first, then all others; what each means, and the way to where it is explained."""

from __future__ import annotations

import re

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.course.answers import fold
from tutor.course.glossary import used_in
from tutor.course.markdown import Link, parts
from tutor.course.model import Glossary, Place, Prose, Section, Term
from tutor.draw.cells import Look
from tutor.tui.blocks.flow import Flow, Gap, Para, Piece
from tutor.tui.blocks.inline import inline
from tutor.tui.blocks.task import rich_pieces
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.look import shown
from tutor.tui.widgets.strip_view import look_of
from tutor.words import tr


class Terms(OptionList):
    """The words themselves."""

    DEFAULT_CSS = """
    Terms { width: 30; max-width: 45%; height: 1fr; border: none; background: $surface; padding: 1 1; }
    Terms { scrollbar-size-vertical: 1; }
    Terms:focus { border: none; background: $surface; background-tint: transparent; }
    Terms > .option-list--option { padding: 0; }
    Terms > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: none; }
    Terms:focus > .option-list--option-highlighted { text-style: bold underline; }
    """


class TermsScreen(Screen[str | None]):
    """It is left with the address of where a term is explained, or with None."""

    BINDING_GROUP_TITLE = "The words"
    DEFAULT_CSS = """
    TermsScreen { background: $background; }
    TermsScreen #bar { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: clip; }
    TermsScreen #body { height: 1fr; }
    TermsScreen #meaning { width: 1fr; height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [
        Binding("up,k", "move(-1)", "Word before", show=False),
        Binding("down,j", "move(1)", "Next word", show=False),
        Binding("enter", "explained", "Where it is explained"),
        Binding("q,escape,w,backspace", "leave", "Back"),
    ]

    def __init__(self, glossary: Glossary, text: str, term: str = "") -> None:
        """text: of the page; its words come first. term: the id of the one to begin with."""
        super().__init__()
        here = used_in(glossary, text)
        rest = sorted((other for other in glossary.terms if other not in here), key=lambda other: fold(other.name))
        self.here = len(here)
        self.terms: list[Term] = [*here, *rest]
        self._first = next((k for k, other in enumerate(self.terms) if other.id == term), 0)

    def compose(self) -> ComposeResult:
        yield Static(id="bar")
        with Horizontal(id="body"):
            yield Terms()
            with VerticalScroll(id="meaning", can_focus=False):
                yield Flow()
        yield KeyLine()

    def on_mount(self) -> None:
        look = look_of(self)
        words = self.query_one(Terms)
        for number, term in enumerate(self.terms):
            mark = ("• " if look.unicode else "* ") if number < self.here else "  "
            words.add_option(Option(Content.assemble((mark, "$text-accent"), inline(term.name, look).plain), id=str(number)))
        said = tr("Words: {here} of {all} stand on this page", here=self.here, all=len(self.terms))
        self.query_one("#bar", Static).update(Content.styled(shown(said, look), "bold"))
        if self.terms:
            words.highlighted = self._first
        words.focus()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one(Flow).show(meaning(self.terms[event.option_index], look_of(self)))
        self.query_one("#meaning", VerticalScroll).scroll_home(animate=False, immediate=True)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_explained()

    def action_move(self, by: int) -> None:
        words = self.query_one(Terms)
        if self.terms:
            words.highlighted = ((words.highlighted or 0) + by) % len(self.terms)

    def action_explained(self) -> None:
        """Leave for the lesson that explains it."""
        at = self.query_one(Terms).highlighted
        if at is not None:
            self.dismiss(explained_in(self.terms[at]))

    def action_leave(self) -> None:
        self.dismiss(None)


def meaning(term: Term, look: Look) -> list[Piece]:
    """A term as it is shown."""
    pieces: list[Piece] = [Para(inline(term.name, look).stylize("bold $text-primary"))]
    if term.also:
        pieces.append(Para(Content.styled(shown(tr("also: {words}", words=", ".join(term.also)), look), "$text-muted")))
    return [*pieces, Gap(), *rich_pieces(term.text, look)]


def explained_in(term: Term) -> str | None:
    """The first lesson that the text of a term leads to, as it is written there."""
    links = (part.target for part in parts(term.text, Place(term.place.file)) if isinstance(part, Link))
    return next((link for link in links if link.partition("#")[0].endswith(".md") and "glossary" not in link), None)


def text_of(section: Section) -> str:
    """What a page says, as far as words are looked for in it."""
    texts = [section.title]
    for block in section.blocks:
        texts += (
            [block.text] if isinstance(block, Prose) else [getattr(block, key, "") for key in ("ask", "say", "text", "why")]
        )
    return re.sub(r"\]\([^)]*\)", "]", "\n".join(texts))
