"""The ways to pay on the local checkout page, and what Stripe would write down about each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from payments.sandbox.store import Thing

Outcome = Literal["paid", "declined", "abandoned", "later"]
Ending = Literal["succeeds", "fails", "by hand"]


@dataclass(frozen=True)
class Method:
    """How a payment goes: Stripe's type of method, what comes of it at once, and what later.

    Fees are Stripe's in the Netherlands: cents per payment and tenths of a percent.
    """

    type: str
    outcome: Outcome
    ending: Ending = "by hand"
    fee_cents: int = 0
    fee_permille: int = 0

    def fee(self, amount: int) -> int:
        """Stripe's fee for this many cents, in cents."""
        return self.fee_cents + (amount * self.fee_permille + 500) // 1000


_CARD = Method("card", "paid", fee_cents=25, fee_permille=15)
_IDEAL = Method("ideal", "paid", fee_cents=29)
_SEPA = Method("sepa_debit", "later", fee_cents=35)
# A voucher that is paid at a cash machine, days later: delayed, and not a debit.
_VOUCHER = Method("multibanco", "later", fee_cents=30, fee_permille=20)

METHODS = {
    "card": _CARD,
    "card_declined": replace(_CARD, outcome="declined"),
    "ideal": _IDEAL,
    "ideal_cancelled": replace(_IDEAL, outcome="abandoned"),
    "bancontact": Method("bancontact", "paid", fee_cents=35),
    "sepa_debit": _SEPA,
    "later_succeeds": replace(_VOUCHER, ending="succeeds"),
    "later_fails": replace(_VOUCHER, ending="fails"),
}
# Types whose refunds arrive at once, and types whose payments a bank can dispute.
REFUNDS_AT_ONCE = {"card"}
DISPUTABLE = {"card", "sepa_debit"}
# What the account has switched on, in Stripe's order.
OFFERED = ("card", "bancontact", "ideal", "sepa_debit", "multibanco")


def offered(*, allowed: list[str] | None, excluded: list[str]) -> list[str]:
    """The types a session offers, once its filters have been applied."""
    return [one for one in OFFERED if (allowed is None or one in allowed) and one not in excluded]


def details(method: Method, *, country: str, declined: bool = False) -> Thing:
    """``payment_method_details`` of a charge; a card's country is the buyer's."""
    if method.type == "card":
        return {"type": "card", "card": _card(country, last4="0002" if declined else "4242")}
    return {"type": method.type, method.type: _BANK[method.type]}


def _card(country: str, *, last4: str) -> Thing:
    return {
        "amount_authorized": None,
        "authorization_code": None,
        "brand": "visa",
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": country,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "sandboxcard",
        "funding": "debit",
        "installments": None,
        "last4": last4,
        "mandate": None,
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": "sandbox",
        "regulated_status": "regulated",
        "three_d_secure": None,
        "wallet": None,
    }


_BANK: dict[str, Thing] = {
    "ideal": {
        "bank": "ing",
        "bic": "INGBNL2A",
        "generated_sepa_debit": None,
        "generated_sepa_debit_mandate": None,
        "iban_last4": "5264",
        "transaction_id": "0050000000000000",
        "verified_name": "J. Jansen",
    },
    "bancontact": {
        "bank_code": "VAPE",
        "bank_name": "VAN DE PUT & CO",
        "bic": "VAPEBE22",
        "generated_sepa_debit": None,
        "generated_sepa_debit_mandate": None,
        "iban_last4": "7061",
        "preferred_language": "nl",
        "verified_name": "J. Peeters",
    },
    "sepa_debit": {
        "bank_code": "RABO",
        "branch_code": None,
        "country": "NL",
        "fingerprint": "sandboxsepa",
        "last4": "4300",
        "mandate": "mandate_sandbox",
    },
    "multibanco": {"entity": "21800", "reference": "321654987"},
}
