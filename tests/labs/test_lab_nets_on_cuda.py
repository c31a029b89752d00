"""Labs that train their nets on a GPU too: they come to the same place there, and without a GPU they say so."""

from __future__ import annotations

import pytest
from lab_checks import run
from on_cuda import answer, needs_numba_cuda

from tutor.errors import DeviceProblem

LABS = """
import json, warnings
import numpy as np
warnings.simplefilter("error", RuntimeWarning)
from small_blocks import shrink
from kernels import mlp, optimizers
from kernels.cuda import device, mlp as on_cuda
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab
from tutor.labs.cnn import digits
from tutor.labs.training import begun, train, train_each

if device.simulated:
    on_cuda.THREADS = 4  # a thread of the simulator is a thread of Python
apart = {}
for text in ("xor?nets=3&rate=0.5", "playground?hidden=3&batch=4&pin=1.2.1=0.5&regularization=L1"):
    places = []
    for where in ("cpu", "cuda"):
        lab = find_lab(text.partition("?")[0])
        one = Run(lab, parse_link(f"{text}&device={where}", lab.spec))
        for steps in (1, 3):
            lab.advance(one.state, one.knobs, steps, where, None)
        places.append(one.state["theta"].copy())
    apart[text] = float(np.abs(places[0] - places[1]).max())

# Three nets, of which the second starts where its numbers end at once.
net, rule = mlp.net([2, 2, 1]), optimizers.rule("gradient descent", 0.1)
data = mlp.data(np.ones((2, 2), np.float32), np.ones((2, 1), np.float32), 2)
several = [begun(net, mlp.parameters(net, seed=k)) for k in range(3)]
several[1]["theta"][-2] = 1e30
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the simulator's arithmetic is NumPy's, which says when it overflows
    for steps in (2, 1):
        train_each(several, net, data, rule, steps, "cuda")
fates = [[int(state["updates"][0]), *state["broken"].tolist()] for state in several]

on_cuda.ROOM = 0  # from here on every net is too large for a block
shrink()
large = [begun(net, mlp.parameters(net, seed=3)) for _ in range(2)]
for state, where in zip(large, ("cpu", "cuda")):
    train_each([state], net, data, rule, 3, where)
apart["large"] = float(np.abs(large[0]["theta"] - large[1]["theta"]).max())

digits.UPDATES = 1
same = True
for text in (
    "digits?data=digits&filters=1&more=0&kernel=3&batch=2",
    "depth?depth=2&width=4&batch=4&kind=zero start",
    "resnet?depth=2&width=4&batch=4",
    "adversarial?hidden=2&batch=6&defence=fgsm&activation=tanh",
):
    lab, places = find_lab(text.partition("?")[0]), []
    for where, cuts in (("cpu", (2,)), ("cuda", (2,)), ("cuda", (1, 1))):
        one = Run(lab, parse_link(f"{text}&device={where}", lab.spec))
        for name in ("x", "t", "test_x", "test_labels", "moved"):  # an epoch of few digits
            if name in one.state:
                one.state[name] = one.state[name][:6]
        for steps in cuts:
            lab.advance(one.state, one.knobs, steps, where, None)
        places.append({name: array.copy() for name, array in one.state.items() if "theta" in name or name == "moved"})
    apart[text] = max(float(np.abs(places[0][name] - places[1][name]).max()) for name in places[0])
    same = same and all(places[1][name].tobytes() == places[2][name].tobytes() for name in places[0])
print(json.dumps({"apart": apart, "fates": fates, "same": same}))
"""


@pytest.mark.cuda
@needs_numba_cuda
def test_on_cuda_they_come_to_the_same_place() -> None:
    found = answer(LABS)
    assert max(found["apart"].values()) < 2e-5
    assert found["same"], "a run may be cut anywhere"
    assert found["fates"] == [[3, 0, 0], [0, 1, 2], [3, 0, 0]], "updates made, the update that broke, and its layer"


@pytest.mark.parametrize("lab", ["xor", "playground", "digits", "filters", "draw", "depth", "resnet", "adversarial"])
def test_a_gpu_that_is_not_there_is_said(lab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernels.cuda.device.why_not", lambda: "there is no such thing")
    one = run(f"{lab}?device=cuda")
    with pytest.raises(DeviceProblem, match="there is no such thing"):
        one.lab.advance(one.state, one.knobs, 1, "cuda", None)
    one.advance(1)
    assert (one.step, one.device) == (1, "cpu")
    assert "there is no such thing" in one.fell
