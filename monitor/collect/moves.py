"""When a permanent redirect is believed: whole chain permanent, the end a valid feed, stable over a day (requirements 19, 20, 22)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.models import FeedDocument, FeedState, Hop, Response, Validators
from monitor.urls import host

STABLE_MOVE = timedelta(hours=24)
"""A permanent redirect is believed when it led to the same valid feed over this time."""

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the owner is told once. `kind`: `gone`, `moved`, `blocked`, `failing`, `quarantined`, `recovered`."""

    kind: str
    text: str


def watch_move(
    state: FeedState, response: Response, document: FeedDocument | None, now: datetime
) -> tuple[FeedState, tuple[Notice, ...]]:
    """Follow a permanent redirect for good once it has proved itself; a temporary one, or a broken promise, ends the watch."""
    target = permanent_target(state.url, response.hops)
    if target is None:
        return replace(state, moved_to=None, moved_since=None), ()
    if document is not None and (document.error or not document.entries):
        return state, ()  # a parked domain can answer with an empty feed
    if target != state.moved_to or state.moved_since is None:
        state = replace(state, moved_to=target, moved_since=now)
    if not (_is_upgrade(state.url, target) or now - (state.moved_since or now) >= STABLE_MOVE):
        return state, ()
    moved = replace(
        state,
        url=target,
        previous_url=state.url,
        moved_to=None,
        moved_since=None,
        validators=_bound(state.validators, target),
    )
    return moved, (
        Notice(
            "moved",
            f"{state.name} has moved for good, from {state.url} to {target}; feeds.yaml can be changed",
        ),
    )


def permanent_target(url: str, hops: tuple[Hop, ...]) -> str | None:
    """Return where an unbroken chain of permanent redirects leads; None if a temporary one is in it, or it leads back."""
    if not hops or any(hop.status not in _PERMANENT for hop in hops) or hops[-1].url == url:
        return None
    return hops[-1].url


def _is_upgrade(old: str, new: str) -> bool:
    """Say whether only http became https on the same host: adopted at once."""
    return old.startswith("http://") and new.startswith("https://") and host(old) == host(new)


def _bound(validators: Validators, url: str) -> Validators:
    """Keep validators only if this very address gave them (22)."""
    return validators if validators.url == url else Validators()
