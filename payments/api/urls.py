"""The addresses of the shop below ``/api/v1/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from payments.api import gifts, orders, products, withdrawals
from payments.api.staff import urls as staff

ORDER = "orders/<slug:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("products/", products.Products.as_view(), name="api-products"),
    path("products/<slug:slug>/", products.Product.as_view(), name="api-product"),
    path("orders/", orders.Orders.as_view(), name="api-orders"),
    path(ORDER, orders.Order.as_view(), name="api-order"),
    path(f"{ORDER}pay/", orders.Pay.as_view(), name="api-order-pay"),
    path(f"{ORDER}state/", orders.State.as_view(), name="api-order-state"),
    path("gifts/", gifts.Gifts.as_view(), name="api-gifts"),
    path("withdrawals/", withdrawals.Withdrawals.as_view(), name="api-withdrawals"),
    path("staff/", include(staff)),
]
