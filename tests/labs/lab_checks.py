"""What holds of every lab: chunks, replay, pictures at every size, a number for each metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from tutor.draw import Look, draw
from tutor.engine.link import parse_link
from tutor.engine.run import Run
from tutor.labs import find_lab


def run(text: str, plug: Any = None) -> Run:
    lab = find_lab(text.partition("?")[0])
    return Run(lab, parse_link(text, lab.spec), plug)


def metrics_at(text: str, *steps: int) -> list[dict[str, float]]:
    """The metrics at these steps, without the record that a run keeps on the way: fast."""
    one, found = run(text), []
    for step in steps:
        one.lab.advance(one.state, one.knobs, step - one.step, "cpu", None)
        found.append(one.metrics())
    return found


def chunks_do_not_matter(text: str, steps: int = 300) -> None:
    """One run at once, in odd pieces, and sought back and forth: the same bits."""
    once, often, sought = run(text), run(text), run(text)
    for one, pieces in ((once, [steps]), (often, [7] * (steps // 7) + [steps % 7])):
        for piece in pieces:
            one.lab.advance(one.state, one.knobs, piece, "cpu", None)
    sought.advance(steps + 111)
    sought.seek(steps // 3)
    sought.seek(steps)
    assert once.hash() == often.hash() == sought.hash()


def sound(text: str, steps: tuple[int, ...] = (0, 1, 200)) -> None:
    """Every view draws at any size, every metric is there, the words say something, and the state is arrays."""
    one = run(text)
    for count in steps:
        one.advance(count)
        assert set(one.metrics()) == {metric.name for metric in one.lab.spec.metrics}
        assert one.words().summary
        assert all(isinstance(array, np.ndarray) for array in one.state.values())
        for view in one.lab.spec.views:
            for size in ((1, 1), (30, 9), (50, 17), (200, 60)):
                rows = draw(one.view(view.name, size), size, Look())
                assert len(rows) == size[1]
                assert not any("cannot be drawn" in span.text for row in rows for span in row)
    assert one.state["step"].dtype == np.int64
