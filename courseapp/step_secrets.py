"""What an authenticator app shares with us, and the seed of spare codes, under the vault's keys.

allauth asks its adapter to seal and to open them and does not say whose they are; that
``second_step.of`` says, so that one copied to another account opens nothing there. Those from
before are taken as they are, where they look like what allauth makes, and sealed at the next start
or rotation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction

from courseapp import logs
from courseapp.accounts import adapter, second_step
from courseapp.vault import keys, small_secrets
from courseapp.vault.rotation import BATCH, Rewrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

PURPOSE = "second step"
# What is kept of each kind of step that has a secret, by the name allauth gives it.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
# As allauth makes them: base32 of twenty bytes, and forty bytes in hexadecimal.
IN_THE_CLEAR = re.compile(r"[A-Z2-7]{32}|[0-9a-f]{80}")


class SecondStep(adapter.SecondStep):
    """The same, with its secrets sealed."""

    def encrypt(self, text: str) -> str:
        return small_secrets.seal(text, purpose=PURPOSE, owner=second_step.whose().uuid)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``second_step.Unreadable``."""
        person = second_step.whose()
        try:
            return _opened(encrypted_text, person.uuid)
        except (keys.Unreadable, keys.KeysUnavailable):
            logs.tell("second_step_unreadable", person=person)
            raise second_step.Unreadable from None


def reseal(*, batch: int = BATCH) -> Rewrapped:
    """Seal by the current key what is not: in the clear, or sealed by an older one.

    Each batch is a transaction; what is done is not done again. Nobody notices.
    """
    last, found = 0, Rewrapped()
    held = Authenticator.objects.filter(type__in=SECRETS).select_related("user").order_by("pk")
    while True:
        with transaction.atomic():
            rows = list(held.filter(pk__gt=last).select_for_update(of=("self",))[:batch])
            if not rows:
                return found
            last = rows[-1].pk
            old = list(_not_current(rows))
            good = [row for row in old if _resealed(row)]
            Authenticator.objects.bulk_update(good, ["data"])
        found = Rewrapped(found.done + len(good), found.refused + len(old) - len(good))


def _opened(text: str, owner: UUID) -> str:
    if IN_THE_CLEAR.fullmatch(text):
        return text
    return small_secrets.unseal(text, purpose=PURPOSE, owner=owner)


def _not_current(rows: list[Authenticator]) -> Iterator[Authenticator]:
    return (row for row in rows if not small_secrets.is_current(str(row.data[_name(row)])))


def _resealed(row: Authenticator) -> bool:
    """Change the row, not yet the table; whether it opened."""
    owner = row.user.uuid
    try:
        secret = _opened(str(row.data[_name(row)]), owner)
    except keys.Unreadable:
        return False
    row.data[_name(row)] = small_secrets.seal(secret, purpose=PURPOSE, owner=owner)
    return True


def _name(row: Authenticator) -> str:
    return SECRETS[Authenticator.Type(row.type)]
