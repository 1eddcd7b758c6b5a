"""Style, script and letters as files: named after what is in them, and compressed beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from whitenoise.compress import Compressor


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # No types.
    """Compressed by gzip alone, which every machine has.

    Where a brotli came along with another library, whitenoise would use it as well: other files on
    one machine than on the next, and minutes for `manage.py prepare` instead of seconds.
    """

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return super().create_compressor(use_brotli=False, **kwargs)
