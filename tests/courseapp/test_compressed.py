"""What is collected is the same on every machine."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from whitenoise import compress

from courseapp.compressed import Storage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once


def test_a_brotli_that_came_along_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: whitenoise's own compressor does use it."""
    brotli = ModuleType("brotli")
    brotli.compress = lambda data: data[:10]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "brotli", brotli)
    monkeypatch.setattr(compress, "brotli", brotli, raising=False)
    monkeypatch.setattr(compress, "brotli_installed", True)
    style = tmp_path / "style.css"
    style.write_text("a { color: red }\n" * 1_000, encoding="utf-8")

    storage = Storage(location=tmp_path, base_url="/static/")
    list(storage.create_compressor(quiet=True).compress(str(style)))
    assert [each.name for each in tmp_path.glob("style.css.*")] == ["style.css.gz"]

    list(compress.Compressor(quiet=True).compress(str(style)))
    assert (tmp_path / "style.css.br").exists()
