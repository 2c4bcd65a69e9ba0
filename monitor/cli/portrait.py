"""One feed in full, for `monitor feeds show`: what is read, how it fares, what was missed, and why the next poll is when it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.cli.output import ago, span, until

if TYPE_CHECKING:
    from monitor.models import Feed, FeedState, Gap

GAPS_SHOWN = 5
TEXTS = {True: "carries whole articles", False: "carries teasers", None: "not yet known whether whole"}


def facts(feed: Feed, state: FeedState, gaps: Sequence[Gap], at: datetime) -> Iterator[tuple[str, str]]:
    """Yield labels and words, in the order a person asks: what, how it fares, when next, what was missed, what is known."""
    yield "address", state.url
    if state.url != feed.url:
        yield "configured", feed.url
    if state.moved_to:
        yield "moving", f"redirects for good to {state.moved_to} since {ago(state.moved_since, at)}"
    yield "kind", f"{feed.type.value}, full text: {feed.full_text.value}, first poll: {feed.first_poll}"
    yield "read", f"{ago(state.last_ok, at)}; tried {ago(state.last_poll, at)}{_outcome(state)}"
    yield (
        "new",
        f"{ago(state.last_new, at)}{f', usually every {span(state.usual_gap)}' if state.usual_gap else ''}",
    )
    yield "next poll", f"{until(state.next_poll, at)}: {state.reason_detail or state.reason.value}"
    if state.errors:
        yield "failing", f"{state.errors} times in a row, since {ago(state.failing_since, at)}: {state.error}"
    yield "gaps", _gap_words(state, at)
    yield from (("", _gap(gap)) for gap in gaps[-GAPS_SHOWN:])
    yield "its texts", TEXTS[state.full]
    yield (
        "holds",
        f"{state.window} entries{f', each for about {span(state.lifetime)}' if state.lifetime else ''}",
    )
    if state.untrusted:
        yield (
            "identity",
            f"its {' and '.join(sorted(state.untrusted))} do not tell entries apart: text decides",
        )
    yield "validators", _validators(state)


def _outcome(state: FeedState) -> str:
    return f" ({state.outcome.value.replace('_', ' ')})" if state.outcome else ""


def _gap_words(state: FeedState, at: datetime) -> str:
    if not state.gaps:
        return "none: every poll overlapped with the one before it"
    return f"{state.gaps}, the last {ago(state.last_gap, at)}: polls that had no entry in common with the one before"


def _gap(gap: Gap) -> str:
    found = f"; {gap.filled} entries were found elsewhere" if gap.filled else ""
    return (
        f"{gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M} UTC ({span(gap.until - gap.since)}){found}"
    )


def _validators(state: FeedState) -> str:
    kept = [
        name
        for name, value in (
            ("ETag", state.validators.etag),
            ("Last-Modified", state.validators.last_modified),
        )
        if value
    ]
    return f"{' and '.join(kept)}: polls are conditional" if kept else "none: every poll loads the whole feed"
