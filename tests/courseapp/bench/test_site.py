"""What the bench tells other sides of the database."""

from __future__ import annotations

import pytest
from django.db import connection

from courseapp.bench import site


@pytest.mark.django_db
def test_another_side_is_told_an_engine_that_comes_with_django() -> None:
    """An environment without our code would not find ours, and the side would not be measured."""
    told = site.database()
    kind = "sqlite3" if connection.vendor == "sqlite" else "postgresql"
    assert told["ENGINE"] == f"django.db.backends.{kind}"
    assert told["NAME"] == str(connection.settings_dict["NAME"])
    assert told["OPTIONS"] == connection.settings_dict["OPTIONS"]
