"""Options to choose from, and options to put in order: by arrows, space, enter and digits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from textual.actions import SkipAction
from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message

from tutor.draw.cells import Look
from tutor.tui.blocks.flow import Flow, Para, Piece
from tutor.tui.blocks.inline import inline
from tutor.tui.blocks.task import sign


@dataclass
class Handed(Message):
    """The learner gives this answer: typed text, or numbers from 1 separated by commas."""

    given: str


@dataclass
class Drafted(Message):
    """The answer has changed and is not handed in yet."""

    text: str


def numbers(indexes: Collection[int]) -> str:
    """Indexes as they are written down: from 1, with commas."""
    return ",".join(str(index + 1) for index in indexes)


def indexes(text: str, count: int) -> list[int]:
    """The indexes that `numbers` wrote; none that is out of range."""
    found = [int(word) - 1 for word in text.split(",") if word.strip().isdecimal() and len(word) < 10]
    return [index for index in found if 0 <= index < count]


class _Walked(Flow, can_focus=True):
    """Lines with a cursor that arrows move; beyond the ends they scroll the page."""

    BINDINGS = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("enter", "hand_in", "Answer"),
    ]

    def __init__(self, says: Sequence[str], look: Look) -> None:
        super().__init__()
        self.look = look
        self.says = [inline(say, look) for say in says]
        self.cursor = 0
        self.locked = False

    def on_mount(self) -> None:
        self.refill()

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self.refill()

    def lines(self) -> list[Piece]:
        raise NotImplementedError

    def refill(self) -> None:
        self.show(self.lines())

    def freeze(self) -> None:
        """Take no more answers."""
        self.locked, self.can_focus = True, False
        if self.has_focus:
            self.screen.set_focus(None)
        self.refill()

    @property
    def caret_row(self) -> int:
        """The row of the pointer."""
        sign = "›" if self.look.unicode else ">"
        rows = (row for row in range(self.size.height) if self.render_line(row).text.startswith(sign))
        return next(rows, 0)

    def pointer(self, index: int) -> Content:
        here = self.has_focus and not self.locked and index == self.cursor
        return Content.styled(("›" if self.look.unicode else ">") if here else " ", "bold $text-accent")

    def action_move(self, by: int) -> None:
        if not 0 <= self.cursor + by < len(self.says):
            raise SkipAction
        self.cursor += by
        self.refill()

    def action_hand_in(self) -> None:
        raise NotImplementedError


class Options(_Walked):
    """One of several, or (many) any number of them."""

    BINDINGS = [Binding("space", "tick", "Tick")]

    def __init__(self, says: Sequence[str], look: Look, many: bool = False) -> None:
        super().__init__(says, look)
        self.many = many
        self.ticked: set[int] = set()
        self.wrong: set[int] = set()
        self.right: set[int] = set()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.many if action == "tick" else True

    def lines(self) -> list[Piece]:
        off, on = (
            (("□", "■") if self.many else ("○", "●"))
            if self.look.unicode
            else (("[ ]", "[x]") if self.many else ("( )", "(*)"))
        )
        pieces: list[Piece] = []
        for i, say in enumerate(self.says):
            mark = sign("right" if i in self.right else "wrong" if i in self.wrong else "", self.look)
            box = Content.styled(on if i in self.ticked else off, "bold $text-primary" if i in self.ticked else "$text-muted")
            first = Content("").join([self.pointer(i), Content(f"{i + 1} "), box, Content(" ")])
            pieces.append(Para(say + "  " + mark, first, Content(" " * first.cell_length)))
        return pieces

    def action_tick(self) -> None:
        self.ticked ^= {self.cursor}
        self._changed()

    def _changed(self) -> None:
        self.refill()
        self.post_message(Drafted(numbers(sorted(self.ticked))))

    def action_hand_in(self) -> None:
        if not self.many:
            self.ticked = {self.cursor}
            self.refill()
        self.post_message(Handed(numbers(sorted(self.ticked))))

    def on_key(self, event: Key) -> None:
        """A digit chooses at once (ticks, where there may be many)."""
        if event.key.isdecimal() and 1 <= int(event.key) <= len(self.says) and not self.locked:
            event.stop()
            event.prevent_default()
            self.cursor = int(event.key) - 1
            if self.many:
                self.action_tick()
            else:
                self.action_hand_in()

    def on_click(self, event: Click) -> None:
        if self.locked:
            return
        y = event.y
        for i, piece in enumerate(self.pieces):
            assert isinstance(piece, Para)
            height = max(1, len(piece.text.wrap(max(4, self.content_size.width - piece.first.cell_length))))
            if y < height:
                self.cursor = i
                self.action_tick() if self.many else self.action_hand_in()
                return
            y -= height


class Order(_Walked):
    """Lines to put in order: space lifts one, arrows move it, space puts it down."""

    BINDINGS = [Binding("space", "lift", "Lift/put")]

    def __init__(self, says: Sequence[str], look: Look, order: Sequence[int]) -> None:
        super().__init__(says, look)
        self.order = list(order)
        self.lifted = False
        self.placed = 0
        """How many at the top are known to be in place."""

    def lines(self) -> list[Piece]:
        pieces: list[Piece] = []
        for place, index in enumerate(self.order):
            lifted = self.lifted and place == self.cursor
            grip = ("≡" if self.look.unicode else "=") if lifted else " "
            first = Content("").join(
                [self.pointer(place), Content.styled(f"{grip}{place + 1} ", "bold $text-accent" if lifted else "$text-muted")]
            )
            say = self.says[index].stylize("bold") if lifted else self.says[index]
            mark = sign("right" if place < self.placed else "", self.look)
            pieces.append(Para(say + "  " + mark, first, Content(" " * first.cell_length)))
        return pieces

    def action_lift(self) -> None:
        self.lifted = not self.lifted
        self.refill()

    def action_move(self, by: int) -> None:
        to = self.cursor + by
        if self.lifted and 0 <= to < len(self.order):
            self.order[self.cursor], self.order[to] = self.order[to], self.order[self.cursor]
            self.placed = min(self.placed, self.cursor, to)
            self.post_message(Drafted(numbers(self.order)))
        elif self.lifted:
            return
        super().action_move(by)

    def action_hand_in(self) -> None:
        self.lifted = False
        self.refill()
        self.post_message(Handed(numbers(self.order)))
