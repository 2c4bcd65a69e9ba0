"""The page users open most is true: every rule, text and error in config/README.md is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.models import Article, Examples, TopicSpec
from monitor.topics import RuleErrors, check_examples, compile_topics, parse_adhoc
from monitor.topics.tree import ZONES
from tests.topics.reports import report

PAGE = (Path(__file__).parents[2] / "config" / "README.md").read_text("utf-8")
LISTS = {
    "ice": ['ICE OUTSIDE ("ICE train*" OR "ICE Futures")', '"Immigration and Customs Enforcement"'],
    "loop": ["tax OR $loop"],
}
SOUND = {"ice": LISTS["ice"]}


def rows(columns: int) -> list[list[str]]:
    """Return the rows of all tables of so many columns whose first cell is a rule."""
    found = []
    for line in PAGE.splitlines():
        cells = [
            cell.strip().replace("\\|", "|").replace("\\*", "*")
            for cell in re.split(r"(?<!\\)\|", line)[1:-1]
        ]
        if len(cells) == columns and cells[0].startswith("`"):
            found.append([cells[0].strip("`"), *cells[1:]])
    return found


EXAMPLES, ERRORS = rows(4), rows(2)


def article(text: str) -> Article:
    """Return the article of `title | text`, or of a text alone."""
    title, bar, body = text.partition(" | ")
    return Article(text=body, title=title) if bar else Article(text=text)


@pytest.mark.parametrize(("rule", "hit", "miss", "_why"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_example(rule: str, hit: str, miss: str, _why: str) -> None:
    """A rule matches the text beside it and not the other."""
    topics = parse_adhoc(rule, SOUND)
    assert topics.match(article(hit))
    assert not topics.match(article(miss))


@pytest.mark.parametrize(("rule", "message"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error(rule: str, message: str) -> None:
    """A mistaken rule is refused with the words of the page."""
    with pytest.raises(RuleErrors) as caught:
        parse_adhoc(rule, LISTS if "loop" in rule else SOUND)
    assert message in [problem.error.message for problem in caught.value.problems]


def test_report() -> None:
    """The report is printed as on the page."""
    block = re.search(r"```text\n(.*?)\n(rule:.*?)\n```", PAGE, re.DOTALL)
    assert block is not None
    assert report(block[1]) == block[2]


def test_topic_file() -> None:
    """The topic on the page compiles and its examples hold."""
    block = re.search(r"```yaml\n(# topics/immigration.*?)```", PAGE, re.DOTALL)
    assert block is not None
    topic = YAML(typ="safe").load(block[1])
    examples = Examples(tuple(topic["examples"]["yes"]), tuple(topic["examples"]["no"]))
    spec = TopicSpec("t", topic["name"], topic["match"], topic["not"], topic["min_score"], examples=examples)
    assert check_examples(compile_topics([spec], SOUND), article) == []


def test_lists_file() -> None:
    """The list on the page is the one its examples are run with."""
    block = re.search(r"```yaml\n(# topics/lists.*?)```", PAGE, re.DOTALL)
    assert block is not None
    assert YAML(typ="safe").load(block[1]) == SOUND


def test_warnings() -> None:
    """What is warned of is no mistake."""
    topics = parse_adhoc("deport* OR deportation", SOUND)
    assert [problem.error.message for problem in topics.warnings] == [
        "deportation is already covered by deport*",
        "list ice is never used",
    ]


@pytest.mark.parametrize(
    "word",
    [
        "AND",
        "OR",
        "NOT",
        "NEAR/",
        "BEFORE/",
        "OUTSIDE",
        "NOT NEAR/",
        "ATLEAST/",
        "~2",
        "=Ice",
        "$ice",
        *ZONES,
    ],
)
def test_everything_is_documented(word: str) -> None:
    """Every operator has an example, and every zone is on the page."""
    assert word in (PAGE if word in ZONES else " ".join(row[0] for row in EXAMPLES))


def test_every_mistake_is_documented() -> None:
    """Every message that the package can raise has a row (or, for the mixed operators, the report)."""
    source = "".join(
        (Path(__file__).parents[2] / "monitor" / "topics" / name).read_text("utf-8")
        for name in ("language.py", "lexer.py", "checks.py", "terms.py", "expressions.py")
    )
    known = " ".join(row[1] for row in ERRORS) + PAGE
    for message in re.findall(r'(?:_fail|RuleError)\(\s*"([^"{]+)"', source):
        assert message in known, message
