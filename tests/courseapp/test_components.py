"""What is pinned is hashed, and the list of components is made of the pins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from courseapp import components

pytestmark = pytest.mark.once

# All that production's processes load, whichever broker it has.
LOADED = """
import json, sys
import django
django.setup()
from importlib import import_module
from importlib.metadata import packages_distributions
from django.urls import get_resolver
from courseapp.celery import app
app.loader.import_default_modules()
len(get_resolver().url_patterns)
for name in (
    "courseapp.wsgi", "courseapp.reports", "granian.cli", "celery.beat", "celery.bin.celery",
    "celery.concurrency.prefork", "celery.concurrency.solo", "kombu.transport.redis",
    "kombu.transport.pyamqp", "django.core.cache.backends.redis", "redis", "psycopg", "typst",
):
    import_module(name)
packages = packages_distributions()
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted({each for name in loaded for each in packages.get(name, ())})))
"""
# Libraries of ours look whether these are there, and do without.
DONE_WITHOUT = {"anyio", "greenlet", "pip", "pygments", "setuptools"}
# The same, and only locust brings them.
DONE_WITHOUT |= {"brotli", "gevent", "jinja2", "markupsafe", "msgpack"}
DONE_WITHOUT |= {"zope-event", "zope-interface"}
# Comes along while `make coverage` counts.
DONE_WITHOUT |= {"coverage"}
# And these, by mutmut: nothing here makes links of bare addresses, or names its processes.
DONE_WITHOUT |= {"linkify-it-py", "setproctitle"}
A, B = "a" * 64, "b" * 64
REQUIREMENTS = f"""\
Some-Lib[extra]==1.2.3 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via other
bare==2.0
only-there==3 ; sys_platform == 'win32' \\
    --hash=sha256:{A}
"""


def test_pins_are_read_with_their_versions() -> None:
    assert components.pins(REQUIREMENTS) == {"some-lib": "1.2.3", "bare": "2.0", "only-there": "3"}


def test_a_pin_without_a_hash_is_noticed() -> None:
    assert components.unhashed(REQUIREMENTS) == ["bare"]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_library_of_ours_is_pinned_and_hashed(file: str) -> None:
    requirements = Path(settings.BASE_DIR, file).read_text(encoding="utf-8")
    lines = [line for line in requirements.splitlines() if line[:1].isalnum()]
    assert len(lines) == len(components.pins(requirements)) > 20
    assert components.unhashed(requirements) == []


def test_the_project_that_is_listed_has_exactly_the_pins() -> None:
    project = tomllib.loads(components.project(REQUIREMENTS))["project"]
    assert project["dependencies"] == ["Some-Lib[extra]==1.2.3", "bare==2.0", "only-there==3"]
    assert tomllib.loads(components.project(REQUIREMENTS))["tool"]["uv"] == {"package": False}


def test_a_list_names_its_components() -> None:
    found = {"components": [{"name": "Some-Lib", "version": "1.2.3", "purl": "pkg:pypi/x"}]}
    assert components.components(found) == {"some-lib": "1.2.3"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.slow
def test_production_loads_nothing_that_only_developing_needs() -> None:
    """Where developers' libraries lie beside ours, one that nobody pinned would be found there."""
    output = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "courseapp.settings"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    loaded = {canonical(name) for name in json.loads(output)}
    requirements = Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8")
    pinned = {canonical(name) for name in components.pins(requirements)}

    assert {"django", "celery", "kombu", "redis", "psycopg", "granian"} <= loaded
    assert loaded - pinned - DONE_WITHOUT == set()
