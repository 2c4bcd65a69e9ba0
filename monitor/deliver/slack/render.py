"""A digest as Slack messages: a parent to read at a glance, the rest in its thread, nothing dropped unsaid. Pure.

Order: the top stories of every topic, then what is beyond each topic's cap, as numbered lines. Whatever does not fit the parent
goes on in the thread in the same order. Over 200 stories beyond the caps, the thread lists 200 and a CSV holds every story; where
no file can be uploaded, the CSV's stories go out as lines (`pieces`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from monitor.deliver import wording
from monitor.deliver.slack import blocks, markup
from monitor.deliver.slack.limits import (
    BLOCK_BUDGET,
    FALLBACK_TEXT,
    SECTION_TEXT,
    TOTAL_BUDGET,
    Block,
    Message,
    cost,
    units,
)
from monitor.deliver.table import as_csv, file_stem
from monitor.models import Digest, DigestStory, Part, SlotKind, TopicSection

LISTED = 200
FILE_TITLE = 140
_FOOTER_ROOM = 700  # kept free in the parent for its last lines


def render(digest: Digest, interactive: bool) -> tuple[Part, ...]:
    """Return the digest's messages as parts: the first at top level, the others replies to it.

    `interactive` adds menus and buttons; without a listener Slack would answer each click with an error.
    """
    if digest.slot.kind is SlotKind.ALERT:
        return _parts(digest, _packed(_alert(digest, interactive)))
    if digest.slot.kind is SlotKind.FOLLOW_UP:
        return _parts(digest, _packed(_follow_up(digest)))
    return _digest(digest, interactive)


def render_single(digest: Digest) -> Part:
    """Return the digest as one message without menus, for a webhook: what fits, then how many stories are left out."""
    if digest.slot.kind is SlotKind.ALERT:
        return _parts(digest, _packed(_alert(digest, False)))[0]
    if digest.slot.kind is SlotKind.FOLLOW_UP:
        return _parts(digest, _packed(_follow_up(digest)))[0]
    body, left = _parent(digest, interactive=False)
    missing = _beyond(digest) + _stories_in(left)
    return _parts(digest, [[*body, blocks.context(f"and {missing:,} more")] if missing else body])[0]


def _digest(digest: Digest, interactive: bool) -> tuple[Part, ...]:
    parent, left = _parent(digest, interactive)
    parent += _footer(digest, _beyond(digest) + _stories_in(left), interactive)
    parts = _parts(digest, [parent, *_packed([*left, *_rest(digest, 0, LISTED)])])
    return (*parts, _file(digest)) if _beyond(digest) > LISTED else parts


def _stories_in(body: list[Block]) -> int:
    return sum(not _is_opening(block) for block in body)


def _beyond(digest: Digest) -> int:
    return sum(len(section.rest) for section in digest.sections)


def _parent(digest: Digest, interactive: bool) -> tuple[list[Block], list[Block]]:
    """Return the parent's blocks, and the top stories that did not fit it."""
    out = [blocks.header(wording.heading(digest)), blocks.context(markup.plain(wording.trust(digest), 600))]
    if digest.late:
        out.append(blocks.context(f":hourglass: {markup.plain(wording.late(digest), 400)}"))
    if not digest.stories:
        return [*out, blocks.section(wording.EMPTY_NOTE)], []
    top = list(_top(digest, interactive))
    fitted = _fitting(out, top, BLOCK_BUDGET - 2, TOTAL_BUDGET - _FOOTER_ROOM)
    return out + top[:fitted], top[fitted:]


def _fitting(head: list[Block], body: list[Block], most: int, budget: int) -> int:
    """Return how many blocks of the body fit behind the head; a bar never stands last without its story."""
    room = budget - sum(map(cost, head))
    taken = 0
    for block in body[: most - len(head)]:
        room -= cost(block)
        if room < 0:
            break
        taken += 1
    while 0 < taken < len(body) and _is_opening(body[taken - 1]):
        taken -= 1
    return taken


def _is_opening(block: Block) -> bool:
    return block["type"] == "divider" or str(block.get("block_id", "")).startswith("bar")


def _top(digest: Digest, interactive: bool) -> Iterator[Block]:
    for number, section in enumerate(digest.sections):
        if section.stories:
            yield {"type": "divider"}
            yield blocks.bar(section.name, _bar_note(section)) | {"block_id": f"bar{number}"}
            for story in section.stories:
                yield blocks.story_block(digest, story, section, interactive)


def _bar_note(section: TopicSection) -> str:
    note = wording.count(len(section.stories) + len(section.rest), "story", "stories")
    return f"{note}, {len(section.rest):,} of them in the thread" if section.rest else note


def _footer(digest: Digest, in_thread: int, interactive: bool) -> list[Block]:
    out = [blocks.context(f"{in_thread:,} more in the thread")] if in_thread else []
    if interactive:
        out.append(
            {"type": "actions", "elements": [blocks.button("status", "Feeds and health", digest.name[:200])]}
        )
    return out


def _rest(digest: Digest, start: int = 0, stop: int | None = None) -> Iterator[Block]:
    """Yield the stories beyond the caps, numbers `start` to `stop` of them: a bar per topic, then its numbered lines."""
    passed = 0
    for number, section in enumerate(digest.sections):
        low = max(0, start - passed)
        shown = section.rest[low : None if stop is None else max(0, stop - passed)]
        passed += len(section.rest)
        if shown:
            first = len(section.stories) + low + 1
            yield _rest_bar(section, number, first, len(shown))
            yield from _lines(digest, section, shown, first)


def _rest_bar(section: TopicSection, number: int, first: int, shown: int) -> Block:
    note = f"{first}-{first + shown - 1}" if shown > 1 else str(first)
    return blocks.bar(section.name, note) | {"block_id": f"bar-rest{number}"}


def _lines(
    digest: Digest, section: TopicSection, stories: Iterable[DigestStory], first: int
) -> Iterator[Block]:
    gathered = ""
    for number, story in enumerate(stories, first):
        line = blocks.numbered_line(digest, story, number)
        opener = blocks.menu(story, section.topic, interactive=False)
        if gathered and (opener or units(gathered) + units(line) + 1 > SECTION_TEXT):
            yield blocks.section(gathered)
            gathered = ""
        if opener:
            yield blocks.section(line, opener)
        else:
            gathered = f"{gathered}\n{line}" if gathered else line
    if gathered:
        yield blocks.section(gathered)


def _packed(body: Iterable[Block]) -> list[list[Block]]:
    """Distribute blocks over as few messages as the limits allow, in order."""
    left = [block for block in body if block]
    messages: list[list[Block]] = []
    while left:
        taken = _fitting([], left, BLOCK_BUDGET, TOTAL_BUDGET) or 1
        messages.append(left[:taken])
        left = left[taken:]
        if left and left[0]["type"] == "divider":
            left = left[1:]
    return messages


def _alert(digest: Digest, interactive: bool) -> Iterator[Block]:
    """Yield an alert: headline and lead, why it came, buttons."""
    for section in digest.sections:
        for story in (*section.stories, *section.rest):
            text = "\n".join(filter(None, [f"*{blocks.headline(story)}*", blocks.lead(story)]))
            yield blocks.section(text, blocks.menu(story, section.topic, interactive=False))
            yield blocks.context(
                " · ".join(filter(None, [blocks.source(digest, story), _why(section, story)]))
            )
            if interactive:
                yield blocks.vote_buttons(story, section.topic)
    if digest.late:
        yield blocks.context(f":hourglass: {markup.plain(wording.late(digest), 400)}")


def _why(section: TopicSection, story: DigestStory) -> str:
    """Return `matched IRS (81), immigration enforcement (64)`."""
    tags = [f"{markup.plain(tag.name, 60)} ({tag.score:.0f})" for tag in story.tags[:4]]
    return f"matched {', '.join(tags) or markup.plain(section.name, 60)}"


def _follow_up(digest: Digest) -> Iterator[Block]:
    """Yield replies on stories already told: what changed, or who else has it now."""
    for section in digest.sections:
        for story in (*section.stories, *section.rest):
            text = "\n".join(filter(None, [_news(story), blocks.headline(story)]))
            yield blocks.section(text, blocks.menu(story, section.topic, interactive=False))
            yield blocks.context(blocks.source(digest, story))


def _news(story: DigestStory) -> str:
    if story.change:
        return f"*Changed:* {markup.plain(story.change, 600)}"
    if story.new_outlets > 0:
        new = ", ".join(markup.plain(name, 60) for name in story.newcomers[:6])
        more = f" and {len(story.newcomers) - 6} more" if len(story.newcomers) > 6 else ""
        return f"*{wording.also(story).capitalize()}*" + (f": {new}{more}" if new else "")
    return ""


def _parts(digest: Digest, messages: Iterable[list[Block]]) -> tuple[Part, ...]:
    bodies = list(messages)
    return tuple(
        Part(
            _frozen(_message(_fallback(digest, number, len(bodies)), body)), thread_part=0 if number else None
        )
        for number, body in enumerate(bodies)
    )


def _fallback(digest: Digest, number: int, of: int) -> str:
    """Return what notifications show: the first message names its first story; the others must not announce it again."""
    if not number:
        return markup.plain(wording.summary(digest), FALLBACK_TEXT - 20)
    return markup.plain(f"{wording.heading(digest)}, continued ({number + 1} of {of})", FALLBACK_TEXT - 20)


def _message(text: str, body: list[Block]) -> Message:
    return {"type": "message", "text": text, "blocks": body}


def _frozen(payload: Message) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _file(digest: Digest) -> Part:
    """Return the thread's CSV of every story, with the lines beyond those listed, should no file be allowed."""
    text = f"All {len(digest.stories):,} stories as a table."
    payload = {
        "type": "file",
        "name": file_stem(digest),
        "title": markup.title(wording.heading(digest), FILE_TITLE),
        "text": text,
        "content": as_csv(digest),
        "pieces": [_message(text, body) for body in _packed(_rest(digest, LISTED))],
    }
    return Part(_frozen(payload), thread_part=0)
