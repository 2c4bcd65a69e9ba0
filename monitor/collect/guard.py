"""Which addresses may be dialled: the pure half of the defence against server-side request forgery.

Feeds, pages, images and redirects name addresses that strangers chose. None of them may lead the daemon to a service that
only this machine or its network can see. Two checks stand in a row: `check_url` reads the address as written, before anything
is looked up, and gives the early, clear refusal; `verdict` judges the numeric address at the moment it is dialled (see
`monitor.collect.fetch.dialling`), which no trick of spelling, DNS or redirection can get round.

The tables are the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 as updated, read in 2026-02), written out
because `ipaddress.is_global` changes between Python releases. An IPv6 address that carries an IPv4 one is judged by what it
carries: mapped (RFC 4291, 2.5.5.2), NAT64 (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL = (
    2048  # longer addresses are somebody's mistake or attack; browsers and CDNs agree on about this much
)

_V4_SPECIAL: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(block), kind)
    for block, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),  # carrier-grade NAT, RFC 6598; also Alibaba's metadata service
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "metadata"),  # Azure's host agent answers on this public-looking address
        ("169.254.0.0/16", "link_local"),  # with the metadata service of most clouds, 169.254.169.254
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),  # the 6to4 relay anycast, deprecated by RFC 7526
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6_SPECIAL: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(block), kind)
    for block, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "private"),  # NAT64 for local use, RFC 8215
        ("100::/64", "discard"),
        ("2001:db8::/32", "documentation"),
        (
            "2001::/23",
            "reserved",
        ),  # protocol assignments: Teredo, ORCHID, benchmarking; nobody publishes there
        ("3fff::/20", "documentation"),  # RFC 9637
        ("fc00::/7", "private"),
        ("fe80::/10", "link_local"),
        ("fec0::/10", "private"),  # site-local, deprecated by RFC 3879 and still configured here and there
        ("ff00::/8", "multicast"),
    )
)
_V6_GLOBAL = IPv6Network("2000::/3")  # all that IANA has ever given out as global unicast
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP_IDS = (0x00005EFE, 0x02005EFE)

# The port list of the WHATWG Fetch standard ("port blocking"): services that can be talked into something by an HTTP request.
_BLOCKED_PORTS = frozenset(
    map(
        int,
        """
        0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135
        137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719
        1720 1723 2049 3659 4045 4190 5060 5061 6000 6379 6566 6665 6666 6667 6668 6669 6679 6697 10080 11211
        """.split(),  # a table of numbers is easier to compare with the standard's than a list of literals
    )
)

_FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address may not be dialled.

    `reason` is the stable word of `models.Response.reason`: `forbidden_address` or `bad_url`; `kind` says more (`loopback`,
    `private`, `link_local`, `metadata`, `port`, `scheme`, …); `message` is the sentence for people.
    """

    reason: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class AllowList:
    """Private addresses an operator has opened on purpose: networks, each with the one port it is open on, or all."""

    entries: tuple[tuple[Network, int | None], ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> AllowList:
        """Read `127.0.0.1`, `127.0.0.1:8080`, `10.0.0.0/8`, `[fd00::/8]:80`, `::1` or `localhost:8080`.

        Raises ValueError with a sentence that names the text which cannot be read.
        """
        return cls(tuple(entry for text in texts for entry in _parse_allowed(text)))

    def __or__(self, other: AllowList) -> AllowList:
        """Return what either list allows."""
        return AllowList(tuple(dict.fromkeys(self.entries + other.entries)))

    def allows(self, address: Address, port: int) -> bool:
        """Say whether the operator has opened this address on this port."""
        return any(
            address.version == network.version and address in network and open_port in (None, port)
            for network, open_port in self.entries
        )


NOTHING = AllowList()


def _parse_allowed(text: str) -> Iterator[tuple[Network, int | None]]:
    where, port = _split_port(text.strip())
    names = ("127.0.0.0/8", "::1/128") if where.lower() == "localhost" else (where,)
    for name in names:
        try:
            yield ip_network(name, strict=False), port
        except ValueError:
            raise ValueError(
                f"allow_private: {text!r} is not an address, a network such as 10.0.0.0/8, or either with :port"
            ) from None


def _split_port(text: str) -> tuple[str, int | None]:
    """Split `address[:port]`; an IPv6 address with a port stands in brackets, as in URLs (RFC 3986, 3.2.2)."""
    matched = re.fullmatch(r"\[([^\]]+)\](?::([0-9]{1,5}))?", text) or re.fullmatch(
        r"([^:]+):([0-9]{1,5})", text
    )
    if matched is None:
        return text, None
    port = int(matched[2]) if matched[2] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"allow_private: {text!r} names a port outside 1-65535")
    return matched[1], port


def verdict(address: str | Address, port: int, allowed: AllowList = NOTHING) -> Refusal | None:
    """Judge a numeric address at the moment of dialling; None means that it may be dialled.

    `address` is what the socket will be connected to (a zone such as `%eth0` marks it link-local and is refused).
    """
    try:
        parsed = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return Refusal("forbidden_address", "unreadable", f"{str(address)[:60]!r} is not a numeric address")
    readings = (parsed, *embedded(parsed))
    if any(allowed.allows(reading, port) for reading in readings):
        return None
    if port in _BLOCKED_PORTS:
        return Refusal("forbidden_address", "port", f"port {port} belongs to another protocol")
    return next((refusal for refusal in map(_judge, reversed(readings)) if refusal), None)


def _judge(address: Address) -> Refusal | None:
    kind = _kind(address)
    return Refusal("forbidden_address", kind, f"{address} is {_article(kind)} address") if kind else None


def _article(kind: str) -> str:
    return ("an " if kind[0] in "aeiou" else "a ") + kind.replace("_", "-")


def _kind(address: Address) -> str:
    """Return the registry's word for an address that is not globally reachable, or an empty string."""
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _V4_SPECIAL if address in network), "")
    special = next((kind for network, kind in _V6_SPECIAL if address in network), "")
    if special or address in _V6_GLOBAL or address in _NAT64 or address.ipv4_mapped:
        return special
    return "reserved"


def embedded(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 address carries (a packet to it may end at any of them)."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.teredo is not None:
        return address.teredo
    if address.sixtofour is not None:
        return (address.sixtofour,)
    number = int(address)
    if address in _NAT64 or (number >> 32) & 0xFFFFFFFF in _ISATAP_IDS:
        return (IPv4Address(number & 0xFFFFFFFF),)
    return ()


def check_url(url: str, allowed: AllowList = NOTHING) -> Refusal | None:
    """Judge an address as written, before any look-up; None means that it may be tried.

    Names are not looked up here: what they lead to is judged by `verdict` when it is dialled. Numbers in any spelling that a
    C library would take for an IPv4 address (`2130706433`, `0x7f.1`, `0177.0.0.1`, fullwidth digits) are refused unless they
    are written in the canonical dotted form.
    """
    try:
        parts = _split(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        return Refusal("bad_url", "syntax", f"not an address: {error}")
    if parts.scheme not in ("http", "https"):
        return Refusal("bad_url", "scheme", "only http and https addresses are fetched")
    return _check_host(parts.hostname or "", port, allowed)


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL:
        raise ValueError(f"longer than {MAX_URL} characters")
    if _FORBIDDEN_CHARACTERS.search(url):
        raise ValueError("blanks, control characters or backslashes in it")
    parts = urlsplit(url)
    if parts.port == 0:  # reading it also checks the range
        raise ValueError("port 0")
    return parts


def _check_host(host: str, port: int, allowed: AllowList) -> Refusal | None:
    host = unicodedata.normalize("NFKC", host).replace("。", ".").removesuffix(".")
    if not host or "%" in host or len(host) > 253:
        return Refusal("bad_url", "host", "the address names no proper host")
    if ":" in host:
        return verdict(host, port, allowed)
    number = _legacy_ipv4(host)
    if number is not None:
        return verdict(number, port, allowed) or _canonical(host, number)
    if port in _BLOCKED_PORTS and not any(open_port == port for _, open_port in allowed.entries):
        return Refusal("forbidden_address", "port", f"port {port} belongs to another protocol")
    return None


def _canonical(host: str, number: IPv4Address) -> Refusal | None:
    if host == str(number):
        return None
    return Refusal("bad_url", "host", f"write the address as {number}")


def _legacy_ipv4(host: str) -> IPv4Address | None:
    """Read a host as `inet_aton` would (WHATWG URL, "IPv4 parser"); None if it is a name."""
    parts = host.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    *heads, last = (_number(part) for part in parts)
    total = last
    for index, head in enumerate(heads):
        total += min(head, 255) << (8 * (3 - index))
    return IPv4Address(total & 0xFFFFFFFF)


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:17] or "0", 16)
    octal = len(part) > 1 and part[0] == "0" and all(digit in "01234567" for digit in part)
    return int(part[:20], 8 if octal else 10)
