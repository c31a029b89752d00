"""Where the learner is, noted twice a second; and going back there when the program is started again.

A screen that can be gone back to has a method `mark_spot`, which says what it adds to the spot of the screens below it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import App

from tutor.store.spot import Spot, read_spot, write_spot

if TYPE_CHECKING:
    from tutor.course.model import Course
    from tutor.store import Store

NOTE = 0.5
"""Seconds between two looks at where the learner is."""
_TRIES = 3
"""A spot that ended the program so often at once is not gone back to again."""
_LIVES = 2
"""Looks after which a session counts as alive where it is."""


def last_course(store: Store) -> str:
    """The name of the course that the last session was in, where it is one that was added; else empty."""
    from tutor.course import library

    spot = read_spot(store.file.parent)
    known = [] if spot is None or os.environ.get(library.VARIABLE) else [one.name for one in library.installed()]
    return spot.course if spot is not None and spot.course in known else ""


class Resuming(App[Any]):
    """The part of an app that knows where the learner is."""

    course: Course
    store: Store
    _noted: Spot | None = None
    _looks = 0
    _tries = 0

    def spot(self) -> Spot:
        """Where the learner is now."""
        found = Spot(course=self.course.id)
        for screen in self.screen_stack:
            mark = getattr(screen, "mark_spot", None)
            if mark is not None:
                found = mark(found)
        return found

    def note_spot(self) -> None:
        """Keep where the learner is, when that has changed."""
        self._looks += 1
        now = replace(self.spot(), tries=self._tries if self._looks < _LIVES else 0)
        if now != self._noted and self.store.saved:
            self._noted = now
            write_spot(self.store.file.parent, now)

    def start_noting(self) -> None:
        """From now on, note where the learner is."""
        self.set_interval(NOTE, self.note_spot)

    def resume(self) -> None:
        """Go back to where the last session was, unless that is not known, is gone, or ended the program at once each time."""
        folder = self.store.file.parent
        spot = read_spot(folder)
        if spot is None or spot.course != self.course.id or spot.tries >= _TRIES:
            return
        self._tries = spot.tries + 1
        write_spot(folder, replace(spot, tries=self._tries))
        self.go_back_to(spot)

    def go_back_to(self, spot: Spot) -> None:
        raise NotImplementedError
