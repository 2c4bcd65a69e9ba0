"""Foreign text in Slack's mrkdwn: escaped, defused, cut without breaking an entity or a link. Pure.

Slack reads ``<…>`` as links, mentions and dates, so that exactly ``& < >`` are escaped (docs.slack.dev, "Formatting message text").
A headline must not smuggle in `<!channel>`, `<@U…>` or a link under another outlet's name. ``* _ ~ `` and the backtick would format;
they are kept apart from their text by U+200B, which shows nothing. Every text object is sent `verbatim`, which stops Slack from
linking names and addresses on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from monitor.deliver.display import ELLIPSIS, Run, line, web_address
from monitor.deliver.slack.limits import units

APART = "\u200b"  # zero width space
_SLACK = 10  # of a text far beyond its limit, only this many times the limit is looked at
LONGEST_LINK = 1500  # an escaped address beyond this is offered in a menu instead of in the text

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPED = str.maketrans(_ENTITIES)
_DEFUSED = str.maketrans(_ENTITIES | {mark: f"{APART}{mark}{APART}" for mark in "*_~`"})
_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)


def escape(text: str) -> str:
    """Escape exactly the three characters Slack names."""
    return text.translate(_ESCAPED)


def plain(text: str, limit: int) -> str:
    """Return foreign text, cleaned, defused and escaped, at most `limit` units long."""
    return _defused(line(text[: limit * _SLACK]), limit)


def title(text: str, limit: int) -> str:
    """Return foreign text for a `plain_text` object: escaped, but with its marks as they are, which format nothing there."""
    return _fitted(line(text[: limit * _SLACK]), limit, _ESCAPED)


def _defused(text: str, limit: int) -> str:
    """Return clean text for mrkdwn: no emoji by name, no quotation at a line's start, no formatting, nothing live."""
    text = _EMOJI.sub(f":{APART}", text)
    return _fitted(APART + text if text.startswith(">") else text, limit, _DEFUSED)


def _fitted(text: str, limit: int, tokens: dict[int, str]) -> str:
    """Replace each character by its token; if that passes the limit, stop before it does, with an ellipsis."""
    whole = text.translate(tokens)
    if units(whole) <= limit:
        return whole
    out: list[str] = []
    room = limit - units(ELLIPSIS)
    for char in text:
        token = tokens.get(ord(char), char)
        room -= units(token)
        if room < 0:
            break
        out.append(token)
    return "".join(out).rstrip() + ELLIPSIS


def emphasised(runs: Iterable[Run], limit: int) -> str:
    """Return clean runs as mrkdwn with the bold ones between asterisks, at most `limit` units long."""
    out = ""
    for text, bold in runs:
        room = limit - units(out) - 8  # asterisks, the separators around them and an ellipsis
        if room <= 0:
            return out if out.endswith(ELLIPSIS) else out + ELLIPSIS
        out = _joined(out, text, room) if bold else out + _continued(out, text, room)
    return out


def _continued(before: str, text: str, room: int) -> str:
    apart = APART if before.endswith("*") and text[:1].isalnum() else ""
    return apart + _defused(text, room)


def _joined(before: str, text: str, room: int) -> str:
    """Append a bold run. Slack turns asterisks into bold only at word boundaries: one is made where the text has none."""
    inner = _defused(text.strip(), room)
    lead = " " if text.startswith(" ") else ""
    apart = APART if not lead and before and (before[-1].isalnum() or before[-1] == "*") else ""
    return (
        f"{before}{lead}{apart}*{inner}*{' ' if text.endswith(' ') and inner else ''}"
        if inner
        else before + lead
    )


def target(url: str) -> str | None:
    """Return an address as it may stand inside ``<…>``, or None if it is no web address or too long for the text."""
    address = web_address(url)
    if address is None:
        return None
    escaped = escape(address.replace("|", "%7C"))
    return escaped if units(escaped) <= LONGEST_LINK else None


def link(url: str, label: str, limit: int) -> str:
    """Return ``<url|label>`` with the label at most `limit` units, or the label alone where the address cannot be linked."""
    shown = plain(label, limit)
    address = target(url)
    return f"<{address}|{shown}>" if address and shown else shown


def date(instant: datetime, fallback: str) -> str:
    """Return an age that Slack keeps current for each reader, with the fallback for clients that cannot."""
    return f"<!date^{int(instant.timestamp())}^{{ago}}|{escape(fallback)}>"
