"""What is sold, what was ordered, and what Stripe says became of it.

Events and redirects are hints; the rows called Payment, Refund and Dispute are copies of what
Stripe answered when asked, and everything else follows from them (`payments.projection`). Amounts
are cents, times UTC. An order outlives its buyer's account: the tax law wants it for years.
"""

from payments.models.agreed import (
    Attempt,
    Declaration,
    Gift,
    Offer,
    Order,
    Product,
    StaffGrant,
    TermsText,
    Withdrawal,
)
from payments.models.hints import Cursor, StripeEvent
from payments.models.keys import AskedOnce
from payments.models.money import (
    AccessChange,
    Dispute,
    Invoice,
    InvoiceSeries,
    LedgerEntry,
    Payment,
    Refund,
)

__all__ = [
    "AccessChange",
    "AskedOnce",
    "Attempt",
    "Cursor",
    "Declaration",
    "Dispute",
    "Gift",
    "Invoice",
    "InvoiceSeries",
    "LedgerEntry",
    "Offer",
    "Order",
    "Payment",
    "Product",
    "Refund",
    "StaffGrant",
    "StripeEvent",
    "TermsText",
    "Withdrawal",
]
