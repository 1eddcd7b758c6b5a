"""The addresses below ``/beheer/bestellingen/``, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.staff import accountant, grants, order, orders, prices, revenue, statements

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "till"
# An order's number last: it could be any of the words before it, were it not in capitals.
urlpatterns: list[URLPattern] = [
    *orders.paths,
    *grants.paths,
    *statements.paths,
    *prices.paths,
    *revenue.paths,
    *accountant.paths,
    *order.paths,
]
