"""Every story there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.stories import READERS
from tests.faults.stories_data import DATA
from tests.faults.stories_money import MONEY
from tests.faults.stories_staff import STAFF

if TYPE_CHECKING:
    from tests.faults.telling import Story

EVERY: tuple[Story, ...] = (*READERS, *MONEY, *STAFF, *DATA)
