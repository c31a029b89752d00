"""A few learners at once: each gets a share, and screens come before workers."""

from __future__ import annotations

import sys

import pytest

from tests.many_learners import measure


@pytest.mark.skipif(sys.platform != "linux", reason="memory and shares are read from /proc")
def test_three_learners_at_once_each_get_their_share() -> None:
    learners = measure(3, 2.0, 3, "sgd")
    assert len(learners) == 3
    for learner in learners:
        assert learner.niceness[1] >= learner.niceness[0] + 5
        assert 10 < learner.megabytes < 400
        assert learner.frames > 0
        assert all(echo.received < 16_000 for echo in learner.echoes)
        assert all(echo.seconds < float("inf") for echo in learner.echoes)
