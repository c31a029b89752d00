"""The judge: a process of its own in which the course's cases are made and the learner's code is run on them.

    python -m tutor.exercises.judge FOLDER

It works in FOLDER, under limits, and answers its parent (`tutor.exercises.session`). It never decides: the truth goes to
the parent before any code of the learner's is loaded, and is forgotten here.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

from tutor.engine.limits import Limits, allow_cpu, impose
from tutor.engine.process import own_channel, serve
from tutor.engine.rewrite import stand_ins
from tutor.engine.sandbox import confine
from tutor.errors import UserError
from tutor.exercises.author import Part, Task, prepare
from tutor.exercises.learner import Attempt, Output, TroubleError

LIMITS = Limits(memory=1500 * 2**20, cpu_seconds=60, file_bytes=16 * 2**20, processes=False, open_files=64)


class Judge:
    """Answers the parent's messages."""

    def __init__(self) -> None:
        self._task: Task | None = None
        self._attempt: Attempt | None = None
        self._answers: dict[str, Any] = {}
        self._printed = Output()

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """What `do` asks for: "prepare", "wait", "load" or "case"."""
        match message:
            case {"do": "prepare", "files": files, "texts": texts, "seed": int(seed), "numba": bool(numba)}:
                parts = {name: Part(Path(files[name]), texts[name]) for name in files}
                self._task, self._answers = prepare(parts, seed)
                if numba:
                    stand_ins()
                return self._answers
            case {"do": "wait"}:
                self._answers.clear()  # the loop that sent them still holds them
                gc.collect()  # the course's functions hold themselves in cycles
                return {"ready": True}
            case {"do": "load", "file": str(file), "text": str(text), "seconds": float(seconds)} if self._task:
                self._answers.clear()
                gc.collect()
                allow_cpu(int(seconds) + 2)
                self._attempt, self._printed = None, Output()
                try:
                    self._attempt = Attempt(self._task, Path(file), text, seconds, self._printed)
                except TroubleError as trouble:
                    return {**trouble.described(), "printed": self._printed.kept}
                return {"printed": self._printed.kept}
            case {"do": "case", "number": int(number)} if self._attempt:
                return {**self._attempt.call(number), "printed": self._printed.kept}
        raise UserError(f"the judge does not know {message.get('do')!r}")


def main(folder: str) -> None:
    """Serve until the parent hangs up."""
    channel = own_channel()
    os.dup2(2, 1)  # whatever writes to standard output below Python ends up with the rest of the learner's output
    os.chdir(folder)
    os.environ["NUMBA_CACHE_DIR"] = folder
    os.environ["NUMBA_BOUNDSCHECK"] = "1"
    sys.argv = ["judge"]
    impose(LIMITS)
    confine(Path(folder))
    serve(Judge().answer, channel, lambda: None)


if __name__ == "__main__":
    main(sys.argv[1])
