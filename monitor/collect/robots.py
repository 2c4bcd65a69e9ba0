"""robots.txt (RFC 9309), read for article pages: which paths a publisher asks robots to leave alone, and how fast they may go.

A feed that a person has subscribed to is not crawling and is fetched whatever robots.txt says; pages found through it are.
Pure: bytes in, verdicts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

MAX_BYTES = 512 * 1024  # RFC 9309, 2.5, asks for at least 500 KiB; what follows is not read
MAX_RULES = 2000
MAX_DELAY = 60.0  # a longer crawl delay is a mistake or a wall; it is treated as this one


@dataclass(frozen=True, slots=True)
class _Rule:
    """One `allow` or `disallow`: the pattern with its octets in canonical form; the longest that fits wins."""

    allow: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Robots:
    """What one robots.txt says to one robot. `delay` is in seconds, None if it asks for none."""

    rules: tuple[_Rule, ...] = ()
    delay: float | None = None

    def allows(self, url: str) -> bool:
        """Say whether the robot may fetch `url` (RFC 9309, 2.2.2: the longest match decides, `allow` wins a tie)."""
        parts = urlsplit(url)
        path = _path(parts.path or "/") + ("?" + _path(parts.query) if parts.query else "")
        fitting = [(len(rule.pattern), rule.allow) for rule in self.rules if _fits(rule.pattern, path)]
        return path == "/robots.txt" or max(fitting, default=(0, True))[1]


EVERYTHING = Robots()
NOTHING = Robots(rules=(_Rule(False, "/"),))


def parse(body: bytes, agent: str) -> Robots:
    """Read a robots.txt for the robot whose product token is `agent` (`monitor`, say; case does not matter).

    The groups that name the agent count, all of them together; without one, the groups for `*`. Lines that cannot be read are
    passed over, as the RFC asks.
    """
    groups = list(_groups(body[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff")))
    token = agent.lower()
    chosen = [group for group in groups if token in group.agents] or [
        group for group in groups if "*" in group.agents
    ]
    rules = tuple(rule for group in chosen for rule in group.rules)[:MAX_RULES]
    delays = [group.delay for group in chosen if group.delay is not None]
    return Robots(rules, max(delays, default=None))


class _Group:
    """The robots that a group of lines speaks to, and what it says to them."""

    def __init__(self) -> None:
        self.agents: set[str] = set()
        self.rules: list[_Rule] = []
        self.delay: float | None = None
        self.open = True  # more `user-agent` lines may join

    def take(self, key: str, value: str) -> None:
        self.open = False
        if key in ("allow", "disallow") and value.startswith(("/", "*")):
            self.rules.append(_Rule(key == "allow", _pattern(value)))
        elif key == "crawl-delay":
            self.delay = _seconds(value)


def _groups(text: str) -> Iterator[_Group]:
    group: _Group | None = None
    for key, value in _lines(text):
        if key == "user-agent":
            if group is None or not group.open:
                group = _Group()
                yield group
            group.agents.add(value.lower().partition("/")[0].strip())
        elif group is not None and key in ("allow", "disallow", "crawl-delay"):
            group.take(key, value)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _seconds(value: str) -> float | None:
    matched = re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", value)
    return min(float(matched[0]), MAX_DELAY) if matched else None


# What stays as `%XX`: a slash that is part of a name, and the two letters that mean something in a pattern.
_KEPT = re.compile(r"%(2F|2A|24)", re.IGNORECASE)


def _canonical(text: str) -> str:
    """Write every octet beyond plain ASCII as `%XX`, and plain ones as themselves, so that patterns and paths compare."""
    octets = unquote_to_bytes(_KEPT.sub(lambda found: "%25" + found[1].upper(), text))
    return "".join(chr(octet) if 0x21 <= octet < 0x7F else f"%{octet:02X}" for octet in octets)


def _path(text: str) -> str:
    return _canonical(text).replace("*", "%2A").replace("$", "%24")


def _pattern(text: str) -> str:
    """A pattern keeps its stars, and a `$` only at its end."""
    pattern = _canonical(text)
    return pattern[:-1].replace("$", "%24") + pattern[-1:]


def _fits(pattern: str, path: str) -> bool:
    """Match by hand, each piece at its first chance: linear, where a regex with many `.*` can take for ever."""
    anchored = pattern.endswith("$")
    first, *others = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    last = others.pop() if anchored and others else None
    for piece in others:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    if not anchored:
        return True
    return (
        len(path) - len(last) >= position and path.endswith(last)
        if last is not None
        else position == len(path)
    )
