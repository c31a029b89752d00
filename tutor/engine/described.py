"""The labs that a course carries, as the screen and the command line know them: descriptions, got from another process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from tutor import trust
from tutor.engine.process import Child
from tutor.errors import UserError
from tutor.labs import Authored, authored, built_in_ids, use_authored
from tutor.labs.checked import check_spec
from tutor.labs.declared import declared_labs
from tutor.labs.spec import Knobs, LabSpec, Plug, State, Words
from tutor.pictures import Picture

_BUDGET = 90.0


class Described:
    """A lab that lives elsewhere: here it can be looked up, not run."""

    def __init__(self, spec: LabSpec) -> None:
        self.spec = spec

    def _elsewhere(self) -> NoReturn:
        raise UserError(
            f"the lab {self.spec.id!r} of a course runs in a process of its own", "open it on screen, or with `run`"
        )

    def start(self, knobs: Knobs, seed: int) -> State:
        self._elsewhere()

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        self._elsewhere()

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        self._elsewhere()

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        self._elsewhere()

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        self._elsewhere()

    def finished(self, state: State, knobs: Knobs) -> bool:
        self._elsewhere()


def loaded_root() -> Path | None:
    """The folder of the course whose labs child processes load."""
    return authored().root


def announce(root: Path, course: str) -> bool:
    """Say which course is open: child processes will load its labs. Whether it has any that may be loaded.

    Until `learn` has asked for their descriptions, and where its code is not trusted, each is a sentence.
    """
    declared = declared_labs(root)
    if not declared:
        use_authored(Authored())
        return False
    try:
        trust.need(root, course, "this lab")
    except UserError as error:
        use_authored(Authored(None, {}, dict.fromkeys(declared, str(error))))
        return False
    use_authored(Authored(root, {}, dict.fromkeys(declared, "this lab is still being loaded; try again in a moment")))
    return True


def learn(answer: Mapping[str, Any], root: Path) -> Authored:
    """The labs from what the other process said of them; from now on they can be looked up. Raises UserError."""
    labs = {}
    for spec in answer.get("labs", ()):
        checked = check_spec(spec)
        if checked.id not in built_in_ids():
            labs[checked.id] = Described(checked)
    broken = {str(name): _plain(str(why)) for name, why in dict(answer.get("broken", {})).items()}
    found = Authored(root, labs, broken)
    use_authored(found)
    return found


async def ask(root: Path, course: str) -> Authored:
    """Announce a course's labs, and have a process describe them that ends at once. Raises WorkerGone."""
    if not announce(root, course):
        return Authored()
    child = Child("tutor.engine.worker", who="The process that loads the course's labs")
    try:
        await child.start()
        return learn(await child.ask({"op": "labs"}, _BUDGET), root)
    finally:
        await child.kill()


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:1000]
