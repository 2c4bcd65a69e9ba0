"""A text costs its length, whatever it holds: three million characters may come in one paragraph."""

from __future__ import annotations

import time

import pytest

from monitor.models import Article
from monitor.topics import Topics, parse_adhoc
from monitor.topics.judging import MOST_SPANS

RULES = {
    "term": "tax",
    "acronym": "IRS",
    "exact": "=tax",
    "phrase": '"tax fraud"',
    "loose phrase": '"tax fraud"~3',
    "prefix": "tax*",
    "inner star": "ta*x OR fr*ud",
    "regex": "/ta[xk]/",
    "or": "tax OR fraud OR audit",
    "and": "tax AND fraud AND NOT zebra",
    "near": "tax NEAR/5 fraud",
    "far": "tax NEAR/1000 fraud",
    "not far": "tax NOT NEAR/1000 fraud",
    "before": "tax BEFORE/4 fraud",
    "outside": 'tax OUTSIDE "tax fraud"',
    "not near": "tax NOT NEAR/3 audit",
    "at least": "ATLEAST/3 tax",
    "lead": "lead:tax",
    "sentence": "sentence:(tax AND fraud)",
    "paragraph": "paragraph:(tax AND fraud)",
}
TEXTS = {"one paragraph": "The tax fraud of IRS. ", "not one for one": "Der Spaß: tax fraud, IRS 移民. "}
TIMES = 4


def seconds(topics: Topics, text: str) -> float:
    """Return the processor time of a match."""
    start = time.process_time()
    topics.match(Article(text=text, title="A tax"))
    return time.process_time() - start


@pytest.mark.parametrize("unit", TEXTS)
@pytest.mark.parametrize("rule", RULES)
def test_time_grows_with_the_length(rule: str, unit: str) -> None:
    """Four times the text takes about four times as long; it would be sixteen if any step went over the text for each mention."""
    topics = parse_adhoc(RULES[rule])
    short, long = (TEXTS[unit] * count for count in (2_500, 2_500 * TIMES))
    # other work on the machine can slow one measurement down, but not the square of a length away
    ratios = (seconds(topics, long) / seconds(topics, short) for _ in range(5))
    assert any(ratio < 2 * TIMES for ratio in ratios)


def test_spans_are_told_up_to_a_number() -> None:
    """Of a term that stands there a million times, the first thousand places are told; the score counts all."""
    found = parse_adhoc("tax").match(Article(text="tax " * 5_000))[0]
    assert len(found.spans) == MOST_SPANS
    assert found.spans[0].start == 0
