"""Where something stands in a course's files, for messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tutor.harmless import harmless


@dataclass(frozen=True)
class Place:
    """Where something stands, for messages."""

    file: Path
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{harmless(str(self.file))}:{self.line}:{self.column}"


Marks = Mapping[str, Place]
"""Where the keys of a block stand, for messages. "goal" is where the value of `goal` stands, "goal:" the key itself;
"knobs.rate", "options.0.say" go deeper."""


def no_marks() -> Marks:
    """None."""
    return {}
