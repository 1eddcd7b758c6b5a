"""The page a buyer is sent to: plainly a test, with every end a payment can have as a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import markup
from payments.sandbox.methods import METHODS
from payments.sandbox.refusals import Refused
from payments.sandbox.words import money, say

if TYPE_CHECKING:
    from payments.sandbox.markup import Page
    from payments.sandbox.store import Thing
    from payments.sandbox.words import Language
    from payments.sandbox.world import World

# ``sepa_debit`` has no button: its end would have to be told on the control page in any case.
BUTTONS = [way for way in METHODS if way != "sepa_debit"]
TOLD = {"declined", "abandoned", "bad code"}
COUNTRIES = {
    "NL": "Nederland",
    "BE": "België",
    "DE": "Deutschland",
    "FR": "France",
    "GB": "United Kingdom",
    "US": "United States",
}


def language_of(session: Thing) -> Language:
    return "en" if str(session["locale"]).startswith("en") else "nl"


def show(world: World, ident: str, told: str = "") -> Page:
    """The page of a session, or what became of it meanwhile."""
    world.expire_due()
    session = world.get(ident)
    language = language_of(session)
    if session["status"] != "open":
        return _over(session, language)
    lines = world.store.note(ident)["lines"]
    name = ", ".join(line["description"] for line in lines)
    parts = [
        markup.paragraph(
            money(session["amount_total"], session["currency"], language), look="price"
        ),
        markup.alert(say(told, language) if told in TOLD else ""),
        _discount(session, language),
        _ways(session, language),
    ]
    if session["cancel_url"]:
        parts.append(f"<p>{markup.link(session['cancel_url'], say('back', language))}</p>")
    return markup.page(name, "\n".join(parts), language=language)


def act(world: World, ident: str, sent: Thing) -> Page:
    """A button was pressed; on as Stripe goes on."""
    here = f"/c/pay/{ident}"
    if "code" in sent:
        try:
            world.apply_code(ident, sent["code"])
        except Refused:
            return markup.redirect(f"{here}?told=bad+code")
        return markup.redirect(here)
    way = sent.get("method", "card")
    try:
        session = world.pay(
            ident,
            way,
            email=sent.get("email") or None,
            country=sent.get("country", "NL"),
        )
    except (Refused, KeyError):
        return markup.redirect(here)  # The page says what became of the session.
    if session["status"] == "complete":
        return markup.redirect(after(session))
    return markup.redirect(f"{here}?told={METHODS[way].outcome}")


def after(session: Thing) -> str:
    """Where the shop wants its buyers back."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def receipt(world: World, ident: str) -> Page:
    """What Stripe would show as proof of a payment."""
    charge = world.get(ident)
    amount = money(charge["amount"], charge["currency"], "nl")
    body = markup.paragraph(amount, look="price") + f"<p><code>{ident}</code></p>"
    return markup.page(say("receipt", "nl"), body, language="nl")


def _over(session: Thing, language: Language) -> Page:
    way_on = after(session) if session["status"] == "complete" else session["cancel_url"]
    body = markup.alert(say(f"already {session['status']}", language))
    if way_on:
        body += f"<p>{markup.link(way_on, say('go on', language))}</p>"
    return markup.page(say("pay", language), body, language=language)


def _discount(session: Thing, language: Language) -> str:
    off = session["total_details"]["amount_discount"]
    if off:
        told = f"{say('discount', language)}: {money(off, session['currency'], language)}"
        return markup.paragraph(told, look="soft")
    if not session["allow_promotion_codes"]:
        return ""
    field = markup.field_of("code", say("code", language), more='autocomplete="off" required')
    body = f"<div>{field}</div><button>{say('use code', language)}</button>"
    return markup.form(f"/c/pay/{session['id']}", body, look="line")


def _ways(session: Thing, language: Language) -> str:
    free = session["payment_status"] == "no_payment_required"
    offered = [way for way in BUTTONS if METHODS[way].type in session["payment_method_types"]]
    buttons = [
        markup.button("method", way, say(way, language), good=METHODS[way].outcome == "paid")
        for way in offered
    ]
    if free:
        buttons = [markup.button("method", "card", say("free", language), good=True)]
    legend = say("pay" if free else "how", language)
    body = (
        markup.field_of(
            "email",
            say("email", language),
            session["customer_email"] or "koper@example.nl",
            kind="email",
            more='autocomplete="email"' + (" readonly" if session["customer_email"] else ""),
        )
        + markup.choice("country", say("country", language), COUNTRIES, "NL")
        + f'<fieldset class="ways"><legend>{legend}</legend>{"".join(buttons)}</fieldset>'
    )
    return markup.form(f"/c/pay/{session['id']}", body)
