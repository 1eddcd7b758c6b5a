"""The words the practice's own pages come with, in both languages, until somebody edits them.

They say nothing of the practice that is not known: no people, no diplomas, no address.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from lessons.content.blocks import Card
from lessons.content.site_texts import IDENTITY, Home, Identity, Plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lessons.content.site_texts import Words


@lru_cache(maxsize=32)
def of(name: str, language: str) -> Words:
    """The page's words as the site comes with them."""
    with translation.override(language):
        return _MAKERS[name]()


def _part(title: str, *paragraphs: str) -> str:
    return "\n\n".join([f"### {title}", *paragraphs])


def _list(*items: str) -> str:
    return "\n".join(f"- {item}" for item in items)


def _text(*parts: str) -> str:
    return "\n\n".join(parts)


def _home() -> Words:
    return Home(
        title=_("Tonight you need not decide anything."),
        lead=_(
            "Ik kies jou writes about love and doubt. For people who step back when it gets close,"
            " and for people who wait beside them."
        ),
        who=(
            _("You are fond of someone, and still you look for your keys."),
            _("You wait for an answer that comes a little later every time."),
            _("You are alone now, and next time you would like to do it differently."),
        ),
        who_closing=_(
            "Here you read at your own pace about what happens then. Whether you stay or go is up"
            " to you."
        ),
        steps=(
            Card(
                title=_("You read a lesson"),
                body=_("Four or five minutes, on your phone. A lesson holds one idea."),
            ),
            Card(
                title=_("You do something small"),
                body=_("The same evening, by yourself, ten minutes at most. You may skip it."),
            ),
            Card(
                title=_("You go on where you were"),
                body=_("Tomorrow or in three weeks. Nobody counts the days."),
            ),
        ),
        kept=_text(
            _(
                "Your e-mail address, which lessons you opened and finished, and where you stopped."
                " What you write or tick in a lesson we keep only if you say yes to that."
            ),
            _(
                "At the top right of every page is a button that takes you away at once, to the"
                " weather."
            ),
        ),
        search_title=_("Calm reading on love and doubt"),
        description=_(
            "For people who step back when it gets close, and for people who wait beside them. A"
            " free course in short lessons, at your own pace."
        ),
    )


def _about() -> Words:
    return Plain(
        title=_("About Ik kies jou"),
        lead=_("What you may expect of us, and what not."),
        body=_text(
            _part(
                _("What you find here"),
                _(
                    "Long articles about what happens between two people when it gets close. We"
                    " turn an article into a course: short lessons, each with one idea and"
                    " something small to do. When the article changes, we go through the lessons"
                    " again."
                ),
            ),
            _part(
                _("Who it is for"),
                _(
                    "For people who step back when it gets close, and for people who wait beside"
                    " them. You have been together for years or for weeks, or you are alone. To"
                    " begin a course you have to be sixteen or older."
                ),
            ),
            _part(
                _("What we do not do"),
                _(
                    "We do not say whether you should stay or go, and we put no label on you or on"
                    " the other. A self-check counts what you recognise. What that means, you know"
                    " better than a list."
                ),
                _(
                    "This site is for reading. Are you afraid at home, do you think of suicide, or"
                    " have you slept badly for weeks? Then talk to somebody. The numbers stand"
                    " below and under [Help](/hulp/)."
                ),
            ),
            _part(
                _("What it costs"),
                _("The articles and the free course cost nothing. There is no advertising."),
            ),
        ),
        description=_(
            "What Ik kies jou does and does not do: calm reading on love and doubt, without a"
            " verdict."
        ),
    )


def _contact() -> Words:
    return Plain(
        title=_("Contact and complaints"),
        lead=_(
            "Is something unclear, does something not work, or has something hurt you? We would"
            " like to know."
        ),
        body=_text(
            _part(
                _("A complaint"),
                _(
                    "Say in your own words what happened and what you would like. You get an answer"
                    " within fourteen days. If we need longer, we tell you before then and say why."
                ),
                _(
                    "If we cannot work it out together about your data, you can complain to the"
                    " Autoriteit Persoonsgegevens."
                ),
            ),
            _part(
                _("What we cannot do"),
                _(
                    "We give no advice by mail about your relationship, and we are not there day"
                    " and night. If you need somebody now, these numbers are."
                ),
            ),
        ),
        description=_("How to reach Ik kies jou, and how we deal with a complaint."),
    )


def _privacy() -> Words:
    return Plain(
        title=_("Privacy"),
        lead=_(
            "You may come here with something you tell nobody. So we keep little, and we say"
            " exactly what."
        ),
        body=_text(*_what_is_kept(), *_who_sees_it()),
        description=_("What Ik kies jou keeps about you, why, for how long, and how to erase it."),
    )


def _what_is_kept() -> tuple[str, ...]:
    return (
        _part(
            _("If you only read"),
            _(
                "We do not know who you are. We place only cookies that the site needs: one against"
                " forged forms, one for your session when there is something to remember, and one"
                " for your language if you choose it. There are none for advertising, and nobody"
                " else counts along. Letters, pictures and scripts come from our own server."
            ),
            _(
                "We count how often the page of a course is opened on a day. That is one number,"
                " and nothing about who looked is kept with it."
            ),
        ),
        _part(
            _("If you begin a course"),
            _list(
                _("Your e-mail address, to let you in."),
                _(
                    "Which lessons you opened and finished, and when, and the place where you"
                    " stopped, so that you can go on there."
                ),
                _("That you said yes to this, in which words and when."),
                _(
                    "Your language and time zone, and on which devices you are signed in, with"
                    " their network address."
                ),
                _(
                    "Which mails we sent you and whether they arrived. Not whether you opened them:"
                    " we do not look."
                ),
            ),
            _(
                "That you follow a course on doubt in love says something about you. That is why we"
                " ask for your consent first, and why page titles and addresses behind the sign-in"
                " tell nothing."
            ),
        ),
        _part(
            _("What you write and tick in lessons"),
            _(
                "We keep that only after a yes of its own, in the lesson itself. It is encrypted,"
                " with a key for you alone, and cannot be read in the back office. The server can"
                " open it, for it shows it to you; so whoever runs the server could."
            ),
            _(
                "In your notes you read it back, download it, delete one answer or all of them, and"
                " stop. Without that yes a self-check is counted and forgotten at once, and there"
                " is no place to write."
            ),
        ),
        _part(
            _("If you buy something"),
            _(
                "Your order, what you declared with it, what was paid and given back, and the"
                " invoice. You pay at Stripe; your card or account number does not come to us."
            ),
        ),
        _part(
            _("How long"),
            _list(
                _("As long as you have your account. What we mailed to you goes after 90 days."),
                _("An account whose address was never confirmed goes after seven days."),
                _(
                    "Have you not been here for 18 months? Then we mail you. After 24 months we"
                    " erase your account, unless you have a right to a training."
                ),
                _(
                    "Orders and invoices stay seven years after the year of the order (ten if we"
                    " have to pay VAT in another country), because the tax office asks for them."
                    " Proofs of consent and of a withdrawal stay five years. Once your account is"
                    " erased they stay without your address."
                ),
                _(
                    "After an erasure it is gone from the live files within a day, and from backups"
                    " after seven days at most."
                ),
            ),
        ),
    )


def _who_sees_it() -> tuple[str, ...]:
    return (
        _part(
            _("Who can see it"),
            _(
                "The practice, and whoever keeps the server running, sends our mail and handles"
                " payments for us: the host, the mail provider and Stripe. They may use it for that"
                " alone. We sell nothing and give nothing away."
            ),
        ),
        _part(
            _("The button that takes you away"),
            _(
                "The button at the top right opens the weather in place of this page. Pages you saw"
                " before it are still in your browser's history. If somebody looks along on your"
                " device, read in a private window."
            ),
        ),
        _part(
            _("What you may ask"),
            _(
                "You may see what we keep, have it corrected, take it with you, or have it erased."
                " You do the first and the last two yourself, under"
                " [My data](/account/gegevens/) of your account; before you erase you see what has"
                " to stay and until when. You may also take back your consent. What was done before"
                " that stays lawful."
            ),
            _(
                "Are you not content with our answer? You can complain to the Autoriteit"
                " Persoonsgegevens."
            ),
        ),
    )


def _terms() -> Words:
    return Plain(
        title=_("Terms"),
        lead=_("For reading, for the free course and for what you buy. As short as it can be."),
        body=_text(*_for_readers(), *_for_both()),
        description=_("What holds when you read, follow a course or buy one at Ik kies jou."),
    )


def _for_readers() -> tuple[str, ...]:
    return (
        _part(
            _("Reading"),
            _("Everybody may read the articles and the open lessons, without an account."),
        ),
        _part(
            _("The free course"),
            _(
                "You begin with your e-mail address and your consent that we keep your progress."
                " You are sixteen or older. The course costs nothing and binds you to nothing. You"
                " can stop at any moment. What happens to your data stands under"
                " [Privacy](/privacy/)."
            ),
            _("Your account is for you alone. Keep the codes that we mail you to yourself."),
        ),
        _part(
            _("The texts"),
            _(
                "You may read, print and keep the lessons for yourself. Would you like to use a"
                " text elsewhere? Ask us first."
            ),
        ),
    )


def _for_both() -> tuple[str, ...]:
    return (
        _part(
            _("What you may expect"),
            _(
                "We write with care, and we can be mistaken. Tell us when something is wrong. A"
                " lesson can change or disappear; what you finished stays finished. Sometimes the"
                " site is closed for a while because we work on it."
            ),
            _(
                "The lessons are for reading and thinking. They do not take the place of somebody"
                " who can help you, such as your GP."
            ),
        ),
        _part(
            _("Buying something"),
            _(
                "You buy access to an online training, for yourself or as a gift. You are eighteen"
                " or older. The price, VAT included, and how long your access lasts stand above the"
                " button you order with. The contract is made by that button; you pay through"
                " Stripe, and you get a confirmation by mail."
            ),
            _(
                "You may withdraw within 14 days, without a reason, also when you have read"
                " everything. [Withdraw from a contract here](/ontbinden/): two steps, no account."
                " Within 14 days you get back all you paid, to where it was paid from. Your access"
                " then ends; what you finished stays yours."
            ),
        ),
        _part(
            _("If it is not right"),
            _(
                "Write to us. How that goes stands under [Contact and complaints](/contact/). Dutch"
                " law applies. Where the law gives you more than these terms, the law comes first."
            ),
        ),
    )


_MAKERS: Mapping[str, Callable[[], Words]] = {
    "home": _home,
    "about": _about,
    "contact": _contact,
    "privacy": _privacy,
    "terms": _terms,
    # Nothing is known until somebody says it; see content.identity for what the settings add.
    IDENTITY: Identity,
}
