"""Addresses: the form that identifies an article, the form that is shown, and whose site it is.

An article is met under many addresses: with tracking parameters, as AMP, with and without `www.`. `canonical` folds what is known
to be noise and keeps whatever it does not know: a parameter too many costs a double, one too few loses an article.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_URL = 2048
"""Longest address kept, in characters (spec/safety); longer ones are no links that anybody could follow."""

_NOISE = (
    # click ids of Google, Meta, Microsoft, Yandex, TikTok, X, LinkedIn, Instagram
    "fbclid gclid dclid gbraid wbraid gclsrc msclkid yclid ttclid twclid li_fat_id igshid igsh mibextid"
    # mail and marketing: Mailchimp, HubSpot, Marketo, Oracle, Klaviyo, Vero, Adobe, Webtrends, AT Internet, Outbrain
    " mc_cid mc_eid _hsenc _hsmi mkt_tok elqtrackid elqtrack __s _ke vero_id vero_conv s_cid wt_mc wt.mc_id wt_zmc xtor oborigurl"
    # what newspapers add to the links of their feeds and newsletters
    " ito smid smtyp partner cmpid cmp ref ref_src ref_url refsrc ftcamp ocid icid ncid taid emc feedtype feedname traffic_source"
    " sr_share soc_src soc_trk guccounter guce_referrer guce_referrer_sig sh share_id cxt_source"
)
_TRACKING = frozenset(_NOISE.split())
_TRACKING_PREFIXES = (
    "utm_",
    "at_",
    "ns_",
    "pk_",
    "mtm_",
    "matomo_",
    "hsa_",
    "oly_",
    "itm_",
    "stm_",
    "wpisrc",
    "__twitter_",
)
_ORIGIN_NAMES = "source src from via medium origin feed"
_ORIGINS = frozenset(_ORIGIN_NAMES.split())
_FEED_WORDS = "rss rss1 rss2 rss2.0 rss1.0 atom feed feeds rssfeed rss_feed syndication feedburner newsletter twitter facebook"
_FEEDISH = frozenset(_FEED_WORDS.split())
"""`?source=rss` is a label, `?source=42` may select the article: dropped only with a value that can only be a label."""
_AMP_PARAMETERS = frozenset(
    {("amp", ""), ("amp", "1"), ("amp", "true"), ("amp", "yes"), ("outputtype", "amp"), ("output", "amp")}
)

_AGGREGATORS = (
    "news.google.",
    "news.yahoo.",
    "msn.com",
    "smartnews.com",
    "newsbreak.com",
    "flipboard.com",
    "feedproxy.google.com",
)
_REDIRECTORS = {
    ("google", "/url"): ("url", "q"),
    ("bing", "/news/apiclick.aspx"): ("url",),
    ("facebook", "/l.php"): ("u",),
}
"""Pages that carry the true address in a parameter (Google Alerts and Bing News feeds are made of them)."""

_AMP_CACHE = re.compile(r"^/(?:amp/|[cv]/)(?:s/)?(?=[^/]+\.[^/]+/)")
_AMP_PATH = re.compile(
    r"(?:/amp(?:/index)?(?:\.html)?/?$)|(?:\.amp(?=(?:\.html?)?$))|(?:^/amp(?=/.))", re.IGNORECASE
)
_AMP_SIGN = re.compile(r"[/.]amp", re.IGNORECASE)
"""How every form of AMP begins, in host and path; "example" and "/champions" are none."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u2060\ufeff\ufffd\ud800-\udfff]")
_SIMPLE = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*+(?::\d{1,5})?(?:[/?#]|$)")
_PLAIN = re.compile(
    r"https?://(?:www\.(?=[a-z0-9-]++\.))?((?!www\.)[a-z0-9][a-z0-9-]*+(?:\.[a-z0-9-]++)++)(/[A-Za-z0-9._~/-]*+)?"
)
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical(url: str) -> str:
    """Return the form of an http(s) address that identifies the article: `canonical(canonical(url)) == canonical(url)`.

    Folded: scheme (to https), letter case and IDN spelling of the host, `www.`, AMP, default port, user name, fragment, percent
    escapes, known tracking parameters, and known redirectors. Everything else is kept, in its order. What is no http(s) address
    comes back stripped of blanks, otherwise as it was.
    """
    address = url.strip()
    if (plain := _PLAIN.fullmatch(address)) and not _AMP_SIGN.search(address):
        return f"https://{plain[1]}{plain[2] or '/'}"  # most links of most feeds: two foldings and nothing to fold
    for _ in range(8):  # an AMP cache of a redirector of …: each turn strictly shortens or ends
        folded = _fold(address)
        if folded == address:
            break
        address = folded
    return address


def _fold(url: str) -> str:
    try:
        parts = urlsplit(_UNSAFE.sub("", url).strip())
        name, port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not name:
        return url
    if inner := _redirected(name, parts.path, parts.query) or _from_amp_cache(name, parts.path, parts.query):
        return inner
    netloc = _fold_host(name) if port in (None, 80, 443) else f"{_fold_host(name)}:{port}"
    path = _tidy(_AMP_PATH.sub("", parts.path), "/:@!$&'()*+,;=") or "/"
    return urlunsplit(("https", netloc, path, _fold_query(parts.query), ""))


def _ascii_host(name: str) -> str:
    """Return a host in lower-case ASCII (punycode), without the final dot; one that cannot be encoded stays as it is."""
    name = name.lower().rstrip(".")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _fold_host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    for prefix in ("www.", "amp."):
        rest = name.removeprefix(prefix)
        if rest != name and "." in rest:
            name = rest
    return name


def _fold_query(query: str) -> str:
    return "&".join(
        _tidy(pair, "/:@!$'()*+,;=?") for pair in query.split("&") if pair and not _is_noise(pair)
    )


def _is_noise(pair: str) -> bool:
    key, _, value = pair.partition("=")
    key, value = unquote(key).lower(), unquote(value).lower()
    return (
        key in _TRACKING
        or key.startswith(_TRACKING_PREFIXES)
        or (key, value) in _AMP_PARAMETERS
        or (key in _ORIGINS and value in _FEEDISH)
    )


def _tidy(text: str, safe: str) -> str:
    """Spell percent escapes one way (RFC 3986, 6.2.2): unreserved characters plain, hex digits upper case, the rest escaped."""
    return quote(_ESCAPE.sub(_unescape_unreserved, text), safe=safe + "%", errors="ignore")


def _unescape_unreserved(match: re.Match[str]) -> str:
    char = chr(int(match[0][1:], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _redirected(name: str, path: str, query: str) -> str | None:
    for (site, page), keys in _REDIRECTORS.items():
        if path == page and site in name.split("."):
            values = parse_qs(query, max_num_fields=50)
            return next(
                (v for key in keys for v in values.get(key, ()) if v.startswith(("http://", "https://"))),
                None,
            )
    return None


def _from_amp_cache(name: str, path: str, query: str) -> str | None:
    if not (
        name.endswith(".cdn.ampproject.org")
        or name == "cdn.ampproject.org"
        or (name.startswith("www.google.") and path.startswith("/amp/"))
    ):
        return None
    inner = _AMP_CACHE.sub("https://", path)
    if inner == path:
        return None
    return f"{inner}?{query}" if query else inner


def absolute(base: str, link: str) -> str | None:
    """Return `link` joined to `base` as an absolute http(s) address, otherwise as published; None if it cannot be followed.

    Blanks around it and line breaks inside go (RFC 3986, appendix C); an address over `MAX_URL` characters is refused.
    """
    link = link.strip()
    if _SIMPLE.match(link) and len(link) <= MAX_URL and link.isascii() and link.isprintable():
        return link  # nearly every link of nearly every feed: nothing to join, nothing to mend
    link = _UNSAFE.sub("", link)
    if not link or len(link) > MAX_URL:
        return None
    try:
        address = link if link.startswith(("https://", "http://")) else urljoin(base, link)
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address) > MAX_URL:
        return None
    return address


def subscribed(link: str) -> str:
    """Return the web address in a link that asks to be subscribed to: `feed:https://…` as it is without, `feed://…` as http."""
    address = link.strip()
    if address[:5].lower() != "feed:":
        return address
    rest = address[5:]
    return f"http:{rest}" if rest.startswith("//") else rest


def resolve(base: str, link: str) -> str | None:
    """Return `link` as an absolute http(s) address fit for a seed text and for display, or None.

    Entities are decoded, the fragment is dropped, the query kept; blanks, `( ) < >`, quotes and controls are percent-encoded
    (spec/seed-format, `url`). The rest stays as published.
    """
    if len(link) > 2 * MAX_URL:
        return None
    address = absolute(base, unescape(link) if "&" in link else link)
    if address is None:
        return None
    address = address.partition("#")[0]
    if re.search(
        r"[\s()<>\"'\\`{}|^\x00-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]",
        address,
    ):
        address = "".join(_escape(char) for char in address)
    return address if len(address) <= MAX_URL else None


def _escape(char: str) -> str:
    if char in "()<>\"'\\`{}|^" or char.isspace() or not char.isprintable():
        return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "ignore"))
    return char


def host(url: str) -> str:
    """Return the host of an address in lower-case ASCII, without port; empty if there is none."""
    try:
        return _ascii_host(urlsplit(url.strip()).hostname or "")
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def registrable(url_or_host: str) -> str:
    """Return the registrable domain (`bbc.co.uk`) of an address or host, by the Public Suffix List; an IP address or a bare name is its own."""
    name = (
        host(url_or_host)
        if _SCHEME.match(url_or_host) and "//" in url_or_host
        else _ascii_host(url_or_host.partition(":")[0])
    )
    try:
        ip_address(name)
    except ValueError:
        return str(_suffixes().privatesuffix(name) or name)
    return name


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import (
        PublicSuffixList,
    )  # reads a 300 kB list: only when a domain is first asked for

    return PublicSuffixList()


def is_aggregator(url: str) -> bool:
    """Say whether an address belongs to a site that lists other publishers' articles, so that its host is not the outlet."""
    name = host(url)
    return any(
        name.startswith(site) or name == site.rstrip(".") or name.endswith("." + site)
        for site in _AGGREGATORS
    )
