"""Balance transactions: every cent that comes or goes, so that they sum up to the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# How long money of a sale is pending, in seconds.
PENDING = 3 * 24 * 60 * 60


def book(
    store: Store,
    *,
    kind: str,
    category: str,
    amount: int,
    source: Thing,
    fee: int = 0,
    at_once: bool = False,
) -> Thing:
    """Book cents in (positive) or out (negative), less Stripe's fee."""
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return store.add(
        "balance_transaction",
        {
            "amount": amount,
            "available_on": store.now() + (0 if at_once else PENDING),
            "balance_type": "payments",
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details if fee else [],
            "net": amount - fee,
            "reporting_category": category,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        },
    )


def shown(store: Store, booked: Thing) -> Thing:
    """A balance transaction as of now: money becomes available by the mere passing of time."""
    ready = booked["available_on"] <= store.now()
    return {**booked, "status": "available" if ready else "pending"}


def balance(store: Store) -> Thing:
    """What is available and what is pending, in cents of a euro."""
    booked = [shown(store, one) for one in store.all("balance_transaction")]
    return {
        "object": "balance",
        "available": [_sum(booked, "available")],
        "livemode": False,
        "pending": [_sum(booked, "pending")],
        "refund_and_dispute_prefunding": {
            "available": [_amount(0)],
            "pending": [_amount(0)],
        },
    }


def _sum(booked: list[Thing], status: str) -> Thing:
    amount = sum(one["net"] for one in booked if one["status"] == status)
    return {**_amount(amount), "source_types": {"card": amount}}


def _amount(cents: int) -> Thing:
    return {"amount": cents, "currency": "eur"}
