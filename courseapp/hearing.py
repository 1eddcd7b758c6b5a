"""How the worker listens: to its broker, and to whoever tells it to stop.

Who cannot say "got it" has to call again. Celery writes down that an acknowledgement failed and
goes on; but then it never gets back the credit of that message, and with one message at a time it
hears nothing any more, though the broker is long back. So here the connection is given up with it,
and Celery makes a new one.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from celery.worker.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds until a worker that was told to stop has noticed.
ATTENTION = 0.5


class Hearing(Consumer):  # type: ignore[misc]  # celery ships no types.
    """Celery's consumer, as the setting ``worker_consumer`` names it."""

    def call_soon_ack(self, p: Callable[..., object], *args: Any, **kwargs: Any) -> Any:
        return super().call_soon_ack(or_give_up(p), *args, **kwargs)

    def register_with_event_loop(self, hub: Any) -> None:
        """Have the loop look up often: only between two events does it see that it is to stop, and
        with RabbitMQ the next may be ten seconds off, which is all that a container is given.
        """
        super().register_with_event_loop(hub)
        hub.call_repeatedly(ATTENTION, _look_up)


def _look_up() -> None:
    """An event like any other."""


def or_give_up(acknowledge: Callable[..., object]) -> Callable[..., None]:
    """``acknowledge`` is a method of a kombu message. ConnectionResetError when it did nothing."""

    @wraps(acknowledge)
    def tried(*args: Any, **kwargs: Any) -> None:
        acknowledge(*args, **kwargs)
        if not acknowledge.__self__.acknowledged:  # type: ignore[attr-defined]
            raise ConnectionResetError("The broker did not hear that its message arrived.")

    return tried
