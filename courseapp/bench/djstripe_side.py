"""The other side of "the webhook, beside dj-stripe", in an environment of its own.

It reads one JSON object a line, ``{"do": …, …}``, and writes one JSON object a line, as
`courseapp.bench.__main__` does. It imports nothing of ours: what is measured is dj-stripe's own
view as its documentation sets it up, with signatures verified, and no middleware at all.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import uuid
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import include, path

HOOK = uuid.UUID("7d5c1d0e-6df3-4d2b-9a0f-0c1d7a4f2b11")
# The same as in ``asking``: what frames the work rather than being it.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
LAST_WORDS = 300
# Of a form that dj-stripe takes for a key.
KEY = f"sk_test_{'bench' * 5}"
urlpatterns: list[Any] = []


class Side:
    """Each public method is an order."""

    handler: Any

    def prepare(
        self, database: dict[str, Any], secret: str, api: str, version: str
    ) -> dict[str, Any]:
        """Tables, the endpoint with its secret, and the address; Stripe is at ``api``."""
        settings.configure(
            DATABASES={"default": database},
            INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            SECRET_KEY=secret * 4,
            ALLOWED_HOSTS=["*"],
            MIDDLEWARE=[],
            ROOT_URLCONF=__name__,
            USE_TZ=True,
            DEBUG=False,
            STRIPE_LIVE_MODE=False,
            STRIPE_TEST_SECRET_KEY=KEY,
            STRIPE_API_HOST=api,
            STRIPE_API_VERSION=version,
            DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
            # What goes wrong ends the process, whose last words are told.
            DEBUG_PROPAGATE_EXCEPTIONS=True,
        )
        django.setup()
        urlpatterns.append(path("stripe/", include("djstripe.urls", namespace="djstripe")))
        call_command("migrate", verbosity=0, interactive=False)
        import_module("djstripe.models").WebhookEndpoint.objects.create(
            id="we_bench",
            livemode=False,
            secret=secret,
            status="enabled",
            enabled_events=["*"],
            url="https://bench.example/",
            djstripe_uuid=HOOK,
        )
        self.handler = get_wsgi_application()
        return {}

    def deliver(self, sent: list[list[str]]) -> dict[str, Any]:
        """Take these events, each a body and its signature, one after the other."""
        requests = [_request(*one) for one in sent]
        start = time.perf_counter()
        for one in requests:
            self._ask(one)
        return {"requests": len(requests), "seconds": time.perf_counter() - start}

    def count(self, sent: list[list[str]]) -> dict[str, Any]:
        """The statements of taking the first of these events."""
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if not sql.lstrip().upper().startswith(FRAME):
                seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            self._ask(_request(*sent[0]))
        return {"statements": seen}

    def _ask(self, request: dict[str, Any]) -> None:
        seen: list[str] = []
        answer = self.handler(request, lambda status, *_rest: seen.append(status))
        body = b"".join(answer)
        answer.close()
        if not seen[0].startswith("200"):
            raise RuntimeError(f"{seen[0]}: {body[:LAST_WORDS]!r}")


def _request(body: str, signature: str) -> dict[str, Any]:
    data = body.encode()
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/stripe/webhook/{HOOK}/",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "bench.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "bench.example",
        "HTTP_STRIPE_SIGNATURE": signature,
        "CONTENT_TYPE": "application/json; charset=utf-8",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def main() -> None:
    """Answer orders until the conductor closes the line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    side = Side()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(side, order.pop("do"))(**order)
        except RuntimeError as unexpected:
            answer = {"otherwise": str(unexpected)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
