"""The learner's function in a lab: compiled where that changes nothing, said why where not, its mistakes told by their line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tutor.engine.plug import Own, load_plug
from tutor.errors import UserError

W = np.array([1.0, 2.0, 3.0])
X = np.array([0.5, -1.0, 2.0])


def own(folder: Path, text: str, **options: bool) -> Own:
    file = folder / "mine.py"
    file.write_text("import numpy as np\n" + text)
    return load_plug(file, "f", **options)


def test_plain_python_is_compiled_with_its_helpers_and_products(tmp_path: Path) -> None:
    text = (
        "def slope(z):\n    return 1 - np.tanh(z) ** 2\n"
        "def f(w, x):\n    print('noise')\n    return np.dot(w, x), slope(w) @ x, np.outer(w, x) @ x, x.dot(np.outer(w, x).T)\n"
    )
    plug = own(tmp_path, text)
    assert plug.manner.said == "plain Python", "not before it has been tried"
    answer = plug(W, X)
    assert plug.manner.said == "compiled"
    M = np.outer(W, X)
    for found, due in zip(answer, (W @ X, (1 - np.tanh(W) ** 2) @ X, M @ X, X @ M.T), strict=True):
        np.testing.assert_allclose(found, due, rtol=1e-13)
    with pytest.raises(UserError, match=r"mine\.py:6: ValueError: shapes \(2,\) and \(3,\) not aligned"):
        plug(W[:2], X)


def test_what_cannot_be_compiled_runs_as_python_and_says_why(tmp_path: Path) -> None:
    plug = own(tmp_path, "def f(w, x):\n    return np.einsum('i,i', w, x)\n")
    assert plug(W, X) == W @ X
    assert plug.manner.said == "plain Python, because line 3: Numba has no np.einsum"


def test_what_compiles_to_something_else_runs_as_python(tmp_path: Path) -> None:
    plug = own(tmp_path, "def f(w, x):\n    return len(w) * 2**62 * 4\n")
    assert plug(W, X) == 3 * 2**64
    assert plug.manner.said == "plain Python, because it answers something else when compiled"


def test_numbas_own_decorator_is_taken_over_and_checked_for_bounds(tmp_path: Path) -> None:
    text = "from numba import njit\n@njit\ndef g(w, n):\n    return w[n]\n@njit\ndef f(w, n):\n    return g(w, n)\n"
    plug = own(tmp_path, text)
    assert plug(W, 2) == 3.0
    assert plug.manner.compiled
    with pytest.raises(UserError, match=r"^mine\.py:5: the index 3 is outside an array of 3: the first is 0, the last 2$"):
        plug(W, 3)


def test_in_place_is_in_place_either_way(tmp_path: Path) -> None:
    for text in (
        "def f(w, x):\n    w += x\n    return w\n",
        "def f(w, x):\n    w += x\n    assert f'{w[0]:.1f}'\n    return w\n",
    ):
        plug, w = own(tmp_path, text), W.copy()
        assert plug(w, X) is w
        np.testing.assert_array_equal(w, W + X)


def test_a_function_called_once_is_not_compiled(tmp_path: Path) -> None:
    plug = own(tmp_path, "def f():\n    return 3\n", tight=False)
    assert (plug(), plug.manner.said) == (3, "plain Python")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def f(w, x):\n    return w / y\n", r"mine\.py:3: NameError: name 'y' is not defined"),
        ("def f(w, x):\n    while True:\n        pass\n", r"mine\.py:[34]: f was still running after 0\.2 s"),
        ("def f(w, x):\n    return w,, x\n", r"mine\.py:3: Python cannot read this line"),
        ("while True:\n    pass\n", r"mine\.py:[23]: the file itself was still running after 0\.2 s"),
        ("def g(w, x):\n    return w\n", r"mine\.py defines no function 'f'; write: def f"),
        ("def f(w, x):\n    exit()\n", r"mine\.py:3: it ends the program instead of returning"),
        ("def f(w, x):\n    return f(w, x)\n", r"mine\.py:3: the function calls itself without end"),
    ],
)  # fmt: skip
def test_what_fails_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str) -> None:
    monkeypatch.setattr("tutor.engine.plug.PATIENCE", 0.2)
    with pytest.raises(UserError, match=f"^{sentence}"):
        own(tmp_path, text)(W, X)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mine\.py cannot be read"):
        load_plug(tmp_path / "mine.py", "f")


def test_the_same_text_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(w, x):\n    return np.dot(w, x) + 0.5\n"
    own(tmp_path, text)(W, X)
    asked: list[object] = []
    monkeypatch.setattr("kernels.learner.compiled", lambda function: asked.append(function) or function)
    again = own(tmp_path, text)
    assert (again(W, X), again.manner.compiled, asked) == (W @ X + 0.5, True, [])
    other = own(tmp_path, text.replace("0.5", "1.5"))
    assert other(W, X) == W @ X + 1.5
    assert asked, "another text is another function"
