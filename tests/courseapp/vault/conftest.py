"""A table of sealed texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.courseapp.vault import notes

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def table(db: None) -> Iterator[None]:
    """The notes of ``tests.courseapp.vault.notes``, none yet."""
    with notes.table():
        yield
