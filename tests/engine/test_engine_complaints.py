"""What the compiler complains of is one sentence with the learner's line, without its names for types."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from tutor.engine.complaints import complaint, is_complaint

COMPLAINTS = {
    "    return w + 'a'": "2: + does not go with an array of 1 dimension and the text 'a'",
    "    return w.median()": "2: an array of 1 dimension has no .median in Numba",
    "    return np.einsum('i,i', w, w)": "2: Numba has no np.einsum",
    "    return np.sum(w, keepdims=True)": "2: np.sum has no keepdims= in Numba",
    "    a = 0\n    if w[0] > 0:\n        a = w\n    return a": "5: a is 0 in one place and an array of 1 dimension in another",
    "    if w[0] > 0:\n        return w, 1\n    return w":
        "4: it returns a tuple in one place and an array of 1 dimension in another",
    "    return helper(w)": "2: helper is not compiled itself; put @njit above it as well",
    "    return w * missing": "2: the name missing is not defined",
    "    total += w[0]\n    return total": "2: total is used before it has a value",
    "    return [w, 1.0]": "2: a list of different things is not compiled; use a tuple",
    "    return np.array([w, w])": "2: np.array of arrays is not compiled; fill np.empty row by row, or use np.stack",
    "    global count\n    count = 1": "3: it sets a global variable, which compiled code takes for a constant",
    "    with np.errstate(all='ignore'):\n        return w": "2: with is not compiled",
    "    return f'{w[0]:.3f}'": "2: formatting in an f-string is not compiled",
    "    return w[len(w) / 2]": "2: an index must be a whole number: divide with //",
    "    table[0] = 1.0\n    return w": "2: it changes an array that is global or read-only; work on a copy",
    "    return np.linalg.norm(w)": "2: Numba's linear algebra needs SciPy, which is not there; write it as a loop",
    "    a = []\n    return len(a)": "2: it cannot tell what the empty list will hold; use an array",
    "    a = (w, 1.0)\n    for i in range(2):\n        a[i]":
        "4: a tuple of different things can only be indexed by a constant",
    "    import math\n    return math.pi": "2: it imports inside the function; write the import at the top of the file",
}  # fmt: skip


@pytest.mark.parametrize("body", COMPLAINTS)
def test_a_complaint_is_one_sentence_with_the_line(body: str, tmp_path: Path) -> None:
    source = f"def f(w):\n{body}\n"
    file = tmp_path / "my_file.py"
    names = {"np": np, "helper": lambda w: w, "table": np.zeros(3)}
    exec(compile(source, str(file), "exec"), names)
    with pytest.raises(Exception, match=r"\w") as caught:
        njit(names["f"])(np.ones(3))
    reason, line = complaint(caught.value, file, source)
    assert is_complaint(caught.value) or isinstance(caught.value, TypeError)
    assert f"{line}: {reason}" == COMPLAINTS[body]
    assert not re.search(r"float64|int64|Literal|iv=None|0x[0-9a-f]{6}|\n", reason)


def test_what_the_learners_code_raises_is_no_complaint(tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(compile("def f(w):\n    return w[3] / 0\n", "f.py", "exec"), names)
    with pytest.raises(IndexError) as caught:
        names["f"](np.ones(3))  # type: ignore[operator]
    assert not is_complaint(caught.value)
