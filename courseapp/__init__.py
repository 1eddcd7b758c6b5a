"""The project. Celery wants its application loaded whenever the project is."""

from courseapp.celery import app as celery_app

__all__ = ["celery_app"]
