"""The version of Stripe's API that is played: the one the installed SDK is made for."""

from __future__ import annotations

from stripe._api_version import _ApiVersion  # The SDK offers it nowhere else.

PINNED: str = _ApiVersion.CURRENT
