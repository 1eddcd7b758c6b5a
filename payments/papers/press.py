"""Setting a document: a template of ours, filled with data, becomes a PDF.

Typst runs inside the process, calls nobody and sees this folder only. What a document says goes in
as JSON and comes out as text: never is markup put together from words that somebody typed. The
letters are ours (``fonts/``) and no others: of a letter it lacks, Typst would take another family's
without a word. The same data gives the same bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typst
from django.utils.translation import gettext as _

from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

Template = Literal["invoice", "terms", "withdrawal_form", "proof"]

HERE = Path(__file__).resolve().parent
# Readable aloud and by structure (ISO 14289-1). Typst refuses a document that is not, also one with
# a sign that our letters lack.
STANDARDS: list[typst.PDFStandard] = ["ua-1"]
# Stands in each PDF with a font in it.
LETTERS = b"/BaseFont"
# Seconds a press of its own may take; it starts in a quarter of one.
PATIENCE = 20


class PaperUnmade(Refused):
    """Typst could not set the document: a fault of ours, which no second look mends."""

    code = "paper_unmade"
    status = 503


def pdf(template: Template, data: Mapping[str, Any]) -> bytes:
    """The document as PDF; ``data`` is JSON-ready, its ``date`` is [year, month, day].

    Raises ``PaperUnmade``.
    """
    words = json.dumps(data, ensure_ascii=False, sort_keys=True)
    try:
        if _Threads.of not in {None, os.getpid()}:
            return _elsewhere(template, words)
        _Threads.of = os.getpid()
        return _set(template, words)
    except BaseException as error:
        # A panic inside Typst comes as no Exception; what ends this process has to go on doing so.
        known = isinstance(error, typst.TypstError | subprocess.SubprocessError | OSError)
        if not known and type(error).__name__ != "PanicException":
            raise
        raise _unmade() from error


def pictures(template: Template, data: Mapping[str, Any], *, ppi: float = 110) -> list[bytes]:
    """The pages as PNG, to look at."""
    made: bytes | list[bytes] = typst.compile(
        HERE / f"{template}.typ", format="png", ppi=ppi, **_given(json.dumps(data))
    )
    return made if isinstance(made, list) else [made]


class _Threads:
    """In which process Typst has started its threads; a fork takes it along without them."""

    of: int | None = None


def _set(template: str, words: str) -> bytes:
    """Raises ``PaperUnmade`` rather than to hand out a paper without letters: where Typst cannot
    read its fonts it leaves out every word, and says nothing."""
    made = _compiled(template, words)
    if LETTERS not in made:
        # They are read once for a process; whatever kept them from being read may be over.
        _fonts.cache_clear()
        made = _compiled(template, words)
    if LETTERS not in made:
        raise _unmade()
    return made


def _unmade() -> PaperUnmade:
    return PaperUnmade(
        _("This document cannot be made at the moment. Nothing is lost; we look into it.")
    )


def _compiled(template: str, words: str) -> bytes:
    file, given = HERE / f"{template}.typ", _given(words)
    try:
        made: bytes = typst.compile(file, pdf_standards=STANDARDS, timestamp=0, **given)
    except typst.TypstError:
        # Better an empty box where somebody typed a rare sign than no document.
        made = typst.compile(file, timestamp=0, **given)
    return made


def _given(words: str) -> dict[str, Any]:
    return {
        "root": HERE,
        "font_paths": _fonts(),
        "ignore_system_fonts": True,
        "sys_inputs": {"data": words},
        # Typst fetches a package only if a template asks for one; ours ask for none.
        "package_path": HERE / "fonts",
        "package_cache_path": HERE / "fonts",
    }


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )


def _elsewhere(template: str, words: str) -> bytes:
    """In a process of its own: here Typst would wait for threads that the fork left behind."""
    made = subprocess.run(  # noqa: S603 -- ourselves, with a name of ours.
        [sys.executable, "-m", "payments.papers.press", template],
        input=words.encode(), capture_output=True, check=True, timeout=PATIENCE,
        cwd=HERE.parents[1],
    )  # fmt: skip
    return made.stdout


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(sys.argv[1], sys.stdin.buffer.read().decode()))
