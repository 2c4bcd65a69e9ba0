"""The workshop: rules tuned against an archive before they go live. Pure functions over iterables of articles; nothing is printed.

    diff          what a change of rules would win and lose
    try_rule      what one rule would find: how much a day, samples, near misses
    near_misses   articles that failed by one clause, one NOT, or a NEAR a little too far
    lint          terms that never fire, what each `*` takes, terms that add nothing

Each is a function over a chunk of the archive whose results add up, so that a process pool can share the work: topics pickle as
their texts, and `Diff`, `Trial` and `Usage` have `merged`.
"""

from monitor.topics.workshop.comparison import (
    Change,
    Diff,
    TopicChange,
    changed_topics,
    diff,
    diff_chunk,
    told,
)
from monitor.topics.workshop.linting import Finding, TermUse, Usage, lint, usage
from monitor.topics.workshop.misses import NearMiss, near_misses
from monitor.topics.workshop.trial import Sample, Trial, try_rule

__all__ = [
    "Change",
    "Diff",
    "Finding",
    "NearMiss",
    "Sample",
    "TermUse",
    "TopicChange",
    "Trial",
    "Usage",
    "changed_topics",
    "diff",
    "diff_chunk",
    "lint",
    "near_misses",
    "told",
    "try_rule",
    "usage",
]
