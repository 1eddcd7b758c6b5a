"""What allauth asks the project: who may come in, in which words, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import is_headless_request
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courseapp import logs
from courseapp.accounts import (
    addresses,
    again,
    codes,
    devices,
    entering,
    guessing,
    language,
    lasting,
    leaving,
    second_step,
    shown,
)

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
# How the ways of showing who one is are called.
WAYS: dict[str, _StrPromise] = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use the code of your app, or a spare code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
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

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as our proxies say.

        One that passed fewer of them than there are went around: its own address counts, and
        nothing that it says. Raises ``PermissionDenied`` where there is none.
        """
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            own: str = request.META.get("REMOTE_ADDR", "")
            if not own:
                raise PermissionDenied from None
            return own

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
        """Asked again of everybody who did not lately show who they are.

        Answering True would not do: allauth lets through whoever has no password and no extra step.
        """
        request = self.request
        if again.is_fresh(request.session, request.user):
            return False
        raise ReauthenticationRequired

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """An extra step is the only way for who has one, a passkey first: that is one touch."""
        ways: list[dict[str, Any]] = [
            {**way, "description": WAYS[way["id"]]}
            for way in super().get_reauthentication_methods(user)
        ]
        if strong := [way for way in ways if way["id"].startswith("mfa")]:
            return sorted(strong, key=lambda way: not way["id"].endswith("webauthn"))
        mail = {"id": "again", "description": _("Get a code by mail"), "url": reverse("again_code")}
        return [*ways, mail]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A closed account stays closed; one that is to be erased opens for whoever comes back."""
        if not user.is_active and leaving.is_under_way(user):
            return None
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before a password is looked at, at the door and when it is asked again."""
        if not guessing.may(request, credentials.get("email") or ""):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """allauth's own count of wrong passwords: a known browser has its own."""
        return guessing.whose(request, addresses.tidy(credentials.get("email") or ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever is in already was asked again; of that tells ``reauthenticate``."""
        if not request.user.is_authenticated:
            logs.tell("sign_in_failed", way="password")

    def reauthenticate(self, user: User, password: str) -> bool:
        is_right = bool(super().reauthenticate(user, password))
        event = "asked_again" if is_right else "asked_again_failed"
        logs.tell(event, person=user, way="password")
        return is_right

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """Told of every change of the locks, on whichever way it was made."""
        logs.tell("locks_changed", person=user, what=template_prefix.rpartition("/")[2])
        if template_prefix == "account/email/email_changed":
            devices.end_all(user, but=self.request.session.session_key or "")
        if template_prefix in second_step.TAKEN_OFF:
            second_step.taken_off(self.request, user)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Whoever is let in has shown that the address is theirs: by a code, now or before."""
        now = timezone.now()
        entering.confirm(user=user, now=now)
        came_back = not user.is_active and leaving.come_back(person=user, now=now)
        super().login(request, user)
        if came_back and not is_headless_request(request):
            messages.success(request, gettext("Good that you are here. Nothing was erased."))
        codes.remember_again(request)
        lasting.begin(request.session, is_staff=user.is_staff)
        logs.tell("signed_in", person=user, ways="+".join(shown.ways(request.session, user)))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff come to work; readers come to their courses."""
        if request.user.is_authenticated and request.user.is_staff:
            return str(settings.STAFF_REDIRECT_URL)
        return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Know this browser from now on, and bring the language chosen on the account to it."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if is_headless_request(request):
            return response
        devices.remember(request, response, user.email)
        if user.language:
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
