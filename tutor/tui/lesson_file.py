"""The learner's file: written at every change, and watched, because another editor may have it open too."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tutor.errors import UserError


class WatchedFile:
    """A text file that two editors may write."""

    def __init__(self, path: Path, text: str) -> None:
        """text: what is known to be in it."""
        self.path = path.resolve()  # a rename over a link would cut the link
        self.text = text
        self._stamp = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            about = self.path.stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size

    def write(self, text: str) -> None:
        """Replace the file in one move: a reader sees the old text or the new, whatever happens here. Raises UserError."""
        if text == self.text:
            return
        half = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            half.write_text(text, encoding="utf-8")
            os.replace(half, self.path)
        except OSError as error:
            with suppress(OSError):
                half.unlink()
            raise UserError(
                f"{self.path} cannot be written: {error.strerror}", "your text stays on the screen; free some space"
            ) from None
        self.text, self._stamp = text, self._look()

    def changed_outside(self) -> str | None:
        """The file's text, when someone else has changed it since the last look. Raises UserError when it cannot be read."""
        stamp = self._look()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        if stamp is None:  # an editor in the middle of saving; the next look will see it
            return None
        from tutor.exercises.files import read_code

        text = read_code(self.path)
        if text == self.text:
            return None
        self.text = text
        return text


def editor_command(environment: dict[str, str] | os._Environ[str] = os.environ) -> list[str]:
    """The learner's own editor, as words of a command; empty when there is none."""
    import shlex
    import shutil

    for wanted in (environment.get("VISUAL", ""), environment.get("EDITOR", ""), "nano", "vim", "vi"):
        with suppress(ValueError):
            words = shlex.split(wanted)
            if words and shutil.which(words[0]):
                return words
    return []
