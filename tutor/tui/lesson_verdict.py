"""What the exercise screen says beside the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content

from tutor.course.model import Exercise
from tutor.draw.cells import Look
from tutor.tui.blocks.flow import Gap, Lines, Para, Piece
from tutor.tui.blocks.markdown import code_lines
from tutor.tui.blocks.task import rich_pieces, sign
from tutor.tui.look import shown
from tutor.words import tr

if TYPE_CHECKING:
    from tutor.exercises import Verdict


class Side(VerticalScroll, can_focus=True):
    """What there is to say about the code."""

    BINDING_GROUP_TITLE = "What became of it"
    DEFAULT_CSS = """
    Side { background: $surface; padding: 0 1; scrollbar-size-vertical: 1; }
    Side:focus { background: $surface; }
    Side Flow { background: $surface; }
    """
    BINDINGS = [
        Binding("tab,enter,e", "screen.edit", "To the code"),
        Binding("escape,q,backspace", "screen.leave", "Back"),
    ]


def side_pieces(
    exercise: Exercise,
    look: Look,
    *,
    verdict: Verdict | None,
    notice: str,
    hints: Sequence[str],
    solution: str,
    done: bool,
) -> list[Piece]:
    """The newest first: notice, verdict, why it works, hints, solution, and last the task itself."""
    pieces: list[Piece] = []
    if notice:
        pieces += [Para(Content.styled(shown(notice, look), "$text-warning")), Gap()]
    if verdict is not None:
        pieces += [*verdict_pieces(verdict, look), Gap()]
    if verdict is not None and verdict.passed:
        if exercise.plug:
            runs = tr(" runs the lab {lab} on your code.", lab=exercise.plug.partition("?")[0])
            pieces += [Para(Content.assemble(("^l", "bold $text-accent"), runs)), Gap()]
        if exercise.why:
            pieces += [*rich_pieces(exercise.why, look), Gap()]
    for number, hint in enumerate(hints, 1):
        pieces += [
            *rich_pieces(hint, look, lead=Content.styled(tr("Hint {number}: ", number=number), "bold $text-accent")),
            Gap(),
        ]
    if solution:
        pieces += [_heading(tr("The solution")), Lines(code_lines(solution.rstrip("\n"), "python")), Gap()]
    pieces += [_heading(tr("The task")), *rich_pieces(exercise.ask, look)]
    if verdict is None and not notice:
        how = (
            tr("It passes: this is done.")
            if done
            else tr("Write it: it is checked on random inputs when you pause, and by ^s.")
        )
        pieces += [Gap(), Para(Content.styled(how, "$text-muted"))]
    return pieces


def verdict_pieces(verdict: Verdict, look: Look) -> list[Piece]:
    """The title with its mark, the details as they are, and what the code printed."""
    mark = sign("right" if verdict.passed else "wrong", look) + " "
    pieces: list[Piece] = [Para(Content.styled(shown(verdict.title, look), "bold"), mark, Content("  "))]
    pieces += [Para(_detail(shown(line, look)), Content("  "), Content("    ")) for line in verdict.detail]
    if verdict.printed:
        pieces += [Gap(), _heading(tr("It printed"))]
        pieces += [
            Para(Content(shown(line, look)), Content("  "), Content("  ")) for line in verdict.printed.rstrip().split("\n")
        ]
    return pieces


def _detail(line: str) -> Content:
    """A line of the verdict with its name ("yours", "expected", …) set off."""
    name, colon, rest = line.partition(": ")
    if not colon or not name.replace(" ", "").isalnum() or len(name) > 24:
        return Content(line)
    return Content.assemble((name + colon, "$text-muted"), rest)


def _heading(text: str) -> Para:
    return Para(Content.styled(text, "bold $text-primary"))
