"""A course's own labs: made, run, tested, broken in every way; never loaded by the process that shows them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_samples import Call

from tutor import trust
from tutor.cli import main
from tutor.cli.lab_tests import _faults
from tutor.engine import authored as loading
from tutor.engine.link import make_link
from tutor.engine.run import Run
from tutor.errors import UserError
from tutor.labs import Authored, authored, find_lab, lab_ids, use_authored
from tutor.labs.declared import declared_labs

HEAD = """import numpy as np
from tutor.labs.spec import Knob, LabSpec, Metric, Source, View, Words, scalar
from tutor.pictures import Text, Lines, Series

class Own:
    spec = LabSpec(
        "own", "Own", "A lab.", (Knob("k", "number", 0.5),), (Metric("m"),), (View("v", "v"),), Source("labs.own", "f"))
    def start(self, knobs, seed):
        return {"step": scalar(0)}
    def advance(self, state, knobs, steps, device, plug):
        state["step"] += steps
    def metrics(self, state, knobs):
        return {"m": 1.0}
    def view(self, name, state, knobs, size):
        return Text(("fine",))
    def diagnose(self, state, knobs):
        return Words("fine")
    def finished(self, state, knobs):
        return False
LAB = Own()
"""


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """What a test has loaded, and said to be open, is gone after it."""
    finders = list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for name in [name for name in sys.modules if name.partition(".")[0] == "labs"]:
        del sys.modules[name]
    use_authored(Authored())


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a lab, both as `new` makes them."""
    root = tmp_path_factory.mktemp("own") / "my-nets"
    assert main(["new", "course", str(root)]) == 0
    assert main(["new", "lab", str(root / "two-lines")]) == 0
    (root / "01-first/02-lines.md").write_text(
        "---\ntitle: Lines\nminutes: 1\n---\nA line.\n\n```lab two-lines\nknobs: {rate: 0.3}\ngoal: loss < 0.1\n```\n"
    )
    return root


def own(root: Path) -> None:
    trust.grant("my-nets", root, own=True)


def test_a_new_lab_works(call: Call, course: Path, mine: Path) -> None:
    own(mine)
    assert call("lint", str(mine / "01-first/02-lines.md")).out == "No mistakes found.\n"
    done = call(
        "run", "two-lines?rate=0.3&noise=0", "--course", str(mine), "--json", "--until", "loss < 0.001", "--steps", "90"
    )
    lines = [line for line in done.out.splitlines() if line]
    assert (done.status, done.err) == (0, "")
    assert '"reason": "until"' in lines[-1]
    refused = call("run", "two-lines?rat=0.3", "--course", str(mine), "--json")
    assert (refused.status, refused.out) == (2, "")
    assert "did you mean 'rate'?" in refused.err
    tested = call("course", "test", str(mine), "--json")
    assert tested.status == 0, tested.out
    assert tested.json["labs"] == ["two-lines"]
    assert [one["wrong"] for one in tested.json["tests"]] == ["", "", ""]


def test_the_linter_knows_a_labs_knobs_and_a_test_that_fails_is_told(
    call: Call, course: Path, mine: Path, tmp_path: Path
) -> None:
    root = tmp_path / "my-nets"
    (root / "01-first").mkdir(parents=True)
    (root / "labs").mkdir()
    (root / "01-first/index.md").write_text("---\ntitle: A\nsummary: B.\n---\n")
    (root / "01-first/01-a.md").write_text(
        "---\ntitle: A\nminutes: 1\n---\nText.\n\n```lab own\nknobs: {kk: 0.3}\ngoal: mm < 0.1\n```\n"
    )
    (root / "labs/own.py").write_text(HEAD)
    (root / "labs/test_own.py").write_text(
        "def test_good():\n    pass\n\ndef test_bad():\n    assert 1 == 2, 'one is \\x1b[31mnot two'\n"
    )
    (root / "labs/bad.py").write_text("x = 1\nLAB = y\n")
    untrusted = call("lint", str(root))
    assert (untrusted.status, untrusted.out) == (0, "No mistakes found.\n")
    own(root)
    said = call("course", "test", str(root))
    assert said.status == 1
    assert "'own' has no knob 'kk' (did you mean 'k'?)" in said.out
    assert "labs/bad.py:2:1: the lab 'bad' cannot be loaded: NameError: name 'y' is not defined" in said.out
    assert "labs/test_own.py:test_bad: labs/test_own.py:5: AssertionError: one is ?[31mnot two" in said.out
    assert "4 mistakes" in said.out


def test_an_untrusted_lab_runs_nowhere(call: Call, course: Path, mine: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "labs").mkdir(parents=True)
    (copy / "01-first").mkdir()
    for name in ("01-first/index.md", "01-first/02-lines.md"):
        (copy / name).write_text((mine / name).read_text())
    text = (mine / "labs/two_lines.py").read_text()
    (copy / "labs/two_lines.py").write_text(text.replace("import numpy", "raise RuntimeError('it ran')\nimport numpy", 1))
    for words in (("run", "two-lines"), ("labs", "two-lines"), ("course", "test"), ("lint", str(copy)), ("labs",)):
        done = call(*words, "--course", str(copy))
        assert f"dltutor course trust {copy}" in done.out + done.err, words
        assert "it ran" not in done.out + done.err, words
    own(copy)
    assert "RuntimeError: it ran" in call("labs", "two-lines", "--course", str(copy)).err
    trust.revoke("copy", copy)
    assert "Lab" in call("read", "lines", "--course", str(copy)).out


def test_the_process_that_asks_loads_neither_the_lab_nor_the_compiler(mine: Path) -> None:
    own(mine)
    code = f"""import asyncio, sys
from pathlib import Path
from tutor.engine.described import ask
from tutor.labs import find_lab
asyncio.run(ask(Path({str(mine)!r}), "my-nets"))
print(find_lab("two-lines").spec.title, *sorted({{m.split(".")[0] for m in sys.modules}} & {{"labs", "numba", "llvmlite"}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Two lines\n"


def loaded(tmp_path: Path, old: str, new: str) -> str:
    """What becomes of a lab with this change: "" or the sentence."""
    (tmp_path / "labs").mkdir(exist_ok=True)
    assert old in HEAD
    (tmp_path / "labs/own.py").write_text(HEAD.replace(old, new))
    found = loading.load(tmp_path)
    if found.broken:
        return found.broken["own"]
    use_authored(found)
    try:
        run = Run(find_lab("own"), make_link(find_lab("own").spec, []))
        run.advance(3)
        run.metrics()
        run.words()
        run.view("v", (40, 10))
    except UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("LAB = Own()", "LAB = Own(", "Python cannot read this line"),
        ("LAB = Own()", "LAB = None", "labs/own.py: its spec is no LabSpec"),
        ("import numpy", "import nothing_like_it\nimport numpy", "labs/own.py:1: ModuleNotFoundError"),
        ("import numpy", "import sys\nsys.exit(3)\nimport numpy", "labs/own.py:2: it ends the program"),
        ('"own", "Own"', '"gd", "Own"', "its id is 'gd'; it must be 'own'"),
        ('"A lab."', "7", "spec.summary cannot be 7"),
        ('"A lab."', '"\\x1b[2J"', "holds characters that cannot be printed"),
        ('"number", 0.5', '"number", 5.0', "has the default 5.0, which is not from 0 to 1"),
        ('"number", 0.5', '"colour", 0.5', "is of the kind 'colour'"),
        ('(Metric("m"),)', "()", "needs a view and a metric"),
        ('Metric("m")', 'Metric("m", format="q")', "has the format 'q', which is none"),
        ('View("v", "v")', 'View("v", "v", curves=("x",))', "draws 'x', which is no metric"),
        ('{"step": scalar(0)}', "{}", "state['step'] is not an int64 array"),
        ('{"step": scalar(0)}', '{"step": scalar(0), "x": [1]}', "state['x'] is no array of numbers"),
        ('{"step": scalar(0)}', "1 / 0", "labs/own.py:9: ZeroDivisionError"),
        ('["step"] += steps', '["step"] += 2 * steps', "advance() by 1 went from step 0 to 2"),
        ('["step"] += steps', '["step"] += steps; raise KeyboardInterrupt', "labs/own.py:11: it ends the program"),
        ('{"m": 1.0}', '{"m": "1"}', "metrics() gives '1' for 'm'"),
        ('{"m": 1.0}', "{}", "metrics() gives None for 'm'"),
        ('{"m": 1.0}', "[1]", "metrics() does not return a dict"),
        ('Text(("fine",))', "None", "the picture of 'v' is None, no picture"),
        ('Text(("fine",))', 'Text(["fine"])', "the picture of 'v'.lines cannot be a list"),
        ('Text(("fine",))', 'Text(("\\x1b]0;x",))', "holds characters that cannot be printed"),
        ('Text(("fine",))', 'Lines((Series("a", np.zeros(3), np.zeros(4)),))', "in Series, x or y does not fit"),
        ('Text(("fine",))', 'Lines((Series("a", np.zeros(3), None),))', "series.y cannot be None"),
        ('Text(("fine",))', "size[0] / 0", "labs/own.py:15: ZeroDivisionError"),
        ('Words("fine")', '"fine"', "diagnose() does not return Words"),
        ('Words("fine")', "self.x", "labs/own.py:17: AttributeError"),
    ],
)  # fmt: skip
def test_a_lab_that_fails_is_one_sentence_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    got = loaded(tmp_path, old, new)
    assert said in got, got
    assert got.isprintable()
    assert bool(got) == bool(said)


def test_a_lab_that_never_ends_is_told_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOADING", 0.2)
    got = loaded(tmp_path, 'return {"m": 1.0}', "while True: pass")
    assert "labs/own.py:13: metrics() was still running after 0.2 s" in got


def test_what_counts_as_a_lab(tmp_path: Path) -> None:
    (tmp_path / "labs").mkdir()
    for name, text in {
        "one_two": "LAB = 1", "typed": "LAB: int = 1", "kernels": "x = 1", "_hidden": "LAB = 1", "test_x": "LAB = 1",
        "broken": "LAB = (\n", "deep": "(" * 5000 + "\nLAB = 1", "bytes": "LAB = 1\0",
    }.items():  # fmt: skip
        (tmp_path / f"labs/{name}.py").write_text(text)
    (tmp_path / "labs/link.py").symlink_to(tmp_path / "labs/typed.py")
    assert set(declared_labs(tmp_path)) == {"one-two", "typed", "broken", "deep", "bytes"}
    assert authored().root is None
    assert "one-two" not in lab_ids()


@pytest.mark.parametrize("name", ["gd", "test_x", "class", "Big", "two words", "_x"])
def test_a_lab_that_cannot_be_called_so(call: Call, mine: Path, name: str) -> None:
    done = call("new", "lab", str(mine / name))
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_lab_is_a_function_of_the_state(call: Call, mine: Path, tmp_path: Path) -> None:
    """What looks at a state leaves it as it is, and the same start comes twice; `course test` says which does not."""
    for old, new, said in (
        ('return {"m": 1.0}', 'state["x"][0] += 1; return {"m": 1.0}', "metrics() changes the state"),
        ('return Text(("fine",))', 'state["x"][0] += 1; return Text(("fine",))', "view('v') changes the state"),
        ('return Words("fine")', 'state["x"][0] += 1; return Words("fine")', "diagnose() changes the state"),
        ('"step": scalar(0)', '"step": scalar(0), "y": np.random.rand(2)', "start() is not the same twice"),
    ):
        (tmp_path / "labs").mkdir(exist_ok=True)
        text = HEAD.replace('{"step": scalar(0)}', '{"x": np.zeros(1), "step": scalar(0)}')
        (tmp_path / "labs/own.py").write_text(text.replace(old, new))
        assert next(_faults(loading.load(tmp_path).labs["own"])).startswith(said)
        del sys.modules["labs.own"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('Knob("k"', 'Knob("per-step"', "'per-step' is no name of a knob"),
        ('Metric("m")', 'Metric("lambda")', "'lambda' is no name of a metric"),
        ("def diagnose", "def diagnosis", "it has no method diagnose()"),
    ],
)
def test_a_lab_that_no_goal_could_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in loaded(tmp_path, old, new)


def test_what_a_run_came_to_is_known_only_as_long_as_the_lab_is_what_it_was(call: Call, mine: Path) -> None:
    own(mine)
    lesson = str(mine / "01-first/02-lines.md")
    assert call("lint", lesson, "--run").status == 0
    file = mine / "labs/two_lines_kernels.py"
    kept = file.read_text()
    file.write_text(kept.replace("w[0] -= rate * slope", "w[0] += rate * slope"))
    done = call("lint", lesson, "--run", "--json")
    file.write_text(kept)
    assert [problem["rule"] for problem in done.json["problems"]] == ["goal-unreached"]


def test_its_pictures_are_read_and_exported(call: Call, mine: Path, tmp_path: Path) -> None:
    own(mine)
    lesson = mine / "01-first/02-lines.md"
    kept = lesson.read_text()
    lesson.write_text(kept + "\n```picture\nlab: two-lines?seed=2\nstep: 3\nsize: 40x10\ncaption: The line.\n```\n")
    assert "┤" in call("read", "lines", "--course", str(mine)).out
    done = call("export", str(mine), "--html", str(tmp_path / "pages"), "--json")
    lesson.write_text(kept)
    assert (done.status, done.json["failed"]) == (0, [])
    page = (tmp_path / "pages/01-first/lines.html").read_text()
    assert page.count("<img src='../pictures/two-lines-") == 2


def test_labs_that_end_the_process_that_loads_them_are_said_by_lint(call: Call, mine: Path) -> None:
    own(mine)
    file = mine / "labs/two_lines.py"
    kept = file.read_text()
    file.write_text(kept.replace("import numpy", "import os\nos._exit(0)\nimport numpy", 1))
    done = call("lint", str(mine))
    file.write_text(kept)
    assert done.status == 1
    assert done.out.startswith(f"{file}:1:1: the lab 'two-lines' cannot be loaded: ")
