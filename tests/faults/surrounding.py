"""The world around our side in one case: a Stripe, a mail server, somebody who reads; and time."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import TYPE_CHECKING

import time_machine

from tests.faults import ourside

if TYPE_CHECKING:
    import socket
    from contextlib import ExitStack

    from tests.faults.cases import World

# When the worker's rounds are, in minutes after the fault: the steps are longer than its leases.
ROUNDS: tuple[int, ...] = (0, 6, 20, 90)


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

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-case-"))
    letters = stack.enter_context(sink.running(sink.Sink(keeps_words=True)))
    world: list[World] = []
    running = stack.enter_context(
        sandbox.running(
            webhook=lambda body, headers: world[0].take(body, headers),  # noqa: PLW0108 -- not yet.
            secret=conftest.SECRET,
            payload="thin", background=False,
        )
    )  # fmt: skip
    stripe.HTTPClient.INITIAL_DELAY = stripe.HTTPClient.MAX_DELAY = 0  # Between two tries.
    given = {
        "STRIPE_SECRET_KEY": running.key, "STRIPE_API_BASE": running.base,
        "STRIPE_WEBHOOK_SECRETS": [conftest.SECRET],
        "HANDOVER_DIR": f"{folder}/handovers", "MEDIA_ROOT": f"{folder}/media",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": letters.port, "KEEPS_MAIL": False,
    }  # fmt: skip
    ourside.settle_in(given, f"{folder}/cache")
    stack.callback(connections.close_all)
    product = Product.objects.get(slug="kiezen")
    shop = conftest.Shop(running, product, product.courses.get())
    world.append(World(Story(shop, "thin"), letters, line))
    world[0].say(settings=given, cache=f"{folder}/cache")
    return world[0]


def heal(world: World) -> None:
    """All is started anew, and nobody does anything any more: what is promised by itself."""
    from django.utils import timezone

    ourside.bury()
    now = timezone.now()
    world.sales.settle("webhooks")
    now = max(now, world.sales.now)
    for minutes in ROUNDS:
        with time_machine.travel(now + timedelta(minutes=minutes), tick=True):
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
