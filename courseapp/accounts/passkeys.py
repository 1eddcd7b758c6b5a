"""Passkeys at the door, as a second step, and when asked again; each use is written down.

allauth looks at the signature; these forms only tell the log what came of it. Whose account a
passkey at the door says it is for is not told where it was refused: anybody can write that in.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from allauth.headless.internal.restkit.inputs import Input
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courseapp import logs

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator

    from courseapp.accounts.models import User


REFUSED = _(
    "This passkey does not open this account, or no longer. Try another one, or another way."
)


# What the parsers below allauth raise of JSON that no browser makes; allauth knows some of these.
BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)


class CredentialField(forms.JSONField):
    """What a browser says of a passkey, however deep somebody nested it.

    What is no JSON, or holds a NUL byte, is a passkey that does not open: one answer for all.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages={"invalid": REFUSED}, **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise get_adapter().validation_error("incorrect_code") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """For the form shown again, which a browser fills anew."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return initial


class NotThisOne(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Says what was refused in words about a passkey; allauth's are about the code of an app."""

    credential = CredentialField(required=True, widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except BROKEN:
            raise ValidationError(REFUSED, code="incorrect_code") from None
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


class NewForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey to come in with from now on."""

    credential = CredentialField(required=True, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except BROKEN:
            raise get_adapter().validation_error("incorrect_code") from None


class NewInput(NewForm, Input):  # type: ignore[misc]
    """The same, from JSON."""
