"""A page of the practice's own as the desk finds it: its names, and the addresses of its work."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from lessons.content import site_texts
from lessons.content.site_texts import IDENTITY


@dataclass(frozen=True)
class Place:
    """A page in a language, as the desk finds it: the identity has no language."""

    name: str
    language: str = ""

    @property
    def title(self) -> str:
        return str(site_texts.NAMES.get(self.name, _("Details of the practice")))

    @property
    def language_name(self) -> str:
        return _called(self.language) if self.language else ""

    @property
    def other_languages(self) -> str:
        """The languages that this page's edits leave alone, for a sentence."""
        others = [_called(code) for code, _name in settings.LANGUAGES if code != self.language]
        return ", ".join(others) if self.language else ""

    @property
    def address(self) -> str:
        """Where readers see it; who the practice is stands on the contact page."""
        return reverse("contact" if self.name == IDENTITY else self.name)

    def url(self, act: str = "", *more: object) -> str:
        """An address of the desk: ``""`` edits, the others are named in ``paths`` below."""
        stem = "identity" if self.name == IDENTITY else "site_page"
        where = [] if self.name == IDENTITY else [self.name, self.language]
        return reverse(f"desk:{stem}{act and '_'}{act}", args=[*where, *more])

    edit = property(lambda self: self.url())
    publish = property(lambda self: self.url("publish"))
    drop = property(lambda self: self.url("drop"))
    history = property(lambda self: self.url("history"))

    @property
    def preview(self) -> str:
        return "" if self.name == IDENTITY else self.url("preview")


def _called(language: str) -> str:
    """A language's name in the language of who works here."""
    return str(get_language_info(language)["name_translated"])
