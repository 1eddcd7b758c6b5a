"""The settings of the test suite: the project's own, in a folder and a database of its own.

What can be said in the environment is said there, so that a command started by a test as a process
of its own sees the same. A developer's ``.env`` plays no part.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import cast

from courseapp import env


def _own_folder() -> Path:
    """A temporary folder per test process; the first process makes the root and removes it."""
    root = os.environ.get("TEST_DIR")
    if root is None:
        root = os.environ["TEST_DIR"] = tempfile.mkdtemp(prefix="courseapp-test-")
        atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(root) / os.environ.get("PYTEST_XDIST_WORKER", "main")


_var = _own_folder()
_keys_url = f"sqlite:///{_var / 'keys.sqlite3'}"
_database_url = os.environ.get("DATABASE_URL", f"sqlite:///{_var / 'db.sqlite3'}")
# No .env of the person at the keyboard: neither her mail server nor her PRODUCTION=1.
env.load = lambda file: None
os.environ |= {
    "VAR_DIR": str(_var),
    "DATABASE_URL": _database_url,
    # On the same kind of database, beside the other.
    "KEYS_DATABASE_URL": _keys_url if "sqlite:" in _database_url else f"{_database_url}_keys",
    "SECRET_KEY": "for-tests-only-" * 5,
    "PRODUCTION": "0",
    "DEBUG": "0",
    "SITE_URL": "http://localhost:8000",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],testserver",
    "ASK_OUTSIDE": "0",
    # Tests send more in a minute than a person does; those of the limits set their own.
    "WRITES_PER_MINUTE": "0,0",
    # Over several lines letters arrive in any order; tests of lines say how many they want.
    "MAIL_CONNECTIONS": "1",
}
for _name in ("SMTP_URL", "CACHE_URL", "BROKER_URL", "MAIL_FROM", "PORT"):
    os.environ.pop(_name, None)

from courseapp.settings import *  # noqa: E402, F403
from courseapp.settings import DATABASES, STORAGES  # noqa: E402

# A password takes a quarter of a second to hash as it should; tests make hundreds.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Finders instead of collected files, so that no test has to collect first.
WHITENOISE_USE_FINDERS = True
# Looked for when asked for: each of the thousands of clients would list all of them first.
WHITENOISE_AUTOREFRESH = True
(_var / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when it is not there.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
for _alias, _database in DATABASES.items():
    # One table need not wait for the migrations of all others; `test_apart` runs its own.
    _test: dict[str, object] = {"MIGRATE": _alias == "default"}
    _database["TEST"] = _test
    _database["CONN_MAX_AGE"] = 0  # A kept connection would stop the test database's removal.
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        # A file, for threads share a database in memory in a way that no real one is shared;
        # without waiting for the disk, for nobody pulls the plug on a test.
        _test["NAME"] = str(_var / f"test_{_alias}.sqlite3")
        _options = cast("dict[str, str]", _database["OPTIONS"])
        _database["OPTIONS"] = {
            **_options,
            "init_command": _options["init_command"].replace("=FULL", "=OFF"),
        }
