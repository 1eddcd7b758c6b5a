from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Sells access to courses; knows Stripe."""

    name = "payments"
