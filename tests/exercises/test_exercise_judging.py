"""The perceptron's update as learners write it: right in any style, and every wrong answer told by what is wrong."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator

import pytest
from exercise_samples import HEAD, PERCEPTRON

from tutor.exercises import solution, starter
from tutor.exercises.checking import verdict
from tutor.exercises.files import part_text
from tutor.exercises.session import Session
from tutor.exercises.verdict import Verdict

Judge = Callable[[str], Verdict]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One process for all texts that leave it alive."""
    with asyncio.Runner() as runner:
        session = Session(PERCEPTRON)
        runner.run(session.__aenter__())
        try:
            yield lambda text: verdict(session.prepared, runner.run(session.run(PERCEPTRON.file, text)), text)
        finally:
            runner.run(session.__aexit__())


LOOPS = """
def update(w, b, x, t, rate):
    total = b
    for i in range(len(w)):
        total += w[i] * x[i]
    if t * total <= 0:
        for i in range(len(w)):
            w[i] += rate * t * x[i]
        b += rate * t
    return w, b
"""
BRANCHLESS = """
import numpy
def update(w, b, x, t, rate):
    step = rate * t * (t * (w @ x + b) <= 0)
    return [numpy.add(w, step * x), numpy.float64(b + step)]
"""
COMPILED = "from numba import njit\n\n@njit(cache=True)" + LOOPS.replace("w[i] +=", "w[i] = w[i] +")


@pytest.mark.parametrize("text", [LOOPS, BRANCHLESS, COMPILED], ids=["loops", "branchless", "compiled"])
def test_a_right_answer_passes_in_any_style(judge: Judge, text: str) -> None:
    found = judge(text)
    assert found.passed, found
    assert found.title == f"It passes: {found.cases} cases"
    assert found.cases > 20
    assert (found.detail, found.mistake, found.printed) == ((), "", "")


def test_the_solution_passes_and_the_starter_runs_but_fails(judge: Judge) -> None:
    assert judge(solution(PERCEPTRON)).passed
    found = judge(starter(PERCEPTRON))
    assert not found.passed
    assert found.title == "w is wrong"
    assert found.mistake == ""
    labels = [line.split(": ")[0] for line in found.detail]
    assert labels == [f"case 1 of {found.cases}", "yours", "expected", "where first different"]
    assert found.detail[-1].startswith("where first different: w[0] is ")


def faults() -> list[tuple[str, str]]:
    """Each classic mistake of the exercise: its name in the file and its message."""
    names: dict[str, object] = {}
    exec(part_text(PERCEPTRON, "faults"), names)
    return [(n, inspect.getdoc(f) or "") for n, f in names.items() if inspect.isfunction(f) and not n.startswith("_")]


@pytest.mark.parametrize(("name", "message"), faults())
def test_a_classic_mistake_is_told_by_its_name(judge: Judge, name: str, message: str) -> None:
    found = judge(part_text(PERCEPTRON, "faults") + f"\nupdate = {name}\n")
    assert not found.passed
    assert found.mistake == name.replace("_", "-")
    assert found.title == message
    assert len(message) < 130


def test_a_mistake_is_recognised_however_it_is_written(judge: Judge) -> None:
    flipped = LOOPS.replace("w[i] += rate * t", "w[i] -= rate * t").replace("b += rate * t", "b -= rate * t")
    assert judge(flipped).mistake == "sign-flipped"
    assert judge(LOOPS.replace("<= 0", "< 0")).mistake == "boundary-counts-as-right"
    assert judge(LOOPS.replace("<= 0", "<= 1")).mistake == ""


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("    return w, ww", "perceptron_update.py:5: NameError: name 'ww' is not defined"),
        ("    if t * 2\n        return w", "perceptron_update.py:5: Python cannot read this line: expected ':'"),
        ("    return np.outer(w, x), b", "w has shape (2, 2); (2,) is expected"),
        ("    return w[:, None], b", "w has shape (2, 1); (2,) is expected"),
        ("    pass", "update returns nothing (None); (w, b) is expected"),
        ("    return w, b, t", "update returns 3 values; 2 are expected: (w, b)"),
        ("    return list(w), b", "w is a list; an array of shape (2,) is expected"),
        ("    yield w", "update returns a generator; (w, b) is expected"),
        ("    return w * np.nan, b", "w is not finite"),
        ("    sys.exit(0)", "perceptron_update.py:5: it ends the program instead of returning"),
        ("    return update(w, b, x, t, rate)", "perceptron_update.py:5: the function calls itself without end"),
        ("    return np.ones(50 * 2**30 // 8), b", "perceptron_update.py:5: it asks for more memory than there is"),
        ("    while True:\n        w = [w, np.zeros(2**25)]", "perceptron_update.py:6: it asks for more memory than there is"),
        ("    return input('w? '), b", "perceptron_update.py:5: there is nobody to answer input() here; the function gets all"
         " it needs as arguments"),
        ("    np.allclose = max\n    return w, b", "perceptron_update.py replaces numpy.allclose; your code is checked with"
         " NumPy and Python as they are"),
        ("    raise KeyError('\\x1b[2J')", "perceptron_update.py:5: KeyError: '\\x1b[2J'"),
        ("    open('big', 'w').truncate(2**30)", "perceptron_update.py:5: OSError: [Errno 27] File too large"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_sentence(judge: Judge, body: str, title: str) -> None:
    found = judge(HEAD + body + "\n")
    assert not found.passed
    assert found.title == title
    assert found.mistake == ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "perceptron_update.py defines no function 'update'; write: def update(w, b, x, t, rate):"),
        ("def updat(w):\n    pass\n", "perceptron_update.py defines no function 'update'; did you mean 'updat'?"),
        ("update = 3\n", "update is no function in perceptron_update.py; write: def update(w, b, x, t, rate):"),
        ("def update(w, x):\n    pass\n", "update does not take the arguments of update(w, b, x, t, rate)"),
        ("import perceptron_update\n", "perceptron_update.py:1: ModuleNotFoundError: No module named 'perceptron_update'"),
        ("\0", "perceptron_update.py:1: Python cannot read this line: source code string cannot contain null bytes"),
        ("import builtins\nbuiltins.len = max\n", "perceptron_update.py replaces builtins.len; your code is checked with NumPy"
         " and Python as they are"),
    ],
)  # fmt: skip
def test_a_file_without_the_function_is_one_sentence(judge: Judge, text: str, title: str) -> None:
    found = judge(text)
    assert found.title == title
    assert not [line for line in found.detail if line.startswith("case ")]


COMPILED_HEAD = "from numba import njit\nimport numpy as np\n\n@njit\ndef update(w, b, x, t, rate):\n"


@pytest.mark.parametrize(
    ("body", "title", "line"),
    [
        ("    return w, 'a' + b", "perceptron_update.py:6: Numba cannot compile this: + does not go with the text 'a' and"
         " a number", "line 6: return w, 'a' + b"),
        ("    return w[len(w)], b", "perceptron_update.py:6: the index 2 is outside an array of 2: the first is 0, the last 1",
         "line 6: return w[len(w)], b"),
        ("    return np.dot(w, x), b", "w is a number; an array of shape (2,) is expected", ""),
    ],
)  # fmt: skip
def test_compiled_code_fails_in_one_sentence_too(judge: Judge, body: str, title: str, line: str) -> None:
    found = judge(COMPILED_HEAD + body + "\n")
    assert found.title == title
    assert not line or (found.detail[0], found.line) == (line, 6)


def test_the_line_that_failed_is_known(judge: Judge) -> None:
    assert judge(HEAD + "    return w, c\n").line == 5
    assert judge(HEAD + "    return w,, b\n").line == 5
    assert judge(HEAD + "    return w, b\n").line == 0


def test_inputs_may_not_be_changed_but_w_may(judge: Judge) -> None:
    changed = judge(
        LOOPS
        + "\ninner = update\ndef update(w, b, x, t, rate):\n    w, b = inner(w, b, x, t, rate)\n    x *= 2\n    return w, b\n"
    )
    assert changed.title == "update changes the x that it was given; it must work on a copy"
    assert changed.detail[-1].startswith("where first different: x[")


def test_a_megabyte_of_prints_neither_blocks_nor_floods(judge: Judge) -> None:
    noisy = LOOPS.replace(
        "    total = b", "    total = b\n    print('x' * 1000000)\n    for i in range(5000): print('hello', i)", 1
    )
    found = judge("print('loading')\n" + noisy)
    assert found.passed
    assert len(found.printed) == 500
    assert found.printed.startswith("loading\nxxx")
    below = judge("import os\n" + HEAD + "    os.write(1, b'y' * 1000000)\n    os.write(2, b'y' * 1000000)\n    return w, b\n")
    assert below.title == "w is wrong"


def test_what_was_printed_on_the_case_shown_is_shown(judge: Judge) -> None:
    body = "    print('t is', t, '\\x1b[31m')\n    return w, b\n"
    found = judge(HEAD + body)
    assert found.printed == "t is 1 �[31m\n"
    assert ", t = 1, " in found.detail[0]


LOOKING = """
import gc, sys
found = []
for thing in gc.get_objects():
    if isinstance(thing, dict) and ("sign_flipped" in thing or {"truth", "faults"} <= thing.keys()):
        found.append(thing)
    if type(thing).__name__ == "function" and thing.__code__.co_filename.endswith((".solution.py", ".faults.py")):
        found.append(thing)
frame = sys._getframe()
while frame:
    found += [name for name in ("truth", "solution", "expected", "described") if name in frame.f_locals]
    frame = frame.f_back
assert not found, str(found)[:100]
"""


def test_the_answers_are_not_in_the_memory_of_the_learners_process(judge: Judge) -> None:
    found = judge(LOOKING + LOOPS)
    assert found.passed, found.title
