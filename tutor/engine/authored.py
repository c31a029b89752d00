"""Labs that a course carries, loaded: in a process of their own only, never in that of the screen.

Their modules are found under the name `labs` (`from labs.spiral_kernels import step`), from source and nothing else. Whatever
such a lab does wrong becomes one sentence with the line in its file.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any, TypeVar

from tutor import trust
from tutor.engine.plug import NOWHERE, explain, patient
from tutor.errors import UserError
from tutor.labs import VARIABLE, Authored, built_in_ids, use_authored
from tutor.labs.checked import BadLab, check_metrics, check_picture, check_spec, check_state, check_words
from tutor.labs.declared import declared_labs, source_file
from tutor.labs.spec import Knobs, Lab, Plug, State, Words
from tutor.pictures import Picture

Made = TypeVar("Made")
_METHODS = ("start", "advance", "metrics", "view", "diagnose", "finished")
LOADING = 60
"""Seconds that a lab's module may take to load, and its first steps to compile."""
PATIENCE = 3
"""Seconds that anything else may take."""


def load_wanted() -> None:
    """Load the labs of the course that the parent has named, if its code is trusted."""
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        return
    root = Path(wanted)
    if trust.is_trusted(root):
        use_authored(load(root))


def load(root: Path) -> Authored:
    """The labs of the course in the folder; those that cannot be loaded with the reason."""
    labs: dict[str, Lab] = {}
    broken: dict[str, str] = {}
    declared = declared_labs(root)
    if declared:
        sys.dont_write_bytecode = True
        sys.meta_path.insert(0, _Finder(root))
    for name, file in declared.items():
        try:
            labs[name] = _loaded(name, file, root)
        except UserError as error:
            broken[name] = str(error)
    return Authored(root, labs, broken)


def _loaded(name: str, file: Path, root: Path) -> Lab:
    if name in built_in_ids():
        raise BadLab(f"labs/{file.name}: there is a lab {name!r} in the program", "call the file something else")
    with _told(root, file), patient(f"labs/{file.name}", LOADING):
        lab = _import(f"labs.{file.stem}").LAB
    return Guarded(lab, name, file, root)


def _import(module: str) -> Any:
    return import_module(module)


class Guarded:
    """An author's lab, looked at while it runs."""

    def __init__(self, lab: Any, name: str, file: Path, root: Path) -> None:
        self._lab, self._file, self._root = lab, file, root
        self._compiled = False
        with _told(root, file):
            self.spec = check_spec(getattr(lab, "spec", None))
            if self.spec.id != name:
                raise BadLab(f"its id is {self.spec.id!r}", f"it must be {name!r}, as the file is called {file.name}")
            for method in _METHODS:
                if not callable(getattr(lab, method, None)):
                    raise BadLab(f"it has no method {method}()", "see what `dltutor new lab` makes")

    def __getattr__(self, name: str) -> Any:
        """What a lab may have beside the protocol: `layers`, `rivals`."""
        if name.startswith("_") or name not in ("layers", "rivals"):
            raise AttributeError(name)
        method = getattr(self._lab, name)
        return lambda *arguments: self._call(PATIENCE, name, lambda: method(*arguments))

    def start(self, knobs: Knobs, seed: int) -> State:
        return self._call(LOADING, "start", lambda: check_state(self._lab.start(knobs, seed)))

    def advance(self, state: State, knobs: Knobs, steps: int, device: str, plug: Plug | None) -> None:
        def go() -> None:
            before = int(state["step"][0])
            self._lab.advance(state, knobs, steps, device, plug)
            after = int(check_state(state)["step"][0])
            if after != before + steps:
                raise BadLab(f"advance() by {steps} went from step {before} to {after}", "add the steps to state['step']")

        self._call(PATIENCE if self._compiled else LOADING, "advance", go)
        self._compiled = True

    def metrics(self, state: State, knobs: Knobs) -> dict[str, float]:
        return self._call(LOADING, "metrics", lambda: check_metrics(self._lab.metrics(state, knobs), self.spec))

    def view(self, name: str, state: State, knobs: Knobs, size: tuple[int, int]) -> Picture:
        return self._call(LOADING, "view", lambda: check_picture(self._lab.view(name, state, knobs, size), name))

    def diagnose(self, state: State, knobs: Knobs) -> Words:
        return self._call(PATIENCE, "diagnose", lambda: check_words(self._lab.diagnose(state, knobs)))

    def finished(self, state: State, knobs: Knobs) -> bool:
        return self._call(PATIENCE, "finished", lambda: bool(self._lab.finished(state, knobs)))

    def _call(self, seconds: int, name: str, act: Callable[[], Made]) -> Made:
        kept, sys.stdout = sys.stdout, NOWHERE
        try:
            with _told(self._root, self._file), patient(f"{name}()", seconds):
                return act()
        finally:
            sys.stdout = kept


@contextmanager
def _told(root: Path, file: Path) -> Iterator[None]:
    """Whatever is raised becomes a UserError that names the line in the course's folder."""
    where = file.relative_to(root).as_posix()
    try:
        yield
    except BadLab as error:
        raise BadLab(f"{where}: {error.message}", error.mend) from None
    except UserError:
        raise
    except BaseException as error:
        here = _deepest(error, root) or file
        if isinstance(error, SyntaxError) and error.filename:
            here = Path(error.filename)
        said = "".join(c if c.isprintable() else "?" for c in explain(error, here))
        raise BadLab(f"{_folder_of(here, root)}{said}", "mend the lab, or tell its author") from None


def _deepest(error: BaseException, root: Path) -> Path | None:
    """The last file of the course in the traceback."""
    files = [
        frame.filename for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{root}{os.sep}")
    ]
    return Path(files[-1]) if files else None


def _folder_of(file: Path, root: Path) -> str:
    return f"{file.parent.relative_to(root).as_posix()}/" if file.is_relative_to(root) and file.parent != root else ""


class _Finder(MetaPathFinder):
    """Finds the modules `labs` and `labs.…` in the course's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = _cache_for(root)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name == "labs":
            spec = ModuleSpec("labs", None, is_package=True)
            spec.submodule_search_locations = [str(self.root / "labs")]
            return spec
        file = source_file(self.root, name) if name.startswith("labs.") else None
        if file is None:
            return None
        return spec_from_file_location(name, file, loader=_Loader(name, file, self.cache))


class _Loader(SourceFileLoader):
    """From source only: compiled files beside it could hold anything. Its kernels are kept apart from those of other code."""

    def __init__(self, name: str, file: Path, cache: str) -> None:
        super().__init__(name, str(file))
        self._cache_folder = cache

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module: Any) -> None:
        config: Any = import_module("numba.core.config")

        kept = config.CACHE_DIR
        config.CACHE_DIR = self._cache_folder  # it is looked at where a kernel is defined
        try:
            super().exec_module(module)
        finally:
            config.CACHE_DIR = kept


def _cache_for(root: Path) -> str:
    """A folder of its own for each state of the course's code: a kernel that calls a changed one is compiled anew."""
    base = os.environ.get("NUMBA_CACHE_DIR", "")
    try:
        return str(Path(base) / f"course-{trust.code_hash(root)[:16]}") if base else ""
    except UserError:
        return base


def described(found: Authored) -> Mapping[str, Any]:
    """The labs as data, for the screen."""
    return {"labs": [lab.spec for lab in found.labs.values()], "broken": dict(found.broken)}


def run_tests(root: Path) -> Iterator[tuple[str, str]]:
    """Run the functions test_… of the files `labs/test_….py`. Gives each one's name, and what is wrong ("": nothing)."""
    for file in sorted((root / "labs").glob("test_*.py")):
        where = f"labs/{file.name}"
        try:
            with _told(root, file), patient(where, LOADING):
                module = import_module(f"labs.{file.stem}")
        except UserError as error:
            yield where, str(error)
            continue
        for name, test in list(vars(module).items()):
            if name.startswith("test_") and callable(test):
                yield f"{where}:{name}", _wrong(test, root, file)


def _wrong(test: Callable[[], Any], root: Path, file: Path) -> str:
    kept, sys.stdout = sys.stdout, NOWHERE
    try:
        with _told(root, file), patient("the test", LOADING):
            test()
    except UserError as error:
        return error.message
    finally:
        sys.stdout = kept
    return ""
