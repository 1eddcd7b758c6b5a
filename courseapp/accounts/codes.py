"""The state of a sign-in code: is there one, and may somebody still guess at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.stages import LoginByCodeStage
from allauth.core import ratelimit

from courseapp.accounts import guessing

if TYPE_CHECKING:
    from django.http import HttpRequest


# Seconds a session lasts in which a code is awaited; longer than the code, shorter than a session.
AWAITING = 900


def forget_soon(request: HttpRequest) -> None:
    """Let a sign-in that is never finished leave no address and no code behind in a session."""
    request.session.set_expiry(AWAITING)


def remember_again(request: HttpRequest) -> None:
    """Somebody is in: the session lasts as long as sessions do."""
    request.session.set_expiry(None)


def pending(request: HttpRequest) -> LoginCodeVerificationProcess | None:
    """The code this browser may still enter; None when it is used, too old, or has no account."""
    stage = get_pending_stage(request)
    if stage is None or stage.key != LoginByCodeStage.key:
        return None
    process = LoginCodeVerificationProcess(stage=stage)
    return process if process.is_valid() and process.user is not None else None


def may_guess(request: HttpRequest, process: LoginCodeVerificationProcess) -> bool:
    """Count one guess at this code.

    allauth counts wrong codes in the session, which is read, raised and written back: hundreds of
    requests at once would all read the same number. This counter has a lock.
    """
    key = f"{request.session.session_key}:{process.state['at']}"
    if not ratelimit.consume(request, action="guess_login_code", key=key):
        return False
    return guessing.may(request, process.user.email)
