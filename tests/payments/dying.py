"""A process whose children do our side's acts and die on the way, for `tests.payments.test_kills`.

Started once, with everything imported; each order it reads (a line of JSON) is done by a fork of it
on connections of its own, which kills itself at the boundary it is told. Answers are lines of JSON.

Boundaries are not points written into the code: they are before and after everything that lasts,
each COMMIT, each statement that is a transaction of its own, each call of Stripe that changes
something, each letter given to the mail server. So there is none that somebody forgot, and none in
production. Between two of them nothing lasts, so that dying there is dying at the next.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES = ("INSERT", "UPDATE", "DELETE")


class Boundaries:
    """Counts what lasts, and ends the process at one of them; tells each through a pipe."""

    def __init__(self, die_at: int, tell: Callable[[str], None]) -> None:
        self.die_at = die_at
        self.tell = tell
        self.passed = 0

    def around(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*args: Any, **more: Any) -> Any:
            self._at(f"before {name}")
            done = act(*args, **more)
            self._at(f"after {name}")
            return done

        return acting

    def alone(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around a statement that is its own transaction; the others last by their COMMIT."""
        if context["connection"].in_atomic_block or not sql.startswith(WRITES):
            return execute(sql, params, many, context)
        name = " ".join(sql.split()[:3]).replace('"', "")
        return self.around(name, execute)(sql, params, many, context)

    def call(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def calling(client: Any, method: str, url: str, *args: Any, **more: Any) -> Any:
            if method.upper() == "GET":
                return act(client, method, url, *args, **more)
            name = f"{method} {url.partition('/v1/')[2]}"
            return self.around(name, act)(client, method, url, *args, **more)

        return calling

    def _at(self, name: str) -> None:
        self.passed += 1
        self.tell(name)
        if self.passed == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(boundaries: Boundaries) -> None:
    """Put the boundaries into this process."""
    import stripe  # noqa: PLC0415 -- Django and all that follows is ready only now.
    from django.core.mail.backends import filebased  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    connection.commit = boundaries.around("COMMIT", connection.commit)  # type: ignore[method-assign]
    connection.execute_wrappers.append(boundaries.alone)
    stripe.RequestsClient.request = boundaries.call(stripe.RequestsClient.request)  # type: ignore[method-assign]
    backend = filebased.EmailBackend
    backend.send_messages = boundaries.around("a letter", backend.send_messages)  # type: ignore[method-assign]


def do(act: dict[str, Any]) -> bool:
    """One act of our side; False for a webhook that was not taken."""
    from courseapp.accounts.models import User  # noqa: PLC0415 -- likewise.
    from courseapp.errors import Refused  # noqa: PLC0415
    from courseapp.post import pump  # noqa: PLC0415
    from payments import checkout, gifts, inbox, refunds, sync, withdrawal  # noqa: PLC0415
    from payments.models import Order, Refund  # noqa: PLC0415
    from tests.payments.conftest import BACK, receive  # noqa: PLC0415

    now = datetime.fromisoformat(act["now"])

    def order() -> Order:
        return Order.objects.get(pk=act["order"])

    def news() -> bool:
        return receive(base64.b64decode(act["body"]), act["headers"]) == 200

    def refund() -> None:
        # Staff look first whether it is there, if what they saw was an error.
        if not Refund.objects.filter(payment__order=act["order"]).exists():
            refunds.ask(order=order(), amount=act["amount"], reason="", by=None, now=now)

    def work() -> None:
        inbox.work(now=now)
        sync.sweep(now=now)
        refunds.send_intended(now=now)

    acts: dict[str, Callable[[], Any]] = {
        "news": news,
        "press": lambda: checkout.begin(order=order(), back=BACK, cancel=BACK, now=now),
        "come back": lambda: sync.sync_order(order=order().pk, now=now),
        "refund": refund,
        "withdraw": lambda: withdrawal.submit(
            name="J. Jansen", contract=order().number, email=order().email, now=now
        ),
        "use": lambda: gifts.use(
            code=order().gift.code, reader=User.objects.get(pk=act["reader"]), now=now
        ),
        "work": work,
        "letters": lambda: pump.send_due(now=now),
    }
    with suppress(Refused):
        return acts[act["act"]]() is not False
    return True


def child(told: dict[str, Any], answers: TextIO) -> None:
    """Do what is told, as far as it goes; what was passed and answered goes out as it happens."""

    def tell(what: str, name: object) -> None:
        answers.write(json.dumps([what, name]) + "\n")
        answers.flush()

    arm(Boundaries(told["die_at"], lambda name: tell("passed", name)))
    for act in told["acts"]:
        if do(act) and act["act"] == "news":
            tell("taken", act["delivery"])
    tell("done", 0)


def spoil(of: str, good: str, bad: str) -> None:
    """Put a mistake into a function, named ``module.function``, of this process."""
    from tests.payments.seeding import Mistake  # noqa: PLC0415

    module, _, name = of.rpartition(".")
    found = import_module(module)
    setattr(found, name, Mistake(getattr(found, name), (good, bad)).made())


def prepare(told: dict[str, Any]) -> None:
    """Django with the test's database and Stripe, and all that takes time, before forking."""
    import django  # noqa: PLC0415 -- the environment says which settings.

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from django.template.loader import get_template  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from courseapp.post import doorbell  # noqa: PLC0415
    from payments import gateway  # noqa: PLC0415
    from tests.payments import conftest  # noqa: PLC0415

    for alias, name in told["databases"].items():
        connections[alias].settings_dict["NAME"] = name
    for name, value in told["settings"].items():
        setattr(settings, name, value)
    for mistake in told["mistakes"]:
        spoil(*mistake)
    doorbell._Bell.silent_until = float("inf")  # No broker: the worker comes by itself.
    # Middleware, addresses, texts, letters and the SDK's many parts, read once for all children.
    conftest.receive(b"", {"Stripe-Signature": ""})
    with translation.override("nl"):
        translation.gettext("Confirmation of your order")
    for file in (settings.BASE_DIR / "templates" / "mail").iterdir():
        get_template(f"mail/{file.name}")
    gateway.session_of("nothing", datetime.now(tz=UTC))
    gateway.facts_of([])
    gateway._made.cache_clear()
    gc.collect()
    gc.freeze()
    gc.disable()


def main() -> None:
    prepare(json.loads(sys.stdin.readline()))
    print("ready", flush=True)  # noqa: T201 -- its standard output is how it answers.
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            child(json.loads(line), sys.stdout)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        print(json.dumps(["ended", os.waitstatus_to_exitcode(status)]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
