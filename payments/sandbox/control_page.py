"""The page from which a person plays the bank, the dashboard and bad luck."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from payments.sandbox import control_acts, markup
from payments.sandbox.disputes import ENDED
from payments.sandbox.words import money, say

if TYPE_CHECKING:
    from payments.sandbox.markup import Page
    from payments.sandbox.store import Thing
    from payments.sandbox.words import Language
    from payments.sandbox.world import World

HERE = "/_sim/"
SHOWN_ORDERS = 30
SHOWN_EVENTS = 60
NUMBERS = ("duplicate", "delay", "shuffle", "settle_after")
TICKS = ("hold", "refunds_fail")


def show(world: World, language: Language, told: str = "") -> Page:
    """Orders with what can be done to them, events with what became of them, and the knobs."""
    orders = [
        _order(world, session, language) for session in world.all("checkout.session")[:SHOWN_ORDERS]
    ]
    happened = [_event(world, event, language) for event in world.all("event")[:SHOWN_EVENTS]]
    body = "\n".join(
        [
            markup.paragraph(say("control says", language), look="soft"),
            markup.alert(told),
            f"<h2>{say('orders', language)}</h2>",
            markup.cards(orders, empty=say("no orders", language)),
            f"<h2>{say('knobs', language)}</h2>",
            _knobs(world, language),
            f"<h2>{say('events', language)}</h2>",
            markup.cards(happened, empty=say("no events", language)),
        ]
    )
    return markup.page(say("control", language), body, language=language, wide=True)


def act(world: World, language: Language, sent: Thing) -> Page:
    """Do what a button says and come back with what came of it."""
    told = control_acts.do(world, sent)
    return markup.redirect(f"{HERE}?told={quote_plus(say(told, language))}")


def _button(act: str, ident: str, language: Language, *, word: str = "") -> str:
    text = say(word or act, language)
    return markup.form(HERE, markup.button("act", act, text), id=ident)


def _order(world: World, session: Thing, language: Language) -> str:
    names = ", ".join(line["description"] for line in world.store.note(session["id"])["lines"])
    amount = money(session["amount_total"], session["currency"], language)
    state = f"{say(session['status'], language)}, {say(session['payment_status'], language)}"
    parts = [
        markup.paragraph(f"{names}: {amount} ({state})"),
        f"<p><code>{session['id']}</code></p>",
    ]
    if session["status"] == "open":
        parts.append(markup.link(session["url"], say("open page", language)))
        parts.append(_button("expire", session["id"], language))
    if session["payment_intent"]:
        parts += _payment(world, session, language)
    return "".join(parts)


def _payment(world: World, session: Thing, language: Language) -> list[str]:
    intent = world.get(session["payment_intent"])
    if intent["status"] == "processing":
        return [_button(act, session["id"], language) for act in ("succeed", "fail")]
    if intent["status"] != "succeeded":
        return []
    refund = markup.field_of(
        "amount",
        say("amount", language),
        more='inputmode="numeric" autocomplete="off"',
        ident=f"amount-{intent['id']}",
    )
    parts = [
        markup.form(
            HERE,
            f"<div>{refund}</div>{markup.button('act', 'refund', say('refund', language))}",
            look="line",
            id=intent["id"],
        ),
        _button("dispute", intent["id"], language),
        _button("inquire", intent["id"], language),
    ]
    parts += [_refund(one, language) for one in _of(world, "refund", intent)]
    parts += [_dispute(one, language) for one in _of(world, "dispute", intent)]
    return parts


def _of(world: World, kind: str, intent: Thing) -> list[Thing]:
    return [one for one in world.all(kind) if one["payment_intent"] == intent["id"]]


def _refund(refund: Thing, language: Language) -> str:
    amount = money(refund["amount"], refund["currency"], language)
    body = markup.paragraph(
        f"{say('a refund', language)}: {amount} ({say('refund ' + refund['status'], language)})"
    )
    if refund["status"] == "pending":
        body += _button("refund_succeed", refund["id"], language)
    if refund["status"] in {"pending", "succeeded"}:
        body += _button("refund_fail", refund["id"], language)
    return body


def _dispute(dispute: Thing, language: Language) -> str:
    amount = money(dispute["amount"], dispute["currency"], language)
    body = markup.paragraph(
        f"{say('a dispute', language)}: {amount} ({say(dispute['status'], language)})"
    )
    if dispute["status"] in ENDED:
        return body
    acts = ["won", "lost"]
    if dispute["status"].startswith("warning"):
        acts = ["dispute_escalate", "warning_closed"]
    if dispute["status"].endswith("needs_response"):
        acts.insert(0, "dispute_submit")
    return body + "".join(_button(act, dispute["id"], language) for act in acts)


def _event(world: World, event: Thing, language: Language) -> str:
    known = world.store.note(event["id"]).get("deliveries", [])
    sent = [world.get(one) for one in known]
    told = [
        f"{say(one['state'], language)} ({one['attempts']} {say('attempts', language)}"
        f"{': ' + one['answer'] if one['answer'] else ''})"
        for one in sent
    ]
    body = f"<p>{event['type']} <code>{event['data']['object']['id']}</code></p>"
    body += markup.paragraph("; ".join(told) or say("nobody", language), look="soft")
    body += "".join(
        _button("deliver", one["id"], language) for one in sent if one["state"] == "held"
    )
    return body + _button("resend", event["id"], language)


def _knobs(world: World, language: Language) -> str:
    knobs = world.knobs
    fields = [
        markup.field_of(
            name,
            say(name, language),
            "" if getattr(knobs, name) is None else f"{getattr(knobs, name):g}",
            more='inputmode="decimal"',
        )
        for name in NUMBERS
    ]
    fields.append(markup.field_of("drop", say("drop", language), " ".join(sorted(knobs.drop))))
    fields += [
        markup.tick(name, say(name, language), ticked=getattr(knobs, name)) for name in TICKS
    ]
    buttons = markup.button("act", "knobs", say("set", language), good=True)
    return markup.form(HERE, "".join(fields) + f"<p>{buttons}</p>") + markup.form(
        HERE, markup.button("act", "reset", say("reset", language))
    )
