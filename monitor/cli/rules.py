"""Rules from the command line and topics by name: what several commands need of the configuration's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.topics import Topics


def adhoc(rule: str, config: Config) -> Topics:
    """Compile a rule given on the command line, with the configuration's lists; raises ConfigError with caret and hint."""
    from monitor.topics import RuleErrors, parse_adhoc

    try:
        return parse_adhoc(rule, config.topics.lists)
    except RuleErrors as errors:
        raise ConfigError([_problem(rule, problem.error) for problem in errors.problems]) from None


def _problem(rule: str, error: object) -> Problem:
    """Place a rule's error in the text that was typed."""
    start, end = getattr(error, "start", 0), getattr(error, "end", 1)
    return Problem(
        "rule",
        1,
        start + 1,
        getattr(error, "message", str(error)),
        rule,
        max(1, end - start),
        getattr(error, "hint", ""),
    )


def known(config: Config, topic: str) -> str:
    """Return a topic's id, given its id or its name; raises CommandError that names the nearest."""
    from monitor.cli.root import known as named

    for spec in config.topics.specs:
        if topic in (spec.id, spec.name):
            return spec.id
    ids = [spec.id for spec in config.topics.specs]
    return named("topic", topic, ids, f"there are: {', '.join(ids) or 'none'}")
