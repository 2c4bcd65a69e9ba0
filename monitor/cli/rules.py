"""Rules from the command line and topics by name: what several commands need of the configuration's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import ConfigError, Doubt, Problem

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.errors import RuleError
    from monitor.topics import Topics


def adhoc(rule: str, config: Config) -> Topics:
    """Compile a rule given on the command line, with the configuration's lists; raises ConfigError with caret and hint."""
    from monitor.topics import RuleErrors, parse_adhoc

    try:
        return parse_adhoc(rule, config.topics.lists)
    except RuleErrors as errors:
        raise ConfigError([_problem(rule, problem.error) for problem in errors.problems]) from None


def doubts(rule: str, topics: Topics) -> tuple[Doubt, ...]:
    """Return what may be unintended in a rule that `adhoc` compiled; lists that this one rule does not use are none of it."""
    return tuple(
        Doubt.of(_problem(rule, warning.error), warning.doubt)
        for warning in topics.warnings
        if warning.key != "list"
    )


def _problem(rule: str, error: RuleError) -> Problem:
    """Place a rule's error in the text that was typed."""
    from monitor.config.source import Source

    return Source("rule", rule).problem(error.start, error.message, end=error.end, hint=error.hint)


def known(config: Config, topic: str) -> str:
    """Return a topic's id, given its id or its name; raises CommandError that names the nearest."""
    from monitor.cli.root import known as named

    for spec in config.topics.specs:
        if topic in (spec.id, spec.name):
            return spec.id
    ids = [spec.id for spec in config.topics.specs]
    return named("topic", topic, ids, f"there are: {', '.join(ids) or 'none'}")
