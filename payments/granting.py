"""Giving access without a sale, by staff, and ending it.

A right of its own beside those of orders and gifts: who reads may read while at least one of them
stands, and ending one never touches another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import addresses, audit
from courseapp.accounts.models import User
from courseapp.errors import NotFound, Refused
from lessons.reading import access
from lessons.reading.models import Access
from payments import reasons
from payments.models import StaffGrant

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.models import Product


class NoAccount(Refused):
    """Nobody with this address has ever signed in: there is nobody to give it to.

    An account is not made for them: one that its person does not confirm goes after a week.
    """

    code = "no_account"
    status = 404


class AlreadyGranted(Refused):
    code = "already_granted"
    status = 409


class GrantNotFound(NotFound):
    code = "grant_not_found"


def reader_called(email: str) -> User:
    """The account of this address that somebody signed in to. Raises ``NoAccount``."""
    found = User.objects.filter(
        email=addresses.tidy(email), confirmed_at__isnull=False, is_active=True
    ).first()
    if found is None:
        raise NoAccount(
            _("This person has no account yet. Ask them to sign in once; then you can give it.")
        )
    return found


def get(*, grant: UUID) -> StaffGrant:
    """A grant, ended or not. Raises ``GrantNotFound``."""
    found = StaffGrant.objects.select_related("reader", "product", "by", "ended_by")
    row = found.filter(pk=grant).first()
    if row is None:
        raise GrantNotFound(_("There is no such access."))
    return row


def grant(
    *, reader_email: str, product: Product, by: User, reason: str, now: datetime
) -> StaffGrant:
    """Let whoever has this address read all that the product opens.

    Raises ``NoAccount``, ``reasons.NoReason`` and ``AlreadyGranted``.
    """
    reason = reasons.given(reason)
    reader = reader_called(reader_email)
    with transaction.atomic():
        # Of two at once the second finds the first's.
        User.objects.select_for_update(no_key=True).get(pk=reader.pk)
        if StaffGrant.objects.filter(reader=reader, product=product, ended_at=None).exists():
            raise AlreadyGranted(_("This person was given this already."))
        made = StaffGrant.objects.create(
            reader=reader, product=product, reason=reason, by=by, at=now
        )
        for course in product.courses.all():
            access.grant(reader=reader, course=course, source=made.source, now=now)
        audit.record(by=by, act="grant.given", on=made, now=now, name=product.title)
    return made


def end(*, grant: StaffGrant, by: User, now: datetime) -> StaffGrant:
    """End what was given, at once; a grant that has ended stays as it ended."""
    with transaction.atomic():
        row = StaffGrant.objects.select_for_update().select_related("product").get(pk=grant.pk)
        if row.ended_at is not None:
            return row
        row.ended_at, row.ended_by = now, by
        row.save(update_fields=["ended_at", "ended_by"])
        for held in Access.objects.filter(reader=row.reader_id, source=row.source):
            access.revoke(access=held, now=now)
        audit.record(by=by, act="grant.ended", on=row, now=now, name=row.product.title)
    return row
