"""What every page's template may use about the site itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """``site_url``: the site's address; ``canonical``: this page's, without its query."""
    return {"site_url": settings.SITE_URL, "canonical": settings.SITE_URL + request.path}
