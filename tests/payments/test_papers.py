"""Invoices, credit notes, terms and the model form as PDF: what stands in them, and how."""

from __future__ import annotations

import io
import json
import os
import signal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
import typst
from django.utils import translation
from pypdf import PdfReader

from courseapp.errors import Refused
from lessons.content import site_words
from payments.models import TermsText
from payments.papers import agreed_terms, bills, press, withdrawal_form
from tests.payments.papers import AT, SELLER, a_bill, fonts_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.models import Order

pytestmark = pytest.mark.once
OURS = {"Figtree-Regular", "Figtree-SemiBold", "Literata-SemiBold"}


def terms_text(language: str = "nl", **more: str) -> TermsText:
    words = site_words.of("terms", language)
    content: dict[str, Any] = {
        "language": language, "title": words.title, "lead": words.lead, "body": words.body,  # type: ignore[attr-defined]
        "practice": SELLER, **more,
    }  # fmt: skip
    return TermsText(digest="x", content=content, kept_at=AT)


def form(order: Order | None = None, language: str = "nl") -> bytes:
    with translation.override(language):
        return withdrawal_form.made(language=language, order=order)


def test_an_invoice_says_what_the_tax_law_asks() -> None:
    words = text_of(bills.made(a_bill()))

    for part in (
        "Factuur", "F2026-0001", "26 november 2026", "iDEAL", "K7MXQ2PW9D", "lezer@example.org",
        *SELLER.values(), "1 × Online training", "€ 149,00", "€ 123,14", "Btw 21%", "€ 25,86",
    ):  # fmt: skip
        assert part in words, part


def test_it_speaks_the_language_of_the_order() -> None:
    words = text_of(bills.made(a_bill(language="en")))

    assert "Invoice" in words
    assert "VAT 21%" in words
    assert "€149.00" in words


def test_the_scheme_for_small_businesses_has_its_sentence_and_no_vat() -> None:
    words = text_of(bills.made(a_bill(vat_mode="kor", vat_rate=0, vat=0, net=14_900)))

    assert "kleineondernemersregeling" in words
    assert "artikel 25" in words
    assert "Btw 21%" not in words
    assert "inclusief btw" not in words


def test_a_promotion_code_is_shown_as_what_it_took_off() -> None:
    words = text_of(bills.made(a_bill(total=13_900, net=11_488, vat=2_412, discount=1_000)))

    assert "Korting" in words
    assert "-€ 10,00" in words
    assert "€ 139,00" in words


def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    corrects = {"number": "F2026-0001", "issued_at": AT.isoformat()}
    bill = a_bill(
        kind="credit", total=-5_000, net=-4_132, vat=-868, paid_at="", supplied_at="",
        given_back_at=AT.isoformat(), corrects=corrects,
    )  # fmt: skip
    words = text_of(bills.made(bill))

    assert "Creditnota" in words
    assert "F2026-0001 van 26 november 2026" in words
    assert "-€ 50,00" in words


def test_what_is_not_known_of_the_practice_is_left_out_in_the_test_shop() -> None:
    words = text_of(bills.made(a_bill(seller=dict.fromkeys(SELLER, ""), is_test=True)))

    assert "testwinkel" in words
    assert "KvK" not in words
    assert "Btw-id" not in words


def test_an_invoice_of_before_the_new_fields_can_still_be_made() -> None:
    bill = a_bill()
    for name in ("price", "discount", "paid_at", "supplied_at", "method", "is_test", "language"):
        del bill.content[name]

    assert "€ 149,00" in text_of(bills.made(bill))


@pytest.mark.parametrize("make", [
    lambda: bills.made(a_bill()),
    lambda: agreed_terms.made(a_bill().order, terms_text()),
    lambda: bills.made(a_bill(language="en", is_test=True)),
])  # fmt: skip
def test_the_same_content_gives_the_same_bytes_dated_by_its_issue(
    make: Callable[[], bytes],
) -> None:
    made = make()

    assert made == make()
    assert "/CreationDate" in PdfReader(io.BytesIO(made)).metadata  # type: ignore[operator]
    assert b"20261126" in made


def test_the_letters_are_ours_and_no_others() -> None:
    made = bills.made(a_bill()), agreed_terms.made(a_bill().order, terms_text())

    assert fonts_of(made[0]) == OURS
    assert fonts_of(made[1]) == OURS - {"Figtree-SemiBold"}


def test_a_document_can_be_read_aloud() -> None:
    catalogue: Any = PdfReader(io.BytesIO(bills.made(a_bill()))).trailer["/Root"]

    assert catalogue["/Lang"] == "nl"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in bills.made(a_bill())


EVIL = '#read("/etc/passwd") #panic() *x* \\ $1$ "); #import "@preview/x:1.0.0"'


def test_what_somebody_typed_comes_out_as_they_typed_it() -> None:
    bill = a_bill(seller={**SELLER, "name": EVIL}, description=EVIL)
    words = text_of(bills.made(bill))

    assert words.count("#read(") == 2
    assert "root:" not in words
    assert "*x*" in words


def test_terms_with_marks_of_the_typesetter_come_out_as_text() -> None:
    text = terms_text(body=f"### {EVIL}\n\n- {EVIL}\n\n[x](https://example.org/{'#'}panic)")
    words = text_of(agreed_terms.made(a_bill().order, text))

    assert words.count("#read(") == 2


def test_a_sign_that_no_letter_of_ours_has_keeps_nothing_back() -> None:
    made = bills.made(a_bill(description="Training 漢字 🙂"))

    assert "Training" in text_of(made)
    assert fonts_of(made) == OURS


def test_a_template_sees_no_file_but_those_beside_it(tmp_path: Any) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    for code in (f'#read("{outside}")', '#read("../pages.py")', '#import "@preview/x:1.0.0"'):
        with pytest.raises(typst.TypstError):
            typst.compile(code.encode(), **press._given("{}"))


def test_a_document_that_cannot_be_set_is_refused_in_words() -> None:
    with pytest.raises(press.PaperUnmade) as refused:
        press.pdf("invoice", {"date": [2026, 1, 1]})

    assert isinstance(refused.value, Refused)
    assert refused.value.status == 503


def without_letters() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[])


def test_a_paper_without_letters_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_fonts", lru_cache(without_letters))

    assert text_of(press._compiled("invoice", json.dumps(bills.sheet(a_bill())))) == ""
    with pytest.raises(press.PaperUnmade):
        bills.made(a_bill())


def test_letters_that_could_not_be_read_once_are_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = iter([without_letters(), press._fonts.__wrapped__()])
    monkeypatch.setattr(press, "_fonts", lru_cache(lambda: next(read)))

    assert fonts_of(bills.made(a_bill())) == OURS


# From Python 3.12 on it warns of just this.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_afterwards_sets_documents_too() -> None:
    """Typst's threads stay behind in a fork: without a press of its own it would wait for ever."""
    before = bills.made(a_bill())
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os.write(mouth, b"same" if bills.made(a_bill()) == before else b"other")
        os._exit(0)
    os.close(mouth)
    os.waitpid(child, 0)

    assert os.read(ear, 10) == b"same"
    os.close(ear)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_terms_are_on_paper_word_for_word(language: str) -> None:
    text = terms_text(language)
    words = text_of(agreed_terms.made(a_bill(language=language).order, text))

    for line in text.content["body"].replace("### ", "").splitlines():
        for sentence in line.split(". "):
            if "[" not in sentence:
                assert " ".join(sentence.split()) in words, sentence
    assert "K7MXQ2PW9D" in words


def test_links_of_the_terms_lead_to_the_site_from_paper_as_well(settings: Any) -> None:
    settings.SITE_URL = "https://ikkiesjou.example"
    made = agreed_terms.made(a_bill().order, terms_text())

    assert b"https://ikkiesjou.example/ontbinden/" in made


@pytest.mark.django_db
def test_the_model_form_is_the_one_of_the_law_and_names_the_practice(settings: Any) -> None:
    settings.PRACTICE = {**SELLER}
    words = text_of(form(a_bill().order))

    for part in (
        "Modelformulier voor ontbinding", "alleen", "Ik/wij*", "ontbind", "Besteld op*",
        "Naam van de consument(en)", "Adres van de consument(en)", "Handtekening",
        "Datum", "niet van toepassing", SELLER["name"], SELLER["address"], SELLER["email"],
        "K7MXQ2PW9D", "/ontbinden/",
    ):  # fmt: skip
        assert part in words, part


@pytest.mark.django_db
def test_the_model_form_for_everybody_has_no_order_in_it() -> None:
    assert "K7MXQ2PW9D" not in text_of(form())
    assert "Model form for withdrawal" in text_of(form(language="en"))
