from django.apps import AppConfig
from django.conf import settings


class PostConfig(AppConfig):
    """The outbox every mail goes through."""

    name = "courseapp.post"
    label = "post"

    def ready(self) -> None:
        """Without a provider nothing of it is loaded."""
        if settings.MAIL_PROVIDER:
            from courseapp.post import webhook  # noqa: PLC0415

            webhook.listen()
