"""The topic rule language: from a rule's text to its mentions in an article, and the workshop for tuning it.

::

    text -- language --> tree -- build --> steps -- index --> candidates -- judging --> matches
                                                     document --^            scoring --^

`compile_topics` is the way in; `Topics.match` and `Topics.explain` are what it is for. Everything here is pure.
"""

from monitor.topics.build import RuleErrors, RuleProblem
from monitor.topics.examples import ExampleFailure, check_examples
from monitor.topics.explain import Explanation
from monitor.topics.language import parse, read
from monitor.topics.matching import Topics, compile_topics, parse_adhoc

__all__ = [
    "ExampleFailure",
    "Explanation",
    "RuleErrors",
    "RuleProblem",
    "Topics",
    "check_examples",
    "compile_topics",
    "parse",
    "parse_adhoc",
    "read",
]
