"""Which pictures a document shows, and under which address: the largest real one, never a tracker, icon or placeholder."""

from __future__ import annotations

import re
from urllib.parse import unquote

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
    r"\.svg(?:[?#]|$)|(?:^|[/_.-])(?:spacer|blank|pixel|1x1|transparent|placeholder|lazy|loading|loader|spinner|tracking|beacon|"
    r"icons?|favicon|sprite|logos?\d{0,2}|qr[-_]?code|avatar|gravatar|authors?|bylines?|headshots?|emoji|emoticon|smil(?:ey|ies)|default[-_]?(?:image|img|thumb)?|noimage|no[-_]image|badge|button|"
    r"counter|stat|share|facebook|twitter|whatsapp)(?:[/_.?=-]|$)|gravatar\.com|scorecardresearch|/s\.w\.org/|doubleclick|feedburner|/b\.gif",
    re.IGNORECASE,
)
# Where Drupal keeps everything its editors upload: the word in it says nothing of the picture.
_UPLOADS = "/sites/default/files/"


def best_address(attrs: Attributes, base: str) -> str | None:
    """Return the address of the largest form of an image in the document's written form, or None if it is no picture to show."""
    if _too_small(attrs):
        return None
    for address in _addresses(attrs):
        if (
            not address.startswith("data:")
            and _NOT_A_PICTURE.search(address.partition("?")[0].replace(_UPLOADS, "/")) is None
        ):
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
    unsized = [address for width, address in sized if not width]
    return [*wide[:1], *plain, *unsized[:1]]


def _parse_set(text: str) -> list[tuple[float, str]]:
    """Return (width, address) of a `srcset`; a density counts as that many pixels, so that widths win, and an address without either has 0.

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
    if address.rstrip(",") and not address.startswith(","):
        found.append((0.0, address.rstrip(",")))
    return found


def _too_small(attrs: Attributes) -> bool:
    """Tell whether the element states a side below the limit; 0 beside several forms means "as wide as its box", elsewhere a tracker."""
    fluid = any(attrs.get(name) for name in _SETS)
    for name in ("width", "height"):
        stated = (attrs.get(name) or "").strip().removesuffix("px")
        if stated.isdigit() and int(stated[:6]) < _MIN_SIDE and not (fluid and int(stated[:6]) == 0):
            return True
    return False


# ── One picture in two forms ──────────────────────────────────────────────────────────────────────────────────────────────────────
_EXTENSION = re.compile(r"(?:\.[A-Za-z]{3,4}){1,2}$")
_FORM = re.compile(r"[-_](?:\d{2,4}x\d{2,4}|scaled|large|medium|small|thumb(?:nail)?)$", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_NAME, _KEY = 8, 10  # characters from which a file's name, or one word of it with digits, names one picture


def same_picture(one: str, other: str) -> bool:
    """Tell whether two addresses are of one picture in two sizes or cuts: their file names, or a key in both names, agree."""
    left, right = _file_name(one), _file_name(other)
    if left == right:
        return len(left) >= _NAME
    return not _keys(left).isdisjoint(_keys(right))


def _file_name(address: str) -> str:
    """Return an address's last segment without its ending and without what tells a form of it from others (`-1024x683`)."""
    name = unquote(address.partition("?")[0].rstrip("/").rpartition("/")[2])
    return _FORM.sub("", _EXTENSION.sub("", name))


def _keys(name: str) -> frozenset[str]:
    return frozenset(
        word
        for word in _TOKEN.findall(name)
        if len(word) >= _KEY and not word.isalpha() and not word.isdigit()
    )
