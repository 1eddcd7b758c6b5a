"""Turns of phrase that make a Dutch text sound like anybody's: what to look at twice.

Some must never occur: words that make a wound of a doubt, and comfort from a tin. The rest is shown
to who edits; a good sentence may hold one.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _compiled(patterns: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return MappingProxyType({name: re.compile(pattern, re.I) for name, pattern in patterns.items()})


NEVER = _compiled(
    {
        "wond": r"\bwond(?:en|je|jes)?\b",
        "trauma": r"\w*trauma\w*",
        "toxisch": r"\btoxische?\b",
        "narcist": r"\w*narcis(?:t|me|tisch)\w*",
        "trigger": r"\w*trigger\w*",
        "Stel je voor": r"\bstel je voor\b",
        "En dat is oké": r"\b(?:en )?dat is oké\b",
        "Je bent niet alleen": r"\bje bent (?:hierin |hier )?niet (?:de enige|alleen)\b",
        "mensen met bindingsangst": r"\bmensen met bindingsangst\b",
    }
)
LOOK_AT = _compiled(
    {
        "altijd": r"\baltijd\b",
        "eigenlijk": r"\beigenlijke?\b",
        "helen": r"\b(?:helen|heling|geheeld)\b",
        "cruciaal": r"\bcrucia(?:al|le)\b",
        "diepgaand": r"\bdiepgaande?\b",
        "omarmen": r"\bomarm\w*",
        "uitnodigen": r"\b(?:uitnodig|nodig\w* (?:je|jezelf) uit)\w*",
        "het aangaan van": r"\bhet aangaan van\b",
        "niet X maar Y": r"\b(?:niet|geen)\b[^.!?\n]{1,60}\bmaar\b",
        "of het nu … of": r"\bof (?:het|je) nu\b[^.!?\n]{1,80}\bof\b",
        "drieslag": r"\b[\w’-]+, [\w’-]+ (?:en|of) [\w’-]+\b",
        "vraag met antwoord": r"(?:^|[.!?] )(?:[\w’-]+ ){1,4}[\w’-]+\? [\w’-]+(?: [\w’-]+)?\.",
        "onthullende dubbele punt": r"[\w’-]+: [a-zà-ÿ][\w’-]*",
        "gedachtestreepje": r"[–—]| - ",
    }
)


def found(text: str, among: Mapping[str, re.Pattern[str]]) -> dict[str, list[str]]:
    """The tics in a text: name to the pieces of text they were seen in."""
    seen = {name: [each[0] for each in tic.finditer(text)] for name, tic in among.items()}
    return {name: pieces for name, pieces in seen.items() if pieces}
