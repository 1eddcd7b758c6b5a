"""How long the doors take to answer, for addresses that have an account here and for others."""

from __future__ import annotations

import io
import statistics
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from courseapp.accounts.models import User
from courseapp.bench import asking
from courseapp.bench.material import NO_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from courseapp.bench.asking import Environ

FORM = "application/x-www-form-urlencoded"
RIGHT, WRONG = "regenboog in mei", "regenboog in juni"
# The page that awaits the code, and the page again with what was wrong.
GOOD = {"302", "200"}


class Doors:
    """A side in a process of its own; each public method is an order."""

    def __init__(self) -> None:
        self.handler = get_wsgi_application()
        # Each door is knocked at more often than anybody may.
        settings.ACCOUNT_RATE_LIMITS = False
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)

    def code(self, times: int) -> dict[str, Any]:
        """Milliseconds (median) to ask for a code by mail, with ``known`` and ``unknown``."""
        people = {"known": lambda: _account(NO_PASSWORD), "unknown": _address}
        return self._medians("/inloggen/", people, times, lambda email: {"email": email})

    def password(self, times: int) -> dict[str, Any]:
        """Likewise a wrong password: ``known``, ``without`` a password, and ``unknown``."""
        sample = User()
        sample.set_password(RIGHT)
        people = {
            "known": lambda: _account(sample.password),
            "without": lambda: _account(NO_PASSWORD),
            "unknown": _address,
        }
        return self._medians(
            "/inloggen/wachtwoord/",
            people,
            times,
            lambda email: {"login": email, "password": WRONG},
        )

    def _medians(
        self,
        path: str,
        people: Mapping[str, Callable[[], str]],
        times: int,
        filled: Callable[[str], dict[str, str]],
    ) -> dict[str, float]:
        """Each in turn, so that drifts of the machine touch all; the first round warms up."""
        taken: dict[str, list[float]] = {who: [] for who in people}
        for _ in range(times + 1):
            for who, address in people.items():
                request = _post(path, filled(address()))
                start = time.perf_counter()
                self._ask(request)
                taken[who].append(1000 * (time.perf_counter() - start))
        return {who: statistics.median(all_[1:]) for who, all_ in taken.items()}

    def _ask(self, environ: Environ) -> None:
        seen: list[str] = []
        request = {**environ, "wsgi.input": io.BytesIO(environ["bench.body"])}
        response = self.handler(request, lambda status, *_rest: seen.append(status))  # type: ignore[arg-type]
        said = b"".join(response).decode(errors="replace")
        response.close()
        if seen[0][:3] not in GOOD:
            raise asking.UnexpectedAnswer(f"{environ['PATH_INFO']} answered {seen[0]}: {said[:99]}")


def _post(path: str, fields: dict[str, str]) -> Environ:
    """A form as a visitor's browser sends it, which was never here before."""
    body = urlencode(fields).encode()
    sent = asking.post(path, cookies="", csrf_cookie=settings.CSRF_COOKIE_NAME, body=body)
    return {**sent, "CONTENT_TYPE": FORM, "HTTP_ACCEPT": "text/html"}


def _address() -> str:
    return f"{uuid4().hex}@bench.example"


def _account(password: str) -> str:
    """The address of somebody who was here before."""
    person = User.objects.create(email=_address(), password=password)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person.email
