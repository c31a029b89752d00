"""The lesson: text on the left, its lab on the right where there is room, one section a page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static

from tutor.course.model import Lesson, Section
from tutor.store.spot import Spot
from tutor.tui.blocks.asides import TimelineBlock
from tutor.tui.blocks.bug import BugCard
from tutor.tui.blocks.cards import Card, ExerciseCard, LabCard
from tutor.tui.blocks.inline import inline
from tutor.tui.blocks.predict import Prediction
from tutor.tui.blocks.task import TaskBlock
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_contents import Contents
from tutor.tui.lesson_follow import FollowsLinks
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.lesson_labs import WIDE, LabsOfLesson
from tutor.tui.lesson_page import Page
from tutor.tui.look import shown
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp

_REMEMBER = 0.5
"""Seconds after the last scrolling at which the place is kept."""
ROOMY = 100
"""Columns from which the contents stand beside the text without being asked for."""


class LessonScreen(LabsOfLesson, FollowsLinks):
    """A lesson, opened where it was left."""

    BINDING_GROUP_TITLE = "The lesson"
    AUTO_FOCUS = "Page"
    DEFAULT_CSS = """
    LessonScreen { background: $background; }
    LessonScreen #bar { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: clip; }
    LessonScreen #body { height: 1fr; }
    LessonScreen Page { width: 1fr; min-width: 30; }
    LessonScreen LabPane { width: 1fr; min-width: 60; height: 1fr; border-left: vkey $panel; }
    LessonScreen LabPane:focus { border-left: vkey $accent; }
    """
    BINDINGS = [
        Binding("enter", "next_task", "To the task", id="lesson.task"),
        Binding("n,right", "turn(1)", "Next", id="lesson.next"),
        Binding("p,left", "turn(-1)", "Previous", id="lesson.previous"),
        Binding("space", "page_on", "A page on", show=False, id="lesson.page_on"),
        Binding("g", "links", "Link", id="lesson.link"),
        Binding("t", "contents", "Contents", id="lesson.contents"),
        Binding("w", "words", "Words", id="lesson.words"),
        Binding("q,backspace", "leave", "Back", id="lesson.leave"),
    ]

    app: TutorApp

    def __init__(self, lesson: Lesson, section: str = "", *, faults: int = 0, spot: Spot | None = None) -> None:
        """section: where to open it; empty: where it was left. faults: how many its file has; faulty blocks are left out.
        spot: what was open in it in another session."""
        super().__init__()
        self._spot = spot
        self.lesson = lesson
        self.faults = faults
        self.index = 0
        self._goals = set()
        self._wanted = section
        self._timer: Timer | None = None
        self._contents_wanted: bool | None = None
        self._open = False
        self._turning = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield Static(id="bar")
        with Horizontal(id="body"):
            yield Contents()
            yield Page()
        yield KeyLine()

    async def on_mount(self) -> None:
        self.book = Book(self.app.store, self.app.course.id, self.lesson, self.app.tell)
        self._open = True
        ids = [section.id for section in self.lesson.sections]
        place = self.book.last_place()
        if self._wanted in ids:
            await self.go(ids.index(self._wanted))
        elif place is not None and place.section in ids:
            await self.go(ids.index(place.section), place.block)
        else:
            await self.go(0)
        await self.take_up()

    # Pages

    @property
    def section(self) -> Section:
        return self.lesson.sections[self.index]

    @property
    def page(self) -> Page:
        return self.query_one(Page)

    async def go(self, index: int, place: str = "") -> None:
        """Show a section, scrolled to a place that was kept. A key may come while one is still being shown: it waits."""
        async with self._turning:
            self.index = index
            await self.page.show(self.lesson, self.section, self.book, self.app.look, self._onward())
            self.page.focus()
            self.refresh_bar()
            self._show_contents()
            await self.arrange_lab()
            self.hold_labs()
        if place:
            self.call_after_refresh(self.page.go_to, place)
        self.book.place(self.section.id, place)

    def _onward(self) -> str:
        if self.index + 1 < len(self.lesson.sections):
            return tr("n: on to {plain}", plain=inline(self.lesson.sections[self.index + 1].title, self.app.look).plain)
        following = self._following()
        return (
            tr("n: on to the next lesson, {title}", title=shown(following[1], self.app.look))
            if following
            else tr("This is the last page. q: back")
        )

    def _following(self) -> tuple[str, str] | None:
        """(id, title) of the lesson after this one."""
        lessons = self.app.course.lessons
        ids = [lesson.id for lesson in lessons]
        at = ids.index(self.lesson.id) + 1 if self.lesson.id in ids else len(ids)
        return (lessons[at].id, lessons[at].title) if at < len(lessons) else None

    async def action_turn(self, by: int) -> None:
        to = self.index + by
        if 0 <= to < len(self.lesson.sections):
            await self.go(to)
        elif by > 0 and (following := self._following()) is not None:
            self.leave_text()
            self.app.open_lesson(following[0], instead=True)

    async def action_page_on(self) -> None:
        """A screenful on; at the end of a page, the next one."""
        if self.page.at_end:
            await self.action_turn(1)
        else:
            self.page.scroll_page_down(animate=False)

    async def action_page_back(self) -> None:
        """A screenful back; at the start of a page, the one before."""
        if self.page.at_start:
            await self.action_turn(-1)
        else:
            self.page.scroll_page_up(animate=False)

    def action_read(self) -> None:
        """Back from a block to the text."""
        self.page.focus(scroll_visible=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "words":
            return self.app.has_glossary
        return self.page.has_focus if action == "next_task" and self._open else True

    def action_next_task(self) -> None:
        """To the next task of this page that is open, from what is on the screen now."""
        tasks = self.page.tasks
        still = [block for block in tasks if block.state not in ("done", "held")] or tasks
        if not still:
            self.call_later(self.action_page_on)
            return
        top = self.page.scroll_offset.y
        block = next((block for block in still if block.virtual_region.bottom > top), still[0])
        target = block if block.can_focus else next((child for child in block.query("*") if child.focusable), self.page)
        target.focus()

    def action_leave(self) -> None:
        self.leave_text()
        self.dismiss(None)

    def leave_text(self) -> None:
        self.book.place(self.section.id, self.page.where())

    @on(Page.Scrolled)
    def _scrolled(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REMEMBER, self.leave_text)

    # The bar and the contents

    def refresh_bar(self) -> None:
        width = max(20, self.size.width - 2)
        total = len(self.lesson.tasks)
        right = f"{self.index + 1}/{len(self.lesson.sections)}"
        if total:
            right += tr("   {count} of {total} done", count=self.book.count, total=total)
        if self.faults:
            some = tr("1 fault") if self.faults == 1 else tr("{faults} faults", faults=self.faults)
            right = f"{some}   {right}"
        if self.typed is not None:
            right = tr("link {number} of {targets}", number=self.typed or "_", targets=len(self.page.links.targets))
        room = max(8, width - len(right) - 2)
        title = Content.styled(shown(self.lesson.title, self.app.look), "bold").truncate(room, ellipsis=self.app.look.unicode)
        self.query_one("#bar", Static).update(title.pad_right(room - title.cell_length) + "  " + right)

    def _show_contents(self) -> None:
        contents = self.query_one(Contents)
        roomy = self.size.width >= ROOMY and not (self.size.width >= WIDE and self.cards())
        shown = roomy if self._contents_wanted is None else self._contents_wanted
        contents.set_class(shown, "-shown")
        if shown:
            contents.fill(self.lesson, self.book, self.index, self.app.look)

    def action_contents(self) -> None:
        """Show the contents and go there; or hide them."""
        contents = self.query_one(Contents)
        if contents.has_focus:
            self._contents_wanted = None if self.size.width >= ROOMY else False
            self.page.focus()
            self._show_contents()
            return
        self._contents_wanted = True
        self._show_contents()
        contents.focus()

    @on(OptionList.OptionSelected)
    async def _section_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._contents_wanted = None
        await self.go(int(event.option_id or 0))

    async def on_resize(self) -> None:
        if self._open:
            self.refresh_bar()
            self._show_contents()
            await self.arrange_lab()

    def on_screen_resume(self) -> None:
        if self._open:
            self.refresh_tasks()

    def refresh_tasks(self) -> None:
        super().refresh_tasks()
        self.refresh_bar()
        self._show_contents()

    # Blocks

    @on(TimelineBlock.Chosen)
    def _chapter_chosen(self, event: TimelineBlock.Chosen) -> None:
        chapter = next((c for c in self.app.course.chapters if c.id == event.chapter and c.lessons), None)
        if chapter is not None:
            self.leave_text()
            self.app.open_lesson(chapter.lessons[0].id, instead=True)

    @on(TaskBlock.Done)
    def _task_done(self) -> None:
        self.refresh_bar()
        self._show_contents()
        self.hold_labs()

    @on(TaskBlock.Answered)
    def _task_answered(self, event: TaskBlock.Answered) -> None:
        """A guess leads on to its lab; after a right answer the keys are the text's again."""
        self.hold_labs()
        tasks = self.page.tasks
        after = tasks[tasks.index(event.block) + 1 :] if event.block in tasks else []
        if isinstance(event.block, Prediction) and after and isinstance(after[0], LabCard):
            after[0].focus()
        else:
            self.page.focus(scroll_visible=False)

    @on(Card.Entered)
    async def _entered(self, event: Card.Entered) -> None:
        event.stop()
        if isinstance(event.card, LabCard):
            await self.enter_lab(event.card)
        else:
            self.open_card(event.card)

    def open_card(self, card: Card, *, first: str = "") -> None:
        from tutor.tui.screens.bug import BugScreen
        from tutor.tui.screens.exercise import ExerciseScreen

        if isinstance(card, BugCard):
            screen: BugScreen | ExerciseScreen = BugScreen(card.bug, self.book, first=first)
        elif isinstance(card, ExerciseCard):
            screen = ExerciseScreen(card.exercise, self.book, lab=first == "lab")
        else:
            return
        self.leave_text()
        self.app.with_trust(tr("The check of this exercise"), lambda: self.app.push_screen(screen))
