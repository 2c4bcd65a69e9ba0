"""Shows the mistakes of a rule as a person would see them: place, source line, caret, hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.errors import Problem
from monitor.models import TopicSpec
from monitor.topics import RuleErrors, RuleProblem, compile_topics


def report(rule: str, lists: Mapping[str, Sequence[str]] | None = None, veto: str | None = None) -> str:
    """Return the report on a rule: its mistakes or, if it has none, its warnings."""
    lists = lists or {}
    try:
        problems: Sequence[RuleProblem] = compile_topics(
            [TopicSpec("rule", "Rule", rule, veto)], lists
        ).warnings
    except RuleErrors as errors:
        problems = errors.problems
    return "\n".join(str(placed(problem, rule, lists, veto)) for problem in problems)


def placed(problem: RuleProblem, rule: str, lists: Mapping[str, Sequence[str]], veto: str | None) -> Problem:
    """Return a problem with line and column in the text it is about."""
    texts = {"match": rule, "not": veto or ""}
    text = texts[problem.key] if problem.key in texts else (*lists[problem.owner], "")[problem.index]
    error = problem.error
    line = text.count("\n", 0, error.start)
    begin = text.rfind("\n", 0, error.start) + 1
    snippet = text.split("\n")[line] if text else ""
    width = min(error.end, begin + len(snippet)) - error.start
    name = {"match": "rule", "not": "not"}.get(problem.key) or f"{problem.owner}[{problem.index}]"
    return Problem(name, line + 1, error.start - begin + 1, error.message, snippet, width, error.hint)
