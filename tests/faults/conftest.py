"""What the tests of faults have at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor.store import Store


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened
