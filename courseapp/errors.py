"""What every room may raise towards a person: one base class, handled in one place per skin."""

from __future__ import annotations


class Refused(Exception):
    """The domain says no. ``str(error)`` is a sentence a person can act on.

    Each subclass stands beside the function that raises it and names a state. ``code`` is stable
    and goes into the API; ``status`` is the HTTP status both skins answer with.
    """

    code = "refused"
    status = 400


class NotFound(Refused):
    """There is no such thing, or not for this person (the two are never told apart)."""

    code = "not_found"
    status = 404
