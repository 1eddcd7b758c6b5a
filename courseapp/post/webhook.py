"""Where a mail provider tells what became of mails, and brings those that ask us to stop.

There only with the setting MAIL_PROVIDER, and it brings mail only with MAIL_UNSUBSCRIBE.
django-anymail knows each provider's form, checks that it is the provider who tells, and hands over
what was told by a signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anymail.signals import inbound, tracking
from anymail.urls import urlpatterns as known
from django.conf import settings
from django.utils import timezone

from courseapp.post import events, leaving

if TYPE_CHECKING:
    from django.urls import URLPattern

# Where providers say what kind of bounce it was, beside what the mail server said.
RAW = ("event", "Type", "type", "severity", "hard_bounce", "bounce_class")


def receive(sender: object, event: Any, esp_name: str, **_more: object) -> None:
    """Take one event; what goes wrong here is a 500, and the provider tells it again."""
    now = timezone.now()
    told = events.Told(
        provider=esp_name.lower(),
        event_id=event.event_id or "",
        type=event.event_type,
        address=event.recipient or "",
        message_id=event.message_id or "",
        said=" ".join(_words(event)),
        at=event.timestamp or now,
    )
    events.take(told, now=now)


def read(sender: object, event: Any, **_more: object) -> None:
    """Take one mail that came in; of any other than one that asks to stop nothing is kept."""
    leaving.heed(subject=event.message.subject or "", now=timezone.now())


def listen() -> None:
    """Hear what the provider tells."""
    inbound.connect(read, dispatch_uid="courseapp.post")
    tracking.connect(receive, dispatch_uid="courseapp.post")


def urls() -> list[URLPattern]:
    """The addresses of the provider at hand, and of no other."""
    mine = [each for each in known if str(each.name).startswith(f"{settings.MAIL_PROVIDER}_")]
    takes_mail = bool(settings.MAIL_UNSUBSCRIBE)
    return [each for each in mine if takes_mail or "inbound" not in str(each.name)]


def _words(event: Any) -> list[str]:
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    words = [event.reject_reason, event.description, event.mta_response]
    words += [f"{key}={raw[key]}" for key in RAW if raw.get(key)]
    return [str(word) for word in words if word]
