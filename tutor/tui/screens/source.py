"""The code behind a picture: the kernel's file, and the learner's own where it is plugged in. Read, never imported."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.highlight import HighlightTheme, highlight
from textual.screen import Screen
from textual.widgets import Static

from tutor.labs import authored
from tutor.labs.declared import source_file
from tutor.labs.spec import Source
from tutor.tui.lab_keys import key_text
from tutor.tui.widgets.strip_view import look_of, words
from tutor.words import tr


@dataclass(frozen=True)
class Listing:
    """A file to read."""

    title: str
    text: str
    line: int = 0
    """Where to open it, from 0."""


def kernel_listing(source: Source) -> Listing:
    """The file of a kernel. It is found without importing it, which would load the compiler."""
    name = source.module.replace(".", "/") + ".py"
    root = authored().root
    if root is not None and (file := source_file(root, source.module)) is not None:
        return listing(file, source.function, name)
    if source.module.partition(".")[0] not in ("kernels", "tutor"):
        return Listing(name, tr("# {name} is not there.", name=name))
    spec = find_spec(source.module)
    if spec is None or spec.origin is None:
        return Listing(name, tr("# {name} is not there.", name=name))
    return listing(Path(spec.origin), source.function, name)


def learner_listing(file: Path, function: str) -> Listing:
    """The learner's own file."""
    return listing(file, function, tr("your code: {name}", name=file.name))


def listing(file: Path, function: str, title: str) -> Listing:
    """A file, opened where a function begins."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return Listing(title, tr("# {file} cannot be read: {strerror}.", file=file, strerror=error.strerror))
    return Listing(title, text, line_of(text, function))


def line_of(text: str, function: str) -> int:
    """The line, from 0, of the first decorator or the `def` of a function; 0 where there is none."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return 0
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
    return 0


class _Unmixed(HighlightTheme):
    """Textual's colours of code, none of them mixed with the ground: a mixed one may be too faint to read."""

    STYLES = {
        token: " ".join("$text-muted" if word == "$text" else word for word in style.split() if not word.endswith("%"))
        for token, style in HighlightTheme.STYLES.items()
    }


def numbered(text: str, colour: bool) -> Content:
    """The code with line numbers, and coloured where there is colour."""
    code = highlight(text, language="python", theme=_Unmixed) if colour else Content(text)
    lines = code.split("\n", allow_blank=True)
    digits = len(str(len(lines)))
    return Content("\n").join(
        [Content.styled(f"{k:>{digits}}  ", "$text-muted").append(line) for k, line in enumerate(lines, 1)]
    )


class SourceScreen(Screen[None]):
    """Listings, one at a time."""

    BINDING_GROUP_TITLE = "The source"
    DEFAULT_CSS = """
    SourceScreen { background: $background; color: $foreground; }
    SourceScreen #source-title { height: 1; color: $text-primary; text-style: bold; }
    SourceScreen #source-keys { height: 1; color: $text-muted; }
    SourceScreen ScrollableContainer { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }
    SourceScreen #source-code { width: auto; height: auto; }
    """
    BINDINGS = [
        Binding("q,escape,backspace,k", "dismiss", "Back", id="source.leave"),
        Binding("tab", "next", "The other file", id="source.next"),
        Binding("f", "function", "To the function", id="source.function"),
    ]

    def __init__(self, listings: Sequence[Listing]) -> None:
        super().__init__()
        self._listings = tuple(listings)
        self._index = 0

    def compose(self) -> ComposeResult:
        yield Static(id="source-title", markup=False)
        with ScrollableContainer():
            yield Static(id="source-code", markup=False)
        arrows = "".join(key_text(key, look_of(self)) for key in ("up", "down"))
        other = tr("  tab the other file") if len(self._listings) > 1 else ""
        yield Static(
            tr("{arrows} scroll  f the function{other}  q back", arrows=arrows, other=other), id="source-keys", markup=False
        )

    def on_mount(self) -> None:
        self.query_one(ScrollableContainer).focus()
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "next" or len(self._listings) > 1

    def action_next(self) -> None:
        self._index = (self._index + 1) % len(self._listings)
        self._show()

    def action_function(self) -> None:
        self.query_one(ScrollableContainer).scroll_to(0, max(0, self._listings[self._index].line - 1), animate=False)

    def _show(self) -> None:
        shown = self._listings[self._index]
        self.query_one("#source-title", Static).update(shown.title)
        self.query_one("#source-code", Static).update(numbered(words(shown.text, look_of(self)), look_of(self).colour))
        self.call_after_refresh(self.action_function)
