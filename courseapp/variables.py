"""A variable of the environment: read, with its default, and described for whoever sets it.

Each is declared once, in ``courseapp/environment.py``. From there come its value, the page
``docs/configuration.md`` and the example ``.env.example``; ``manage.py settings_reference`` writes
these two, and a test compares them.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from courseapp import env

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 98
HEAD = """\
# Every variable the site reads; docs/configuration.md says the same in tables. Copy this file to
# .env, or set them in the environment (which wins). `make run` needs none; production those marked
# as needed. Made by `manage.py settings_reference` from courseapp/environment.py: change it there.
"""
PAGE = """\
# Configuration

Every variable the site reads. It takes them from the environment, else from a file `.env` beside
`manage.py` (lines of `NAME=value`). Instead of any `NAME` there may be `NAME_FILE`: a file that
holds the value, as Docker's secrets and systemd's `LoadCredential` bring them; both at once are
refused, and so is a file that cannot be read. A wrong value stops every command with a sentence
that says what is right.

*Needed* says when production (`PRODUCTION=1`) does not work without. `make run` needs none of them.
This page and `.env.example` are made by `manage.py settings_reference` from
`courseapp/environment.py`; change them there.
"""


@dataclass(frozen=True)
class Variable:
    """``default`` as a person would write it; ``told``, where it follows from others, in words.

    ``how``: a command that makes a value.
    """

    name: str
    form: str
    default: str
    about: str
    needed: str = ""
    example: str = ""
    told: str = ""
    how: str = ""


@dataclass
class Part:
    """Variables that belong together: each method reads one and keeps what is told of it.

    ``told`` stands for a default that follows from others; ``needed`` says when production cannot
    do without ("always", or a condition); ``example`` is shown where the default says too little.
    """

    title: str
    variables: list[Variable] = field(default_factory=list)

    def text(
        self, name: str, default: str, about: str, *, needed: str = "", example: str = "",
        told: str = "", how: str = "", form: str = "text",
    ) -> str:  # fmt: skip
        self._keep(Variable(name, form, default, about, needed, example, told, how))
        return env.text(name, default)

    def words(
        self, name: str, default: list[str], about: str, *, needed: str = "", example: str = "",
        told: str = "", how: str = "",
    ) -> list[str]:  # fmt: skip
        form, usual = "list, with commas", ",".join(default)
        self._keep(Variable(name, form, usual, about, needed, example, told, how))
        return env.words(name, default)

    def flag(
        self, name: str, about: str, *, default: bool, needed: str = "", told: str = ""
    ) -> bool:
        usual = str(int(default))
        self._keep(Variable(name, "1 or 0", usual, about, needed, "1" if told else "", told))
        return env.flag(name, default=default)

    def number(
        self, name: str, default: int, about: str, *, unit: str = "number", told: str = "",
        example: str = "", needed: str = "",
    ) -> int:  # fmt: skip
        self._keep(Variable(name, unit, str(default), about, needed, example, told))
        return env.number(name, default)

    def pair(
        self, name: str, default: tuple[int, int], about: str, *, unit: str, times: int = 1
    ) -> tuple[int, int]:
        """Two figures in ``unit``, each multiplied by ``times``."""
        self._keep(Variable(name, f"two numbers: {unit}", "{},{}".format(*default), about))
        return env.pair(name, default, unit=times)

    def elsewhere(self, name: str, default: str, about: str) -> None:
        """One that something else reads: the runner of the tests."""
        self._keep(Variable(name, "text", default, about))

    def _keep(self, one: Variable) -> None:
        self.variables.append(one)


def page(parts: Sequence[Part]) -> str:
    """``docs/configuration.md``."""
    return "\n".join([PAGE, *(line for part in parts for line in _table(part))]) + "\n"


def example(parts: Sequence[Part]) -> str:
    """``.env.example``: every variable, commented out, under what is told of it."""
    return (
        "\n".join([HEAD, *(line for part in parts for line in _paragraphs(part))]).rstrip() + "\n"
    )


def _table(part: Part) -> list[str]:
    head = ["| variable | what for | form | default | needed |", "|---|---|---|---|---|"]
    return [f"## {part.title}", "", *head, *map(_row, part.variables), ""]


def _row(one: Variable) -> str:
    about = f"{one.about} Made by `{one.how}`" if one.how else one.about
    usual = one.told or (f"`{one.default}`" if one.default else "none")
    cells = [f"`{one.name}`", about.replace("|", "\\|"), one.form, usual, one.needed or "no"]
    return f"| {' | '.join(cells)} |"


def _paragraphs(part: Part) -> list[str]:
    found = [f"# --- {part.title} ".ljust(99, "-")]
    for one in part.variables:
        about = f"{one.about} Needed: {one.needed}." if one.needed else one.about
        found += textwrap.wrap(
            about, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        found += [f"#   {one.how}"] if one.how else []
        found.append(f"# {one.name}={one.example or ('' if one.told else one.default)}")
    return [*found, ""]
