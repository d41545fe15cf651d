"""Addresses of mail and pages, and hashtags."""

import re

from prompts.normalise.place import Position
from prompts.normalise.tokens import Hashtag, Token, WebAddress

_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")
_PAGE = re.compile(
    r"(?:https?://|(?=www\.\w))(?:[\w-]+\.)*[\w-]+(?:/[\w./?=&%#~+-]*[\w/])?"
    r"|(?<![\w.-])(?:[a-z0-9-]+\.)+(?:be|eu|com|org|net|info|nl|fr|de|lu|uk|vlaanderen|brussels|gent|io|ly"
    r"|biz|cc|club|link|live|online|pl|ro|ru|shop|site|store|support|tk|top|tv|xyz)"
    r"(?![\w-]|\.\w)(?:/[\w./?=&%#~+-]*[\w/])?"
)
_HASHTAG = re.compile(r"#(\w*[^\W\d_]\w*)")
_PROTOCOL = re.compile(r"https?://")


def address(place: Position) -> tuple[Token, int] | None:
    found = place.match(_MAIL) or place.match(_PAGE)
    if found is None:
        return None
    return WebAddress(_PROTOCOL.sub("", found[0]).rstrip("/")), found.end()


def hashtag(place: Position) -> tuple[Token, int] | None:
    found = place.match(_HASHTAG)
    return (Hashtag(found[1]), found.end()) if found else None
