"""Films that stay at another site: whose address is recognised, and what plays there. Pure.

Nothing is asked of these sites before a reader clicks; only the two that have a player without
tracking cookies are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

YOUTUBE_HOSTS = {
    *("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"),
    *("youtube-nocookie.com", "www.youtube-nocookie.com"),
}
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
YOUTUBE_PATH = re.compile(r"/(?:embed|shorts|live|v)/([A-Za-z0-9_-]{11})/?")
SECONDS = re.compile(r"([0-9]{1,5})s?")
# A film that is not listed has a second part, without which nobody sees it.
VIMEO_PATH = re.compile(
    r"/(?:video/|channels/[\w-]{1,60}/|showcase/[0-9]{1,12}/video/)?"
    r"([0-9]{1,12})(?:/([0-9a-f]{6,20}))?/?",
    re.ASCII,
)
VIMEO_SECRET = re.compile(r"[0-9a-f]{6,20}")


@dataclass(frozen=True)
class Embed:
    """A film elsewhere: the ``site``'s name, its ``page`` there, and the ``player`` to show here.

    The player starts by itself, for it is only loaded by a click that asks for it.
    """

    site: str
    page: str
    player: str

    @property
    def host(self) -> str:
        """Where the player comes from, as a policy names it."""
        parts = urlsplit(self.player)
        return f"{parts.scheme}://{parts.netloc}"


def embed_of(address: str) -> Embed | None:
    """The film at this address as somebody copied it; None when it is not one of a known site."""
    written = address.strip()
    if "://" not in written:
        written = f"https://{written}"
    try:
        parts = urlsplit(written)
        asked = parse_qs(parts.query, max_num_fields=30)
    except ValueError:
        return None
    host = parts.netloc.lower()
    if parts.scheme not in {"http", "https"}:
        return None
    if host == "youtu.be" or host in YOUTUBE_HOSTS:
        return _youtube(host, parts, asked)
    if host in {"vimeo.com", "www.vimeo.com", "player.vimeo.com"}:
        return _vimeo(parts, asked)
    return None


def _youtube(host: str, parts: SplitResult, asked: dict[str, list[str]]) -> Embed | None:
    if host == "youtu.be":
        film = parts.path.strip("/")
    elif parts.path == "/watch":
        film = asked.get("v", [""])[0]
    else:
        match = YOUTUBE_PATH.fullmatch(parts.path)
        film = match[1] if match else ""
    if not YOUTUBE_ID.fullmatch(film):
        return None
    start = SECONDS.fullmatch((asked.get("t") or asked.get("start") or [""])[0])
    page, player = f"https://www.youtube.com/watch?v={film}", "https://www.youtube-nocookie.com"
    return Embed(
        site="YouTube",
        page=f"{page}&t={start[1]}s" if start else page,
        player=f"{player}/embed/{film}?autoplay=1&rel=0{f'&start={start[1]}' if start else ''}",
    )


def _vimeo(parts: SplitResult, asked: dict[str, list[str]]) -> Embed | None:
    match = VIMEO_PATH.fullmatch(parts.path)
    if match is None:
        return None
    secret = match[2] or asked.get("h", [""])[0]
    if not VIMEO_SECRET.fullmatch(secret):
        secret = ""
    return Embed(
        site="Vimeo",
        page=f"https://vimeo.com/{match[1]}{f'/{secret}' if secret else ''}",
        player=(
            f"https://player.vimeo.com/video/{match[1]}?dnt=1&autoplay=1"
            f"{f'&h={secret}' if secret else ''}"
        ),
    )
