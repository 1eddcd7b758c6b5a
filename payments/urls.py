"""The addresses of money. Neutral, like every private one: they stand in a browser's history."""

from __future__ import annotations

from django.urls import include, path

from payments import pages, webhook

urlpatterns = [
    path("hooks/stripe/", webhook.receive, name="stripe_webhook"),
    path("bestellen/<slug:slug>/", pages.order, name="order"),
    path("bestellingen/", pages.orders, name="orders"),
    path("bestellingen/<slug:number>/", pages.state, name="order_state"),
    path("bestellingen/<slug:number>/betalen/", pages.pay, name="order_pay"),
    path("bestellingen/<slug:number>/<slug:paper>.pdf", pages.paper, name="order_paper"),
    path("cadeau/", pages.gift, name="gift"),
    path("ontbinden/", pages.withdraw, name="withdrawal"),
    path("beheer/bestellingen/", include("payments.staff.urls")),
    path("beheer/lezers/", include("payments.helping.urls")),
    path("ontbinden/modelformulier.pdf", pages.form, name="withdrawal_form"),
]
