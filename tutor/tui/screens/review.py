"""The review: questions that were missed or are due, from all chapters, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.errors import StoreProblem
from tutor.review import Item, asked, due_now, when_text
from tutor.store.spot import Spot
from tutor.tui.blocks.flow import MEASURE, Flow, Gap, Para
from tutor.tui.blocks.question import Question
from tutor.tui.blocks.task import TaskBlock
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.look import shown
from tutor.tui.review_book import ReviewBook
from tutor.tui.reviewing import whole_course
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp


class Sheet(VerticalScroll, can_focus=True):
    """What is asked now."""

    DEFAULT_CSS = f"""
    Sheet {{ background: $background; padding: 1 2 0 2; scrollbar-size-vertical: 1; }}
    Sheet > * {{ max-width: {MEASURE}; margin: 0 0 1 0; }}
    """


class ReviewScreen(Screen[None]):
    """Asks what is due, the most overdue first. What is missed comes back in ten minutes, what is known after days."""

    BINDING_GROUP_TITLE = "The review"
    DEFAULT_CSS = """
    ReviewScreen { background: $background; }
    ReviewScreen #bar { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: clip; }
    """
    BINDINGS = [
        Binding("enter", "go_on", "Go on", id="review.go_on"),
        Binding("n,right", "next", "Next", id="review.next"),
        Binding("o", "lesson", "Its lesson", id="review.lesson"),
        Binding("q,backspace", "leave", "Back", id="review.leave"),
    ]

    app: TutorApp

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        """clock: seconds since 1970; None: the system's."""
        super().__init__()
        self._clock = clock or (lambda: time.time())
        self._items: list[Item] = []
        self.at = 0
        self.right = 0

    def mark_spot(self, spot: Spot) -> Spot:
        return replace(spot, screen="review")

    def compose(self) -> ComposeResult:
        yield Static(id="bar", markup=False)
        yield Sheet()
        yield KeyLine()

    async def on_mount(self) -> None:
        await whole_course(self.app)
        self._items = due_now(self._asked(), self._clock())
        await self._show()

    def _asked(self) -> list[Item]:
        assert self.app.whole is not None
        try:
            return asked(self.app.whole.lessons, self.app.store, self.app.course.id, self._clock())
        except StoreProblem as problem:
            self.app.tell(problem)
            return []

    @property
    def item(self) -> Item | None:
        """What is asked now; None: that was all."""
        return self._items[self.at] if self.at < len(self._items) else None

    @property
    def question(self) -> Question | None:
        found = self.query(Question)
        return found.first() if found else None

    async def _show(self) -> None:
        item, look = self.item, self.app.look
        if item is None:
            widgets: list[Widget] = [Flow([Para(Content(shown(self._end(), look)))])]
        else:
            book = ReviewBook(self.app.store, self.app.course.id, item, self._clock, self.app.tell)
            source = tr("You missed this one. ") if item.missed else ""
            line = Content.styled(shown(source + tr("From the lesson {title}.", title=item.title), look), "$text-muted")
            widgets = [Flow([Para(line), Gap()]), Question(item.quiz, book, look)]
        sheet = self.query_one(Sheet)
        with self.app.batch_update():
            await sheet.remove_children()
            sheet.scroll_to(y=0, animate=False, immediate=True)
            await sheet.mount_all(widgets)
        self._fill_bar()
        if item is None:
            sheet.focus()
        else:
            self._to_answer()
        self.refresh_bindings()

    def _end(self) -> str:
        """What there is to say when nothing is left."""
        items = self._asked()
        score = (
            tr("{right} of {items} right at the first try. ", right=self.right, items=len(self._items)) if self._items else ""
        )
        if not items:
            return tr("There is nothing to review yet: questions that you have answered in lessons come back here.")
        now = self._clock()
        left = len(due_now(items, now))
        if left:
            return score + (
                tr("One more is due: q, then come back.")
                if left == 1
                else tr("{left} more are due: q, then come back.", left=left)
            )
        return score + tr("Nothing is due now. The next question is due {when}.", when=when_text(items[0].due - now))

    def _fill_bar(self) -> None:
        title = Content.styled("Review", "bold")
        where = tr("  {number} of {items}", number=self.at + 1, items=len(self._items)) if self.item is not None else ""
        self.query_one("#bar", Static).update(title + where)

    def _to_answer(self) -> None:
        question = self.question
        target = next((child for child in question.query("*") if child.focusable), None) if question else None
        (target or self.query_one(Sheet)).focus()

    def action_read(self) -> None:
        """Back from the answer to the text."""
        self.query_one(Sheet).focus(scroll_visible=False)

    async def action_go_on(self) -> None:
        """To the answer; when it is right, to the next question; after the last one, back."""
        if self.item is None:
            self.action_leave()
        elif self.question is not None and self.question.state == "done":
            await self.action_next()
        else:
            self._to_answer()

    async def action_next(self) -> None:
        if self.item is None:
            self.action_leave()
            return
        self.at += 1
        await self._show()

    def action_lesson(self) -> None:
        """The page that the question is from."""
        if self.item is not None:
            self.app.open_lesson(self.item.lesson, self.item.section)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.item is not None if action in ("lesson", "next") else True

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(TaskBlock.Answered)
    def _answered(self, event: TaskBlock.Answered) -> None:
        self.right += len(event.block.book.answers(event.block.work.id)) == 1
        self.query_one(Sheet).focus(scroll_visible=False)
