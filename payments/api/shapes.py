"""What the shop's API answers, as types; its documentation is made of them.

The types are read while running, so all they name is imported.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import CourseName, Link, Moment
from payments.standing import Word

Cents = Annotated[int, Also(minimum=0, examples=[14900])]
# A credit note counts below zero.
SignedCents = Annotated[int, Also(examples=[-14900])]
# Hundredths of a percent.
Rate = Annotated[int, Also(minimum=0, examples=[2100])]
Currency = Annotated[str, Also(examples=["eur"])]
Number = Annotated[str, Also(examples=["K7M2PQ9XAB"])]
Standing = Annotated[
    Word,
    Also(
        description=(
            "`open`, `expired`, `failed`: nothing was charged, it can be paid. `processing`: the"
            " bank has not told yet, which may take days; do not ask for payment again. `paid`: the"
            " courses are open. `gift_ready`: the code can be given away; `gift_opened`: it was"
            " used. `held`: paid, and closed for now. `refunded`, `withdrawn`: it has ended."
        )
    ),
]


class Seller(TypedDict):
    """Who sells: what a buyer has to be told before a contract (art. 6:230m BW)."""

    name: str
    address: str
    register: Annotated[str, Also(description="The number in the Dutch trade register (KvK).")]
    vat: str
    email: str
    phone: str


class Declarations(TypedDict):
    """The sentences a buyer declares with an order; show both word for word, neither ticked."""

    adult: str
    terms: str


class DeclarationTexts(TypedDict):
    """The same in both languages."""

    nl: Declarations
    en: Declarations


class ProductLine(TypedDict):
    """What is for sale, for how much (VAT included) and which courses it opens.

    ``reduced_from`` is the lowest price of the 30 days before this price began, if that was higher:
    the only price that may be shown struck through. ``owned`` is null for a visitor.
    """

    slug: str
    title: str
    courses: list[CourseName]
    amount: Cents
    currency: Currency
    vat_rate: Annotated[Rate, Also(description="In hundredths of a percent; 0: no VAT.")]
    reduced_from: Cents | None
    owned: bool | None


class ProductPage(TypedDict):
    """What is for sale, by title."""

    next: Link | None
    previous: Link | None
    results: list[ProductLine]


class Product(ProductLine):
    """All that a page needs from which somebody orders."""

    declarations: DeclarationTexts
    seller: Seller


class ProductName(TypedDict):
    """What was ordered."""

    slug: str
    title: str


class OrderLine(TypedDict):
    """An order and where it stands."""

    number: Number
    product: ProductName
    standing: Standing
    gift: bool
    total: Cents
    currency: Currency
    placed_at: Moment


class OrderPage(TypedDict):
    """One's own orders, the last placed first."""

    next: Link | None
    previous: Link | None
    results: list[OrderLine]


class InvoiceLine(TypedDict):
    """An invoice or a credit note."""

    number: Annotated[str, Also(examples=["F2026-0001"])]
    kind: Literal["invoice", "credit"]
    total: SignedCents
    issued_at: Moment


class Order(OrderLine):
    """An order with all its buyer may know.

    ``payment_url`` is the payment page, as long as one is open; null where nothing is to be paid,
    or where the payment service did not answer: then ask ``pay/``. ``can_withdraw_until`` is the
    moment before which the buyer may withdraw; null once the contract has ended. ``gift_code`` is
    there once the gift is paid, until somebody used it.
    """

    courses: list[CourseName]
    vat_rate: Rate
    paid: Cents
    paid_at: Moment | None
    refunded: Cents
    payment_url: Link | None
    can_withdraw_until: Moment | None
    gift_code: Annotated[str, Also(examples=["ABCD-EFGH-JKMN"])] | None
    invoices: list[InvoiceLine]


class OrderState(TypedDict):
    """Where an order stands, for asking again and again.

    ``known`` is False while the payment service does not answer: then this is the last that is
    known, and nothing is lost. ``look_again`` is after how many seconds news may be there; null:
    not within minutes.
    """

    number: Number
    standing: Standing
    known: bool
    look_again: int | None


class PaymentPage(TypedDict):
    """Where an order is paid, and until when that page is open."""

    number: Number
    payment_url: Link
    open_until: Moment


class GiftOpened(TypedDict):
    """What a gift's code opened."""

    courses: list[CourseName]
    used_at: Moment


class Statement(TypedDict):
    """What was taken down, and when: what counts is this moment.

    It says nothing of whether there is such an order. The same goes to the address by mail.
    """

    name: str
    contract: str
    email: str
    submitted_at: Moment
