"""The learner's file: written at every change, and watched, because another editor may have it open too.

It is watched by reading it: it is small, and this sees every change. File events do not arrive from containers and mounts, and
two saves in one tick of a coarse clock leave the same time and size.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tutor.errors import UserError
from tutor.words import tr


class WatchedFile:
    """A text file that two editors may write."""

    def __init__(self, path: Path, text: str) -> None:
        """text: what is known to be in it."""
        self.path = path.resolve()  # a rename over a link would cut the link
        self.text = text
        self._emptied = False

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
                tr("{path} cannot be written: {strerror}", path=self.path, strerror=error.strerror),
                tr("your text stays on the screen; free some space"),
            ) from None
        self.text = text

    def changed_outside(self) -> str | None:
        """The file's text, when someone else has changed it since the last look. Raises UserError when it cannot be read."""
        from tutor.codefile import read_code

        if not self.path.exists():  # an editor in the middle of saving; the next look will see it
            return None
        text = read_code(self.path)
        if text == self.text:
            self._emptied = False
            return None
        if not text and not self._emptied:  # perhaps it is only cut off, and will be written now
            self._emptied = True
            return None
        self.text, self._emptied = text, False
        return text


def readable(code: str) -> bool:
    """Whether Python can read it: half a line is not worth a check."""
    import ast

    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


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


def short(path: Path, room: int, ellipsis: str = "…") -> str:
    """A path with the home folder as ~, in so many columns: its end says most."""
    try:
        said = str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        said = str(path)
    return said if len(said) <= room else ellipsis + said[-max(1, room - len(ellipsis)) :]
