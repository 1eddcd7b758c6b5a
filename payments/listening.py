"""Having Stripe tell us: the one event destination at our address, and its signing secret.

Stripe knows two kinds. A thin destination is told which object changed; a snapshot endpoint gets a
copy of the object in a fixed version of the API. Both are only hints here (`payments.inbox`); thin
is what Stripe advises, since it has no version that grows old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from courseapp.errors import Refused
from payments import gateway

if TYPE_CHECKING:
    from typing import Any

    import stripe

Payload = Literal["thin", "snapshot"]
Done = Literal["made", "changed", "left"]
NAME = "Course site"


class Otherwise(Refused):
    """A destination stands at our address that cannot become what is wanted; Stripe forbids it."""

    code = "destination_otherwise"
    status = 409


@dataclass(frozen=True)
class Destination:
    """Where Stripe sends events; ``events`` as v1 names them, ``*`` is all."""

    id: str
    url: str
    payload: Payload
    enabled: bool
    events: frozenset[str]
    # Of a snapshot endpoint: the version its copies are in; empty is the account's default.
    version: str = ""

    @property
    def lacks(self) -> list[str]:
        """What we have to hear of and it does not tell."""
        if "*" in self.events:
            return []
        return [name for name in gateway.EVENTS if name not in self.events]


@dataclass(frozen=True)
class Outcome:
    """What ``listen`` did, or would do; the secret only when one was just made."""

    done: Done
    destination: Destination | None
    secret: str = ""


def destinations(url: str) -> list[Destination]:
    """All destinations at this address, of both kinds."""
    found = [one for one in map(_destination, gateway.ask(_all_v2)) if one.url == url]
    if any(one.payload == "snapshot" for one in found):
        return found
    # Endpoints made by the older API, should the newer one not list them.
    return [*found, *(one for one in map(_endpoint, gateway.ask(_all_v1)) if one.url == url)]


def listen(*, url: str, payload: Payload, dry: bool) -> Outcome:
    """Have exactly one destination at this address that tells what we need; ``dry`` only looks.

    Raises ``Otherwise`` where one stands there that Stripe does not let us change, and the
    refusals of `payments.gateway`.
    """
    there = destinations(url)
    if not there:
        return Outcome("made", None) if dry else _make(url, payload)
    if len(there) > 1:
        raise Otherwise(
            f"{len(there)} destinations stand at {url}. Delete all but one in Stripe's dashboard "
            "(Workbench, Webhooks), then try again."
        )
    (only,) = there
    if only.payload != payload or (payload == "snapshot" and only.version != gateway.API_VERSION):
        raise Otherwise(
            f"The destination at {url} ({only.id}) sends {only.payload} events"
            f"{f' of version {only.version}' if only.version else ''}. Stripe does not let that be "
            "changed: delete it in the dashboard (Workbench, Webhooks) and try again."
        )
    if only.enabled and not only.lacks:
        return Outcome("left", only)
    if not dry:
        _mend(only)
    return Outcome("changed", only)


def _make(url: str, payload: Payload) -> Outcome:
    if payload == "snapshot":
        params: Any = {
            "url": url, "enabled_events": list(gateway.EVENTS), "description": NAME,
            "api_version": gateway.API_VERSION,
        }  # fmt: skip
        made: Any = gateway.ask(lambda client: client.v1.webhook_endpoints.create(params))
        secret = made.secret
    else:
        made = gateway.ask(
            lambda client: client.v2.core.event_destinations.create(
                {
                    "name": NAME,
                    "type": "webhook_endpoint",
                    "event_payload": "thin",
                    "enabled_events": _thin_names(),
                    "webhook_endpoint": {"url": url},
                    "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
                }
            )
        )
        secret = made.webhook_endpoint.signing_secret
    return Outcome("made", next(iter(destinations(url)), None), str(secret))


def _mend(one: Destination) -> None:
    """The events it lacks, and switched on."""
    if one.payload == "snapshot":
        names: Any = list(gateway.EVENTS)
        gateway.ask(
            lambda client: client.v1.webhook_endpoints.update(
                one.id, {"enabled_events": names, "disabled": False}
            )
        )
        return
    gateway.ask(
        lambda client: client.v2.core.event_destinations.update(
            one.id, {"enabled_events": _thin_names()}
        )
    )
    if not one.enabled:
        gateway.ask(lambda client: client.v2.core.event_destinations.enable(one.id))


def _all_v2(client: stripe.StripeClient) -> list[Any]:
    listed = client.v2.core.event_destinations.list(
        {"include": ["webhook_endpoint.url"], "limit": 100}
    )
    return list(listed.auto_paging_iter())


def _all_v1(client: stripe.StripeClient) -> list[Any]:
    return list(client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter())


def _thin_names() -> list[str]:
    return [f"v1.{name}" for name in gateway.EVENTS]


def _destination(found: Any) -> Destination:
    endpoint = getattr(found, "webhook_endpoint", None)
    return Destination(
        id=found.id,
        url=getattr(endpoint, "url", None) or "",
        payload=found.event_payload,
        enabled=found.status == "enabled",
        events=frozenset(name.removeprefix("v1.") for name in found.enabled_events),
        version=getattr(found, "snapshot_api_version", None) or "",
    )


def _endpoint(found: Any) -> Destination:
    return Destination(
        id=found.id,
        url=found.url,
        payload="snapshot",
        enabled=found.status == "enabled",
        events=frozenset(found.enabled_events),
        version=found.api_version or "",
    )
