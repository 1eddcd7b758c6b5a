"""The world around our side in one case: a Stripe, a mail server, somebody who reads; and time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import time_machine

from tests.faults import ourside

if TYPE_CHECKING:
    import socket
    from contextlib import ExitStack

    from tests.faults.cases import World

# How far the clock goes on between two rounds of the worker, longer than any lease; and at last.
PAUSE, ROUNDS = timedelta(minutes=6), 8


def made(line: socket.socket, stack: ExitStack) -> World:
    """A Stripe and a mail server of this case's own, which our side is told of."""
    import stripe
    from django.db import connections

    from courseapp.bench import sink
    from payments import sandbox
    from payments.models import Product
    from tests.faults.cases import World
    from tests.payments import conftest
    from tests.payments.story import Story

    letters = stack.enter_context(sink.running(sink.Sink(keeps_words=True)))
    world: list[World] = []
    running = stack.enter_context(
        sandbox.running(
            webhook=lambda body, headers: world[0].take(body, headers), secret=conftest.SECRET,
            payload="thin", background=False,
        )
    )  # fmt: skip
    stripe.HTTPClient.INITIAL_DELAY = stripe.HTTPClient.MAX_DELAY = 0.0
    given = {
        "STRIPE_SECRET_KEY": running.key, "STRIPE_API_BASE": running.base,
        "STRIPE_WEBHOOK_SECRETS": [conftest.SECRET],
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": letters.port, "KEEPS_MAIL": False,
    }  # fmt: skip
    ourside.settle_in(given)
    stack.callback(connections.close_all)
    product = Product.objects.get(slug="kiezen")
    shop = conftest.Shop(running, product, product.courses.get())
    world.append(World(Story(shop, "thin"), letters, line))
    world[0].say(settings=given)
    return world[0]


def somebody_reads() -> int:
    """Another reader asks for a lesson; the status."""
    from django.test import Client
    from django.urls import reverse

    from courseapp.accounts.models import User
    from lessons.reading.models import Opened

    sam = User.objects.get(email="sam@example.org")
    browser = Client(raise_request_exception=False)
    browser.cookies["session"] = _session_of(sam)
    lesson = Opened.objects.filter(enrolment__reader=sam).values_list("lesson", flat=True)[0]
    return browser.get(reverse("lesson", args=[lesson])).status_code


def _session_of(user: Any) -> str:
    from django.contrib.sessions.models import Session

    return str(Session.objects.values_list("session_key", flat=True)[0])


def heal(world: World) -> None:
    """All is started anew, and nobody does anything any more: what is promised by itself."""
    from django.utils import timezone

    ourside.bury()
    now = timezone.now()
    world.sales.settle("webhooks")
    now = max(now, world.sales.now)
    for number in range(ROUNDS):
        with time_machine.travel(now + number * PAUSE, tick=True):
            _round(world)


def _round(world: World) -> None:
    """What the beat rings for, once."""
    import courseapp.tasks
    import lessons.tasks
    import payments.tasks
    from courseapp.post import tasks as post

    for task in (
        lessons.tasks.publish_due, lessons.tasks.drip, payments.tasks.sweep,
        courseapp.tasks.hand_over, courseapp.tasks.let_go, courseapp.tasks.renew_keys,
        courseapp.tasks.sweep_keys, courseapp.tasks.scrub, post.tick, post.send_letters,
    ):  # fmt: skip
        try:
            task()
        except Exception as failure:
            world.trouble.append(f"{task.name} failed while healing: {failure!r}")
