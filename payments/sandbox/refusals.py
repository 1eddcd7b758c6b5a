"""What Stripe answers when it does not do what was asked."""

from __future__ import annotations

from typing import Any

INVALID = "invalid_request_error"
NOT_FOUND = 404


class Refused(Exception):
    """A request that Stripe turns down: an HTTP status and the fields of its error body.

    ``began`` says whether the work had begun: only then does an idempotency key keep the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        began: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.began = began

    def body(self, *, request_id: str) -> dict[str, Any]:
        """The error as Stripe writes it, with only the fields that say something."""
        told = {
            "code": self.code,
            "doc_url": self.code and f"https://stripe.com/docs/error-codes/{self.code}",
            "message": str(self),
            "param": self.param,
            "request_log_url": f"/_sim/#{request_id}",
            "type": self.kind,
        }
        return {"error": {key: value for key, value in told.items() if value is not None}}


class NoSuchThing(Refused):
    """Nothing has this id."""

    def __init__(self, name: str, ident: str, *, param: str = "id") -> None:
        super().__init__(
            f"No such {name}: '{ident}'", status=NOT_FOUND, code="resource_missing", param=param
        )


class NoSuchReference(Refused):
    """A parameter names something that is not there: the request's fault, not the address's."""

    def __init__(self, name: str, ident: object, *, param: str) -> None:
        super().__init__(f"No such {name}: '{ident}'", code="resource_missing", param=param)


class WrongParameter(Refused):
    """A parameter is unknown, missing or of the wrong kind; found before the work begins."""

    def __init__(self, message: str, *, code: str | None, param: str) -> None:
        super().__init__(message, code=code, param=param, began=False)


class NotInThisState(Refused):
    """The object exists, but what was asked cannot happen to it now."""


class NotPlayedHere(Refused):
    """Stripe can do this; the local one does not."""

    def __init__(self, what: str, *, param: str | None = None) -> None:
        super().__init__(f"The local Stripe does not play {what}.", param=param)
