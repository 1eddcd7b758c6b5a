"""The entry point for web servers, which start without `manage.py` and its checks."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseapp.settings")
application = get_wsgi_application()

from courseapp import checks  # noqa: E402 -- apps must be loaded first.

checks.refuse()
