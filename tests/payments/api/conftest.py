"""Once is enough here: what an event carries is the business of other tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def payload() -> str:
    return "thin"
