"""The shop of the tests of payments, with one kind of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.payments.conftest import shop, without_pauses

if TYPE_CHECKING:
    from tests.payments.conftest import Payload

__all__ = ["shop", "without_pauses"]


@pytest.fixture
def payload() -> Payload:
    return "snapshot"
