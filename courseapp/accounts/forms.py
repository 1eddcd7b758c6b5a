"""What people fill in to come in, and on their account page."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    SetPasswordForm,
)
from allauth.core import context, ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.headless.internal.restkit.inputs import Input
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courseapp import logs
from courseapp.accounts import addresses, guessing, second_step
from courseapp.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm

LONGEST_CODE = 20
GOOD_PASSWORD = _("At least ten characters. A few words in a row are better than one odd word.")


class AddressField(EmailField):  # type: ignore[misc]
    """An e-mail address, tidied before it is judged."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        )
        kwargs = {"label": _("E-mail address"), "widget": widget, **kwargs}
        super().__init__(max_length=addresses.LONGEST, **kwargs)

    def to_python(self, value: Any) -> str:
        return addresses.tidy(super().to_python(value) or "")


class CodeField(forms.CharField):
    """Six digits from a mail; a telephone shows its digits and offers the code by itself."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
                "class": "code",
            }
        )
        kwargs = {"label": _("Code"), "widget": widget, **kwargs}
        super().__init__(max_length=LONGEST_CODE, **kwargs)


class AskCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """One field. Whether the address is known is not looked up here, nor told by the time taken."""

    email = AddressField()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        whose = guessing.whose(context.request, email)
        if not ratelimit.consume(context.request, action="request_login_code", key=whose):
            raise get_adapter().validation_error("too_many_login_attempts")
        return email

    @property
    def is_too_often(self) -> bool:
        return bool(self.has_error("email", "too_many_login_attempts"))


class AskCodeInput(AskCodeForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class EnterCodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    code = CodeField()

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except ValidationError:
            logs.tell("sign_in_failed", way="code")
            raise
        return code


class EnterCodeInput(EnterCodeForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class AgainForm(forms.Form):
    """A code by mail, entered by who is signed in."""

    code = CodeField()


class EnterAddressCodeForm(ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    code = CodeField()


def _without_repeats(form: forms.Form) -> None:
    """The label says it: no placeholder that says it again and goes when one begins to type."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class PasswordForm(LoginForm):  # type: ignore[misc]
    """Address and password, for those who chose one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.fields["password"].help_text = ""  # The page says below what to do without one.
        self.fields["password"].validators = []  # With a NUL byte it is a wrong one like others.
        _without_repeats(self)


class FirstPasswordForm(SetPasswordForm):  # type: ignore[misc]
    """A password for who has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = GOOD_PASSWORD
        self.fields["password2"].label = _("The same once more")
        _without_repeats(self)


class OtherPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password for who knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""  # The page says below what to do without it.
        self.fields["password1"].help_text = GOOD_PASSWORD
        self.fields["password2"].label = _("The same once more")
        _without_repeats(self)

    def clean_oldpassword(self) -> str:
        if not guessing.may(context.request, self.user.email):
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            old: str = super().clean_oldpassword()
        except ValidationError:
            logs.tell("asked_again_failed", person=self.user, way="password")
            raise
        return old


class Once:
    """A code of an app opens one door once, also of a telephone whose clock is ahead or behind."""

    user: User

    def clean_code(self) -> str:
        if not guessing.may(context.request, self.user.email):
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            with second_step.of(self.user):
                code: str = super().clean_code()  # type: ignore[misc]  # One of allauth's forms.
        except second_step.Unreadable as error:
            raise ValidationError(str(error), code=error.code) from None
        except ValidationError:
            logs.tell("second_step_failed", person=self.user)
            raise
        if not second_step.is_first_use(self.user, normalize_user_code(code)):
            logs.tell("second_step_replayed", person=self.user)
            raise get_mfa_adapter().validation_error("incorrect_code")
        logs.tell("second_step_shown", person=self.user)
        return code


class SecondStepForm(Once, AuthenticateForm):  # type: ignore[misc]
    """The code of an app, or a spare code, after the first step."""

    code = CodeField()


class SecondStepInput(SecondStepForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class SecondStepAgainForm(Once, ReauthenticateForm):  # type: ignore[misc]
    """The same, before the locks of the account are touched."""

    code = CodeField()


class SecondStepAgainInput(SecondStepAgainForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class AppForm(Once, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app, which shows that it holds our key."""

    code = CodeField(label=_("Code from the app"))


class AppInput(AppForm, Input):  # type: ignore[misc]
    """The same, from JSON."""


class NewAddressForm(AddEmailForm):  # type: ignore[misc]
    email = AddressField(label=_("New e-mail address"))


@cache
def time_zones() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Every time zone with a place in its name, grouped by part of the world."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        part, _slash, place = name.partition("/")
        if place and part not in {"Etc", "SystemV", "US", "posix", "right"}:
            groups.setdefault(part, []).append((name, place.replace("_", " ")))
    europe = ("Europe", groups.pop("Europe"))
    return [europe, *groups.items()]


class SettingsForm(UserForm):
    """The language of pages and mails, and the clock lessons and mails go by."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_(
            "Courses that you begin from now on follow this clock. What you follow already keeps"
            " its dates; you move those under My planning of that course."
        ),
    )

    class Meta:
        model = User
        fields = ["language", "time_zone"]
