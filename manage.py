#!/usr/bin/env python
"""Django's command line, for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseapp.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong value in the environment is for who set it, not for who wrote the code.
        sys.exit(f"This installation is not set up well: {error}")
