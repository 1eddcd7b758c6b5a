"""Both databases in a test: the one of the site, and the one of readers' keys.

A test without one of these marks cannot touch the keys: Django refuses, so none does so unseen.
"""

from __future__ import annotations

import pytest

BOTH = ["default", "keys"]
# Each test within a transaction on both, rolled back.
with_keys = pytest.mark.django_db(databases=BOTH)
# Really committed on both, for threads and for processes; emptied afterwards.
with_keys_committed = pytest.mark.django_db(databases=BOTH, transaction=True)
