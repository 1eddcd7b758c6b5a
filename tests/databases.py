"""Both databases in a test: the one of the site, and the one of readers' keys.

A test without one of these marks cannot touch the keys: Django refuses, so none does so unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from _pytest.mark.structures import ParameterSet

BOTH = ["default", "keys"]
# Each test within a transaction on both, rolled back.
with_keys = pytest.mark.django_db(databases=BOTH)
# Really committed on both, for threads and for processes; emptied afterwards.
with_keys_committed = pytest.mark.django_db(databases=BOTH, transaction=True)


def mostly(everybody: Iterable[str], few: Sequence[str]) -> list[ParameterSet]:
    """Everybody as parameters of a test that asks every address there is.

    All but a few are slow, and not asked again on PostgreSQL: how rows are found there is the same
    for all of them.
    """
    rest = [pytest.mark.slow, pytest.mark.once]
    return [pytest.param(who, marks=[] if who in few else rest) for who in everybody]
