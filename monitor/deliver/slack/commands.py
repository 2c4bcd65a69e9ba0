"""What people tell the bot in Slack, read into one kind of value: clicks on a story's menu, buttons, and `/monitor …`. Pure.

Everything that arrives here was typed or crafted by somebody: what cannot be read is None (a foreign click) or HELP (a command),
never an error. The same click delivered twice, or made twice, gives a Command with the same `key`, so that acting on it twice can
be told from acting on two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    """What is asked for. A click's value begins with the verb's own word (`blocks.value`)."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    WHY = "why"
    MUTE = "mute"
    UNMUTE = "unmute"
    STATUS = "status"
    VOTED = "votes"
    TEST = "test"
    EXPLAIN = "explain"
    DIGEST = "digest"
    OPEN = "open"  # a link in a menu: the browser has done it already
    HELP = "help"


CHANGING = frozenset({Verb.MUTE, Verb.UNMUTE, Verb.DIGEST})
VOTES = frozenset({Verb.RELEVANT, Verb.IRRELEVANT})
_CLICKABLE = frozenset({*VOTES, Verb.WHY, Verb.MUTE, Verb.UNMUTE, Verb.STATUS, Verb.OPEN})
_SPOKEN = {
    "status": Verb.STATUS,
    "votes": Verb.VOTED,
    "test": Verb.TEST,
    "explain": Verb.EXPLAIN,
    "why": Verb.EXPLAIN,
    "mute": Verb.MUTE,
    "unmute": Verb.UNMUTE,
    "digest": Verb.DIGEST,
}
_NEEDS_TEXT = frozenset({Verb.TEST, Verb.EXPLAIN, Verb.MUTE, Verb.UNMUTE})
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")
_QUOTES = str.maketrans("“”„‟«»‘’", '""""""' + "''")


@dataclass(frozen=True, slots=True)
class Command:
    """One request. `story`, `article` and `topic` are set by clicks, `text` and `until` (`Friday`, of a mute) by `/monitor`; `trigger` opens a modal within 3 s,
    `reply_to` takes later answers for 30 minutes; `message` is the timestamp of the message that was clicked."""

    verb: Verb
    user: str
    channel: str = ""
    story: str = ""
    article: str = ""
    topic: str = ""
    text: str = ""
    until: str = ""
    message: str = ""
    trigger: str = ""
    reply_to: str = ""
    key: str = ""


def parse(kind: str, payload: Mapping[str, Any]) -> Command | None:
    """Read a Socket Mode envelope's payload: `kind` is `interactive` or `slash_commands`. None for what is not ours."""
    if kind == "slash_commands":
        return spoken(payload)
    if kind == "interactive" and payload.get("type") == "block_actions":
        return clicked(payload)
    return None


def allowed(command: Command, admins: Collection[str]) -> bool:
    """Say whether the user may do this: changing what others see is for configured users, reading and voting for everybody."""
    return command.verb not in CHANGING or command.user in admins


def clicked(payload: Mapping[str, Any]) -> Command | None:
    """Read a click on a menu entry or a button."""
    action = _first(payload.get("actions"))
    chosen = _text(_part(action, "selected_option").get("value") or action.get("value"))
    user = _text(_part(payload, "user").get("id"))
    if action.get("action_id") == Verb.STATUS:
        chosen = f"{Verb.STATUS} - - {chosen}"
    verb, story, article, topic = [*chosen.split(" ", 3), "", "", ""][:4]
    if verb not in _CLICKABLE or not user:
        return None
    return Command(
        verb=Verb(verb),
        user=user,
        channel=_text(_part(payload, "channel").get("id")),
        story=_known(story),
        article=_known(article),
        topic=topic,
        message=_text(_part(payload, "message").get("ts")),
        trigger=_text(payload.get("trigger_id")),
        reply_to=_text(payload.get("response_url")),
        key=f"{user} {verb} {story} {topic}",
    )


def spoken(payload: Mapping[str, Any]) -> Command | None:
    """Read `/monitor …`; what is not understood becomes HELP."""
    user = _text(payload.get("user_id"))
    if not user:
        return None
    verb, text = _sentence(_text(payload.get("text")))
    text, until = _dated(text) if verb is Verb.MUTE else (text, "")
    trigger = _text(payload.get("trigger_id"))
    return Command(
        verb=verb,
        user=user,
        channel=_text(payload.get("channel_id")),
        text=text,
        until=until,
        trigger=trigger,
        reply_to=_text(payload.get("response_url")),
        key=f"{user} {trigger}",
    )


def _sentence(said: str) -> tuple[Verb, str]:
    word, _, text = as_typed(said).partition(" ")
    verb = _SPOKEN.get(word.lower(), Verb.HELP)
    text = text.strip()
    if verb is Verb.DIGEST:
        now, _, name = text.partition(" ")
        return (verb, name.strip()) if now.lower() == "now" else (Verb.HELP, "")
    return (verb, text) if text or verb not in _NEEDS_TEXT else (Verb.HELP, "")


def _dated(text: str) -> tuple[str, str]:
    """Split `IRS until Friday` into what is muted and until when (empty where nothing is said)."""
    what, _, until = re.sub(
        r"\s(?:until|for)\s(?=\S+(?:\s\S+)?$)", "\n", text, flags=re.IGNORECASE
    ).rpartition("\n")
    return (what, until) if what else (text, "")


def as_typed(text: str) -> str:
    """Undo what Slack and its keyboards did to a command: links, the three entities, curly quotes (a rule wants straight ones)."""
    plain = _LINK.sub(r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(plain.translate(_QUOTES).split())


def _first(items: object) -> Mapping[str, Any]:
    if isinstance(items, list) and items and isinstance(items[0], Mapping):
        return items[0]
    return {}


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = value.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _known(name: str) -> str:
    return "" if name == "-" else name
