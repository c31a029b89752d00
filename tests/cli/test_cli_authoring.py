"""A course written from scratch through the command line alone; then broken in many ways, each told at its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_samples import Call

TOUR = "01-first/01-every-block.md"
MEMORY = "01-first/02-memory.md"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all of them: what has been proven once is known."""
    return tmp_path_factory.mktemp("author")


@pytest.fixture
def root(call: Call, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two lessons, made by commands."""
    monkeypatch.setenv("DLTUTOR_HOME", str(home))
    course = tmp_path / "mine"
    assert call("new", "course", str(course)).status == 0
    assert call("new", "lesson", str(course / "01-first/memory"), "--title", "Memory").status == 0
    return course


def edit(root: Path, name: str, old: str, new: str) -> Path:
    file = root / name
    text = file.read_text()
    assert text.count(old), old
    file.write_text(text.replace(old, new, 1))
    return file


def test_written_linted_run_and_read(call: Call, root: Path) -> None:
    edit(root, MEMORY, "needs: []", "needs: [01-first/every-block]")
    edit(root, MEMORY, "## Check", "It made 22{{run: perceptron?seed=3, mistakes, 0}} mistakes.\n\n## Check")
    assert call("new", "exercise", str(root / "01-first/loss"), "--lesson", str(root / MEMORY)).status == 0
    done = call("lint", str(root), "--run")
    assert (done.status, done.out) == (0, "No mistakes found.\n")
    assert call("course", "add", str(root)).status == 0
    assert "Memory" in call("list", "--course", "mine").out
    read = call("read", "memory", "--course", "mine", "--width", "76").out
    assert "It made 22 mistakes." in read
    assert "[Exercise] Write `loss(y, t)`" in read
    assert max(map(len, read.split("\n"))) <= 76


# (file, what is replaced, by what, the text that the message points at, a part of the message, a part of the mend)
BROKEN = [
    (MEMORY, "sources: ", "source: ", "source", "no key 'source'", "did you mean 'sources'?"),
    (MEMORY, "minutes: 5", "minutes: five", "five", "minutes must be a whole number", "use one from 1 to 240"),
    (MEMORY, "needs: []", "needs: [01-first/every-blok]", "01-first/every-blok", "no lesson", "01-first/every-block"),
    (MEMORY, "```quiz why", "```quizz why", "quizz", "no block 'quizz'", "did you mean 'quiz'?"),
    (MEMORY, "```quiz why", "```quiz how-many", "```quiz", "the name 'how-many' is taken", "another name"),
    (MEMORY, "ask: When", "ask: Now: when", ": when", "this is not YAML", "in quotes"),
    (MEMORY, "    right: true\n", "", "- say: When it is", "none of the options is right", "add right: true"),
    (MEMORY, "    because: Then it would never come to rest.\n", "", "say: After", "says nothing to who", "because"),
    (MEMORY, "kind: choice", "kind: choose", "choose", "kind cannot be 'choose'", "did you mean 'choice'?"),
    (MEMORY, "within: 5", "within: -5", "-5", "within cannot be negative", "use 0 or more"),
    (MEMORY, "```lab perceptron", "```lab perceptrom", "```lab", "no lab 'perceptrom'", "did you mean 'perceptron'?"),
    (MEMORY, "seed: 3}", "seed: 3, rat: 1}", "rat:", "no knob 'rat'", "did you mean 'rate'?"),
    (MEMORY, "seed: 3}", "seed: 3, rate: 99}", "99}", "rate cannot be 99", "from 0.01 to 10"),
    (MEMORY, "seed: 3}", "seed: 3, margin@9: 1}", "margin@9", "cannot change while the lab runs", "from the start"),
    (MEMORY, "[boundary, mistakes]", "[bondary, mistakes]", "bondary", "no view 'bondary'", "did you mean 'boundary'?"),
    (MEMORY, "goal: errors == 0", "goal: error == 0", "error ==", "neither a metric nor a knob", "did you mean 'errors'?"),
    (MEMORY, "goal: errors == 0", "goal: errors = 0", "errors = 0", "cannot read the condition", "errors == 0"),
    (MEMORY, "measure: mistakes", "measure: mistake", "mistake\nwithin", "no metric 'mistake'", "did you mean 'mistakes'?"),
    (TOUR, "](#questions)", "](#question)", "[a page of", "no section 'question'", "did you mean 'questions'?"),
    (TOUR, "](index.md)", "](indx.md)", "[the chapter]", "leads nowhere", "did you mean 'index.md'?"),
    (TOUR, "glossary.md#bias", "glossary.md#bais", "[a word]", "no term 'bais'", "did you mean 'bias'?"),
    (TOUR, "$w \\cdot x + b$.", "$w \\cdott x + b$.", "\\cdott", "cannot be shown", "formulas of other lessons"),
    (TOUR, "mistakes, 0}}", "mistaks, 0}}", "<!--{{run", "no metric 'mistaks'", "did you mean 'mistakes'?"),
    (TOUR, "It made 22", "The preceptron made 22", "preceptron", "nearly the term 'perceptron'", "write perceptron"),
    (TOUR, "view: boundary\nsize", "view: plane\nsize", "plane", "no view 'plane'", "there are"),
    (TOUR, "low: -1", "low: 2", "2\nhigh", "low is not below high", "the smaller end"),
    (TOUR, "line: 9", "line: 10", "10\nplug", "differ in line 9", "that one line mended"),
    ("01-first/exercises/mean_square.py", "np.mean(y)", "np.mean((y - t) ** 2)", "", "already passes", "what is to be written"),
    ("glossary.md", "[It is explained here](01-first/01-every-block.md)", "", "The number", "not said where 'bias'", "a link"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "at", "message", "mend"), BROKEN, ids=[f"{k}" for k in range(len(BROKEN))])
def test_every_break_is_one_message(
    call: Call, root: Path, name: str, old: str, new: str, at: str, message: str, mend: str
) -> None:
    file = edit(root, name, old, new)
    done = call("lint", str(root))
    assert done.status == 1
    found = re.fullmatch(r"(.+):(\d+):(\d+): (.+) \((.+)\)\n", done.out)
    assert found, done.out
    assert message in found[4]
    assert mend in found[5]
    if at:
        before = file.read_text().partition(at)[0]
        place = (str(file), before.count("\n") + 1, len(before) - before.rfind("\n"))
        assert (found[1], int(found[2]), int(found[3])) == place
    else:
        assert found[1] == str(root / TOUR)


RUNS = [
    ("mistakes > 0", "mistakes >= 0", "errors == 0 and mistakes >= 0", ""),
    ("errors == 0 and mistakes > 0", "mistakes > 500", "mistakes > 500", "by the end of the run, at step 48 (mistakes 22)"),
    ("par: 48", "par: 40", "40\nsay", "par is 40, but the goal took 41 steps here"),
    ("22<!--", "23<!--", "<!--{{run", "the text says 23, and the run comes to 22"),
    ("when: errors == 0", "when: errors == 7", "\n  - say: It is right on all", "none of the options comes true"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "message"), RUNS, ids=[str(k) for k in range(len(RUNS))])
def test_what_only_a_run_finds_out(call: Call, root: Path, old: str, new: str, at: str, message: str) -> None:
    file = edit(root, TOUR, old, new)
    assert call("lint", str(root)).status == 0
    done = call("lint", str(file), "--run", "--json")
    if not message:  # the run begins with three errors, so this still asks for something
        assert (done.status, done.json["run"], done.json["problems"]) == (0, True, [])
        return
    (problem,) = done.json["problems"]
    assert done.status == 1
    assert message in problem["message"]
    assert problem["line"] == file.read_text().partition(at)[0].count("\n") + 1 + at.startswith("\n")


def test_a_goal_that_holds_already(call: Call, root: Path) -> None:
    file = edit(root, TOUR, "errors == 0 and mistakes > 0", "errors > 0")
    (problem,) = call("lint", str(file), "--run", "--json").json["problems"]
    assert (problem["rule"], problem["mend"]) == ("goal-at-start", "ask for more, or set the lab up otherwise")


def test_no_course_is_bad_input(call: Call, tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        done = call("lint", str(path))
        assert (done.status, done.out) == (2, "")
        assert done.err.count("\n") == 1
