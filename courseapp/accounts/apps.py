from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and how they come in. Knows nothing of lessons or payments."""

    name = "courseapp.accounts"
    label = "accounts"
