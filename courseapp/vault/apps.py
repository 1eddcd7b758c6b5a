from django.apps import AppConfig


class VaultConfig(AppConfig):
    """A key for each reader, and what is sealed with it. Knows nothing above it."""

    name = "courseapp.vault"
    label = "vault"

    def ready(self) -> None:
        """Importing the checks registers them."""
        from courseapp.vault import checks  # noqa: F401, PLC0415 -- apps must be loaded first.
