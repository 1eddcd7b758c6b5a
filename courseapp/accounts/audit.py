"""What the staff did: a row for every act, written in the act's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.accounts.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import Model

    from courseapp.accounts.models import User

NAME_MAX = 200


def record(
    *,
    by: User | None,
    act: str,
    on: Model,
    now: datetime,
    name: str = "",
    within: object = "",
    before: object = None,
    after: object = None,
) -> AuditEntry:
    """Write down one act, such as ``"lesson.saved"``, on a stored row.

    ``name`` is what the thing is called at that moment, ``within`` the identity of what it is part
    of; ``before`` and ``after`` are JSON: versions, editions, or small values. Never an answer or
    an address of a reader.
    """
    return AuditEntry.objects.create(
        by=by,
        token=by.acts_through if by else None,
        act=act,
        kind=on._meta.model_name or "",
        target=str(on.pk),
        within=str(within),
        name=(name or str(on))[:NAME_MAX],
        before=before,
        after=after,
        at=now,
    )


def of(things: Iterable[object], *, limit: int = 200) -> list[AuditEntry]:
    """The newest acts on these identities or on parts of them, the last one first."""
    wanted = [str(thing) for thing in things]
    rows = AuditEntry.objects.select_related("by", "token")
    return list(
        (rows.filter(target__in=wanted) | rows.filter(within__in=wanted)).order_by("-at", "-pk")[
            :limit
        ]
    )
