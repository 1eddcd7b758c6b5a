"""The modules with authority: who may read, what was paid, what is sealed, who is forgotten.

A mistake there is no ugly page but a text in the wrong hands or money gone. Each group of them is
tried with the tests that are about it: a mutant is judged in a second or two that way, and one that
only a test of something else would notice counts as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Modules that the same tests are about; ``tests`` are files and folders for pytest.

    All is tried on SQLite. Of what survives there, and says something to PostgreSQL only, the tests
    ``on_postgresql`` are asked once more.
    """

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    on_postgresql: tuple[str, ...] = ()


ACCESS = Group(
    "access",
    ("lessons/reading/access.py",),
    ("tests/lessons/reading/test_access.py",),
)
SALE = Group(
    "projection and granting",
    ("payments/projection.py", "payments/granting.py"),
    (
        "tests/payments/test_projection.py",
        "tests/payments/test_granting.py",
    ),
)
HINTS = Group(
    "webhook and inbox",
    ("payments/webhook.py", "payments/inbox.py"),
    ("tests/payments/test_webhook.py", "tests/payments/test_inbox.py"),
)
VAULT = Group(
    "vault",
    tuple(
        f"courseapp/vault/{name}.py"
        for name in (
            *("keyring", "keys", "ledger", "sealing"),
            *("sweeping", "texts", "holding", "small_secrets"),
        )
    ),
    ("tests/courseapp/vault",),
)
CONSENT = Group(
    "consent",
    ("courseapp/accounts/consents.py",),
    ("tests/courseapp/accounts/test_consents.py",),
)
ERASURE = Group(
    "erasure",
    ("courseapp/accounts/leaving.py", "courseapp/privacy.py"),
    (
        "tests/courseapp/test_privacy.py",
        "tests/courseapp/accounts/test_privacy.py",
        "tests/courseapp/accounts/test_leaving.py",
        "tests/courseapp/mydata/test_restoring.py",
        "tests/courseapp/vault/test_sweeping.py",
    ),
)
REMAINS = Group(
    "remains of an erasure",
    ("courseapp/mydata/scrubbing.py",),
    (
        "tests/courseapp/mydata/test_scrubbing.py",
        "tests/courseapp/mydata/test_scrubbed_tables.py",
    ),
    on_postgresql=("tests/courseapp/mydata/test_scrubbed_tables.py",),
)
GROUPS = (ACCESS, SALE, HINTS, VAULT, CONSENT, ERASURE, REMAINS)
MODULES = tuple(module for group in GROUPS for module in group.modules)
