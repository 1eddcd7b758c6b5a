"""Who comes in at ``/beheer/``: staff, and where it says so only owners. Nobody else, ever."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.utils import timezone
from django.utils.translation import gettext as _

from courseapp import logs
from courseapp.accounts import lasting, second_step
from courseapp.accounts.models import User
from courseapp.errors import Refused
from lessons.pages.private import keep_nowhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = "Callable[Concatenate[HttpRequest, User, P], HttpResponse]"
# The practice works by this clock, wherever its people are.
CLOCK = ZoneInfo("Europe/Amsterdam")


class StaffOnly(Refused):
    code = "staff_only"
    status = 403


class OwnerOnly(Refused):
    code = "owner_only"
    status = 403


def for_staff(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view the member of staff who is here; send visitors to sign in, refuse readers.

    Whoever came in without a second step is led to it, and sees nothing before.
    """
    return _guarded(view, "staff")


def for_owners(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The same, for owners only: people, keys, identity and money."""
    return _guarded(view, "owner")


def _guarded(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse], door: str
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = request.user
        if not isinstance(person, User):
            back = request.get_full_path() if request.method == "GET" else "/beheer/"
            return keep_nowhere(redirect_to_login(back))
        if not person.is_staff or (door == "owner" and not person.is_owner):
            logs.tell("staff_refused", person=person)
        if not person.is_staff:
            raise StaffOnly(_("This part is for people of the practice."))
        if not second_step.is_shown(request.session, person):
            return keep_nowhere(second_step.lead(request, person))
        lasting.work(request.session)
        if door == "owner" and not person.is_owner:
            raise OwnerOnly(_("This part is for the owner of the practice."))
        timezone.activate(CLOCK)
        return keep_nowhere(view(request, person, *args, **kwargs))

    page.door = door  # type: ignore[attr-defined]  # A test asks every address for it.
    return page
