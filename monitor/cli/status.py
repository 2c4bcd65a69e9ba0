"""`monitor status`: what a person needs to trust two hundred feeds, and a health check for containers."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import votes
from monitor.cli.clock import now
from monitor.cli.output import ago, clean, config_option, json_option, say_json, span, table, until
from monitor.collect import health

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.models import DigestSpec, FeedState
    from monitor.store import Store

STALE = timedelta(minutes=5)  # a heartbeat older than this means that the daemon does not run


@click.command()
@click.option(
    "--check",
    "healthy_only",
    is_flag=True,
    help="Say nothing when all is well; exit 1 when it is not. For health checks.",
)
@click.option("--failing", is_flag=True, help="Only feeds that fail or are silent.")
@config_option
@json_option
def status(healthy_only: bool, failing: bool, config_dir: str, as_json: bool) -> None:
    """Feeds, failures, next polls and their reasons, queue, last and next slots."""
    from monitor.cli.root import open_database

    settings, digests, mistakes = _configured(config_dir)
    at = now()
    with open_database(settings) as store:
        states = store.feeds.states()
        summary = {**_summary(store, states, at), "mistakes": mistakes}
        summary["muted"] = muted_lines(store, at, settings.timezone)
        summary["votes"] = votes.precision(store).lines()
        slots = store.slots.recorded(limit=5)
    if healthy_only:
        _exit_if(summary["findings"])
    if as_json:
        say_json(
            {**summary, "feeds": [{**_row(state, at), "state": state} for state in states], "slots": slots}
        )
        return
    _print(summary, [state for state in states if not failing or trouble(state, at)], len(states), at)
    table(
        ("slot", "digest", "state", "built"),
        [(one.slot.label, one.slot.digest, one.state.value, ago(one.built_at, at)) for one in slots],
    )
    from monitor.digests import slots as arithmetic

    table(
        ("next", "digest", "due"),
        [
            (slot.label, spec.name, until(slot.at, at))
            for spec in digests
            for slot in arithmetic.upcoming(spec, at, 1)
        ],
    )


def summary_lines(store: Store, at: datetime, zone: str) -> list[str]:
    """Return the state of things in a few lines, for a chat: feeds read, what fails and why, the queue, what is wrong as a whole."""
    states = store.feeds.states()
    summary = _summary(store, states, at)
    queue = (
        ", ".join(f"{count} {name}" for name, count in summary["queue"].items() if name != "sent") or "empty"
    )
    troubled = [f"{state.name}: {words}" for state in states if (words := trouble(state, at))]
    return [
        f"{summary['feeds_read']} of {len(states)} feeds read; queue: {queue}",
        *summary["findings"],
        *troubled,
        *votes.precision(store).lines(),
        *muted_lines(store, at, zone),
    ]


def muted_lines(store: Store, at: datetime, zone: str) -> list[str]:
    """Return what is muted, until when (in the time zone `zone`) and by whom, one line each."""
    from monitor.digests.mutes import sentence

    told = []
    for subject, mute in store.feedback.mutes(at).items():
        kind, _, name = subject.partition(":")
        article = store.archive.article(name) if kind == "story" else None
        what = f"{kind} {article.title if article else name}"
        ending = (
            f"{what} until it grows"
            if kind == "story" and not mute.until
            else sentence(what, mute.until, zone)
        )
        told.append(f"muted: {ending} ({mute.muted_by})")
    return told


def _configured(config_dir: str) -> tuple[Settings, tuple[DigestSpec, ...], int]:
    """Return what the status needs of the configuration, and how many mistakes it has: the daemon goes on with the one before them."""
    from monitor.cli.root import read_config, read_settings
    from monitor.errors import ConfigError

    try:
        config = read_config(config_dir)
    except ConfigError as error:
        return read_settings(config_dir), (), len(error.problems)
    return config.settings, config.digests, 0


def _exit_if(findings: list[str]) -> None:
    print("\n".join(findings), end="\n" if findings else "")
    sys.exit(1 if findings else 0)


def _summary(store: Store, states: list[FeedState], at: datetime) -> dict[str, Any]:
    beat = store.meta.get("heartbeat")
    heartbeat = datetime.fromisoformat(beat) if beat else None
    counts = store.archive.counts()
    return {
        "heartbeat": heartbeat,
        "feeds_read": sum(state.last_ok is not None and not state.errors for state in states),
        "feeds_failing": sum(bool(state.errors) for state in states),
        "articles": counts,
        "queue": {state.value: count for state, count in store.outbox.counts().items() if count},
        "findings": findings(states, heartbeat, store, at),
        "refused": (store.meta.get("reload") or "").splitlines(),
    }


def findings(states: list[FeedState], heartbeat: datetime | None, store: Store, at: datetime) -> list[str]:
    """Return what is wrong as a whole, in words: the daemon silent, no feed read, messages stuck."""
    wrong = []
    if heartbeat is None or at - heartbeat > STALE:
        wrong.append(f"the daemon does not tick: last heartbeat {ago(heartbeat, at)}")
    if no_feed := health.outage(states, at):
        wrong.append(no_feed)
    wrong += [f"{hold.scope} is parked: {hold.why}" for hold in store.outbox.holds(at) if hold.parked]
    return wrong


def trouble(state: FeedState, at: datetime) -> str:
    """Return what is wrong with one feed, in words; empty when nothing is."""
    if state.gone:
        return "gone (410): remove it from feeds.yaml"
    if state.errors:
        since = f" for {span(at - state.failing_since)}" if state.failing_since else ""
        return f"fails{since} ({state.errors} in a row): {state.error}"
    return health.silence(state, at) or health.gap(state, at) or ""


def _row(state: FeedState, at: datetime) -> dict[str, Any]:
    return {
        "name": state.name,
        "last_ok": state.last_ok,
        "last_new": state.last_new,
        "next_poll": state.next_poll,
        "reason": state.reason.value,
        "why": state.reason_detail,
        "trouble": trouble(state, at),
    }


def _print(summary: dict[str, Any], states: list[FeedState], total: int, at: datetime) -> None:
    table(
        ("feed", "read", "new", "next poll", "why", "trouble"),
        [
            (
                state.name,
                ago(state.last_ok, at),
                ago(state.last_new, at),
                until(state.next_poll, at),
                state.reason_detail or state.reason.value,
                trouble(state, at),
            )
            for state in states
        ],
    )
    counts = summary["articles"]
    queue = ", ".join(f"{count} {name}" for name, count in summary["queue"].items()) or "empty"
    print(
        f"{summary['feeds_read']} of {total} feeds read, {summary['feeds_failing']} failing; {counts.articles} articles; outbox: {queue}"
    )
    for line in summary["findings"]:
        print(f"! {line}")
    for line in (*summary["votes"], *summary["muted"]):
        print(clean(line))
    if summary["mistakes"]:
        print(f"! the configuration has {summary['mistakes']} mistakes; `monitor check` lists them")
    if summary["refused"]:
        print("! a changed configuration was refused, the one before it is live:")
        print(clean("\n".join(f"    {line}" for line in summary["refused"])))
