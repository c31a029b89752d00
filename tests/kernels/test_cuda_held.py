"""Copies on the GPU: sent once, sent again where the processor's array has changed, and gone with it.

Always in the simulator, where they can be counted.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from on_cuda import answer

pytestmark = pytest.mark.cuda

HELD = """
import gc, json
import numpy as np
from numba import float32, int64
from kernels.cuda import device, held
from kernels.cuda.device import cuda

sent = []
send, again = device.cuda.to_device, type(device.cuda.to_device(np.zeros(1))).copy_to_device
device.cuda.to_device = lambda array: sent.append(array.size) or send(array)
type(send(np.zeros(1))).copy_to_device = lambda self, array: sent.append(array.size) or again(self, array)

def counted(work):
    del sent[:]
    work()
    return list(sent)

@device.kernel(float32[:, ::1], float32[::1], int64)
def _add(there, more, times):
    i = cuda.grid(1)
    if i < more.shape[0]:
        there[0, i] += more[i] * np.float32(times)

theta, x = np.arange(3, dtype=np.float32), np.ones(3, np.float32)
x.setflags(write=False)

def launch(bring=True):
    there = held.changing(theta[None])  # a view that is made anew each time
    _add[1, 3](there, held.constant(x), 1)
    if bring:
        held.fetch(theta[None], there)

found = {}
found["first"] = [counted(launch), theta.tolist()]
found["again"] = [counted(launch), theta.tolist()]
found["left there"] = [counted(lambda: launch(False)), theta.tolist()]
found["goes on there"] = [counted(launch), theta.tolist()]
theta[1] = np.nan
found["changed here"] = [counted(launch), [float(theta[0]), bool(np.isnan(theta[1])), float(theta[2])]]
found["NaN is no change"] = counted(launch)
found["other shape"] = counted(lambda: held.changing(theta))
found["held"] = held.count()
one = held.spare("test.room", (2, 3), np.float32)
found["spare"] = [one is held.spare("test.room", (2, 3), np.float32), one is held.spare("test.room", (2, 4), np.float32)]

def refusal(work):
    try:
        work()
    except (TypeError, ValueError) as error:
        return str(error)

found["gaps"] = refusal(lambda: held.constant(np.zeros((4, 4), np.float32)[:, ::2]))
found["a float"] = refusal(lambda: _add[1, 3](held.changing(theta[None]), held.constant(x), 1.0))
found["wide"] = refusal(lambda: _add[1, 3](held.changing(theta[None].astype(float)), held.constant(x), 1))
found["too few"] = refusal(lambda: _add[1, 3](held.changing(theta[None])))
found["no types"] = refusal(lambda: device.kernel(lambda a: None))
for k in range(50):
    held.constant(np.full(3, k, np.float32)), held.changing(np.full((2, 3), k, np.float32)[1:])
found["after others went"] = held.count()
several = [np.zeros(3, np.float32) for _ in range(5)]
for array in several:
    held.changing(array)
found["with five more"] = held.count()
del several, array, x
gc.collect()
found["after they went"] = held.count()
theta[:] = 5
held.forget()
found["after all were dropped"] = [held.count(), counted(lambda: held.changing(theta))]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> Any:
    if find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    return answer(HELD, simulated=True)


def test_what_is_there_is_not_sent_again(found: Any) -> None:
    assert found["first"] == [[3, 3], [1, 2, 3]]
    assert found["again"] == [[], [2, 3, 4]]
    assert found["left there"] == [[], [2, 3, 4]], "the processor's array waits for fetch"
    assert found["goes on there"] == [[], [4, 5, 6]]
    assert found["NaN is no change"] == []
    assert found["other shape"] == [], "the same memory has one copy"
    assert found["spare"] == [True, False]


def test_what_the_processor_has_changed_is_sent(found: Any) -> None:
    assert found["changed here"] == [[3], [5, True, 7]]


def test_copies_go_with_their_arrays(found: Any) -> None:
    assert found["held"] == found["after others went"] == 2
    assert found["with five more"] == 7
    assert found["after they went"] == 1
    assert found["after all were dropped"] == [0, [3]]


def test_what_a_gpu_would_take_otherwise_is_refused(found: Any) -> None:
    assert "has gaps" in found["gaps"]
    assert "argument 2 of a kernel is int64, not float 1.0" in found["a float"]
    assert "argument 0 of a kernel is array(float32, 2d, C)" in found["wide"]
    assert "3 arguments is given 1" in found["too few"]
    assert "names the types" in found["no types"]
