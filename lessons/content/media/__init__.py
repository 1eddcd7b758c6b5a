"""Pictures, sound and films of our own: taken in, brought back from a folder, let go.

``own_files`` knows their names, ``embeds`` the films that stay elsewhere.
"""

from __future__ import annotations

from lessons.content.embeds import Embed, embed_of
from lessons.content.media.keeping import (
    IMAGE_MAX,
    RECORDING_MAX,
    FileTooLarge,
    MediaNotFound,
    OtherKind,
    StillUsed,
    UnknownKind,
    add,
    bring_back,
    called,
    newest,
    remove,
)
from lessons.content.media.shelf import filling, where
from lessons.content.media.uses import Use, ever_of, now_of

__all__ = [
    "IMAGE_MAX", "RECORDING_MAX", "Embed", "FileTooLarge", "MediaNotFound", "OtherKind",
    "StillUsed", "UnknownKind", "Use", "add", "bring_back", "called", "embed_of", "ever_of",
    "filling", "newest", "now_of", "remove", "where",
]  # fmt: skip
