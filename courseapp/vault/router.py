"""Keys lie in a database of their own, with backups of their own; what they open is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

LABEL = "vault"
ALIAS = "keys"


class KeysApart:
    """Sends the vault's tables, and no others, to the database ``keys``."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == LABEL else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """In each direction: no keys beside the texts, and no texts beside the keys."""
        return (db == ALIAS) == (app_label == LABEL)
