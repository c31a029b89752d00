"""Exercises made for a test lie in no course: their code counts as the test's own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.trust.is_trusted", lambda root: True)
