from types import ModuleType

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

from courseapp import clock


class CourseappConfig(AppConfig):
    """The project itself: its commands, checks, templates' words, and in development its clock."""

    name = "courseapp"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        """Apps are made before any model is loaded; ``ready`` would be too late for the clock."""
        super().__init__(app_name, app_module)
        if settings.CLOCK_FILE:
            clock.install(settings.CLOCK_FILE)

    def ready(self) -> None:
        """Importing the checks registers them; and no connection to a closed database is kept."""
        from courseapp import checks, closing  # noqa: F401, PLC0415 -- apps must be loaded first.

        connection_created.connect(closing.look)
