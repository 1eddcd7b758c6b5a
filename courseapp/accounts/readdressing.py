"""Giving an account another address, for a reader who cannot get at the old one any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courseapp.accounts import addresses, devices
from courseapp.accounts.models import User
from courseapp.errors import Refused

if TYPE_CHECKING:
    from typing import NoReturn


class NotAnAddress(Refused):
    code = "not_an_address"


class SameAddress(Refused):
    """It is the address of the account already."""

    code = "same_address"
    status = 409


class AddressTaken(Refused):
    """Another account has it; two accounts are not made one."""

    code = "address_taken"
    status = 409


def move(*, user: User, email: str) -> str:
    """Give the account this address and sign it out everywhere; returns the old address.

    The new one counts as unconfirmed until somebody enters a code that was sent to it. Raises
    ``NotAnAddress``, ``SameAddress`` and ``AddressTaken``.
    """
    email = addresses.tidy(email)
    if not addresses.is_one(email):
        raise NotAnAddress(_("This is not an e-mail address."))
    try:
        with transaction.atomic():
            held = User.objects.select_for_update().get(pk=user.pk)
            old = held.email
            if old == email:
                raise SameAddress(_("This is already the address of the account."))
            if User.objects.filter(email=email).exists():
                _refuse()
            held.email = email
            held.save(update_fields=["email"])
            # Also one that was being confirmed: it was asked for from the old mailbox.
            EmailAddress.objects.filter(user=held).delete()
            EmailAddress.objects.create(user=held, email=email, primary=True, verified=False)
            devices.end_all(held)
    except IntegrityError:  # Somebody came in with it between the question and the change.
        _refuse()
    user.email = email
    return old


def _refuse() -> NoReturn:
    raise AddressTaken(
        _("There is an account with that address already. Its owner has to delete it first.")
    )
