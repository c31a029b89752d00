"""A section of a lesson as one page that scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import on
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tutor.course.model import Aside, Bug, Exercise, LabBlock, Lesson, PictureBlock, Predict, Prose, Quiz, Section, Timeline
from tutor.draw.cells import Look
from tutor.tui.blocks.asides import AsideBlock, TimelineBlock
from tutor.tui.blocks.bug import BugCard
from tutor.tui.blocks.cards import ExerciseCard, LabCard
from tutor.tui.blocks.display import code_widget, formula_widget
from tutor.tui.blocks.flow import MEASURE, Flow, Gap, Para, Piece
from tutor.tui.blocks.inline import Links, inline
from tutor.tui.blocks.markdown import Code, Formula, parse_markdown
from tutor.tui.blocks.predict import Prediction
from tutor.tui.blocks.question import Question
from tutor.tui.blocks.task import TaskBlock
from tutor.tui.lesson_book import Book
from tutor.words import tr

_VEIL = "What follows would give it away. It appears when you have guessed and run the lab; v shows it now."


class Page(VerticalScroll, can_focus=True):
    """One section. Its children are the blocks in order; prose between formulas is one widget.

    What stands behind a lab that is to be guessed first is veiled until the guess is scored: a page must not tell the end.
    """

    BINDINGS = [Binding("v", "unveil", "show all", show=False, id="lesson.unveil")]

    DEFAULT_CSS = f"""
    Page {{ background: $background; padding: 1 2 0 2; scrollbar-size-vertical: 1; }}
    Page > * {{ max-width: {MEASURE}; }}
    Page > .prose {{ margin: 0 0 1 0; }}
    Page > .onward, Page > .veil {{ color: $text-muted; margin: 0 0 1 0; }}
    """

    @dataclass
    class Scrolled(Message):
        """The learner has scrolled; the newest says it all."""

        page: Page

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Page.Scrolled)

    def __init__(self) -> None:
        super().__init__()
        self.links = Links()
        self._veiled: list[Widget] = []

    async def show(self, lesson: Lesson, section: Section, book: Book, look: Look, onward: str) -> None:
        """Show a section instead. onward: the line at its end."""
        self.links = Links()
        widgets = list(self._widgets(lesson, section, book, look))
        self._veiled = _given_away(widgets)
        if self._veiled:
            for widget in self._veiled:
                widget.display = False
            widgets.append(Flow([Para(Content(tr(_VEIL)))], classes="veil"))
        if onward:
            widgets.append(Flow([Para(Content(onward))], classes="onward"))
        with self.app.batch_update():
            await self.remove_children()
            self.scroll_to(y=0, animate=False, immediate=True)
            await self.mount_all(widgets)

    def _widgets(self, lesson: Lesson, section: Section, book: Book, look: Look) -> Iterator[Widget]:
        title = Para(inline(section.title, look).stylize("bold $text-primary"))
        prose: list[Piece] = [title, Gap()]
        for block in section.blocks:
            if isinstance(block, Prose):
                for part in parse_markdown(block.text, look, self.links):
                    if isinstance(part, Formula | Code):
                        if prose:
                            yield Flow(prose, classes="prose")
                            prose = []
                        yield (
                            formula_widget(part.tex, look)
                            if isinstance(part, Formula)
                            else code_widget(part.text, part.language)
                        )
                    else:
                        prose.append(part)
                continue
            if prose:
                yield Flow(prose, classes="prose")
                prose = []
            yield _block_widget(block, book, look)
        if prose:
            yield Flow(prose, classes="prose")

    @on(TaskBlock.Done)
    def _settled(self, event: TaskBlock.Done) -> None:
        """A guess has been scored: its lab gives nothing away now; the next one on the page may."""
        if not isinstance(event.block, Prediction) or any(guess.open for guess in self.query(Prediction) if guess.display):
            return
        self._veiled, shown = _given_away(self._veiled), self._veiled
        for widget in shown:
            widget.display = widget not in self._veiled
        if not self._veiled:
            self.query(".veil").remove()

    def action_unveil(self) -> None:
        for widget in self._veiled:
            widget.display = True
        self._veiled = []
        self.query(".veil").remove()

    def action_page_down(self) -> None:
        """A screenful on; the screen knows what comes after the end."""
        self.call_later(self.run_action, "screen.page_on")

    def action_page_up(self) -> None:
        self.call_later(self.run_action, "screen.page_back")

    @property
    def tasks(self) -> list[TaskBlock]:
        """The blocks that can be done, in order."""
        return [block for block in self.query(TaskBlock) if block.display]

    @property
    def at_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y

    @property
    def at_start(self) -> bool:
        return self.scroll_offset.y <= 0

    def where(self) -> str:
        """The place on the page, in a form that survives another width: a child's number and lines into it."""
        if self.at_start:
            return ""
        y = self.scroll_offset.y - self.styles.padding.top  # the children's regions do not count the padding
        for number, child in enumerate(self.children):
            top, bottom = child.virtual_region.y, child.virtual_region.bottom
            if bottom > y:
                return f"{number}+{max(0, y - top)}"
        return ""

    def go_to(self, place: str) -> None:
        """Scroll to a place that `where` gave."""
        number, _, into = place.partition("+")
        children = list(self.children)
        if not number.isdecimal() or len(number) > 9 or int(number) >= len(children):
            return
        child = children[int(number)]
        inside = min(int(into or 0), max(0, child.virtual_region.height - 1)) if into.isdecimal() and len(into) < 10 else 0
        self.scroll_to(y=child.virtual_region.y + inside + self.styles.padding.top, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled(self))


def _given_away(widgets: list[Widget]) -> list[Widget]:
    """What stands behind the first lab that is still to be guessed about, and so tells how it goes."""
    guess = False
    for number, widget in enumerate(widgets):
        guess = guess or (isinstance(widget, Prediction) and widget.open)
        if guess and isinstance(widget, LabCard):
            return widgets[number + 1 :]
    return []


def _block_widget(
    block: Quiz | Predict | LabBlock | Exercise | Timeline | Aside | PictureBlock, book: Book, look: Look
) -> Widget:
    match block:
        case Quiz():
            return Question(block, book, look)
        case Predict():
            return Prediction(block, book, look)
        case LabBlock():
            return LabCard(block, book, look, lab_title(block.lab))
        case Bug():
            return BugCard(block, book, look)
        case Exercise():
            return ExerciseCard(block, book, look)
        case Timeline():
            return TimelineBlock(block, look)
        case Aside():
            return AsideBlock(block, look)
        case PictureBlock():
            from tutor.tui.blocks.picture import PictureWidget

            return PictureWidget(block, look)


def lab_title(lab_id: str) -> str:
    """The lab's own title; its id when it cannot be found."""
    from tutor.errors import BadLink
    from tutor.labs import find_lab

    try:
        return tr(find_lab(lab_id).spec.title)
    except BadLink:
        return lab_id
