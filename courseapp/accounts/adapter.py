"""What allauth asks the project: who may come in, in which words, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import is_headless_request
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courseapp.accounts import addresses, codes, entering, language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

    from courseapp.accounts.models import User

# What is said after an act, in our words; whatever is not here is not said.
SAID: dict[str, _StrPromise] = {
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "account/messages/email_confirmation_failed.txt": _("This address belongs to another account."),
    "account/messages/unverified_primary_email.txt": _("Confirm this address first."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new spare codes."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is on."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is off."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("All other devices are signed out."),
}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in and up is one flow; how its mails go out, ``post`` adds (it stands above us)."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is already the address of your account."),
        "email_password_mismatch": _("This address and this password do not belong together."),
        "email_taken": _("This address belongs to another account."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This code is not right. Use the code from the latest mail."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("That was a bit fast. Wait a moment and try again."),
        "same_as_current": _("This is already the address of your account."),
        "too_many_login_attempts": _(
            "There were too many attempts. Wait a moment, then ask for a new code."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The separate sign-up of allauth stays shut: asking for a code makes the account."""
        return False

    def clean_email(self, email: str) -> str:
        tidy = addresses.tidy(email)
        if len(tidy) > addresses.LONGEST:
            raise ValidationError(_("This e-mail address is too long."), code="max_length")
        return tidy

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        said = message or SAID.get(message_template or "")
        if said is not None:
            super().add_message(request, level, message=said, extra_tags=extra_tags)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not asked again of who just entered a code: a mailbox is as good as a password."""
        request = self.request
        if codes.entered_lately(request, request.user):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """A passkey first: one touch, where the others ask for something to be looked up."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return sorted(methods, key=lambda way: not way["id"].endswith("webauthn"))

    def login(self, request: HttpRequest, user: User) -> None:
        """Whoever is let in has shown that the address is theirs: by a code, now or before."""
        entering.confirm(user=user, now=timezone.now())
        super().login(request, user)
        codes.remember_again(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff come to work; readers come to their courses."""
        if request.user.is_authenticated and request.user.is_staff:
            return str(settings.STAFF_REDIRECT_URL)
        return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Bring the language chosen on the account to this browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language and not is_headless_request(request):
            language.remember(response, user.language)
        return response


class SecondStep(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys and authenticator apps show the address and the practice, not a host and a uuid."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Use the one your app shows now."),
    }

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        """What a passkey is called until its owner calls it otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_totp_label(self, user: User) -> str:
        return user.email

    def _get_user_identifier(self, user: User) -> str:
        return user.email

    def _get_site_name(self) -> str:
        return "Ik kies jou"
