"""People who are in already, as a test needs them: staff with the second step they came in by."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from courseapp.accounts import lasting, second_step, shown

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.test import Client

    from courseapp.accounts.models import User

BACKEND = "courseapp.accounts.backend.Backend"


def let_in(client: Client, person: User) -> None:
    """Sign this person in without walking through the door: staff by an app, readers by a code."""
    client.force_login(person, backend=BACKEND)
    show_second_step(client, person)


def show_second_step(client: Client, person: User) -> None:
    """Whoever is signed in here showed just now who they are, too."""
    session = client.session
    show(session, person)
    session.save()


def show(session: SessionBase, person: User) -> None:
    """Write into a session, as allauth does, how this person just came in."""
    if person.is_staff or second_step.has(person):
        held = second_step_of(person)
        record = {"method": "mfa", "at": time.time(), "id": held.pk, "type": str(held.type)}
    else:
        record = {"method": "code", "at": time.time()}
    lasting.begin(session, is_staff=person.is_staff)
    session[shown.METHODS] = [record]
    session[shown.WHOSE] = str(person.pk)


def second_step_of(person: User) -> Authenticator:
    """The app or passkey of this account; an app with a secret of its own if there is none."""
    held = Authenticator.objects.filter(user=person, type__in=second_step.KINDS).first()
    return held or app_of(person, generate_totp_secret())


def app_of(person: User, secret: str) -> Authenticator:
    """An authenticator app with this secret, as turning one on leaves it."""
    with second_step.of(person):
        made: Authenticator = TOTP.activate(person, secret).instance
    return made


def spare_codes_of(person: User) -> list[str]:
    """Those that were not used yet."""
    held = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    with second_step.of(person):
        found: list[str] = held.wrap().get_unused_codes()
    return found
