"""What the bot does when somebody in Slack clicks or says something: the commands' work, done beside the daemon's.

Everything here was asked for by a person who waits: answers are short, and the long work (a rule over seven days) is done in a
thread. Changing what others see is for the users named under `slack.admins`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from monitor.cli import votes
from monitor.cli.clock import now
from monitor.cli.explain import stored
from monitor.deliver.slack import replies
from monitor.deliver.slack.commands import CHANGING, VOTES, Command, Verb, allowed
from monitor.digests.mutes import ends, sentence
from monitor.errors import MonitorError
from monitor.models import DigestStory

if TYPE_CHECKING:
    from monitor.cli.running import Application
    from monitor.models import Article
    from monitor.topics import Explanation

log = structlog.get_logger("slack")

BACKTEST = timedelta(days=7)
TUNING = timedelta(days=30)
SHOWN = 500  # matches a backtest collects; it counts on beyond them

Answer = dict[str, Any]


@dataclass(slots=True)
class Talking:
    """Answers commands on behalf of an application."""

    application: Application

    async def answer(self, command: Command) -> Answer | None:
        """Do what is asked and return what to say; what goes wrong is said, not raised."""
        if not allowed(command, self.application.config.settings.slack.admins):
            return replies.refused()
        if command.verb in CHANGING | VOTES:
            log.info(
                "told", verb=command.verb.value, user=command.user, story=command.story, topic=command.topic
            )
        try:
            if command.verb is Verb.DIGEST:
                return await self._digest(command)
            return await asyncio.to_thread(_WORK.get(command.verb, _help), self, command)
        except MonitorError as error:
            return replies.lines("That did not work", str(error).splitlines())

    async def _digest(self, command: Command) -> Answer:
        """Send what is pending now."""
        specs = self.application.config.digests
        spec = next((spec for spec in specs if not command.text or spec.name == command.text), None)
        if spec is None:
            return replies.lines("There is no such digest", [spec.name for spec in specs])
        report = await asyncio.to_thread(self.application.builder.send_now, spec)
        self.application.sender.pump()
        if report is None or not report.messages:
            return replies.said("Nothing is pending.")
        return replies.said(f"{spec.name}: on its way.")

    def vote(self, command: Command) -> Answer:
        """Store a vote."""
        article = command.article or command.story
        if not self.application.store.archive.known([article]):
            return replies.gone()
        relevant = command.verb is Verb.RELEVANT
        self.application.store.feedback.add_vote(command.topic, article, command.user, relevant, now())
        return replies.voted(relevant, self._name(command.topic))

    def why(self, command: Command) -> Answer:
        """Explain a match in a modal: rule, terms in their sentences, score parts, file."""
        article = self.application.store.archive.article(command.article or command.story)
        topics = self.application.config.topics
        spec = next((spec for spec in topics.specs if spec.id == command.topic), None)
        if article is None or spec is None:
            return replies.gone()
        told = topics.explain(article, spec.id)
        return replies.why(
            replies.Why(
                spec.name,
                spec.match.strip(),
                str(spec.file or ""),
                told.reason,
                told.score,
                _parts(told),
                _sentences(told),
            )
        )

    def mute(self, command: Command) -> Answer:
        """Mute a story until it grows, or a story or topic until a date."""
        at, zone = now(), self._zone
        until = ends(command.until, at, zone) if command.until else None
        if command.until and until is None:
            return replies.undated(command.until)
        feedback = self.application.store.feedback
        if topic := self._topic(command):
            feedback.mute(f"topic:{topic}", until, command.user, at)
            return replies.muted(self._name(topic), "", topic, sentence("", until, zone).strip())
        story, headline = self._story(command)
        if not story:
            return self._unknown(command)
        feedback.mute(f"story:{story}", until, command.user, at)
        ending = sentence("", until, zone).strip() if until else "until it grows"
        return replies.muted(headline, story, command.topic, ending)

    def unmute(self, command: Command) -> Answer:
        """Lift a mute."""
        topic = self._topic(command)
        story = "" if topic else self._story(command)[0]
        subject = f"topic:{topic}" if topic else f"story:{story}"
        return replies.unmuted(self.application.store.feedback.unmute(subject))

    def status(self, command: Command) -> Answer:
        """Sum up the feeds and the queue."""
        from monitor.cli.status import summary_lines

        return replies.lines("monitor", summary_lines(self.application.store, now(), self._zone))

    def votes(self, command: Command) -> Answer:
        """Say how precise topics and sources are by votes, and which exclusions these suggest, tried on the archive."""
        topic = self._topic(command) if command.text else ""
        if command.text and not topic:
            return self._unknown(command)
        store, topics = self.application.store, self.application.config.topics
        told = votes.precision(store).lines(topic)
        found = votes.proposals(store, topics, now(), TUNING, topic)
        return replies.lines(
            "Votes", [*told, *votes.proposed_lines(found, TUNING)] or ["Nobody has voted yet."]
        )

    def test(self, command: Command) -> Answer:
        """Say what a rule would have found in the last seven days."""
        from monitor.cli.rules import adhoc

        topics = adhoc(command.text, self.application.config)
        seen = 0
        found: list[DigestStory] = []
        for article in self.application.store.archive.articles(now() - BACKTEST):
            seen += 1
            if article.text and topics.match(article):
                found.append(_as_story(article))
        return replies.tested(command.text, BACKTEST.days, seen, found)

    def explain(self, command: Command) -> Answer:
        """Say which topics a stored article matches, and why."""
        article = stored(command.text, self.application.store)
        if article is None:
            return replies.said("That article is not stored; `monitor explain FILE` reads others.")
        topics = self.application.config.topics
        told = [topics.explain(article, spec.id) for spec in topics.specs]
        return replies.lines(article.title or article.url, [f"{one.name}: {one.reason}" for one in told])

    @property
    def _zone(self) -> str:
        return self.application.config.settings.timezone

    def _topic(self, command: Command) -> str:
        """Return the id of the topic meant: typed as its id or name, or clicked where no story is named; else nothing."""
        wanted = command.text.casefold() or ("" if command.story or command.article else command.topic)
        specs = self.application.config.topics.specs
        return next((spec.id for spec in specs if wanted in (spec.id.casefold(), spec.name.casefold())), "")

    def _unknown(self, command: Command) -> Answer:
        if not command.text:
            return replies.gone()
        return replies.unknown_subject(
            command.text, (spec.id for spec in self.application.config.topics.specs)
        )

    def _story(self, command: Command) -> tuple[str, str]:
        """Return the story meant and its headline: by a click's ids, or by what was typed (an id or an address)."""
        archive = self.application.store.archive
        article = archive.article(command.article or command.story) or (
            stored(command.text, self.application.store) if command.text else None
        )
        if article is None:
            return command.story, ""
        return command.story or archive.story_of(article.id) or article.id, article.title

    def _name(self, topic: str) -> str:
        return next((spec.name for spec in self.application.config.topics.specs if spec.id == topic), topic)


def _help(talking: Talking, command: Command) -> Answer:
    return replies.usage()


_WORK: dict[Verb, Callable[[Talking, Command], Answer]] = {
    Verb.RELEVANT: Talking.vote,
    Verb.IRRELEVANT: Talking.vote,
    Verb.WHY: Talking.why,
    Verb.MUTE: Talking.mute,
    Verb.UNMUTE: Talking.unmute,
    Verb.STATUS: Talking.status,
    Verb.VOTED: Talking.votes,
    Verb.TEST: Talking.test,
    Verb.EXPLAIN: Talking.explain,
}


def _parts(told: Explanation) -> tuple[tuple[str, str], ...]:
    return tuple((part.clause, f"{part.score:.0f}") for part in told.parts)


def _sentences(told: Explanation) -> tuple[tuple[str, tuple[tuple[int, int], ...]], ...]:
    return tuple(
        (one.text, tuple((span.start - one.start, span.end - one.start) for span in one.spans))
        for one in told.sentences
    )


def _as_story(article: Article) -> DigestStory:
    return DigestStory(
        article.id, article.title, article.url, "", (article.outlet,), article.first_seen or now()
    )
