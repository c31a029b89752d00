"""The labs of a lesson's page, beside the text or on a screen of their own; and what their runs settle."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from tutor.course.model import LabBlock, Lesson, Predict
from tutor.course.sketch import Curve
from tutor.errors import UserError
from tutor.store.spot import Spot
from tutor.tui.blocks.cards import Card, LabCard
from tutor.tui.blocks.predict import SEPARATOR, Prediction, score
from tutor.tui.blocks.task import TaskBlock
from tutor.tui.lesson_book import Book
from tutor.tui.lesson_page import Page
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp
    from tutor.tui.lab_guesses import Guess
    from tutor.tui.lab_pane import LabPane

WIDE = 120
"""Columns from which a lab stands beside the text."""


class LabsOfLesson(Screen[None]):
    """The part of the lesson screen that has to do with labs."""

    app: TutorApp
    lesson: Lesson
    book: Book
    _pane: LabPane | None = None
    _pane_block: LabBlock | None = None
    _goals: set[str]
    _spot: Spot | None = None
    """What was open in another session, until it is open again."""

    def cards(self) -> list[LabCard]:
        """The labs of this page."""
        return list(self.query(LabCard))

    async def arrange_lab(self, wanted: LabBlock | None = None) -> None:
        """Where there is room, put a lab of this page beside the text: the wanted one, or else the first."""
        blocks = [card.block for card in self.cards()]
        if self.size.width < WIDE or not blocks:
            await self._take_away()
            return
        keep = self._pane_block if self._pane_block in blocks else blocks[0]
        chosen = wanted if wanted in blocks else keep
        if chosen is not self._pane_block:
            await self._take_away()
            pane = self._make_pane(chosen)
            if pane is None:
                return
            self._pane, self._pane_block = pane, chosen
            await self.query_one("#body", Horizontal).mount(pane)
        for card in self.cards():
            card.say(beside=card.block is chosen)

    async def _take_away(self) -> None:
        if self._pane is not None:
            pane, self._pane, self._pane_block = self._pane, None, None
            had_focus = pane.has_focus
            await pane.remove()
            if had_focus:
                self.query_one(Page).focus()
        for card in self.cards():
            card.say(beside=False)

    def _make_pane(self, block: LabBlock) -> LabPane | None:
        from tutor.tui.lab_pane import LabPane
        from tutor.tui.lesson_par import par_words
        from tutor.tui.lesson_runs import block_link

        spot = self._spot if self._spot is not None and self._spot.task == block.id else None
        try:
            return LabPane(
                self.app.worker, block_link(block), show=block.show, hide=block.hide, lock=block.lock,
                goal=block.goal, par=par_words(block, self.book), say=block.say, guesses=self.guesses_about(block), spot=spot,
                sweep=block.axes,
            )  # fmt: skip
        except UserError as error:  # the linter finds these; a lesson in the making has them
            card = next((card for card in self.cards() if card.block is block), None)
            if card is not None:
                card.say(tr("This lab cannot be opened: {error}", error=error))
            return None

    async def enter_lab(self, card: LabCard) -> None:
        """Give a lab the focus, or the whole screen; where it is code that came with the course, ask first."""
        if self.app.withheld(card.block.lab):
            self.app.with_trust(tr("This lab"), lambda: self.call_later(self._enter_learnt, card))
            return
        await self.arrange_lab(card.block)
        if self._pane is not None and self._pane_block is card.block:
            self._pane.focus()
            return
        pane = self._make_pane(card.block)
        if pane is not None:
            from tutor.tui.lesson_lab import LessonLab

            block = card.block
            self.app.push_screen(LessonLab(pane, lambda event: self.lab_event(block, event), task=block.id))

    def mark_spot(self, spot: Spot) -> Spot:
        own = replace(spot, screen="lesson", lesson=self.lesson.id)
        if self._pane is None or self._pane_block is None:
            return own
        return self._pane.mark_spot(replace(own, task=self._pane_block.id, inside=self._pane.has_focus))

    async def take_up(self) -> None:
        """Open again what was open in another session."""
        spot = self._spot
        card = next((card for card in self.query(Card) if spot is not None and card.work.id == spot.task), None)
        if spot is not None and card is not None:
            if isinstance(card, LabCard):
                if spot.inside:
                    await self.enter_lab(card)
                else:
                    await self.arrange_lab(card.block)
            else:
                self.open_card(card, first="lab" if spot.plugged else "mend" if spot.inside else "")
        self._spot = None

    def open_card(self, card: Card, *, first: str = "") -> None:
        """Open an exercise or a bug. first: "lab" or "mend", to be opened on it at once."""
        raise NotImplementedError

    async def _enter_learnt(self, card: LabCard) -> None:
        await self.app.learn_labs()
        card.say()
        await self.enter_lab(card)

    def on_lab_pane_leave(self, event: Message) -> None:
        """Back from the lab beside the text."""
        event.stop()
        card = next((card for card in self.cards() if card.block is self._pane_block), None)
        (card or self.query_one(Page)).focus()

    def on_lab_pane_goal_reached(self, event: Message) -> None:
        self._from_pane(event)

    def on_lab_pane_ended(self, event: Message) -> None:
        self._from_pane(event)

    def _from_pane(self, event: Message) -> None:
        event.stop()
        if self._pane_block is not None and getattr(event, "pane", None) is self._pane:
            self.lab_event(self._pane_block, event)

    def lab_event(self, block: LabBlock, event: Any) -> None:
        """A lab of this lesson has reached its goal, or its run has come to rest."""
        from tutor.tui.lab_guesses import curve_of
        from tutor.tui.lab_pane import LabPane
        from tutor.tui.lesson_runs import guesses_for, is_drawn, is_over, settles

        if isinstance(event, LabPane.GoalReached):
            self._goals.add(block.id)
            self.finish(block)
            reason = "goal"
            if block.par:
                self.run_worker(self._note_best(block, event), exit_on_error=False)
        else:
            reason = event.reason
            if not block.goal:
                self.finish(block)
        if reason != "turned":
            self.book.ran(block.id, event.link, event.step, event.metrics, reason == "goal" or not block.goal)
        over = is_over(block, reason, event.step, block.id in self._goals)
        for guess in guesses_for(self.lesson, block):
            sketched = guess.kind == "sketch"
            if (is_drawn(guess, reason, event.step) if sketched else over) and settles(guess, block, event.link):
                curve = curve_of(event.pane.frame, event.pane.spec, guess.measure) if sketched else []
                self._settle(guess, event.metrics, curve)
        event.pane.show_guesses(self.guesses_about(block))

    async def _note_best(self, block: LabBlock, event: Any) -> None:
        """Keep in how many steps the goal was reached."""
        from tutor.tui.lesson_par import keep_best, par_words, reached_at

        step = event.step
        with suppress(UserError):
            step = reached_at(block.goal, await event.pane.worker.record(), event.pane.values, event.step)
        if keep_best(block, self.book, step):
            event.pane.show_par(par_words(block, self.book))
            self.refresh_tasks()

    def _settle(self, guess: Predict, metrics: dict[str, float], curve: Curve) -> None:
        widget = next((p for p in self.query(Prediction) if p.predict is guess), None)
        if widget is not None:
            widget.score(metrics, curve)
        elif score(guess, self.book, metrics, curve) is not None:
            self.book.finish(guess.id)
            self.refresh_tasks()

    def guesses_about(self, block: LabBlock) -> list[Guess]:
        """What has been guessed about a lab so far, for its picture."""
        from tutor.tui.lab_guesses import Guess
        from tutor.tui.lesson_runs import guesses_for, settles

        found = []
        for predict in guesses_for(self.lesson, block):
            last = self.book.last(predict.id)
            given, _, verdict = last.given.partition(SEPARATOR) if last else ("", "", "")
            said = verdict.removesuffix(predict.because).strip()
            found.append(Guess(predict, partial(settles, predict, block), given, said, bool(last and last.right)))
        return found

    def finish(self, block: LabBlock) -> None:
        """Record a lab as done."""
        if self.book.finish(block.id):
            self.refresh_tasks()

    def refresh_tasks(self) -> None:
        """Something has been done: show it."""
        for block in self.query(TaskBlock):
            block.refill()

    def hold_labs(self) -> None:
        """Cards whose lab settles a guess that is still to be made say so."""
        from tutor.tui.lesson_runs import guesses_before

        for card in self.cards():
            section = next(section for section in self.lesson.sections if card.block in section.blocks)
            unmade = [guess for guess in guesses_before(section, card.block) if not self.book.answers(guess.id)]
            card.say(held=bool(unmade) and not self.book.is_done(card.block.id))
        if self._pane is not None and self._pane_block is not None:
            self._pane.show_guesses(self.guesses_about(self._pane_block))
