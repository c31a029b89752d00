"""Labs whose kernels have twins on a GPU: in Numba's simulator a run comes to the same place, and without a GPU it says so."""

from __future__ import annotations

import pytest
from lab_checks import run
from on_cuda import answer, needs_numba_cuda

from tutor.errors import DeviceProblem

LABS = """
import json, sys
import numpy as np
from kernels.cuda import gan, recurrent
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab
from tutor.labs.rnn import corpus, memory

gan.THREADS = recurrent.THREADS = 2  # a thread of the simulator is a thread of Python
corpus.READERS = memory._BATCH = 2
apart = {}
for text in sys.argv[1:]:
    lab, ends = find_lab(text.partition("?")[0]), []
    for device in ("cpu", "cuda", "both"):  # both: half of the way on each
        one = Run(lab, parse_link(text, lab.spec))
        for steps, here in ((1, "cpu"), (1, "cuda")):
            lab.advance(one.state, one.knobs, steps, here if device == "both" else device, None)
        ends.append(one.state)
    moved = [name for name, array in ends[0].items() if array.flags.writeable and array.dtype.kind == "f"]
    far = [
        max(float((np.abs(ends[0][name] - end[name]) / (1 + np.abs(ends[0][name]))).max(initial=0.0)) for name in moved)
        for end in ends[1:]
    ]
    apart[text] = [*far, [end["step"].tolist() for end in ends]]
print(json.dumps(apart))
"""
EACH = """
import json
from kernels.cuda import gan, race
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab

gan.THREADS, race.THREADS = 2, 4  # a thread of the simulator is a thread of Python
same = []
for lab_id, texts in (
    ("race", ["race?dimensions=2", "race?dimensions=2&condition=7&rate=0.3", "race?surface=beale&seed=3"]),
    ("gan-2d", [f"gan-2d?hidden_g=2&hidden_d=2&batch=4&activation=tanh&{more}"
                for more in ("seed=1", "seed=2&rate_d=0.03", "seed=1&game=wgan")]),
):
    lab = find_lab(lab_id)
    alone, together = ([Run(lab, parse_link(text, lab.spec)) for text in texts] for _ in range(2))
    for one in alone:
        lab.advance(one.state, one.knobs, 2, "cuda", None)
    for steps in (1, 1):
        lab.advance_each([one.state for one in together], [one.knobs for one in together], steps, "cuda")
    same += [one.hash() == other.hash() for one, other in zip(alone, together)]
    same.append(len({one.hash() for one in alone}) == 3)
print(json.dumps(same))
"""
LINKS = {
    "race?surface=beale": 1e-9,
    "gd?loss=neuron": 1e-9,
    "pitfalls?noise=0.5": 2e-6,
    "gan-2d?hidden_g=3&hidden_d=3&batch=4&activation=tanh": 2e-4,
    "char-rnn?units=4&length=4": 2e-4,
    "memory?delay=1&units=4&symbols=2": 2e-4,
}
"""Runs, and how far apart numbers of some size may be after two steps."""


@pytest.mark.cuda
@needs_numba_cuda
def test_they_come_to_the_same_place() -> None:
    for text, (whole, half, steps) in answer(LABS, *LINKS).items():
        assert whole < LINKS[text], text
        assert half < LINKS[text], text
        assert steps == [[2]] * 3


@pytest.mark.cuda
@needs_numba_cuda
def test_many_runs_at_once_come_to_where_each_comes_alone() -> None:
    assert answer(EACH) == [True] * 8


@pytest.mark.parametrize("text", [*LINKS, "gan-digits", "tune-text"])
def test_a_gpu_that_is_not_there_is_said(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "there is no such thing")
    one = run(f"{text}{'&' if '?' in text else '?'}device=cuda")
    with pytest.raises(DeviceProblem, match="there is no such thing"):
        one.lab.advance(one.state, one.knobs, 1, "cuda", None)
    one.advance(1)
    assert (one.step, one.device) == (1, "cpu")
    assert "there is no such thing" in one.fell
