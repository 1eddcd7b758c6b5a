"""What the description of the API says of itself, as drf-spectacular reads it."""

from __future__ import annotations

DESCRIPTION = """\
Courses of the practice Ik kies jou: read them, and say how far you are. Every write may be sent \
twice. Errors are problems as in RFC 9457, with a stable `code`.

Programs of the practice work below `/api/v1/staff/` with a machine token:
`curl -H 'Authorization: Bearer ikj_…' {site}/api/v1/staff/courses/`"""


def settings(*, site: str) -> dict[str, object]:
    """drf-spectacular's settings for the site at this address."""
    return {
        "OAS_VERSION": "3.1.0",
        "TITLE": "Ik kies jou",
        "VERSION": "1",
        "DESCRIPTION": DESCRIPTION.format(site=site),
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        "POSTPROCESSING_HOOKS": [],
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        # From our own server, and without the badge that would send the address to a third party.
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    }
