"""Which pictures a document shows, and under which address: the largest real one, never a tracker, icon or placeholder."""

from __future__ import annotations

import re

from monitor.collect.extract.page import Attributes
from monitor.seed import image_url
from monitor.urls import absolute

_MIN_SIDE = 100  # pixels: below, it is an icon or an avatar (spec "seed-format")
_SOURCES = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-hi-res-src",
    "data-full-src",
    "data-image-src",
    "data-lazy",
    "src",
)
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)[wx](?:,|$)")
_NOT_A_PICTURE = re.compile(
    r"\.svg(?:[?#]|$)|^data:|(?:^|[/_.-])(?:spacer|blank|pixel|1x1|transparent|placeholder|lazy|loading|loader|spinner|tracking|beacon|"
    r"icons?|favicon|sprite|logos?|avatar|gravatar|emoji|emoticon|smil(?:ey|ies)|default[-_]?(?:image|img|thumb)?|noimage|no[-_]image|badge|button|"
    r"counter|stat|share|facebook|twitter|whatsapp)(?:[/_.?=-]|$)|gravatar\.com|scorecardresearch|/s\.w\.org/|doubleclick|feedburner|/b\.gif",
    re.IGNORECASE,
)


def best_address(attrs: Attributes, base: str) -> str | None:
    """Return the address of the largest form of an image in the document's written form, or None if it is no picture to show."""
    if _too_small(attrs):
        return None
    for address in _addresses(attrs):
        if _NOT_A_PICTURE.search(address.partition("?")[0]) is None:
            joined = absolute(base, address)
            url = image_url(joined) if joined else None
            if url:
                return url
    return None


def _addresses(attrs: Attributes) -> list[str]:
    """Return the addresses an image element names, best first: the widest of its sets, then lazy sources, then `src`."""
    sized = [(width, address) for name in _SETS for width, address in _parse_set(attrs.get(name) or "")]
    wide = [address for width, address in sorted(sized, key=lambda pair: -pair[0]) if width > 0]
    plain = [value.strip() for name in _SOURCES if (value := attrs.get(name)) and value.strip()]
    return [*plain[:0], *wide[:1], *plain]


def _parse_set(text: str) -> list[tuple[float, str]]:
    """Return (width, address) of a `srcset`; a density counts as that many pixels, so that widths win.

    Read word by word: addresses may hold commas, and some sites put no blank after the comma that parts two of them.
    """
    found = []
    address = ""
    for word in text[:8192].split():
        size = _SIZE.match(word)
        if size is None or not address:
            address = word
            continue
        found.append((float(size[1]), address))
        address = word[size.end() :]
    return found


def _too_small(attrs: Attributes) -> bool:
    """Tell whether the element states a side below the limit."""
    for name in ("width", "height"):
        stated = (attrs.get(name) or "").strip().removesuffix("px")
        if stated.isdigit() and int(stated[:6]) < _MIN_SIDE:
            return True
    return False
