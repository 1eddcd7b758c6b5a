"""The mails of coming in and of the account: allauth's occasions, our words, our outbox."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courseapp.accounts import adapter, again
from courseapp.post import letters, outbox
from courseapp.post.models import Letter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Occasions that carry a secret: template, subject. Neutral, and without the code: a subject shows
# on locked screens.
CODES: dict[str, tuple[str, _StrPromise]] = {
    "account/email/login_code": ("code", _("Your sign-in code")),
    again.ASKED: ("again_code", _("Your code")),
    "account/email/email_confirmation": ("address_code", _("Your code")),
    "account/email/email_confirmation_signup": ("address_code", _("Your code")),
}
ADDRESS_IN_USE = "account/email/account_already_exists"
# Occasions that only tell; what each mail says happened.
CHANGES: dict[str, _StrPromise] = {
    "account/email/email_changed": _("The e-mail address of your account was changed."),
    "account/email/email_deleted": _("An e-mail address was taken off your account."),
    "account/email/password_changed": _("The password of your account was changed."),
    "account/email/password_set": _("A password was set on your account."),
    "mfa/email/recovery_codes_generated": _("New spare codes were made for your account."),
    "mfa/email/totp_activated": _("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": _("The authenticator app was taken off your account."),
    "mfa/email/webauthn_added": _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey was taken off your account."),
}


class UnknownOccasion(Exception):
    """allauth wants to send a mail nobody wrote: a part of it is on that should be off."""


class Adapter(adapter.Adapter):
    """Puts every mail of allauth into the outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        now = timezone.now()
        if template_prefix in CODES:
            template, subject = CODES[template_prefix]
            lasting = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
            words = letters.render(
                template=template,
                subject=str(subject),
                context={"code": context["code"], "minutes": lasting // timedelta(minutes=1)},
            )
            expires_at = now + lasting
        else:
            words = self._words(template_prefix)
            expires_at = None
        outbox.put(
            stream=Letter.Stream.CODE if expires_at else Letter.Stream.RECEIPT,
            key=f"{template_prefix}:{uuid.uuid4()}",
            to=email,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
            expires_at=expires_at,
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail(ADDRESS_IN_USE, email, {})

    def _words(self, occasion: str) -> letters.Words:
        if occasion == ADDRESS_IN_USE:
            return letters.render(
                template="address_in_use", subject=str(_("About your account")), context={}
            )
        if occasion not in CHANGES:
            raise UnknownOccasion(occasion)
        return letters.render(
            template="account_changed",
            subject=str(_("About your account")),
            context={"what": CHANGES[occasion]},
        )
