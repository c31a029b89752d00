"""Numbered links, followed by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key
from textual.screen import Screen

from tutor.course.model import Lesson, Section
from tutor.course.targets import ToLab, ToLesson, ToSection, ToTerm, ToWeb, find_target
from tutor.errors import BadLesson
from tutor.tui.lesson_page import Page
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp


class FollowsLinks(Screen[None]):
    """The part of the lesson screen that follows links: a digit goes at once where no other link begins with it."""

    app: TutorApp
    lesson: Lesson
    typed: str | None = None
    """The digits of a link's number so far, or None when none is being typed."""

    def refresh_bar(self) -> None:
        raise NotImplementedError

    def leave_text(self) -> None:
        raise NotImplementedError

    async def go(self, index: int, place: str = "") -> None:
        raise NotImplementedError

    @property
    def section(self) -> Section:
        raise NotImplementedError

    @property
    def _targets(self) -> list[str]:
        return self.query_one(Page).links.targets

    def action_links(self) -> None:
        """The next digits are the number of a link."""
        if not self._targets:
            self.notify(tr("There are no links on this page."), timeout=3)
            return
        self.typed = ""
        self.refresh_bar()

    async def on_key(self, event: Key) -> None:
        if event.key.isdecimal() and self._targets:
            event.stop()
            self.typed = (self.typed or "") + event.key
            if int(self.typed) * 10 > len(self._targets):
                await self._follow_typed()
        elif self.typed is not None and event.key != "g":
            event.stop()
            event.prevent_default()
            if event.key == "enter" and self.typed:
                await self._follow_typed()
            self.typed = None
        else:
            return
        self.refresh_bar()

    async def _follow_typed(self) -> None:
        number, self.typed = int(self.typed or 0), None
        await self.action_follow(number)

    async def action_follow(self, number: int) -> None:
        """Follow the link with this number."""
        href = self.query_one(Page).links.target(number)
        if href is None:
            self.notify(tr("There is no link {number} on this page.", number=number), timeout=3)
            return
        match find_target(href, self.lesson, self.app.course):
            case ToSection(section):
                await self.go([s.id for s in self.lesson.sections].index(section))
            case ToLesson(lesson, section):
                self.leave_text()
                self.app.open_lesson(lesson, section, instead=True)
            case ToTerm(term):
                self.show_words(term)
            case ToLab(link):
                self.app.open_lab(link)
            case ToWeb(address):
                from tutor.tui.screens.dialogs import Notice

                self.app.copy_to_clipboard(address)
                said = tr("It has been copied, where your terminal allows that.")
                self.app.push_screen(Notice(tr("A page on the web"), address, said))
            case None:
                self.app.tell(BadLesson(tr("the link {href!r} leads nowhere", href=href)))

    def action_words(self) -> None:
        """What the words of this page mean."""
        self.show_words()

    def show_words(self, term: str = "") -> None:
        """The glossary, at a term, or at the first that this page uses."""
        from tutor.tui.screens.terms import TermsScreen, text_of

        self.app.push_screen(TermsScreen(self.app.glossary(), text_of(self.section), term), self._to_explained)

    def _to_explained(self, href: str | None) -> None:
        """Go where a term is explained."""
        target = find_target(href, None, self.app.course) if href else None
        if isinstance(target, ToLesson):
            self.leave_text()
            self.app.open_lesson(target.lesson, target.section, instead=True)
