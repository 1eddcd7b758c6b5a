"""Keys with which a program works for the staff: made by an owner, shown once, revoked for good."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courseapp import logs
from courseapp.accounts import audit
from courseapp.accounts.models import MachineToken
from courseapp.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

# By its beginning a key is known for what it is when it turns up where it should not.
PREFIX = "ikj_"
RANDOM_BYTES = 32  # Which is 43 characters of base64.
FORM = re.compile(r"ikj_[A-Za-z0-9_-]{43}")
HINT_LENGTH = 8
NAME_MAX = 80
USE_NOTED_EVERY = timedelta(minutes=1)


class InvalidToken(Refused):
    """A key that cannot be made like this."""

    code = "invalid_token_wish"


class TokenNotFound(NotFound):
    code = "token_not_found"


def make(*, name: str, scopes: Iterable[str], by: User, now: datetime) -> tuple[MachineToken, str]:
    """A new key that acts for ``by`` within these scopes, and its secret, which is kept nowhere.

    Raises ``InvalidToken`` without a name or a scope, or with a scope there is not.
    """
    called, wanted = _name(name), _scopes(scopes)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    with transaction.atomic():
        token = MachineToken.objects.create(
            name=called,
            digest=_digest(secret),
            hint=secret[:HINT_LENGTH],
            scopes=wanted,
            made_by=by,
            made_at=now,
        )
        audit.record(by=by, act="token.made", on=token, now=now, after={"scopes": wanted})
    return token, secret


def revoke(*, token: UUID, by: User, now: datetime) -> MachineToken:
    """Let a key work no more; the first time counts. Raises ``TokenNotFound``."""
    with transaction.atomic():
        first = MachineToken.objects.filter(pk=token, revoked_at=None).update(revoked_at=now)
        row = get(token=token)
        if first:
            audit.record(by=by, act="token.revoked", on=row, now=now)
    return row


def find(*, secret: str, now: datetime) -> MachineToken | None:
    """The key with this secret, if it works: not revoked, and its maker is still on the staff.

    Notes that it was used, at most once a minute.
    """
    if not FORM.fullmatch(secret):
        return None
    token = (
        MachineToken.objects.select_related("made_by")
        .filter(digest=_digest(secret), revoked_at=None)
        .filter(made_by__is_active=True, made_by__is_staff=True)
        .first()
    )
    if token is not None:
        _note_use(token, now)
    return token


def get(*, token: UUID) -> MachineToken:
    """The key of this identity, working or not. Raises ``TokenNotFound``."""
    row = MachineToken.objects.select_related("made_by").filter(pk=token).first()
    if row is None:
        raise TokenNotFound(_("This key does not exist."))
    return row


def all_made() -> Sequence[MachineToken]:
    """Every key there ever was, those that work first, the newest first."""
    rows = MachineToken.objects.select_related("made_by").order_by("-made_at", "name")
    return sorted(rows, key=lambda token: token.revoked_at is not None)


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > NAME_MAX or not called.isprintable():
        raise InvalidToken(_("A key needs a name of at most 80 characters."))
    return called


def _scopes(scopes: Iterable[str]) -> list[str]:
    wanted, known = set(scopes), list(MachineToken.Scope)
    if not wanted or wanted - set(known):
        raise InvalidToken(_("Say what the key may do."))
    return [scope.value for scope in known if scope in wanted]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: MachineToken, now: datetime) -> None:
    """One statement, and none in the same minute: ten programs at work are no load on the row."""
    if token.last_used_at is not None and token.last_used_at > now - USE_NOTED_EVERY:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    MachineToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    token.last_used_at = now
    logs.tell("token_used", person=token.made_by, token=token.hint)
