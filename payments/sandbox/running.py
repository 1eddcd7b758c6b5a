"""Starting and stopping a local Stripe, where one may run at all."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from payments.sandbox import account, deliveries
from payments.sandbox.server import Server
from payments.sandbox.store import Store
from payments.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.sandbox.deliveries import Receiver
    from payments.sandbox.knobs import Knobs
    from payments.sandbox.server import Watcher

KEY = "sk_test_sandbox"
LIVE = ("sk_live_", "rk_live_", "pk_live_")
# How often the clock is looked at, in seconds of the wall: a test's clock jumps without a sound.
TICK = 0.02


class NotHere(RuntimeError):
    """A local Stripe may not run in production, nor beside a live key."""


@dataclass(frozen=True)
class Running:
    """A local Stripe that answers at ``base``."""

    base: str
    key: str
    world: World
    knobs: Knobs


def refuse_production() -> None:
    """NotHere where money is real: by ``PRODUCTION``, or by a live key in the environment."""
    if os.environ.get("PRODUCTION", "0").strip().lower() in {"1", "true", "yes", "on"}:
        raise NotHere("The local Stripe does not run in production.")
    for name, value in os.environ.items():
        if value.strip().startswith(LIVE):
            raise NotHere(f"The local Stripe does not run beside a live key ({name}).")


@contextmanager
def running(
    *,
    webhook: str | Receiver | None = None,
    secret: str = "whsec_sandbox",  # noqa: S107 -- as secret as the sandbox is real.
    payload: Literal["snapshot", "thin"] = "snapshot",
    clock: Callable[[], float] = time.time,
    state: Path | str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    background: bool = True,
    watch: Watcher | None = None,
) -> Iterator[Running]:
    """A local Stripe as long as the block lasts; see the package for what each argument means.

    ``watch`` is called with each call of the API and its answer. NotHere in production.
    """
    refuse_production()
    store = Store(clock=clock, file=None if state is None else Path(state))
    world = World(store, background=background)
    server = Server(world, host=host, port=port, watch=watch)
    store.base = server.base
    with store.turn():
        account.furnish(store)
    if webhook is not None:
        _listen(world, webhook, secret=secret, payload=payload)
    stopped = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, args=(TICK,), daemon=True)]
    if background:
        threads.append(threading.Thread(target=_beat, args=(world, stopped), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield Running(server.base, KEY, world, store.knobs)
    finally:
        stopped.set()
        server.stop()
        for thread in threads:
            thread.join(timeout=deliveries.PATIENCE)


def _listen(world: World, webhook: str | Receiver, *, secret: str, payload: str) -> None:
    """The endpoint of the command line; one that a kept world has already is used again."""
    for one in world.all("endpoint"):
        if one["url"] == webhook and one["payload"] == payload:
            with world.store.turn():
                world.store.change(one["id"], secret=secret, status="enabled")
            return
    world.register(webhook, secret=secret, payload=payload)


def _beat(world: World, stopped: threading.Event) -> None:
    """Time passes and webhooks go out, until it is over."""
    while not stopped.is_set():
        if not world.deliver_due():
            with world.store.news:
                world.store.news.wait(TICK)
