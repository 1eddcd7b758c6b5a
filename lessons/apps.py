from django.apps import AppConfig


class LessonsConfig(AppConfig):
    """Articles, courses, and readers' progress."""

    name = "lessons"
