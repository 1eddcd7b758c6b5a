"""The shape of the tree: what a reader of the code may rely on without looking.

Who may import whom is checked by import-linter (``make check``); this is the rest.
"""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("courseapp", "lessons", "payments")
TOP = {
    *("courseapp", "lessons", "payments", "templates", "tests", "docs", ".ci"),
    *("manage.py", "pyproject.toml", "Makefile", "README.md", ".env.example", ".gitignore"),
    *("Dockerfile", ".dockerignore", "compose.yaml"),
    *("requirements.txt", "requirements.in", "requirements-dev.txt", "requirements-dev.in"),
}
LONGEST = 400
# Named after a layer, such a file gathers whatever fits nowhere else.
LAYER_NAMES = {"services", "utils", "helpers", "managers", "selectors", "common", "misc"}
# The skins: who is called from outside, and so has to say what time it is.
CLOCK_ROOMS = {
    *("api", "pages", "desk", "management", "tasks", "templatetags"),
    *("health", "metrics", "mailbox", "webhook"),
}
# In lessons the room of this name is no skin.
STAFF_PAGES = ("payments", "staff")
CLOCKS = {
    *("timezone.now", "datetime.now", "dt.datetime.now", "date.today", "time.time", "time.time_ns"),
}
# Each with its reason.
CLOCK_ALLOWED = {
    "courseapp/clock.py": "it is the clock",
    "courseapp/post/account_mail.py": "allauth asks it to send and hands over no time",
    "courseapp/accounts/models.py": "the default of date_joined, which allauth leaves to the model",
    "courseapp/accounts/adapter.py": "allauth calls it from its views and hands over no time",
    "courseapp/accounts/headless.py": "the JSON skin of signing in",
    "courseapp/accounts/again.py": "compares with the times that allauth keeps in the session",
    "courseapp/accounts/lasting.py": "a session is read without anybody handing over a time",
    "courseapp/writing.py": "counts in minutes of the machine, for every request",
    "courseapp/sessions.py": "Django asks it for a session and hands over no time",
    "payments/sandbox/running.py": "a Stripe of its own, with a clock that tests replace",
    "courseapp/bench/events.py": "signs the events to measure with as Stripe would, now",
    "courseapp/bench/shop.py": "orders to measure with, as a page would",
    "courseapp/bench/material.py": "staff who came in just now, to measure their pages",
    "courseapp/bench/mails.py": "measures with letters that are due now",
    "courseapp/bench/backlog.py": "likewise, among a million",
    "courseapp/bench/growth.py": "measures among orders and letters that are there today",
    "courseapp/bench/eta_side.py": "stands for how others send, in a process of its own",
    "courseapp/spool.py": "a broker of its own: it orders its messages and sweeps old ones",
}
SIGNALS_ALLOWED: dict[str, str] = {
    "courseapp/apps.py": "Django tells of a new connection by a signal, and by nothing else",
}
# Only these publish: a page, the API and a command go through them.
PUBLISHERS = {"lessons/staff/release.py", "lessons/content/publishing.py"}


def tracked() -> list[Path]:
    """The files of the project, as git knows them."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [Path(row) for row in told.splitlines() if (ROOT / row).is_file()]


def code() -> Iterator[Path]:
    """The Python files of the project proper, without tests and migrations."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(ROOT)


def tree_of(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    """``timezone.now`` for the expression of that name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def named(file: Path, names: set[str]) -> set[str]:
    """Which of these dotted names a file uses."""
    return {dotted(node) for node in ast.walk(tree_of(file))} & names


def imports(file: Path, package: str, module: str) -> bool:
    """Whether a file has this module of this package under its own name."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == package
        and any(alias.name == module and not alias.asname for alias in node.names)
        for node in ast.walk(tree_of(file))
    )


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    assert {file.parts[0] for file in tracked()} <= TOP


def test_no_file_grows_out_of_hand() -> None:
    lengths = {
        str(file): len((ROOT / file).read_text(encoding="utf-8").splitlines())
        for file in tracked()
        if file.suffix == ".py" and "migrations" not in file.parts
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_file_is_named_after_a_layer() -> None:
    assert [str(file) for file in tracked() if file.stem in LAYER_NAMES] == []


def test_only_the_skins_read_the_clock() -> None:
    readers = {
        str(file)
        for file in code()
        if named(file, CLOCKS)
        and not CLOCK_ROOMS & {*file.parts, file.stem}
        and file.parts[:2] != STAFF_PAGES
    }

    assert readers - set(CLOCK_ALLOWED) == set()


def test_only_release_publishes() -> None:
    verbs = {"publishing.publish", "publishing.restore", "publishing.publish_due"}
    callers = {
        file.as_posix()
        for file in code()
        if named(file, verbs) and not imports(file, "lessons.drip", "publishing")
    }

    assert callers - PUBLISHERS == set()


def test_no_model_hides_work_in_save_or_delete() -> None:
    hidden = [
        f"{file}: {cls.name}.{item.name}"
        for file in code()
        for cls in ast.walk(tree_of(file))
        if isinstance(cls, ast.ClassDef) and any("Model" in dotted(base) for base in cls.bases)
        for item in cls.body
        if isinstance(item, ast.FunctionDef) and item.name in {"save", "delete"}
    ]

    assert hidden == []


def test_no_app_talks_to_another_by_signal() -> None:
    listeners = {
        file.as_posix()
        for file in code()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] in {"receiver", "connect"}
        and (dotted(node.func) == "receiver" or "signal" in ast.unparse(node).lower())
    }

    assert listeners - set(SIGNALS_ALLOWED) == set()


def test_migrations_are_named_and_import_no_app_code() -> None:
    files = [file for file in tracked() if "migrations" in file.parts and file.name[0].isdigit()]
    unnamed = [str(file) for file in files if "_auto_" in file.name or "_initial" in file.name]
    importing = [
        str(file)
        for file in files
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
    ]

    assert (unnamed, importing) == ([], [])


def test_every_module_function_and_class_that_others_use_says_what_it_is() -> None:
    """Modules at least: a file without a first sentence has no reason to be read."""
    silent = [
        file.as_posix()
        for file in code()
        if (ROOT / file).stat().st_size
        and not ast.get_docstring(tree_of(file))
        and file.name not in {"apps.py", "__init__.py"}
        and "management" not in file.parts
    ]

    assert silent == []


def test_the_exceptions_named_here_are_still_needed() -> None:
    assert [name for name in CLOCK_ALLOWED if not named(Path(name), CLOCKS)] == []
    assert [name for name in SIGNALS_ALLOWED if not (ROOT / name).is_file()] == []
