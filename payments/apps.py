from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Sells access to courses; knows Stripe."""

    name = "payments"

    def ready(self) -> None:
        """Have the settings of selling looked at with all others."""
        from payments import checks  # noqa: F401, PLC0415 -- registers itself once apps are there.
