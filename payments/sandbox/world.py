"""What happens in the local Stripe without a call of the API: buyers, banks, time, dashboard."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from payments.sandbox import (
    account,
    agenda,
    deliveries,
    disputes,
    endpoints,
    paying,
    promotions,
    refunds,
    sessions,
)
from payments.sandbox.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.sandbox.deliveries import Receiver
    from payments.sandbox.disputes import Outcome
    from payments.sandbox.knobs import Knobs
    from payments.sandbox.store import Store, Thing

PAUSE = 0.005


class World:
    """The verbs. Each takes ids, returns the Stripe object it changed, and tells it by webhook."""

    def __init__(self, store: Store, *, background: bool) -> None:
        self.store = store
        self.background = background
        self.receivers: dict[str, Receiver] = {}

    @property
    def knobs(self) -> Knobs:
        return self.store.knobs

    # What a buyer does.

    def pay(
        self,
        session: str,
        method: str = "card",
        *,
        code: str | None = None,
        email: str | None = None,
        name: str = "J. Jansen",
        country: str = "NL",
    ) -> Thing:
        """Fill in the page and press the button; the session after that.

        ``method`` is one of ``methods.METHODS``; a refusal leaves the session open.
        """
        with self.store.turn():
            agenda.run_due(self.store)
            found = self.store.get("checkout.session", session)
            if code is not None:
                sessions.apply_code(self.store, session, code)
            known = email or found["customer_email"] or paying.Buyer.email
            buyer = paying.Buyer(email=known, name=name, country=country)
            return paying.pay(self.store, session, way=method, buyer=buyer)

    def apply_code(self, session: str, code: str) -> Thing:
        with self.store.turn():
            return sessions.apply_code(self.store, session, code)

    # What time and banks do.

    def async_succeed(self, session: str) -> Thing:
        with self.store.turn():
            return paying.succeed(self.store, session)

    def async_fail(self, session: str) -> Thing:
        with self.store.turn():
            return paying.fail(self.store, session)

    def expire(self, session: str) -> Thing:
        """End an open session now, whatever its ``expires_at``."""
        with self.store.turn():
            return sessions.expire(self.store, session)

    def expire_due(self) -> int:
        """Let everything happen whose moment has come; how much that was."""
        with self.store.turn():
            return agenda.run_due(self.store)

    def refund_succeed(self, refund: str) -> Thing:
        with self.store.turn():
            return refunds.succeed(self.store, refund)

    def refund_fail(self, refund: str, *, reason: str = "lost_or_stolen_card") -> Thing:
        with self.store.turn():
            return refunds.fail(self.store, refund, reason=reason)

    def dispute_open(
        self,
        payment_intent: str,
        *,
        amount: int | None = None,
        reason: str = "fraudulent",
        warning: bool = False,
    ) -> Thing:
        """A bank disputes a payment (cents; all that is left of it by default), or inquires."""
        with self.store.turn():
            return disputes.begin(
                self.store, payment_intent, amount=amount, reason=reason, warning=warning
            )

    def dispute_submit(self, dispute: str) -> Thing:
        with self.store.turn():
            return disputes.submit(self.store, dispute)

    def dispute_escalate(self, dispute: str) -> Thing:
        with self.store.turn():
            return disputes.escalate(self.store, dispute)

    def dispute_close(self, dispute: str, outcome: Outcome) -> Thing:
        with self.store.turn():
            return disputes.close(self.store, dispute, outcome)

    # What the seller does by hand in Stripe's dashboard.

    def refund(
        self, payment_intent: str, amount: int | None = None, *, reason: str | None = None
    ) -> Thing:
        params: Thing = {"payment_intent": payment_intent, "reason": reason}
        if amount is not None:
            params["amount"] = amount
        with self.store.turn():
            return refunds.create(self.store, params)

    def offer_code(self, code: str, *, percent: int) -> Thing:
        """A promotion code that takes ``percent`` off; one of that name is left as it is."""
        with self.store.turn():
            if found := promotions.active_code(self.store, code):
                return found
            coupon = promotions.create_coupon(self.store, {"percent_off": percent})
            asked = {"promotion": {"type": "coupon", "coupon": coupon["id"]}, "code": code}
            return promotions.create_code(self.store, asked)

    def register(
        self,
        url: str | Receiver,
        *,
        secret: str | None = None,
        payload: str = "snapshot",
        events: Iterable[str] = ("*",),
    ) -> Thing:
        """One more webhook endpoint: an address, or a function of body and headers to a status."""
        if not isinstance(url, str):
            receiver, url = url, f"call:{len(self.receivers)}"
            self.receivers[url] = receiver
        with self.store.turn():
            return endpoints.register(
                self.store, url=url, payload=payload, enabled_events=[*events], secret=secret
            )

    def endpoint_change(self, endpoint: str, **fields: object) -> Thing:
        """Change an endpoint: ``status``, ``enabled_events``, ``url``, ``api_version``."""
        with self.store.turn():
            return self.store.change(endpoint, **fields)

    def endpoint_forget(self, endpoint: str) -> None:
        with self.store.turn():
            endpoints.forget(self.store, endpoint)

    def account_change(self, **fields: object) -> Thing:
        """Another state of the account: ``charges_enabled=False``, ``details_submitted=False``."""
        with self.store.turn():
            return account.settle(self.store, **fields)

    def method_switch(self, method: str, *, on: bool) -> Thing:
        """Switch a way of paying on or off for the whole account."""
        with self.store.turn():
            return account.switch(self.store, method, on=on)

    def tax_register(self, country: str, kind: str = "standard") -> Thing:
        """Register for taxes in a country (``NL``), as under "Tax" in the dashboard."""
        options = {country.lower(): {"type": kind}}
        params = {"country": country, "country_options": options, "active_from": "now"}
        with self.store.turn():
            return account.register_for_tax(self.store, params)

    def forget(self) -> None:
        """Begin anew: nothing was sold yet, no knob is turned; the same endpoints listen."""
        with self.store.turn():
            self.store.forget()
            self.knobs.reset()

    # Looking.

    def get(self, ident: str) -> Thing:
        """Whatever has this id, as it is now; KeyError when nothing has."""
        with self.store.turn():
            found = self.store.find(ident)
        if found is None:
            raise KeyError(ident)
        return found

    def all(self, kind: str) -> list[Thing]:
        """All objects of a kind such as ``checkout.session``, the newest first."""
        with self.store.turn():
            return self.store.all(kind)

    def events(self, kind: str | None = None) -> list[Thing]:
        """What happened, the oldest first; only of one type when it is given."""
        told = self.all("event")[::-1]
        return [one for one in told if kind in {None, one["type"]}]

    def methods(self) -> list[str]:
        return list(METHODS)

    # Webhooks.

    def deliveries(self, state: str | None = None) -> list[Thing]:
        """All webhooks, the oldest first: waiting, sending, held, dropped, arrived, failed."""
        return [one for one in self.all("delivery")[::-1] if state in {None, one["state"]}]

    def held(self) -> list[Thing]:
        return self.deliveries("held")

    def deliver(self, *delivery_ids: str) -> list[Thing]:
        """Send these now, one after the other, in this thread and whatever the knobs say."""
        return [deliveries.deliver(self.store, self.receivers, one) for one in delivery_ids]

    def deliver_due(self) -> int:
        """Let time take effect and send what is due, in this thread; how many were sent."""
        self.expire_due()
        return deliveries.deliver_due(self.store, self.receivers)

    def resend(self, event_id: str) -> list[Thing]:
        with self.store.turn():
            return deliveries.resend(self.store, event_id)

    def wait(self, seconds: float = 5.0) -> bool:
        """Wait until nothing is due or on its way; False when that took too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.expire_due()
            if not self.background and not self.deliver_due():
                return True
            with self.store.turn():
                if not deliveries.are_under_way(self.store):
                    return True
            time.sleep(PAUSE)
        return False
