"""A digest as one web page: readable in light and dark, on phone and desk, and on paper; no script, nothing loaded from elsewhere.

Everything foreign goes through Jinja's autoescape after it was cleaned; the Content-Security-Policy allows the page's own style
sheet by its hash and nothing else, so that even a slip in a template could load or run nothing.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.deliver import wording
from monitor.deliver.display import Run, host, line, runs, web_address
from monitor.models import Digest, DigestStory, TopicSection

if TYPE_CHECKING:
    from jinja2 import Environment

LEAD = 400
MARKER = "<!--delivery-->"


def page(digest: Digest, now: datetime) -> str:
    """Return the digest as a complete HTML document; times are local to the digest, `now` is when it was written."""
    return _environment().get_template("digest.html.j2").render(_view(digest, now))


def mail(digest: Digest, now: datetime) -> str:
    """Return the same page for mail programs, its style inlined; further articles and navigation are left to the web."""
    return _environment().get_template("mail.html.j2").render(_view(digest, now))


def index(entries: tuple[IndexEntry, ...]) -> str:
    """Return the page that lists the digests, newest first."""
    return _environment().get_template("index.html.j2").render(entries=entries, csp=_policy(), style=_style())


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One digest in the list: its file, title and one line on what it holds."""

    file: str
    title: str
    summary: str


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("monitor.deliver"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    from jinja2 import PackageLoader

    return PackageLoader("monitor.deliver").get_source(_environment(), "page.css")[0]


@cache
def _policy() -> str:
    """Return the policy: nothing but this very style sheet (CSP level 3, hash source of an inline style)."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _view(digest: Digest, now: datetime) -> dict[str, Any]:
    at, written = wording.local(digest, digest.slot.at), wording.local(digest, now)
    return {
        "csp": _policy(),
        "style": _style(),
        "marker": MARKER,
        "heading": wording.heading(digest),
        "title": line(digest.title) or line(digest.name),
        "at": at.isoformat(timespec="minutes"),
        "date": f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}",
        "trust": wording.trust(digest),
        "failing": [line(name) for name in digest.coverage.failing],
        "late": wording.late(digest),
        "empty": "" if digest.stories else wording.EMPTY_NOTE,
        "sections": [_section(digest, section, number) for number, section in enumerate(digest.sections, 1)],
        "written": f"{wording.day(written)} {written.year}, {written:%H:%M} {written.tzname() or ''}".strip(),
    }


def _section(digest: Digest, section: TopicSection, number: int) -> dict[str, Any]:
    return {
        "id": f"topic-{number}",
        "name": line(section.name),
        "count": wording.count(len(section.stories) + len(section.rest), "story", "stories"),
        "stories": [_story(digest, story, section) for story in section.stories],
        "rest": [_story(digest, story, section) for story in section.rest],
        "more": wording.more(section),
    }


def _story(digest: Digest, story: DigestStory, section: TopicSection) -> dict[str, Any]:
    then = wording.local(digest, wording.when(story))
    return {
        "headline": runs(story.headline, story.headline_bold, 300)
        or (Run(host(story.url) or "untitled", False),),
        "url": web_address(story.url),
        "language": _language(story.language),
        "lead": runs(story.lead, story.lead_bold, LEAD),
        "change": line(story.change),
        "outlet": wording.outlet(story),
        "iso": then.isoformat(timespec="minutes"),
        "time": wording.moment(digest, then),
        "exact": f"{then:%A} {then.day} {then:%B %Y}, {then:%H:%M} {then.tzname() or ''}".strip(),
        "also": wording.also(story),
        "mark": wording.mark(story),
        "topics": wording.other_topics(story, section),
        "members": _members(story),
    }


def _members(story: DigestStory) -> list[dict[str, str | None]]:
    """Return the story's other articles, for the list behind "also at"."""
    return [
        {
            "outlet": line(member.outlet) or host(member.url),
            "title": line(member.title),
            "url": web_address(member.url),
        }
        for member in story.members
        if member.url != story.url
    ]


def _language(code: str | None) -> str | None:
    """A language tag comes from a foreign page: only what looks like BCP 47 may become an attribute."""
    ok = (
        code is not None
        and len(code) <= 35
        and code.replace("-", "").isascii()
        and code.replace("-", "").isalnum()
    )
    return code if ok else None
