"""Where people come in and look after their account. Neutral words: an address is seen by others.

The names are allauth's own, so that its views find each other; what we do not use of it has no
address here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as spare
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.generic import RedirectView

from courseapp import browser
from courseapp.accounts import again, pages

if TYPE_CHECKING:
    from django.urls import URLPattern

# Signing up and a forgotten password are the same act here: ask for a code.
_again = again.asked_again()
_ask_code = RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)

urlpatterns: list[URLPattern] = [
    path("inloggen/", pages.AskCode.as_view(), name="account_request_login_code"),
    path("inloggen/code/", pages.EnterCode.as_view(), name="account_confirm_login_code"),
    path("inloggen/wachtwoord/", account.login, name="account_login"),
    path("inloggen/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("inloggen/tweede-stap/", mfa.authenticate, name="mfa_authenticate"),
    path("inloggen/gesloten/", account.account_inactive, name="account_inactive"),
    path("aanmelden/", _ask_code, name="account_signup"),
    path("inloggen/vergeten/", _ask_code, name="account_reset_password"),
    path("uitloggen/", pages.SignOut.as_view(), name="account_logout"),
    path("taal/", pages.set_language, name="set_language"),
    path("account/instellingen/", pages.account, name="account_settings"),
    path("account/e-mail/", _again(account.email), name="account_email"),
    path(
        "account/e-mail/code/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("account/wachtwoord/", pages.change_password, name="account_change_password"),
    path("account/wachtwoord/nieuw/", _again(account.password_set), name="account_set_password"),
    path("account/wachtwoord/vergeten/", pages.drop_password, name="account_drop_password"),
    path("account/bevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("account/bevestigen/mail/", pages.AgainByCode.as_view(), name="again_code"),
    path("account/bevestigen/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "account/bevestigen/passkey/",
        pages.AgainByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/apparaten/", pages.Devices.as_view(), name="usersessions_list"),
    path("account/tweede-slot/", pages.second_step_needed, name="second_step_needed"),
    path("account/extra/", mfa.index, name="mfa_index"),
    # The picture to scan stands in the page itself: no address of it, and no copy on the way.
    path(
        "account/extra/app/aan/",
        browser.also(pages.AddApp.as_view(), img_src=["data:"]),
        name="mfa_activate_totp",
    ),
    path("account/extra/app/uit/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/extra/codes/", spare.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/extra/codes/nieuw/",
        spare.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/extra/codes/bestand/",
        spare.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("account/passkeys/nieuw/", pages.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/weg/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
]
