"""A file's text: places, quoted lines, and what is never quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.source import Report, Source, decode, masked, read
from monitor.errors import ConfigError, Problem


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token: xoxb-12-abc", "token: ***********"),
        (
            "  token: ${SLACK_BOT_TOKEN}   # from the environment",
            "  token: ${SLACK_BOT_TOKEN}   # from the environment",
        ),
        ('  password: "a, b} c"', "  password: *********"),
        ("- webhook: https://hooks.example.org/x", "- webhook: ***************************"),
        (
            'to: [{webhook: "https://x.example/y"}, {slack: "#a"}]',
            'to: [{webhook: *********************}, {slack: "#a"}]',
        ),
        (
            "headers: {Authorization: Bearer abc, Accept: x}",
            "headers: {Authorization: **********, Accept: x}",
        ),
        ("database: postgresql://monitor:hunter2@db/m", "database: postgresql://monitor:*******@db/m"),
        ("url: https://0123456789abcdef@example.org/", "url: https://****************@example.org/"),
        ("url: https://desk@example.org/", "url: https://desk@example.org/"),
        (
            "# https://hooks.slack.com/services/T0/B0/xyz",
            "# https://hooks.slack.com/" + "*" * len("services/T0/B0/xyz"),
        ),
        ("token_file: /run/secrets/token", "token_file: /run/secrets/token"),
        ("match: token OR password", "match: token OR password"),
    ],
)
def test_secrets_are_masked_in_quoted_lines(line: str, shown: str) -> None:
    """What a key or its form shows to be a secret is replaced by as many asterisks; variables are no secrets."""
    assert masked(line) == shown


@given(st.text(max_size=60))
def test_masking_keeps_every_column(line: str) -> None:
    """The caret under a masked line still points at the right character."""
    assert len(masked(line)) == len(line)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]) | st.just("\n"), max_size=80),
    st.data(),
)
def test_places_lead_back_to_offsets(text: str, data: st.DataObject) -> None:
    """Line and column of an offset give the offset again."""
    source = Source("f", text)
    offset = data.draw(st.integers(0, len(text)))
    line, column = source.place(offset)
    assert source.offset(line - 1, column - 1) == offset


@given(st.integers(1, 1200), st.integers(1, 1200), st.integers(1, 30))
def test_long_lines_are_quoted_around_the_place(length: int, column: int, width: int) -> None:
    """However long the line, at most 160 columns are shown, and the caret stands under the right character."""
    line = "".join(chr(0x4E00 + number) for number in range(length))
    column = min(column, length)
    problem = Source("f", line).problem(column - 1, "here", end=column - 1 + width)
    _, shown, caret = str(problem).split("\n")
    assert len(shown) <= 160 + 4
    assert shown[caret.index("^")] in (line[column - 1], "…")
    assert len(caret) <= len(shown)


def test_a_mistake_ends_with_its_line() -> None:
    """A range over several lines is underlined as far as its first line goes."""
    assert Source("f", "abc\ndef").problem(1, "here", end=7).width == 2


def test_line_ends_of_every_system_count_as_one() -> None:
    """CRLF and CR files have the lines their editor shows."""
    assert decode("f", b"a\r\nb\rc\n").text == "a\nb\nc\n"


def test_a_folder_in_place_of_a_file_is_a_mistake(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """What cannot be opened is told by name, with the system's reason."""
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)


def test_a_report_is_in_file_order_and_says_nothing_twice() -> None:
    """Mistakes come in the order in which the files are read, then by line and column."""
    report = Report()
    report.expect(["b", "a"])
    report.add(
        [Problem("a", 1, 1, "x"), Problem("b", 2, 1, "y"), Problem("b", 1, 5, "z"), Problem("a", 1, 1, "x")]
    )
    with pytest.raises(ConfigError) as caught:
        report.raise_any()
    assert [problem.message for problem in caught.value.problems] == ["z", "y", "x"]
