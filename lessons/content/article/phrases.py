"""What Dutch (and English) web articles look like in words: the patterns behind each recognition.

Every function looks at one piece of text alone, and at its ``bare`` text: without invisible
characters (zero-width, direction marks, soft hyphens), which may sit anywhere in a pasted article.
"""

from __future__ import annotations

import re

HEADING_WORDS = 14
HEADING_LENGTH = 120
LOUD_WORDS = 8  # A heading may shout, but a long line that does is a sentence.
QUOTE_WORDS = 3
CALL_WORDS = 14
TERM_WORDS = 8
CLOSING = "”’\"'»›)]"
INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
PAIRS = (("“", "”"), ("„", "”"), ("„", "“"), ("”", "”"), ("«", "»"), ("»", "«"), ('"', '"'))

NAME = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ][\w’'-]*"
PEOPLE = rf"{NAME}(?:\s+en\s+{NAME})?"
AGE = r"(?:beiden? |allebei |inmiddels |net )?\d{2}(?:\s*jaar)?\b"
PERSON = r"(?:man|vrouw|vriend|vriendin|cliënte?|client|klant|stel|lezer|lezeres|kennis|collega)"
THING = (
    r"(?:training|cursus|programma|traject|webinar|workshop|e-?book|kennismaking\w*|intake\w*"
    r"|coaching\w*|sessie|masterclass|nieuwsbrief|proefles|werkboek|lessenreeks|course|newsletter)"
)

STORY = re.compile(
    rf"^(?:"
    rf"(?i:(?:neem|lees|luister naar|denk aan)\s+(?:nu |nou |eens |bijvoorbeeld )*"
    rf"(?:het |de )?(?:verhaal|voorbeeld|geval|situatie)\s+van)\b"
    rf"|(?i:(?:dit is |hier is )?het verhaal van)\b"
    rf"|(?i:een voorbeeld uit (?:de|mijn|onze) praktijk|praktijkvoorbeeld|casus)\b"
    rf"|(?i:neem)\s+(?i:nu |nou |eens |bijvoorbeeld )*{PEOPLE}\s*[,.:(]"
    rf"|(?i:stel je)\s+(?i:eens |bijvoorbeeld )*{PEOPLE}\s+voor\b"
    rf"|(?i:stel je)\s[^.!?]{{0,60}}\bvoor\b[^.!?]{{0,20}}\b{AGE}"
    rf"|{PEOPLE}\s*(?:\({AGE}\)|,\s*{AGE}|is {AGE})"
    rf"|(?i:een|één)\s+{PERSON}\s+(?i:van mij|uit mijn|in mijn|van (?:begin|eind|rond|in de|\d))"
    rf"|(?i:meet|take the story of|this is the story of)\s+{NAME}"
    rf")"
)
STORY_HEADING = re.compile(
    r"\b(?:verhaal|story)\s+(?:van|of)\b|^(?:casus|praktijkvoorbeeld)\b", re.I
)
STORY_GOES_ON = re.compile(r"^(?:Hij|Zij|Ze)\s+\w*[^\Wn]\b")

PERSONAL = re.compile(r"^[^\w]*(?:je|jij|jouw|ik|mijn|u|uw|you|i|my)\b", re.I)
PERSONAL_QUESTION = re.compile(r"^\W*\w+\s+(?:je|jij|u|ik|you|i)\b[^.!]*\?\W*$", re.I)
PROMISE = re.compile(
    r"^\W*(?:je|jij|u|you)\s+(?:kunt|kan|mag|moet|zult|zal|leert|krijgt|ontdekt|ontvangt|gaat leren"
    r"|begrijpt straks|can|will|get|learn)\b",
    re.I,
)
RECOGNISING = re.compile(
    r"herken|signal|signaal|teken\b|tekenen|kenmerk|symptom|symptoom|merk\b|merken|check|\btest\b"
    r"|klinkt|vertrouwd voor|bekend voor|van toepassing|geldt|stelling|vragenlijst|\bvink|uiten?\b"
    r"|(?:ben|heb|doe|voel|weet)\s+(?:je|jij|u|ik)\b|recogni[sz]e|\bsigns?\b",
    re.I,
)
LEARNING = re.compile(
    r"leer|krijg|ontvang|bied|opbreng|oplever|wat kun|helpt|\btips?\b|doen\b", re.I
)

CALL_MARK = re.compile(r"^\W{0,3}?(?:👉|👇|☛|☞|➡|▶|⏩|📩|🎁)[\U0001F3FB-\U0001F3FF\ufe0f\s]*")
SIGN_UP = re.compile(
    r"^(?:ja\W+)?(?:(?:ik\s+)?(?:schrijf|geef|meld)\s+(?:je|me|mij|u|jezelf)\b.*\b(?:in|op|aan)\b"
    r"|(?:nu |direct |hier )?(?:inschrijven|aanmelden)\b"
    r"|(?:bestel|koop|boek|reserveer)\s+(?:nu|hier|direct|je|jouw|een|het|de|vandaag)\b"
    r"|doe\s+(?:nu |ook |gratis )*mee\b|download\b|sign up|enrol|join (?:now|us|the)|buy now)",
    re.I,
)
GO_TO = re.compile(
    r"^(?:ja\W+)?(?:klik hier|start|begin|volg|bekijk|ontdek|probeer|plan|vraag|ga|kies|krijg"
    rf"|ontvang|lees|naar|direct|meer over|doe|get|try)\b.*\b{THING}\b",
    re.I,
)
INVITING = re.compile(
    rf"\b{THING}\b.*(?:volgende stap|iets voor jou|voor jou|schrijf je|meld je aan)", re.I | re.S
)

READ_ON = re.compile(
    r"^(?:👉\s*)?(?:lees|bekijk|kijk|zie|luister|klik|read|see)\s+"
    r"(?:hier|ook|meer|verder|dan ook|alles|hierover|daarover|er|more|on|also)\b",
    re.I,
)
READ_ALSO = re.compile(r"^(?:lees|bekijk|zie|read|see)\s+(?:ook|verder|meer|more|also)\s*:", re.I)
READ_HERE = re.compile(r"^(?:lees|kijk|klik)\s+hier(?:\s+(?:meer|verder))?\b", re.I)
COPYRIGHT = re.compile(
    r"^\W*(?:©|\(c\)\s|copyright\b|alle rechten voorbehouden|all rights reserved)", re.I
)
COOKIES = re.compile(r"\bcookies?\b", re.I)
COOKIE_TALK = re.compile(
    r"accept|toestem|weiger|voorkeur|akkoord|gebruik|instelling|allow|use", re.I
)
BYLINE = re.compile(
    r"^(?:(?:geschreven |gepubliceerd |geplaatst )?(?:door|by)\s+[A-Z][^.!?]{1,60}$"
    r"|(?:auteur|author|leestijd|gepubliceerd|geplaatst|laatst bijgewerkt|datum|published|updated)"
    r"\b\s*(?:op|on)?\s*[:\d][^.!?]{0,60}$"
    r"|\d{1,2}[ -]\w{3,9}[ -]\d{4}(?:\W.{0,40})?$|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}$"
    r"|(?:leestijd\W*)?\d{1,3}\s*(?:min\b\.?|minuten|minuut|minutes?)(?:\s+(?:leestijd|lezen|read))?$)",
    re.I,
)
CAPTION = re.compile(
    r"^(?:foto|beeld|afbeelding|illustratie|fotograaf|photo|image|picture)(?:\s*\d+)?\s*(?:[:©|]|by\b)"
    r"|\bunsplash\b|\bshutterstock\b|\bistock\b",
    re.I,
)
SMALL_PRINT = re.compile(
    r"\b(?:privacy\w*|algemene voorwaarden|cookiebeleid|disclaimer|kvk|btw-?nummer|sitemap)\b", re.I
)
FILE_NAME = re.compile(r"^\S+\.(?:jpe?g|png|gif|webp|avif|svg)$", re.I)
PICTURE_WORD = re.compile(r"^[^\W_]+(?:[-_][^\W_]+)*$")
HEADINGS_OF_REST = re.compile(
    r"^(?:\d+\s+|geen\s+)?(?:reacties?|comments?|laat een (?:reactie|bericht) achter|"
    r"(?:geef|plaats) (?:een|jouw|je) reactie|leave a (?:reply|comment)|gerelateerde? (?:\w+)|"
    r"related(?: \w+)?|lees ook|andere (?:artikelen|blogs|berichten)|meer (?:artikelen|blogs)|"
    r"dit vind je misschien ook (?:leuk|interessant)|deel dit(?: \w+)?|delen|inhoudsopgave|"
    r"table of contents|over de auteur|nieuwsbrief|footnotes|voetnoten)(?:\s+op\s.*)?\W*$",
    re.I,
)
_MENU_WORDS = """
    home | menu | contact | over ons | over mij | blog | blogs | zoeken | zoek | search | inloggen |
    login | log in | mijn account | winkelwagen | shop | webshop | delen | deel | deel dit |
    deel dit artikel | deel dit bericht | deel deze pagina | deel via | share | share this | tweet |
    tweeten | pin | whatsapp | facebook | twitter | x | linkedin | pinterest | instagram | youtube |
    tiktok | telegram | e-mail | email | mail | print | printen | kopieer link | vorige | volgende |
    vorig bericht | volgend bericht | previous | next | skip to content | naar de inhoud |
    ga naar inhoud | ga naar de inhoud | spring naar inhoud | spring naar de inhoud |
    doorgaan naar inhoud | meteen naar de inhoud | terug naar boven | naar boven | terug |
    terug naar overzicht | lees voor | reageer | reacties | geen reacties |
    laat een reactie achter | geef een reactie | leave a comment | lees ook | gerelateerd |
    gerelateerde artikelen | gerelateerde berichten | related posts | lees meer | lees verder |
    read more | accepteren | alles accepteren | accepteer alles | weigeren | alles weigeren |
    inhoudsopgave | in dit artikel | table of contents | privacy | privacyverklaring |
    privacybeleid | algemene voorwaarden | disclaimer | sluiten | close | abonneren | volg ons
"""
NAVIGATION = frozenset(" ".join(entry.split()) for entry in _MENU_WORDS.split("|"))


def bare(text: str) -> str:
    """The text as the eye sees it, for matching only."""
    return " ".join(INVISIBLE.sub("", text).split())


def looks_like_heading(text: str) -> bool:
    """A short line without closing full stop that starts like a sentence or a name."""
    line = bare(text)
    words = line.split()
    if "\n" in text or len(words) > HEADING_WORDS or len(line) > HEADING_LENGTH:
        return False
    last = line.rstrip(CLOSING)[-1:]
    if not last or last in ".,;:…。।" or (last == "!" and len(words) > LOUD_WORDS):
        return False
    letters = [char for char in re.sub(r"^\W*[’'‘][a-z]\s", "", line) if char.isalnum()]
    if not any(char.isalpha() for char in letters) or letters[0].islower():
        return False
    return not is_quote(text) and "://" not in line and "@" not in line


def is_quote(text: str) -> bool:
    """Wholly within one pair of quotation marks, with or without a speaker after them."""
    said, _ = split_speaker(bare(text))
    if len(said.split()) < QUOTE_WORDS:
        return False
    if any(_wraps(said, opening, closing) for opening, closing in PAIRS):
        return True
    inner = re.sub(r"(?<=\w)[’'](?=\w)|\s[’'](?=[a-z]\b)|(?<=s)’(?=\s)", "", said[1:-1])
    return said[0] + said[-1] in {"‘’", "''", "‚’", "‘‘", "’’"} and not re.search("[‘’']\\W", inner)


def _wraps(text: str, opening: str, closing: str) -> bool:
    inner = text[1:-1]
    return (
        text.startswith(opening)
        and text.endswith(closing)
        and closing not in inner
        and opening not in inner
    )


def split_speaker(text: str) -> tuple[str, str]:
    """A quote and who said it: “…” – Name; the speaker is "" when none is named."""
    match = re.match(r"^(.*[”\"»’'“«])\.?\s*(?:[–—-]\s*|\()([^–—()“”\"]{2,80})\)?\.?$", text, re.S)
    return (match[1].rstrip(), match[2].strip()) if match else (text, "")


def split_term(text: str) -> tuple[str, str] | None:
    """An item that explains a term: "Term – explanation" or "Term: explanation"."""
    if "\t" in text:
        term, _, rest = text.partition("\t")
        return (term, rest) if term and rest else None
    match = re.match(r"^([^.!?:;\n–—]{2,60}?)(?:\s+[–—-]\s+|:\s+)(\S.{7,})$", text, re.S)
    if not match or len(match[1].split()) > TERM_WORDS or PERSONAL.match(match[1]):
        return None
    return match[1], match[2]


def noise(text: str) -> str:
    """Why a whole paragraph is no part of what the article says; "" when it is."""
    line = bare(text)
    size = len(line.split())
    checks = (
        (30, COPYRIGHT.match(line) or ("©" in line), "copyright line"),
        (6, is_navigation(line), "navigation"),
        (80, COOKIES.search(line) and COOKIE_TALK.search(line) and "site" in line, "cookie notice"),
        (14, BYLINE.match(line), "byline or date"),
        (25, CAPTION.search(line), "picture caption"),
        (14, SMALL_PRINT.search(line) and not line.endswith((".", "?", "!")), "page footer"),
        (24, READ_ON.match(line) and _leads_away(line), "link to read on"),
    )
    return next((reason for most, hit, reason in checks if hit and size <= most), "")


def is_navigation(text: str) -> bool:
    """A button or menu entry of a web page, or a row of share buttons."""
    line = re.sub(r"[^\w\s-]+", " ", bare(text)).casefold().strip()
    if " ".join(line.split()) in NAVIGATION:
        return True
    return len(line.split()) > 1 and all(word in NAVIGATION for word in line.split())


def _leads_away(line: str) -> bool:
    if line.endswith((":", "→", "»", ">", "👇")) or not line.endswith((".", "!", "?")):
        return True
    if READ_ALSO.match(line):
        return True
    return bool(READ_HERE.match(line)) and len(line.split()) <= TERM_WORDS


def split_tail(text: str) -> tuple[str, str]:
    """A paragraph and the "Lees hier verder:" it ends with ("" when it does not)."""
    starts = [match.end() for match in re.finditer(r"[.!?…][”’\"')»]*\s+", text)]
    if not starts:
        return text, ""
    tail = text[starts[-1] :]
    if READ_ON.match(bare(tail)) and _leads_away(bare(tail)) and len(tail.split()) <= CALL_WORDS:
        return text[: starts[-1]].rstrip(), tail
    return text, ""


def is_call(text: str) -> bool:
    """Something to sign up for or to go to, said as a button would or as an invitation."""
    line = bare(text)
    size = len(line.split())
    last = re.split(r"[.!?]\s+", line)[-1]  # "Wil je hulp? Boek een gesprek."
    if size <= CALL_WORDS and (SIGN_UP.match(last) or GO_TO.match(last)):
        return True
    return size <= HEADING_LENGTH and bool(INVITING.search(line))


def is_picture_name(text: str) -> bool:
    """One lower-case word, perhaps hyphenated, or the name of a picture file."""
    line = bare(text)
    shape = PICTURE_WORD.match(line) and line == line.lower() and line != line.upper()
    return bool(FILE_NAME.match(line) or (shape and len(line) > 2))  # noqa: PLR2004


def story_name(text: str) -> str:
    """The person a case is about, when its first sentence gives a name."""
    first = re.split(r"[.!?](?:\s|$)", bare(text), maxsplit=1)[0]
    names = re.findall(rf"(?:^|\b(?:van|je|neem|bijvoorbeeld|meet|of)\s+)({NAME})", first, re.M)
    opening = {"neem", "stel", "een", "het", "de", "dit", "casus", "take", "meet"}
    return next((name for name in names if name.casefold() not in opening), "")


def ends_open(text: str) -> bool:
    """Whether a line ends without any closing punctuation."""
    return bare(text).rstrip(CLOSING)[-1:] not in {".", "!", "?", ":", ";", ",", "…"}
