"""What the home screen tells of reviews, and the transcript it writes. Loads what it needs when it is asked."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import paths
from tutor.course.model import Course
from tutor.errors import StoreProblem, UserError
from tutor.words import language, tr

if TYPE_CHECKING:
    from tutor.tui.app import TutorApp

TRANSCRIPT = "transcript.md"


def review_words(app: TutorApp) -> str:
    """What is due, in words; empty while the course is being read, and when nothing has been answered yet."""
    if app.whole is None:
        return ""
    from tutor.review import asked, due_now, when_text

    now = time.time()
    try:
        items = asked(app.whole.lessons, app.store, app.course.id, now)
    except StoreProblem:  # told when it is written to
        return ""
    if not items:
        return ""
    due = len(due_now(items, now))
    return tr("{due} due", due=due) if due else tr("nothing due; the next {when}", when=when_text(items[0].due - now))


async def whole_course(app: TutorApp) -> Course:
    """The course with its sections, read now if it has not been read yet."""
    from tutor.course.parse import read_course

    if app.whole is not None:
        return app.whole
    whole, _ = await asyncio.to_thread(read_course, app.course.folder, app.course.id, language())
    app.whole = whole
    return whole


async def write_transcript(app: TutorApp) -> Path:
    """Write the transcript into the user's data folder, in place of the last one. Raises UserError."""
    from tutor.review.transcript import transcript

    text = transcript(await whole_course(app), app.store)
    file = paths.made(paths.data_folder()) / TRANSCRIPT
    beside = file.with_suffix(".new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.chmod(0o600)
        os.replace(beside, file)
    except OSError as error:
        raise UserError(
            tr("{file} cannot be written: {strerror}", file=file, strerror=error.strerror), tr("make room, or make it writable")
        ) from None
    return file
