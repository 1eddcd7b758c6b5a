from django.apps import AppConfig


class CourseappConfig(AppConfig):
    """The project itself: its commands, checks and templates' words."""

    name = "courseapp"

    def ready(self) -> None:
        """Importing the checks registers them."""
        from courseapp import checks  # noqa: F401, PLC0415 -- apps must be loaded first.
