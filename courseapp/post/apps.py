from django.apps import AppConfig


class PostConfig(AppConfig):
    """The outbox every mail goes through."""

    name = "courseapp.post"
    label = "post"
