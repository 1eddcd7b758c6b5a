"""What stays of somebody who is erased, why, and until when: for this very person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from courseapp.accounts.models import Consent
from courseapp.post import suppression
from courseapp.vault import ledger
from payments.models import Order, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courseapp.accounts.models import User

# Article 52 AWR, from the end of the year; proofs of consent and of a withdrawal: article 3:310 BW.
BOOKS_YEARS, PROOF_YEARS = 7, 5
BACKUPS = timedelta(days=7)


@dataclass(frozen=True)
class Stays:
    """One thing that is kept, in words; ``until`` is a day, or the words for when."""

    what: str
    why: str
    until: str


def of(person: User, *, now: datetime) -> list[Stays]:
    """The list, in the active language; nothing is on it that this person has none of."""
    return [*_buying(person), *_proofs(person), *_address(person), *_always(now)]


def _buying(person: User) -> Iterator[Stays]:
    last = Order.objects.filter(buyer=person).aggregate(at=Max("placed_at"))["at"]
    if last is not None:
        yield Stays(
            _("Your orders, payments and invoices, without your address and apart from all else"),
            _("The tax office asks for it."),
            _end_of_year(last, BOOKS_YEARS),
        )
    withdrawn = Withdrawal.objects.filter(email__iexact=person.email)
    at = withdrawn.aggregate(at=Max("submitted_at"))["at"]
    if at is not None:
        yield Stays(
            _("That you withdrew from a contract, without your name and address"),
            _("So that it can be shown that it was done rightly."),
            _after(at, PROOF_YEARS),
        )


def _proofs(person: User) -> Iterator[Stays]:
    at = Consent.objects.filter(user=person).aggregate(at=Max("at"))["at"]
    if at is not None:
        yield Stays(
            _("What you agreed to and when, without your address"),
            _("We have to be able to show that we asked."),
            _after(at, PROOF_YEARS),
        )


def _address(person: User) -> Iterator[Stays]:
    if suppression.of(person.email).filter(lifted_at=None).exists():
        yield Stays(
            _("A code made of your address, from which nobody can read the address"),
            _("So that we do not write to it again."),
            _("as long as no mail may go there"),
        )


def _always(now: datetime) -> Iterator[Stays]:
    yield Stays(
        _("A random number that belonged to your account"),
        _("So that a backup that is put back does not bring you back."),
        _day(now + ledger.KEPT),
    )
    yield Stays(
        _("Backups; what you wrote cannot be read in them any more"),
        _("They are overwritten by themselves."),
        _day(now + BACKUPS),
    )


def _after(moment: datetime, years: int) -> str:
    """The same day so many years later; of a 29th of February the 1st of March."""
    there = timezone.localtime(moment)
    try:
        return _day(there.replace(year=there.year + years))
    except ValueError:
        return _day(there.replace(year=there.year + years, month=3, day=1))


def _end_of_year(moment: datetime, years: int) -> str:
    there = timezone.localtime(moment)
    return _day(there.replace(year=there.year + years, month=12, day=31))


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j F Y")
