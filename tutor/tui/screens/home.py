"""The first screen: the chapters in order, what is done, what is next; and the labs by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.draw.cells import Look
from tutor.errors import UserError
from tutor.tui.lesson_keys import KeyLine
from tutor.tui.look import shown
from tutor.tui.reviewing import review_words, write_transcript
from tutor.tui.widgets.chosen import ChosenList
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.course.model import Course
    from tutor.tui.app import TutorApp

Totals = Mapping[str, int]
"""lesson → how many tasks it has; a lesson that has not been read yet is missing."""
_HEADINGS = ("chapter", "labs", "courses")
Done = Mapping[str, Mapping[str, str]]
"""lesson → {task: "done" or "skipped"}"""


@dataclass(frozen=True)
class Entry:
    """A line of the list."""

    kind: str
    """"review", "chapter", "lesson", "labs" or "courses" (headings), "lab" or "course"."""
    id: str
    title: str
    note: str = ""
    """On the right: what was shown and not done, and minutes; or what a lab shows."""
    count: str = ""
    """"3 of 7", "done", or empty."""
    mark: str = ""
    """"done", "begun", "next" or empty."""


def next_lesson(course: Course, done: Done, totals: Totals, last: str) -> str:
    """The lesson to go on with: the last one unless it is finished, else the first unfinished one after it."""
    ids = [lesson.id for lesson in course.lessons]
    if not ids:
        return ""
    start = ids.index(last) if last in ids else 0
    for lesson in [*ids[start:], *ids[:start]]:
        if not finished(lesson, done, totals):
            return lesson
    return ids[start]


def finished(lesson: str, done: Done, totals: Totals) -> bool:
    """Whether every task of a lesson is done; skipped is not done."""
    return totals.get(lesson, 0) > 0 and _count(done.get(lesson, {})) >= totals[lesson]


def entries_of(
    course: Course,
    done: Done,
    totals: Totals,
    following: str,
    labs: Mapping[str, str],
    review: str = "",
    courses: Mapping[str, tuple[str, str]] | None = None,
) -> list[Entry]:
    """The lines of the list. following: the lesson that is next. labs: id → its summary. review: what is due, in words.
    courses: the other ones: name → title and version."""
    entries: list[Entry] = [Entry("review", "all", tr("Review: {review}", review=review))] if review else []
    for chapter in course.chapters:
        if not chapter.lessons:
            continue
        number = chapter.id.partition("-")[0].lstrip("0") or "0"
        title = f"{number}  {chapter.title}" if number.isdigit() else chapter.title
        entries.append(Entry("chapter", chapter.id, title))
        for lesson in chapter.lessons:
            made = _count(done.get(lesson.id, {}))
            total = totals.get(lesson.id)
            mark = "next" if lesson.id == following else "begun" if made else ""
            if finished(lesson.id, done, totals):
                count, mark = "done", "done"
            else:
                count = (
                    tr("{made} of {total}", made=made, total=total) if total else tr("{made} done", made=made) if made else ""
                )
            shown = sum(how == "skipped" for how in done.get(lesson.id, {}).values())
            notes = [
                tr("{shown} shown", shown=shown) if shown else "",
                tr("{minutes} min", minutes=lesson.minutes) if lesson.minutes else "",
            ]
            entries.append(Entry("lesson", lesson.id, lesson.title, "  ".join(filter(None, notes)), count, mark))
    if labs:
        entries.append(Entry("labs", "", tr("Labs, to play with freely")))
        entries += [Entry("lab", lab, lab, summary) for lab, summary in labs.items()]
    if courses:
        entries.append(Entry("courses", "", tr("Other courses")))
        entries += [Entry("course", name, title, version) for name, (title, version) in courses.items()]
    return entries


def line_of(entry: Entry, width: int, look: Look) -> Content:
    """An entry as one line of this width."""
    title = shown(entry.title, look)
    match entry.kind:
        case "chapter" | "labs" | "courses":
            return Content.styled(title, "bold $text-primary").truncate(width, ellipsis=look.unicode)
        case "review":
            sign = "↻ " if look.unicode else "r "
            return Content.assemble(("  " + sign, "$text-accent"), (title, "bold")).truncate(width, ellipsis=look.unicode)
        case "lab":
            name = Content.styled(f"    {title:<14}", "bold")
            return (name + Content.styled(shown(entry.note, look), "$text-muted")).truncate(width, ellipsis=look.unicode)
    marks = {"done": "✓", "begun": "·", "next": "▸"} if look.unicode else {"done": "x", "begun": ".", "next": ">"}
    style = {"done": "$text-success", "next": "bold $text-accent"}.get(entry.mark, "$text-muted")
    right = Content.assemble(
        (f"{entry.note:>7}", "$text-muted"),
        (f"{tr(entry.count):>9}", "$text-success" if entry.mark == "done" else "$text-muted"),
    )
    left = Content.assemble(("  " + marks.get(entry.mark, " ") + " ", style), (title, "bold" if entry.mark == "next" else ""))
    room = max(8, width - right.cell_length - 1)
    line = left.truncate(room, ellipsis=look.unicode).pad_right(max(0, room - left.cell_length)) + " " + right
    return line.truncate(width)


def _count(tasks: Mapping[str, str]) -> int:
    return sum(how == "done" for how in tasks.values())


class Menu(ChosenList):
    """The list; its own enter is shown among the keys."""

    BINDINGS = [Binding("enter", "select", "Open")]


class Home(Screen[None]):
    """Chapters and labs. It is painted from the lessons' front matter; counts and labs follow a moment later."""

    BINDING_GROUP_TITLE = "Home"

    DEFAULT_CSS = """
    Home { background: $background; }
    Home #title { height: 1; padding: 0 2; background: $panel; color: $foreground; text-style: bold; }
    Home #welcome { height: auto; padding: 1 2 0 2; max-width: 90; }
    Home Menu { height: 1fr; max-width: 88; margin: 1 0 0 2; background: $background; scrollbar-size-vertical: 1; }
    Home Menu:focus { background: $background; background-tint: transparent; }
    Home Menu > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
    Home Menu:focus > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
    Home OptionList > .option-list--option-disabled { color: $foreground; }
    """
    BINDINGS = [
        Binding("l", "labs", "Labs", id="home.labs"),
        Binding("r", "review", "Review", id="home.review"),
        Binding("x", "transcript", "Transcript", id="home.transcript"),
        Binding("q", "app.quit", "Quit", id="app.quit"),
    ]

    app: TutorApp

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._labs: dict[str, str] = {}
        self._courses: dict[str, tuple[str, str]] = {}
        self._review = ""
        self._been = False

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Static(id="welcome", markup=False)
        yield Menu(compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        self.refill()
        self.query_one(Menu).focus()

    def on_screen_resume(self) -> None:
        self.refill()

    def on_resize(self) -> None:
        self.refill()

    def show_labs(self, labs: Mapping[str, str]) -> None:
        """Add the labs to the list: id → summary."""
        self._labs = dict(labs)
        self.refill()

    def show_more_labs(self, labs: Mapping[str, str]) -> None:
        """Add the labs that the course carries."""
        self.show_labs({**self._labs, **labs})

    def show_courses(self, courses: Mapping[str, tuple[str, str]]) -> None:
        """Add the other courses to the list: name → title and version."""
        self._courses = dict(courses)
        if courses:
            self.refill()

    def refill(self) -> None:
        """Fill the list from the store, as it is now."""
        book = self.app.progress()
        course = self.app.course
        last = book.last.lesson if book.last else ""
        following = next_lesson(course, book.done, self.app.totals, last)
        review = self._review = review_words(self.app)
        self._been = bool(book.last or book.done or review)
        self.refresh_bindings()
        self._entries = entries_of(course, book.done, self.app.totals, following, self._labs, review, self._courses)
        title = f"dltutor: {shown(course.title, self.app.look)}" if course.id else "dltutor"
        self.query_one("#title", Static).update(title)
        self.query_one("#welcome", Static).update(self._welcome(following, bool(book.last)))
        options = self.query_one(Menu)
        kept = options.highlighted_option.id if options.highlighted_option else None
        width = max(20, min(self.size.width - 2, 88) - 2)
        options.clear_options()
        for entry in self._entries:
            if entry.kind in _HEADINGS and options.option_count:
                options.add_option(Option("", disabled=True))
            option_id = f"{entry.kind}:{entry.id}" if entry.id else None
            options.add_option(Option(line_of(entry, width, self.app.look), id=option_id, disabled=entry.kind in _HEADINGS))
        wanted = kept or f"lesson:{following}"
        ids = [options.get_option_at_index(i).id for i in range(options.option_count)]
        if wanted in ids:
            options.highlighted = ids.index(wanted)

    def _welcome(self, following: str, been: bool) -> Content:
        look = self.app.look
        lesson = next((lesson for lesson in self.app.course.lessons if lesson.id == following), None)
        if self.app.notice:
            return Content.styled(shown(self.app.notice, look), "$text-warning")
        if lesson is None:
            return Content(tr("There are no lessons in this course."))
        title = shown(lesson.title, look)
        if been:
            where = shown(self.app.where(following), look)
            at = tr(', at "{where}"', where=where) if where else ""
            return Content.assemble(tr("You are in "), (title, "bold"), tr("{at}. Press enter to go on.", at=at))
        return Content.assemble(
            tr(
                "Welcome. You read a little, guess what will happen, run it, and see. "
                "Everything you see computed is computed here and now. Press enter to begin with "
            ),
            (title, "bold"),
            ".",
        )

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        kind, _, name = (event.option_id or "").partition(":")
        if kind == "lesson":
            self.app.open_lesson(name)
        elif kind == "lab":
            self.app.open_lab(name)
        elif kind == "course":
            await self.app.open_course(name)
            self._labs, self._courses = {}, {}
            self.refill()
        elif kind == "review":
            self.action_review()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        offered = {"review": bool(self._review), "transcript": self._been}
        return offered.get(action, True)

    def action_review(self) -> None:
        """Ask again what is due."""
        self.app.open_start("review")

    async def action_transcript(self) -> None:
        """Write down what has been done, and say where."""
        from tutor.tui.screens.dialogs import Notice

        try:
            file = await write_transcript(self.app)
        except UserError as error:
            self.app.tell(error)
            return
        self.app.push_screen(Notice(tr("What you have done"), tr("It is written down in {file}", file=file)))

    def action_labs(self) -> None:
        options = self.query_one(Menu)
        for i in range(options.option_count):
            if (options.get_option_at_index(i).id or "").startswith("lab:"):
                options.highlighted = i
                return
