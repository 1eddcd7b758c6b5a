"""The addresses of money below ``/api/v1/staff/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from payments.api.staff import grants, orders

ORDER = "orders/<slug:number>/"

urlpatterns: list[URLPattern] = [
    path("orders/", orders.Orders.as_view(), name="api-staff-orders"),
    path(ORDER, orders.Order.as_view(), name="api-staff-order"),
    path(f"{ORDER}refunds/", orders.Refunds.as_view(), name="api-staff-refunds"),
    path("grants/", grants.Grants.as_view(), name="api-staff-grants"),
    path("grants/<uuid:grant>/", grants.Grant.as_view(), name="api-staff-grant"),
]
