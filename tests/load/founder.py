"""Makes what several machines then work on, and counts what became of it.

``python -m tests.load.founder``, as a command of the site that `several.py` stands up: a line of
JSON is an order (the name of a method and its arguments), and so is each answer.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from courseapp.bench.shop import Shop
    from tests.lessons.drip.comers import People


class Founder:
    """Each public method is an order."""

    people: People
    shop: Shop

    def found(self) -> dict[str, Any]:
        """A course whose mails are due at once, and a training for sale."""
        from courseapp.bench.shop import Shop
        from tests.lessons.drip.comers import People

        self.people = People.founded(datetime.now(UTC))
        self.shop = Shop()
        self.shop.prepare()
        return {}

    def come(self, count: int) -> dict[str, Any]:
        """So many readers begin, and the bell is rung once."""
        self.people.come(count)
        return {}

    def is_waiting(self) -> dict[str, Any]:
        """Whether any mail is still to be decided on or sent."""
        from tests.lessons.drip import outages

        return {"is": outages.is_anything_waiting()}

    def mails(self, log: str, seconds: float) -> dict[str, Any]:
        """What `stocktaking` found: the plan, the ledger, the outbox and the server's list."""
        from tests.lessons.drip.stocktaking import counted

        nothing = {"turns": {}, "kills": 0, "workers_that_ended_by_themselves": 0}
        known = {"database": "postgresql", "broker": "redis", "connections": 8, "readers": 0}
        found = counted(Path(log), [], seconds=seconds, **nothing, **known)
        return {"came": found.came, "expected": found.expected, "faults": found.faults()}

    def order(self) -> dict[str, Any]:
        """Somebody orders; the session that is to be paid."""
        return {"session": self.shop.order()["session"]}

    def orders(self) -> dict[str, Any]:
        """By order: its state, how many accesses and invoices it has; and the events kept."""
        from lessons.reading.models import Access
        from payments.models import Invoice, Order, StripeEvent

        rows = [
            [
                order.state,
                Access.objects.filter(source=order.source).count(),
                Invoice.objects.filter(order=order).count(),
            ]
            for order in Order.objects.order_by("pk")
        ]
        return {"rows": rows, "events": StripeEvent.objects.count()}


def main() -> None:
    django.setup()
    founder = Founder()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(getattr(founder, order.pop("do"))(**order)), flush=True)


if __name__ == "__main__":
    main()
