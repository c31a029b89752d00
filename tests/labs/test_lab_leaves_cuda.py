"""A GPU that fails in the middle of a step is left, and the run goes on on the processor from the state before."""

from __future__ import annotations

import pytest
from on_cuda import answer, needs_numba_cuda

FALLS = """
import json
from kernels.cuda import device, held, mlp as on_cuda
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab

if device.simulated:
    on_cuda.THREADS = 4  # a thread of the simulator is a thread of Python
fetch, left = held.fetch, [5]

def failing(array, copy):
    left[0] -= 1
    if left[0] < 0:
        raise MemoryError
    fetch(array, copy)

lab = find_lab("playground")
held.fetch = failing
fallen = Run(lab, parse_link("playground?hidden=2&batch=4&device=cuda", lab.spec))
fallen.advance(5)
held.fetch = fetch
again = Run(lab, parse_link(fallen.text, lab.spec))
again.advance(5)
print(json.dumps([fallen.text, fallen.fell, fallen.hash() == again.hash(), held.count()]))
"""


@pytest.mark.cuda
@needs_numba_cuda
def test_half_a_step_leaves_nothing_behind() -> None:
    """The third step has been made there, and half of its net been fetched."""
    link, says, same, held = answer(FALLS)
    assert link == "playground?hidden=2&batch=4&device@2=cpu&device=cuda", "each step fetches two arrays"
    assert says == "This run goes on on the CPU from step 2 on: the GPU has too little memory left."
    assert same, "the run of its link, bit for bit"
    assert held > 0, "the second run has held its arrays there, the first has left none"
