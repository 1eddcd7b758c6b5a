"""Every sentence of the sandbox's pages, in Dutch and English."""

from __future__ import annotations

from typing import Literal

Language = Literal["nl", "en"]

CATALOGUE: dict[str, tuple[str, str]] = {
    # The checkout page.
    "shop": ("Testwinkel: er wordt niets afgeschreven", "Test shop: no money is taken"),
    "pay": ("Betalen", "Pay"),
    "total": ("Totaal", "Total"),
    "discount": ("Korting", "Discount"),
    "email": ("E-mailadres", "Email address"),
    "country": ("Land", "Country"),
    "code": ("Actiecode", "Promotion code"),
    "use code": ("Code gebruiken", "Use code"),
    "bad code": ("Deze code geldt hier niet.", "This code does not count here."),
    "how": ("Hoe moet deze betaling aflopen?", "How should this payment end?"),
    "card": ("Kaart, lukt", "Card, succeeds"),
    "card_declined": ("Kaart, geweigerd", "Card, declined"),
    "ideal": ("iDEAL, lukt", "iDEAL, succeeds"),
    "ideal_cancelled": ("iDEAL, afgebroken", "iDEAL, cancelled"),
    "bancontact": ("Bancontact, lukt", "Bancontact, succeeds"),
    "later_succeeds": ("Uitgestelde betaling, lukt later", "Delayed payment, succeeds later"),
    "later_fails": ("Uitgestelde betaling, mislukt later", "Delayed payment, fails later"),
    "free": ("Bestellen zonder te betalen", "Order without paying"),
    "back": ("Terug", "Back"),
    "declined": (
        "De kaart is geweigerd. Er is niets betaald; kies opnieuw.",
        "The card was declined. Nothing was paid; choose again.",
    ),
    "abandoned": (
        "De betaling bij de bank is afgebroken. Kies opnieuw.",
        "The payment at the bank was cancelled. Choose again.",
    ),
    "already complete": (
        "Deze bestelling is al afgerond, misschien in een ander tabblad.",
        "This order is complete already, perhaps in another tab.",
    ),
    "already expired": (
        "Deze betaalpagina is verlopen. Er is niets betaald.",
        "This payment page has expired. Nothing was paid.",
    ),
    "go on": ("Verder", "Go on"),
    "no page": ("Deze pagina bestaat niet.", "There is no such page."),
    "receipt": ("Betaalbewijs", "Receipt"),
    # The control page.
    "control": ("Testbetalingen", "Test payments"),
    "control says": (
        "Alles hier is gespeeld. Wat je doet, hoort de site net als van Stripe."
        " Actiecodes om te proberen: HALF en GRATIS.",
        "Everything here is played. What you do reaches the site as it would from Stripe."
        " Promotion codes to try: HALF and GRATIS.",
    ),
    "orders": ("Bestellingen", "Orders"),
    "no orders": ("Nog geen bestellingen.", "No orders yet."),
    "open": ("open", "open"),
    "complete": ("afgerond", "complete"),
    "expired": ("verlopen", "expired"),
    "paid": ("betaald", "paid"),
    "unpaid": ("niet betaald", "unpaid"),
    "no_payment_required": ("gratis", "free"),
    "open page": ("Betaalpagina openen", "Open payment page"),
    "expire": ("Laten verlopen", "Let it expire"),
    "succeed": ("Betaling lukt nu", "Payment succeeds now"),
    "fail": ("Betaling mislukt nu", "Payment fails now"),
    "refund": ("Terugbetalen", "Refund"),
    "amount": ("Bedrag in centen (leeg: alles)", "Amount in cents (empty: all)"),
    "a refund": ("Terugbetaling", "Refund"),
    "refund_succeed": ("Terugbetaling komt aan", "Refund arrives"),
    "refund_fail": ("Terugbetaling laten mislukken", "Make refund fail"),
    "refund pending": ("onderweg", "on its way"),
    "refund succeeded": ("aangekomen", "arrived"),
    "refund failed": ("mislukt", "failed"),
    "refund canceled": ("ingetrokken", "cancelled"),
    "dispute": ("Betwisten", "Dispute"),
    "inquire": ("Vraag van de bank", "Inquiry by the bank"),
    "a dispute": ("Betwisting", "Dispute"),
    "dispute_submit": ("Bewijs insturen", "Send evidence"),
    "dispute_escalate": ("Wordt betwisting", "Becomes a dispute"),
    "won": ("Gewonnen", "Won"),
    "lost": ("Verloren", "Lost"),
    "warning_closed": ("Vraag gesloten", "Inquiry closed"),
    "needs_response": ("wacht op bewijs", "waits for evidence"),
    "under_review": ("bij de bank", "with the bank"),
    "warning_needs_response": ("vraag, wacht op antwoord", "inquiry, waits for an answer"),
    "warning_under_review": ("vraag, bij de bank", "inquiry, with the bank"),
    "events": ("Gebeurtenissen", "Events"),
    "no events": ("Er is nog niets gebeurd.", "Nothing has happened yet."),
    "nobody": ("niemand luistert", "nobody listens"),
    "resend": ("Opnieuw sturen", "Resend"),
    "deliver": ("Nu bezorgen", "Deliver now"),
    "waiting": ("onderweg", "on its way"),
    "sending": ("wordt bezorgd", "being delivered"),
    "held": ("vastgehouden", "held"),
    "dropped": ("weggegooid", "dropped"),
    "arrived": ("aangekomen", "arrived"),
    "failed": ("opgegeven", "given up"),
    "attempts": ("pogingen", "attempts"),
    "knobs": ("Wat er mis mag gaan", "What may go wrong"),
    "duplicate": ("Extra keer bezorgen", "Deliver this many times more"),
    "delay": ("Vertraging in seconden", "Delay in seconds"),
    "drop": (
        "Soorten die nooit aankomen (* is alles)",
        "Types that never arrive (* is all)",
    ),
    "shuffle": ("Door elkaar, met dit getal", "Shuffled, by this number"),
    "hold": ("Vasthouden tot ik bezorg", "Hold until I deliver"),
    "refunds_fail": ("Terugbetalingen mislukken", "Refunds fail"),
    "settle_after": (
        "Seconden tot een uitgestelde betaling eindigt",
        "Seconds until a delayed payment ends",
    ),
    "set": ("Instellen", "Set"),
    "reset": ("Alles weer gewoon", "All back to normal"),
    "done": ("Gedaan.", "Done."),
    "wrong amount": ("Vul een bedrag in hele centen in.", "Give an amount in whole cents."),
}


def say(key: str, language: Language) -> str:
    """A sentence of the catalogue; a key that it does not have reads as itself."""
    nl, en = CATALOGUE.get(key, (key, key))
    return nl if language == "nl" else en


def money(cents: int, currency: str, language: Language) -> str:
    """An amount as people write it: € 1.249,00 or €1,249.00."""
    sign = {"eur": "€"}.get(currency, currency.upper())
    written = f"{cents / 100:,.2f}"
    if language == "en":
        return f"{sign}{written}"
    return f"{sign} {written.translate(str.maketrans('.,', ',.'))}"
