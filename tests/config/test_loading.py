"""Files to a whole configuration: defaults, targets, secrets, and what is not there."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

import monitor
from monitor.config import load
from monitor.config.loading import fingerprint
from monitor.config.topics import run_examples
from monitor.errors import ConfigError
from monitor.models import FullText, QuietHours, Selectors, SourceType, Target
from tests.standins.configs import Write, loaded, messages

DIGEST = 'digests:\n  - name: morning\n    topics: [irs]\n    at: ["08:00"]\n'
TOPIC = "name: IRS\nmatch: IRS\n"
PAGE = Target("html", "data/digests")


def test_a_missing_directory_says_how_to_make_one(tmp_path: Path) -> None:
    """Without a configuration the answer is `monitor init`."""
    with pytest.raises(ConfigError, match="monitor init"):
        load(tmp_path / "nowhere", {})


def test_no_file_is_needed(write: Write) -> None:
    """An empty folder is a configuration of defaults without feeds, topics and digests."""
    config = loaded(write())
    assert (config.feeds, config.digests, tuple(config.topics.specs)) == ((), (), ())
    assert config.settings.tick == timedelta(seconds=5)


def test_empty_files_and_sections_are_the_defaults(write: Write) -> None:
    """A file or section whose lines are all commented out is as if it were left out."""
    config = loaded(
        write(monitor="# nothing\n", feeds="feeds:\n  # - url: https://example.org\n", digests="")
    )
    sections = loaded(write(monitor="fetch:\nslack:\n  # token: x\nweb:\nhtml:\n"))
    assert config.feeds == ()
    assert sections.settings == config.settings


def test_a_feed_is_as_it_is_written(write: Write) -> None:
    """Every key of a feed arrives in the model."""
    text = """
feeds:
  - url: https://example.org/news
    name: Example
    type: page
    tags: [a, b]
    country: US
    language: en
    interval: 5m
    first_poll: latest:10
    full_text: never
    headers: {Authorization: "${FEED_TOKEN}"}
    allow_private: ["127.0.0.1:8080"]
    selectors: {item: article, date: time}
    body: .text
    strip: [.ad]
    weight: 1
    backfill: https://example.org/page/{page}
"""
    (feed,) = loaded(write(feeds=text), {"FEED_TOKEN": "abc"}).feeds
    assert feed.type is SourceType.PAGE
    assert feed.full_text is FullText.NEVER
    assert feed.selectors == Selectors("article", "a", None, "time")
    assert (feed.tags, feed.country, feed.language, feed.strip) == (("a", "b"), "US", "en", (".ad",))
    assert (feed.interval, feed.first_poll, feed.weight) == (timedelta(minutes=5), "latest:10", 1.0)
    assert (feed.headers, feed.allow_private) == ((("Authorization", "abc"),), ("127.0.0.1:8080",))
    assert (feed.body, feed.backfill) == (".text", "https://example.org/page/{page}")


def test_a_feed_without_a_name_is_called_by_its_host(write: Write) -> None:
    """`www.` is no part of a name."""
    (feed,) = loaded(write(feeds="feeds: [{url: https://www.example.org/feed.xml}]")).feeds
    assert feed.name == "example.org"


def test_a_digest_is_as_it_is_written(write: Write) -> None:
    """Times are sorted, the zone is monitor.yaml's unless given, and days are weekday numbers."""
    text = DIGEST.replace('["08:00"]', '["17:00", 8:00]') + (
        "    days: weekdays\n    max_age: 12h\n    quiet_hours: {hours: '22:00-07:00', breakthrough: 90}\n    max_per_outlet: 3\n"
    )
    config = loaded(write(monitor="timezone: Europe/Berlin\n", digests=text, topics__irs=TOPIC))
    (spec,) = config.digests
    assert spec.at == (time(8), time(17))
    assert (spec.timezone, spec.days, spec.max_age) == (
        "Europe/Berlin",
        frozenset(range(5)),
        timedelta(hours=12),
    )
    assert (spec.quiet_hours, spec.max_per_outlet) == (QuietHours(time(22), time(7), 90), 3)


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ('{slack: "#news"}', Target("slack", "#news")),
        ("{slack: C0123456789}", Target("slack", "C0123456789")),
        ("{email: Desk <desk@example.org>}", Target("email", "Desk <desk@example.org>")),
        ("{webhook: https://example.org/hook}", Target("webhook", "https://example.org/hook")),
        ("console", Target("console")),
        ("{console: true}", Target("console")),
        ("{html: pages}", Target("html", "pages")),
        ("{atom: pages/feed.xml}", Target("atom", "pages/feed.xml")),
        ('{apprise: "ntfy://example.org/news"}', Target("apprise", "ntfy://example.org/news")),
    ],
)
def test_every_kind_of_target_can_be_written(write: Write, written: str, target: Target) -> None:
    """Each target is one word or one pair, and the page of every digest is added to it."""
    settings = "slack: {token: xoxb-1}\nemail: {from: monitor@example.org}\n"
    config = loaded(write(monitor=settings, digests=DIGEST + f"    to: [{written}]\n", topics__irs=TOPIC))
    assert config.digests[0].to == (target, PAGE)


@pytest.mark.parametrize(
    ("settings", "env", "target"),
    [
        ("", {}, Target("console")),
        ("slack: {token: '${TOKEN}'}", {}, Target("console")),
        ("slack: {token: '${TOKEN}'}", {"TOKEN": ""}, Target("console")),
        ("slack: {token: '${TOKEN}'}", {"TOKEN": "xoxb-1"}, Target("slack", "#news")),
        ("slack: {webhook: https://hooks.example.org/x}", {}, Target("slack", "#news")),
    ],
)
def test_slack_digests_go_to_the_console_until_slack_is_set_up(
    write: Write, settings: str, env: dict[str, str], target: Target
) -> None:
    """Neither token nor webhook: the console stands in; an unset or empty variable is no token."""
    digests = DIGEST + '    to: [{slack: "#news"}, {slack: "#other"}]\n'
    config = loaded(write(monitor=settings, digests=digests, topics__irs=TOPIC), env)
    others = () if target.kind == "console" else (Target("slack", "#other"),)
    assert config.digests[0].to == (target, *others, PAGE)


def test_no_page_is_kept_if_none_is_wanted(write: Write) -> None:
    """`html: {directory: null}` keeps none."""
    config = loaded(write(monitor="html: {directory: null}\n", digests=DIGEST, topics__irs=TOPIC))
    assert config.digests[0].to == (Target("console"),)


def test_a_topic_is_as_it_is_written(write: Write) -> None:
    """Every key of a topic arrives in its spec, and its id is the file's stem."""
    text = (
        "name: Tax\nmatch: IRS\nnot: hockey\nmin_score: 20\nalert: {score: 80, outlets: 5}\n"
        "sources: {include: [a.org], exclude: [b.org], countries: [US], languages: [en], categories: [tax], authors: [Ann Lee]}\n"
        "examples: {yes: [The IRS wrote.], no: [It rained.]}\n"
    )
    (spec,) = loaded(write(topics__tax_news=text)).topics.specs
    assert (spec.id, spec.name, spec.match, spec.veto, spec.min_score) == (
        "tax_news",
        "Tax",
        "IRS",
        "hockey",
        20,
    )
    assert (spec.sources.include, spec.sources.authors) == (("a.org",), ("Ann Lee",))
    assert spec.alert is not None
    assert (spec.alert.score, spec.alert.outlets) == (80, 5)
    assert (spec.examples.yes, spec.examples.no) == (("The IRS wrote.",), ("It rained.",))
    assert spec.file == Path("config/topics/tax_news.yaml")


def test_a_broken_file_does_not_hide_the_mistakes_of_the_others(write: Write) -> None:
    """One report names the mistakes of every file that can be read at all."""
    directory = write(monitor="\tx", feeds="feeds: [{url: x}]", digests=DIGEST, topics__irs="nmae: IRS\n")
    assert messages(directory) == [
        "a tab in the indentation",
        "not an http(s) address",
        "the key 'name' is missing",
        "the key 'match' is missing",
        "unknown key 'nmae' (did you mean 'name'?)",
    ]


def test_a_topic_with_mistakes_is_still_known_to_digests(write: Write) -> None:
    """A digest is not blamed for naming a topic whose file has a mistake of its own."""
    assert messages(write(digests=DIGEST, topics__irs="name: [\n")) == ["this [ is not closed"]


def test_the_fingerprint_changes_with_every_file(write: Write) -> None:
    """Any byte of any file makes another fingerprint; the same files the same."""
    directory = write(monitor="tick: 5s\n", topics__irs=TOPIC)
    first = fingerprint(directory)
    assert first == fingerprint(directory) == loaded(directory).fingerprint
    write(topics__irs=TOPIC + "\n")
    assert fingerprint(directory) != first


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "x"),
        ("${A:-y}", "x"),
        ("${B:-y}", "y"),
        ("p-${A}-${A}", "p-x-x"),
        ("${B:-}", "default"),
        ("$A", "$A"),
    ],
)
def test_variables_are_filled_in(write: Write, text: str, value: str) -> None:
    """`${NAME}` and `${NAME:-other}` are filled in; a value that is nothing but an unset variable is left out."""
    config = loaded(write(monitor=f'fetch: {{contact: "{text}"}}\n'), {"A": "x"})
    assert (config.settings.fetch.contact or "default") == value


def test_rules_have_no_variables(write: Write) -> None:
    """In topic files `$` begins the name of a list; nothing is taken from the environment."""
    (spec,) = loaded(write(topics__irs='name: "${HOME}"\nmatch: IRS\n'), {"HOME": "/root"}).topics.specs
    assert spec.name == "${HOME}"


def test_what_may_be_unintended_is_told_and_stops_nothing(write: Write) -> None:
    """A list that no rule uses is a warning at its place, no mistake."""
    config = loaded(write(topics__irs=TOPIC, topics__lists="# lists\nice: [ICE]\n"))
    assert [(warning.file, warning.line, "ice" in warning.message) for warning in config.warnings] == [
        ("config/topics/lists.yaml", 2, True)
    ]


def test_seed_files_may_be_examples(write: Write) -> None:
    """A path that ends in .txt is read as a seed file, relative to the configuration's parent."""
    directory = write(topics__irs=TOPIC + "examples: {yes: [seeds/a.txt], no: [seeds/b.txt]}\n")
    Path("seeds").mkdir()
    Path("seeds/a.txt").write_text("![](https://example.org/i.jpg)\nThe IRS wrote to her.\n- - -\nIt rained.")
    Path("seeds/b.txt").write_text("It rained.")
    assert loaded(directory).topics.specs[0].examples.yes == ("seeds/a.txt",)
    Path("seeds/b.txt").write_text("The IRS wrote.")
    Path("seeds/a.txt").write_text("no  seed")
    first, second = messages(directory)
    assert first.startswith("this seed file cannot be read: line 1")
    assert second == "this example must not match, and does: 'IRS' (IRS)"


def test_load_topics_takes_either_folder(write: Write, tmp_path: Path) -> None:
    """The public function accepts the configuration's folder and the topics' own."""
    directory = write(topics__irs=TOPIC)
    for folder in (directory, str(directory), directory / "topics", tmp_path / "config"):
        assert [spec.id for spec in monitor.load_topics(folder).specs] == ["irs"]
    with pytest.raises(ConfigError, match="monitor init"):
        monitor.load_topics(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="AND and OR are mixed"):
        monitor.load_topics(write(topics__irs="name: IRS\nmatch: a OR b AND c\n"))


def test_failing_examples_can_be_asked_for(write: Write) -> None:
    """`run_examples` gives the topics in spite of failing examples, which it returns; other mistakes are raised."""
    topics, failing = run_examples(write(topics__irs=TOPIC + "examples: {yes: [It rained.]}\n"))
    assert [spec.id for spec in topics.specs] == ["irs"]
    assert [(problem.line, problem.column) for problem in failing] == [(3, 18)]
    with pytest.raises(ConfigError):
        run_examples(write(topics__irs="name: IRS\n"))


def test_loaded_topics_match_and_explain(write: Write) -> None:
    """What load_topics returns is ready for articles."""
    topics = monitor.load_topics(write(topics__irs=TOPIC))
    article = monitor.Article(text="The IRS wrote to her.")
    assert [match.topic for match in topics.match(article)] == ["irs"]
    assert topics.explain(article, "irs").matched
