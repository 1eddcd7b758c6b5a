from django.apps import AppConfig


class CourseappConfig(AppConfig):
    """The project itself: its commands, checks and templates' words."""

    name = "courseapp"
