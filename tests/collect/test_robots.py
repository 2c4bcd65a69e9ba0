"""robots.txt as RFC 9309 has it, with the mistakes that are common in the wild."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.robots import EVERYTHING, MAX_DELAY, NOTHING, parse

SITE = "https://example.org"


def allows(lines: str, path: str, agent: str = "monitor") -> bool:
    return parse(lines.encode(), agent).allows(SITE + path)


# rule lines for everybody (separated by |), path, may it be fetched?
RULES = [
    ("", "/", True),
    ("Disallow:", "/a", True),
    ("Disallow: /", "/", False),
    ("Disallow: /", "/robots.txt", True),
    ("Disallow: /a", "/a", False),
    ("Disallow: /a", "/abc/d?x", False),
    ("Disallow: /a", "/b/a", True),
    ("Disallow: /a", "/A", True),
    ("Disallow: /a/", "/a", True),
    ("Disallow: /|Allow: /a", "/a/b", True),
    ("Allow: /a|Disallow: /", "/a/b", True),
    ("Allow: /a|Disallow: /a/b", "/a/b", False),
    ("Disallow: /a|Allow: /a", "/a", True),
    ("Disallow: *.pdf", "/x/y.pdf?z", False),
    ("Disallow: /*.pdf$", "/x/y.pdf", False),
    ("Disallow: /*.pdf$", "/x/y.pdf?z", True),
    ("Disallow: /*?", "/a?b", False),
    ("Disallow: /*?", "/a", True),
    ("Disallow: /a*b*c", "/axxbyyc", False),
    ("Disallow: /a*b*c", "/axxcyyb", True),
    ("Disallow: /a*b$", "/abab", False),
    ("Disallow: /ab$", "/ab", False),
    ("Disallow: /ab$", "/abc", True),
    ("Disallow: /$", "/", False),
    ("Disallow: /$", "/a", True),
    ("Disallow: /a$b", "/a$b", False),
    ("Disallow: /a%20b", "/a%20b", False),
    ("Disallow: /%61", "/a", False),
    ("Disallow: /a", "/%61", False),
    ("Disallow: /ü", "/%C3%BC", False),
    ("Disallow: /%c3%bc", "/ü", False),
    ("Disallow: /a%2Fb", "/a/b", True),
    ("Disallow: /a%2fb", "/a%2Fb", False),
    ("Disallow: /a-%2A", "/a-*", False),
    ("Disallow: /a-%2A", "/a-b", True),
    ("disallow : /a", "/a", False),
    ("DISALLOW:/a # because", "/a", False),
    ("Disallow: a", "/a", True),
    ("Disalow: /a", "/a", True),
    ("Noindex: /a", "/a", True),
]


@pytest.mark.parametrize(("rules", "path", "allowed"), RULES)
def test_rules_decide_by_the_longest_match(rules: str, path: str, allowed: bool) -> None:
    """The longest pattern that fits decides, `allow` wins a tie, octets are compared in canonical form (RFC 9309, 2.2.2)."""
    assert allows("User-agent: *\n" + rules.replace("|", "\n"), path) == allowed


GROUPS = """\
\ufeff# a comment
User-agent: Other
User-agent: monitor/1.0
Disallow: /ours

User-agent: *
Disallow: /everybodys
Crawl-delay: 3

Sitemap: https://example.org/sitemap.xml

User-Agent: MONITOR
Disallow: /ours-too
Crawl-delay: 1.5
"""


def test_the_groups_that_name_us_go_before_everybodys() -> None:
    """All groups with our token count together, and then the one for `*` does not; case and version do not matter."""
    assert not allows(GROUPS, "/ours")
    assert not allows(GROUPS, "/ours-too")
    assert allows(GROUPS, "/everybodys")
    assert allows(GROUPS, "/ours", agent="stranger")
    assert not allows(GROUPS, "/everybodys", agent="stranger")


def test_crawl_delays_belong_to_their_group() -> None:
    """The delay is that of the groups that speak to us."""
    assert parse(GROUPS.encode(), "monitor").delay == 1.5
    assert parse(GROUPS.encode(), "stranger").delay == 3
    assert parse(GROUPS.encode(), "other").delay is None


@pytest.mark.parametrize(
    ("value", "delay"),
    [
        ("0", 0),
        ("10", 10),
        ("0.5", 0.5),
        ("3600", MAX_DELAY),
        ("-1", None),
        ("soon", None),
        ("1e9", None),
        ("", None),
        ("٣", None),
    ],
)
def test_crawl_delays_are_plain_and_bounded(value: str, delay: float | None) -> None:
    """Seconds, with a fraction at most; absurd ones are cut, unreadable ones are not there."""
    assert parse(f"User-agent: *\nCrawl-delay: {value}".encode(), "monitor").delay == delay


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do(ending: str) -> None:
    """Files come from every kind of machine."""
    assert not allows(ending.join(["User-agent: *", "", "Disallow: /a"]), "/a")


def test_rules_before_any_group_speak_to_nobody() -> None:
    """A rule needs a robot."""
    assert allows("Disallow: /\n", "/a")


def test_all_or_nothing() -> None:
    """The two verdicts that need no file."""
    assert EVERYTHING.allows(SITE + "/a")
    assert not NOTHING.allows(SITE + "/a")
    assert NOTHING.allows(SITE + "/robots.txt")


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    """A hostile pattern that would keep a backtracking regex busy for ever is matched in one pass."""
    pattern = "/" + "*a" * 500 + "b$"
    assert allows(f"User-agent: *\nDisallow: {pattern}", "/" + "a" * 2000)


def test_a_flood_of_rules_is_cut() -> None:
    """Half a megabyte and two thousand rules are read, the rest is not."""
    robots = parse(b"User-agent: *\n" + b"Disallow: /a\n" * 500_000, "monitor")
    assert len(robots.rules) == 2000


@given(st.binary(max_size=300))
def test_foreign_bytes_never_raise(body: bytes) -> None:
    """Whatever is served as robots.txt gives a verdict."""
    parse(body, "monitor").allows(SITE + "/a?b")


@given(st.text("ab*", max_size=8), st.booleans(), st.text("ab", max_size=10))
def test_stars_mean_what_they_mean_everywhere(pattern: str, anchored: bool, path: str) -> None:
    """The one-pass matcher agrees with a regex on small alphabets, where patterns overlap most."""
    expected = re.match(fnmatch.translate("/" + pattern + ("" if anchored else "*")), "/" + path) is not None
    assert allows(f"User-agent: *\nDisallow: /{pattern}{'$' if anchored else ''}", "/" + path) != expected
