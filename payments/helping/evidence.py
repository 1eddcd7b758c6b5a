"""Reading all that explains why a reader gets mail or not, and may read or not.

A fixed number of queries. Codes are told only by when and how they stand: neither their words nor
their subject is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from courseapp.accounts.models import Consent
from courseapp.post import breaker, heartbeat, suppression
from courseapp.post.models import Breaker, Letter
from payments.helping import finding, following
from payments.models import Gift, Order, StaffGrant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from courseapp.accounts.models import AuditEntry, User
    from courseapp.post.models import Letters, Suppression
    from payments.helping.following import Following

MOST_LETTERS = 30
# Ticks come every fifteen seconds; see courseapp.health.
CLOCK_LATE = timedelta(minutes=5)
# What is read of a letter: never its words, and of a code not even the subject.
SHOWN = (
    "pk", "stream", "created_at", "next_at", "sent_at", "error", "withheld", "begun_at", "key",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """All that is known, as it stands at ``now``; ``orders`` and ``grants`` only for an owner.

    ``away_until``: until then no mail server is asked. ``clock_since``: since then the site's own
    clock stands still. ``sources``: what gave rights, in words, by its name.
    """

    now: datetime
    reader: User
    is_for_owner: bool = False
    new_address: bool = False
    consents: Sequence[Consent] = ()
    courses: Sequence[Following] = ()
    letters: Sequence[Letter] = ()
    suppressions: Sequence[Suppression] = ()
    away_until: datetime | None = None
    clock_since: datetime | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    orders: Sequence[Order] = ()
    grants: Sequence[StaffGrant] = ()
    acts: Sequence[AuditEntry] = ()

    @property
    def holding(self) -> list[Suppression]:
        """What keeps mail back now."""
        return [
            one for one in self.suppressions if one.lifted_at is None or one.lifted_at > self.now
        ]


def of(reader: User, *, for_owner: bool, now: datetime) -> Seen:
    """All about a reader; what belongs to money only for an owner."""
    courses = following.of(reader, now=now)
    rights = [one for each in courses for one in each.rights]
    orders = _orders(reader) if for_owner else []
    grants = _grants(reader) if for_owner else []
    return Seen(
        now=now,
        reader=reader,
        is_for_owner=for_owner,
        new_address=EmailAddress.objects.filter(user=reader).exclude(email=reader.email).exists(),
        consents=list(Consent.objects.filter(user=reader).order_by("-at", "-pk")),
        courses=courses,
        letters=letters_to(reader.email),
        suppressions=list(suppression.of(reader.email).order_by("-at", "-pk")),
        away_until=_away_until(now),
        clock_since=_clock_since(now),
        sources=_sources((one.source for one in rights), orders) if for_owner else {},
        orders=orders,
        grants=grants,
        acts=finding.acts_on(reader),
    )


def letters_to(address: str) -> list[Letter]:
    """The newest letters to an address but those of sequences; without their words."""
    rows: Letters = Letter.objects.filter(to=address).exclude(key__startswith="drip:")
    return list(rows.only(*SHOWN).order_by("-created_at", "-pk")[:MOST_LETTERS])


def _away_until(now: datetime) -> datetime | None:
    row = Breaker.objects.filter(name=breaker.NAME, open_until__gt=now).first()
    return row.open_until if row else None


def _clock_since(now: datetime) -> datetime | None:
    last = heartbeat.last()
    return last if last is not None and now - last > CLOCK_LATE else None


def _orders(reader: User) -> list[Order]:
    rows = Order.objects.filter(buyer=reader).select_related("offer__product")
    return list(rows.prefetch_related("offer__product__courses").order_by("-placed_at", "-pk"))


def _grants(reader: User) -> list[StaffGrant]:
    rows = StaffGrant.objects.filter(reader=reader).select_related("product", "by", "ended_by")
    return list(rows.order_by("-at", "-pk"))


def _sources(sources: Iterable[str], orders: Iterable[Order]) -> dict[str, str]:
    """Orders by their number; a gift was somebody else's order."""
    numbers = {one.source: one.number for one in orders}
    named = {one: _uuid(one) for one in {*sources} - {*numbers}}
    gifts = Gift.objects.filter(order__in=[one for one in named.values() if one])
    given = {f"gift:{one.order_id}": one.order.number for one in gifts.select_related("order")}
    words = {one: _("order %(number)s") % {"number": number} for one, number in numbers.items()}
    words |= {
        one: _("the gift of order %(number)s") % {"number": number} for one, number in given.items()
    }
    return words


def _uuid(source: str) -> UUID | None:
    try:
        return UUID(source.partition(":")[2])
    except ValueError:
        return None
