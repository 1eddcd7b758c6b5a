"""Passkeys at the door, as a second step, and when asked again; each use is written down.

allauth looks at the signature; these forms only tell the log what came of it. Whose account a
passkey at the door says it is for is not told where it was refused: anybody can write that in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.headless.internal.restkit.inputs import Input
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courseapp import logs

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator

    from courseapp.accounts.models import User


REFUSED = _(
    "This passkey does not open this account, or no longer. Try another one, or another way."
)


class NotThisOne(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Says what was refused in words about a passkey; allauth's are about the code of an app."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise ValidationError(REFUSED, code=error.code) from None


class AtTheDoorForm(NotThisOne, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey and nothing else; that it let somebody in, the adapter tells."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if "credential" not in cleaned:
            logs.tell("sign_in_failed", way="passkey")
        return cleaned


class AtTheDoorInput(AtTheDoorForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class SecondStepForm(NotThisOne):
    """A passkey after the first step."""

    user: User

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        is_shown = "credential" in cleaned
        event = "second_step_shown" if is_shown else "second_step_failed"
        logs.tell(event, person=self.user, way="passkey")
        return cleaned


class SecondStepInput(SecondStepForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class AgainForm(NotThisOne, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something serious."""

    user: User

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        event = "asked_again" if "credential" in cleaned else "asked_again_failed"
        logs.tell(event, person=self.user, way="passkey")
        return cleaned


class AgainInput(AgainForm, Input):  # type: ignore[misc]
    """The same, from JSON."""
