"""A reader of Slack's mrkdwn that shares nothing with the writer under test: what would a client make live of this text?

Slack treats ``<…>`` as a control sequence and ``&amp; &lt; &gt;`` as the only entities (docs.slack.dev, "Formatting message text").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

_SEQUENCE = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


@dataclass
class Reading:
    """Links as (address, label), dates and mentions as they stand, and everything that is broken."""

    links: list[tuple[str, str]] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    shown: str = ""


def read(text: str) -> Reading:
    """Read a text as a client does."""
    reading = Reading()

    def taken(found: re.Match[str]) -> str:
        inside, _, label = found[1].partition("|")
        if inside.startswith("!date^"):
            reading.dates.append(inside)
        elif inside.startswith(("http://", "https://")):
            reading.links.append((_unescaped(inside), _unescaped(label)))
        else:
            reading.mentions.append(found[0])
        return label

    rest = _SEQUENCE.sub(taken, text)
    reading.broken += [char for char in rest if char in "<>"]
    reading.broken += re.findall(r"&(?!(?:amp|lt|gt);).{0,6}", rest)
    reading.broken += [url for url, _label in reading.links if re.search(r"[\s<>|]", url)]
    reading.shown = _unescaped(rest).replace("\u200b", "")
    return reading


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: unescape(found[0]), text)
