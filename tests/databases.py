"""Both databases in a test: the one of the site, and the one of readers' keys.

A test without one of these marks cannot touch the keys: Django refuses, so none does so unseen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

BOTH = ["default", "keys"]
# Each test within a transaction on both, rolled back.
with_keys = pytest.mark.django_db(databases=BOTH)
# Really committed on both, for threads and for processes; emptied afterwards.
with_keys_committed = pytest.mark.django_db(databases=BOTH, transaction=True)


def here(everybody: Sequence[str], few: Sequence[str]) -> Sequence[str]:
    """Who takes part: everybody on SQLite; on PostgreSQL a few, and everybody with EXHAUSTIVE=1.

    For what asks every address there is: how rows are found there is the same for all of them.
    """
    is_whole = connection.vendor == "sqlite" or "EXHAUSTIVE" in os.environ
    return everybody if is_whole else few
