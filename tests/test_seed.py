"""The seed format: reader, writer and lint agree on exactly one grammar."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import seed
from monitor.errors import SeedError
from monitor.models import Article, article_id
from monitor.text import INVISIBLE, clean

REFERENCE = Path(__file__).parents[2] / "shared" / "seed"

DOCUMENT = (
    "![](https://img.example/a.jpg?auth=1&width=800)\n"
    "The ferry “Marta” ran aground off Vigø on Monday.\n"
    "- 41 passengers\n"
    "| Year | Accidents |\n"
    "| 2024 | 3 |\n"
    "Nobody was hurt.\n"
    "- - -\n"
    "Ida Holm contributed to this report."
)

# Pieces from which hostile and tidy documents alike can be put together.
TOKENS = st.sampled_from(
    ["- - -", "- ", "-", "|", " | ", "![](", "![", ")", "https://a.example/x", "http://b", "text", "é", "e\u0301", " ", "  ", "\t",
     "\u00a0", "\u200b", "\ufeff", "\u2028", "\r", "\n", "\n\n", "#f", "(", "'", "&amp;", "\ud800", "。"]
)  # fmt: skip
RAW = st.lists(TOKENS, max_size=12).map("".join) | st.text(max_size=40)
TEXT = RAW.map(clean).filter(bool)


def reference_accepts(text: str) -> bool:
    """The grammar of the module's docstring, written a second time as one plain reading of it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    parts = text.split("\n")
    kinds = [reference_kind(part) for part in parts]
    rules = [index for index, kind in enumerate(kinds) if kind == "rule"]
    return (
        "bad" not in kinds
        and "prose" in kinds
        and not any(index in (0, len(parts) - 1) or index - 1 in rules for index in rules)
    )


def reference_kind(part: str) -> str:
    tidy = part == clean(part) != ""
    if not tidy:
        return "bad"
    if part.startswith("!["):
        url = re.fullmatch(r"!\[\]\((https?://[^/?\s]+\S*)\)", part)
        return "image" if url and not re.search(r"[()<>\"'#\\]|&amp;", url[1]) else "bad"
    if part == "- - -":
        return "rule"
    if part.startswith("- "):
        return "item"
    cells = (
        part[2:-2].split(" | ") if part.startswith("| ") and part.endswith(" |") and len(part) > 4 else [""]
    )
    return "row" if all(cell and cell == cell.strip() and "|" not in cell for cell in cells) else "prose"


@given(RAW)
def test_check_accepts_exactly_the_grammar(text: str) -> None:
    """Lint and a second, independent reading of the grammar agree on every text."""
    assert (not seed.check(text)) is reference_accepts(text), seed.check(text)


@given(RAW)
def test_round_trip_is_byte_for_byte(text: str) -> None:
    """`dumps(loads(text)) == text` for what is valid; what is not raises and is never mended in silence."""
    if seed.check(text):
        with pytest.raises(SeedError):
            seed.loads(text)
    else:
        article = seed.loads(text)
        assert seed.dumps(article) == text
        assert seed.loads(seed.dumps(article)) == article


@given(st.lists(st.tuples(st.sampled_from(["image", "rule", "item", "row", "prose"]), RAW), max_size=8))
def test_the_writer_can_only_write_valid_documents(pieces: list[tuple[str, str]]) -> None:
    """Whatever is published, the document is valid or, without any text, empty."""
    writer = seed.Writer()
    for kind, raw in pieces:
        match kind:
            case "image":
                writer.image(raw)
            case "rule":
                writer.rule()
            case "item":
                writer.item(raw)
            case "row":
                writer.row(raw.split("|"))
            case _:
                writer.prose(raw)
    document = writer.document()
    assert not document or not seed.check(document)


@given(
    st.lists(TEXT.filter(lambda text: not text.startswith("![") and seed._kind(text) == "prose"), min_size=1)
)
def test_prose_is_written_as_it_stands(paragraphs: list[str]) -> None:
    """A clean paragraph that is no section break comes out unchanged."""
    paragraphs = [paragraph for paragraph in paragraphs if not seed.is_rule(paragraph)]
    writer = seed.Writer()
    for paragraph in paragraphs:
        writer.prose(paragraph)
    assert writer.document() == "\n".join(paragraphs)


def test_lines_carry_kind_content_and_offsets() -> None:
    """Every line knows what it is and where its content stands in the document."""
    lines = seed.lines(DOCUMENT)
    assert [line.kind for line in lines] == ["image", "prose", "item", "row", "row", "prose", "rule", "prose"]
    assert all(DOCUMENT[line.start : line.end] == line.text for line in lines)
    assert lines[0].text == "https://img.example/a.jpg?auth=1&width=800"
    assert lines[2].text == "41 passengers"
    assert lines[3].cells == ("Year", "Accidents")


def test_furniture_is_what_must_never_match() -> None:
    """Images, rules and the contributor line are furniture; prose is the rest."""
    assert [DOCUMENT[start:end] for start, end in seed.furniture(DOCUMENT)] == [
        "https://img.example/a.jpg?auth=1&width=800",
        "- - -",
        "Ida Holm contributed to this report.",
    ]
    assert "Ida" not in seed.prose(DOCUMENT)
    assert "41 passengers" in seed.prose(DOCUMENT)
    assert seed.contributors(DOCUMENT) == ("Ida Holm contributed to this report.",)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("Ada Byrne and Li Wei in Lima contributed to this report.", True),
        ("Reporting by Ada Byrne; Editing by Li Wei", True),
        ("Additional reporting by Ada Byrne.", True),
        ("Ana Ruiz ha contribuido a este reportaje.", True),
        ("Warm seas contributed to the flood, officials said.", False),
        ("She contributed to the report of the committee, which took a year to write." * 6, False),
    ],
)
def test_contributor_lines_are_told_from_prose(line: str, is_one: bool) -> None:
    """Only a line that says who helped on the report is one."""
    assert seed.is_contributor_line(line) is is_one


def test_a_contributor_line_in_mid_text_is_prose() -> None:
    """What stands in the middle of an article is a sentence of its story."""
    text = "\n".join(["First."] * 6 + ["Ada Byrne contributed to this report."] + ["Last."] * 20)
    assert seed.contributors(text) == ()


def test_prose_takes_time_by_the_number_of_lines() -> None:
    """Eight times the lines take about eight times as long; it would be sixty-four if each line were asked of the whole document."""

    def seconds(count: int) -> float:
        start = time.process_time()
        seed.prose("Words of it.\n" * count)
        return time.process_time() - start

    short, long = (min(seconds(count) for _ in range(3)) for count in (500, 4_000))
    assert long / short < 24


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "empty line"),
        ("a\n\nb", 2, "empty line"),
        ("a\n", 2, "empty line"),
        ("- - -\na", 1, "a rule may not be the first line"),
        ("a\n- - -", 2, "a rule may not be the last line"),
        ("a\n- - -\n- - -\nb", 3, "doubled rule"),
        ("a  b", 1, "double space"),
        ("a ", 1, "leading or trailing space"),
        ("a\u00a0b", 1, "forbidden character U+00A0"),
        ("cafe\u0301", 1, "not in Unicode normal form C"),
        ("![alt](https://a.example/b.png)\na", 1, "empty alt text"),
        ("![](/b.png)\na", 1, "not an absolute http(s) URL"),
        ("![](https://a.example/b.png?x=1&amp;y=2)\na", 1, "not an absolute http(s) URL"),
        ("- only\n- items", 0, "no prose line"),
    ],
)
def test_lint_names_the_line_and_the_reason(text: str, line: int, reason: str) -> None:
    """Each way of being wrong is told with its line."""
    first = seed.check(text)[0]
    assert first.line == line
    assert reason in first.reason


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://a.example/r.jpg?auth=1&amp;width=8", "https://a.example/r.jpg?auth=1&width=8"),
        (" https://a.example/a b(1).jpg#top ", "https://a.example/a%20b%281%29.jpg"),
        ("https://a.example/filters:quality(80)/x.jpg", "https://a.example/filters:quality%2880%29/x.jpg"),
        ("data:image/gif;base64,R0", None),
        ("/relative.jpg", None),
        ("https:///nohost.jpg", None),
        ("https://[broken/x.jpg", None),
    ],
)
def test_image_addresses_are_verbatim_but_for_the_grammar(address: str, written: str | None) -> None:
    """The query stays whole; only what the grammar forbids is encoded; what has no absolute form is no image."""
    assert seed.image_url(address) == written


@pytest.mark.parametrize("text", ["* * *", "***", "- - -", "—", "⁂", "_____", "• • •"])
def test_typed_section_breaks_become_rules(text: str) -> None:
    """Every usual way of typing a section break is written the same."""
    writer = seed.Writer()
    for paragraph in ("Before.", text, text, "After.", text):
        writer.prose(paragraph)
    assert writer.document() == "Before.\n- - -\nAfter."


def test_a_file_is_named_by_number_and_identity() -> None:
    """The name sorts by running number and ends in the first 64 bits of SHA-256 of the canonical URL."""
    article = Article(text="a", id=article_id("example.org/1"))
    assert re.fullmatch(r"007_[0-9a-f]{16}\.txt", seed.file_name(7, article))


def test_the_sidecar_holds_the_metadata_as_json_values() -> None:
    """Instants are ISO 8601 in UTC; what is unknown is null."""
    article = replace(seed.loads(DOCUMENT), title="Ferry", published=datetime(2025, 2, 10, 7, 0, tzinfo=UTC))
    card = seed.sidecar(article)
    assert card["published"] == "2025-02-10T07:00:00+00:00"
    assert card["modified"] is None
    assert "text" not in card


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference documents (../shared/seed) are not here")
def test_the_reference_document_is_valid_and_survives_the_round_trip() -> None:
    """The user's own documents are in the format, and come back byte for byte."""
    for path in REFERENCE.glob("*.txt"):
        raw = path.read_bytes()
        assert seed.dumps(seed.loads(raw.decode("utf-8"))).encode("utf-8") == raw
        assert len(seed.contributors(raw.decode("utf-8"))) == 1
        assert INVISIBLE.search(raw.decode("utf-8")) is None
