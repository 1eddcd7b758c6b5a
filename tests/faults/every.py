"""Every story there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.stories import LYING, READERS
from tests.faults.stories_data import DATA
from tests.faults.stories_helping import HELPING
from tests.faults.stories_money import MONEY, PRESSING_TWICE
from tests.faults.stories_staff import STAFF

if TYPE_CHECKING:
    from tests.faults.telling import Story

# Stories that must not end well: one in which somebody presses twice where nothing guards, one in
# which our side says yes and keeps nothing.
CONTROLS = (PRESSING_TWICE, LYING)
EVERY: tuple[Story, ...] = (*READERS, *MONEY, *STAFF, *HELPING, *DATA)
