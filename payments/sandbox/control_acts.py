"""What the buttons of the control page do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.sandbox.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Thing
    from payments.sandbox.world import World

ACTS: dict[str, Callable[[World, str], Any]] = {
    "expire": lambda world, ident: world.expire(ident),
    "succeed": lambda world, ident: world.async_succeed(ident),
    "fail": lambda world, ident: world.async_fail(ident),
    "refund_succeed": lambda world, ident: world.refund_succeed(ident),
    "refund_fail": lambda world, ident: world.refund_fail(ident),
    "dispute": lambda world, ident: world.dispute_open(ident),
    "inquire": lambda world, ident: world.dispute_open(ident, warning=True),
    "dispute_submit": lambda world, ident: world.dispute_submit(ident),
    "dispute_escalate": lambda world, ident: world.dispute_escalate(ident),
    "won": lambda world, ident: world.dispute_close(ident, "won"),
    "lost": lambda world, ident: world.dispute_close(ident, "lost"),
    "warning_closed": lambda world, ident: world.dispute_close(ident, "warning_closed"),
    "resend": lambda world, ident: world.resend(ident),
    "deliver": lambda world, ident: world.deliver(ident),
    "reset": lambda world, _ident: world.knobs.reset(),
}


def do(world: World, sent: Thing) -> str:
    """Do what a form asks; a word of the catalogue, or what Stripe has against it."""
    act, ident = str(sent.get("act", "")), str(sent.get("id", ""))
    try:
        if act == "refund":
            world.refund(ident, _cents(sent.get("amount", "")))
        elif act == "knobs":
            world.knobs.turn(**_knobs(sent))
        else:
            ACTS[act](world, ident)
    except Refused as refused:
        return str(refused)
    except ValueError:
        return "wrong amount"
    except KeyError:
        return "no page"
    return "done"


def _cents(written: str) -> int | None:
    return int(written) if written.strip() else None


def _knobs(sent: Thing) -> Thing:
    """The knobs of the form; an unticked box is not sent at all."""

    def number(name: str, empty: float | None) -> float | None:
        written = str(sent.get(name, "")).strip().replace(",", ".")
        return float(written) if written else empty

    return {
        "duplicate": number("duplicate", 0),
        "delay": number("delay", 0),
        "shuffle": number("shuffle", None),
        "settle_after": number("settle_after", None),
        "drop": str(sent.get("drop", "")).replace(",", " ").split(),
        "hold": "hold" in sent,
        "refunds_fail": "refunds_fail" in sent,
    }
