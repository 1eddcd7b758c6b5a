"""The tables of the database ``keys``: readers' keys, and who was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from courseapp.vault.sealing import MOST_GENERATIONS

if TYPE_CHECKING:
    from uuid import UUID


class DataKeys(models.QuerySet["DataKey"]):
    """Keys, in the words of those who ask for them."""

    def of(self, owner: UUID) -> DataKeys:
        """All generations of one owner, the newest first."""
        return self.filter(owner=owner).order_by("-generation")

    def newest(self) -> DataKeys:
        """Of each owner the key that new texts are sealed with."""
        return self.filter(generation=self._last())

    def older(self) -> DataKeys:
        """What a newer generation is to replace."""
        return self.filter(generation__lt=self._last())

    def _last(self) -> Subquery:
        own = DataKey.objects.filter(owner=OuterRef("owner")).order_by("-generation")
        return Subquery(own.values("generation")[:1])


class DataKey(models.Model):
    """One reader's key, wrapped by a key-encryption key that no database holds. Deleted at erasure.

    Personal data: that this account keeps something sealed, and since when. Whose account it is
    stands in the other database, by the account's uuid; nothing here points there.
    """

    owner = models.UUIDField()
    # 1, and one more each time the reader's key is renewed; for a while an older one is here too.
    generation = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    # The name of the key-encryption key, as VAULT_KEYS has it.
    wrapped_by = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    objects = DataKeys.as_manager()

    class Meta:
        constraints = [
            # Two first texts at one moment would have a key each, and one would never open again.
            models.UniqueConstraint(
                fields=["owner", "generation"], name="data_key_generation_once"
            ),
            # A sealed text says its generation in two bytes.
            models.CheckConstraint(
                condition=Q(generation__gte=1, generation__lte=MOST_GENERATIONS),
                name="data_key_generation_fits",
            ),
            # Without the name nobody could tell what unwraps it.
            models.CheckConstraint(condition=~Q(wrapped_by=""), name="data_key_says_its_wrapper"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.generation}"


class Erasure(models.Model):
    """Somebody was erased: read again after a restore (``courseapp.vault.ledger``).

    Personal data: that the account of this number is no more; nothing else is known of it.
    """

    owner = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.owner)
