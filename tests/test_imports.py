"""Who may import what: the table that keeps the parts apart, read from the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEAVES = {
    "tutor",
    "tutor.errors",
    "tutor.conditions",
    "tutor.paths",
    "tutor.codefile",
    "tutor.trust",
    "tutor.words",
    "tutor.harmless",
}
EVERYTHING = {
    "tutor.course", "tutor.labs", "tutor.pictures", "tutor.engine",
    "tutor.draw", "tutor.exercises", "tutor.data", "tutor.store", "tutor.review", "tutor.export",
}  # fmt: skip
MAY: dict[str, set[str]] = {
    "kernels": {"kernels", "numpy", "numba", "llvmlite"},
    "tutor.course": {"markdown_it", "mdit_py_plugins", "yaml"},
    "tutor.labs": {"kernels", "tutor.pictures", "tutor.data", "numpy"},
    "tutor.pictures": {"numpy"},
    "tutor.engine": {"tutor.labs", "tutor.pictures", "numpy", "kernels.random", "kernels.learner"},
    "tutor.draw": {"tutor.pictures", "plotext", "numpy"},
    "tutor.exercises": {"tutor.engine", "tutor.course", "numpy"},
    "tutor.data": {"numpy", "yaml"},
    "tutor.store": set(),
    "tutor.words": {"yaml"},
    "tutor.export": {"tutor.course", "tutor.engine", "tutor.labs", "tutor.draw", "markdown_it"},
    "tutor.review": {"tutor.course", "tutor.store", "fsrs"},
    "tutor.tui": {*EVERYTHING, "textual", "rich", "pygments", "numpy", "markdown_it", "mdit_py_plugins"},
    "tutor.cli": {*EVERYTHING, "tutor.tui", "kernels", "numpy", "numba", "yaml", "rich", "platformdirs"},
}


def imports_of(file: Path) -> set[str]:
    """The modules that a file imports anywhere in it, by full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            names |= (
                {node.module} if node.module not in ("tutor", "kernels") else {f"{node.module}.{a.name}" for a in node.names}
            )
    return names


@pytest.mark.parametrize("folder", MAY)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    allowed = MAY[folder] | {folder} | (set() if folder == "kernels" else LEAVES)
    files = list((ROOT / folder.replace(".", "/")).rglob("*.py"))
    assert files
    for file in files:
        for name in imports_of(file):
            fine = name.split(".")[0] in sys.stdlib_module_names or any(
                name == a or name.startswith(a + ".") for a in allowed - {"tutor"}
            )
            assert fine or name == "tutor.__version__", f"{file.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize(("package", "home"), [("textual", "tutor/tui"), ("plotext", "tutor/draw")])
def test_a_terminal_library_has_one_home(package: str, home: str) -> None:
    users = {f for f in (ROOT / "tutor").rglob("*.py") if any(n.split(".")[0] == package for n in imports_of(f))}
    assert users
    assert all(file.relative_to(ROOT).as_posix().startswith(home) for file in users)


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after running this code in a fresh interpreter."""
    script = f"import sys\n{code}\nprint(*{{m.split('.')[0] for m in sys.modules}}, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stderr.split())


def test_help_loads_no_terminal_library_and_no_compiler() -> None:
    code = "from tutor.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_by(code) & {"textual", "numba", "plotext", "numpy", "markdown_it"}


def test_the_process_of_the_screen_never_loads_the_compiler() -> None:
    code = "import tutor.tui.app, tutor.tui.screens.home, tutor.tui.screens.lesson, tutor.tui.screens.lab\n"
    code += (
        "import tutor.tui.screens.exercise, tutor.tui.lab_pane, tutor.engine.client, tutor.draw, tutor.exercises, tutor.store\n"
    )
    code += "from tutor.labs import find_lab, lab_ids\n[find_lab(i).spec for i in lab_ids()]"
    assert not loaded_by(code) & {"numba", "llvmlite"}


def test_the_home_screen_paints_before_numpy_and_plotext_are_loaded() -> None:
    assert not loaded_by("import tutor.tui.app, tutor.tui.screens.home") & {"numpy", "plotext", "markdown_it"}


def test_labs_and_the_engine_load_no_terminal_library() -> None:
    assert not loaded_by("import tutor.engine.run, tutor.labs\nfrom tutor.labs import find_lab\nfind_lab('perceptron')") & {
        "textual", "plotext", "rich", "numba",
    }  # fmt: skip
