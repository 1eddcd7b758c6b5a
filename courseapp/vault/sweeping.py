"""Keys whose owner is no more: what an erasure leaves that was cut off before its last step.

Keys and accounts lie in two databases, and no commit spans both. An erasure first takes away what
was written and who wrote it, and commits that; then it destroys the key. Cut off between the two it
leaves a key that opens nothing here, only what backups hold, and that nobody owns: this finds it.
The other way round it would leave an account whose texts do not open, and nothing by which to tell
that from damage.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from courseapp.vault import keys
from courseapp.vault.models import DataKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from uuid import UUID

    Living = Callable[[Collection[UUID]], set[UUID]]

log = logging.getLogger(__name__)

BATCH = 500
# An erasure that was cut off is rare. Many orphans at once are a wrong or empty database of
# accounts beside the right one of keys, and destroying them would end everybody's texts.
MOST = 20


class TooManyOrphans(Exception):
    """So many keys without an owner are a mistake of the installation's: nothing was destroyed."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"{number} keys have no owner. Is this the database of accounts that belongs to these"
            " keys? Nothing was destroyed."
        )
        self.number = number


def orphans(living: Living) -> list[UUID]:
    """The owners of keys who are no more; ``living`` tells of some owners which are."""
    with keys.asking():
        owners = list(DataKey.objects.order_by("owner").values_list("owner", flat=True).distinct())
    found: list[UUID] = []
    for start in range(0, len(owners), BATCH):
        some = owners[start : start + BATCH]
        alive = living(some)
        found += [owner for owner in some if owner not in alive]
    return found


def sweep(*, living: Living, most: int = MOST) -> int:
    """Destroy the keys of owners who are no more; how many. Raises ``TooManyOrphans``."""
    gone = orphans(living)
    if len(gone) > most:
        raise TooManyOrphans(len(gone))
    number = 0
    for start in range(0, len(gone), BATCH):
        number += keys.destroy(gone[start : start + BATCH])
    if number:
        log.warning("Destroyed %d keys whose owners were erased earlier.", number)
    return number
