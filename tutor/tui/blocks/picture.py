"""A picture in the text: what a lab shows at a step. The run is made by a process of its own, once a session."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App, ComposeResult
from textual.containers import Vertical

from tutor.course.model import PictureBlock
from tutor.draw import draw
from tutor.draw.cells import Look, Row, Span
from tutor.engine.crew import IDLY, Job, outcomes
from tutor.engine.link import split_link
from tutor.errors import UserError
from tutor.labs import find_lab
from tutor.pictures import Picture
from tutor.tui.blocks.flow import Flow
from tutor.tui.blocks.task import rich_pieces
from tutor.tui.widgets.strip_view import StripView, words
from tutor.words import tr

_made: WeakKeyDictionary[App[Any], dict[Job, Picture]] = WeakKeyDictionary()
"""What has been made in this session."""


class PictureWidget(Vertical):
    """The picture, and its caption below."""

    DEFAULT_CSS = """
    PictureWidget { height: auto; margin: 0 0 1 0; }
    PictureWidget StripView { width: 100%; }
    PictureWidget Flow { color: $text-muted; }
    """

    def __init__(self, block: PictureBlock, look: Look) -> None:
        super().__init__()
        self.block = block
        self.look = look
        self.view = StripView(self._rows, lines=lambda width: block.size[1])
        self.view.styles.height = block.size[1]
        self.notice = tr("This picture is being made.")
        self._picture: Picture | None = None

    def compose(self) -> ComposeResult:
        yield self.view
        yield Flow(rich_pieces(self.block.caption, self.look))

    def on_mount(self) -> None:
        self.run_worker(self._make(), exit_on_error=False)

    async def _make(self) -> None:
        made = _made.setdefault(self.app, {})
        try:
            job = job_of(self.block)
            if job not in made:
                async for outcome in outcomes([job], 1, nice=IDLY):
                    if outcome.picture is None:
                        self.notice = tr("This picture cannot be made: {why}", why=outcome.error)
                    else:
                        made[job] = outcome.picture
            self._picture = made.get(job)
        except (UserError, OSError) as error:
            self.notice = tr("This picture cannot be made: {why}", why=error)
        self.view.update_rows()

    def _rows(self, width: int, height: int) -> list[Row]:
        if self._picture is None:
            return [(Span(words(self.notice, self.look), self.view.ink("muted")),)]
        return list(draw(self._picture, (min(width, self.block.size[0]), height), self.look))


def job_of(block: PictureBlock) -> Job:
    """The run that a picture is of. Raises BadLink."""
    spec = find_lab(split_link(block.link)[0]).spec
    return Job(block.link, block.step, "", block.view or spec.views[0].name, block.size)
