"""Digests on a terminal and in a pipe."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from monitor.deliver import console
from monitor.deliver.plaintext import plain
from monitor.models import Digest, Found, SendVerdict, Target, TopicSection
from tests.standins.digests import NOW, delivery, digest, empty, section, story
from tests.standins.hostile import digests

TARGET = Target("console")
LINK = re.compile(r"\x1b\]8;([^;]*);([^\x1b]*)\x1b\\")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(one: Digest, width: int = 100) -> str:
    stream = Terminal()
    console.show(one, stream, NOW, width)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _a_plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich reads these; the tests' own terminal must not colour them."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@settings(deadline=None, max_examples=12)
@given(digests(most=30))
def test_no_title_drives_the_terminal(one: Digest) -> None:
    """The only escape sequences are our colours and links, and every link is a web address of the digest's."""
    text = shown(one)
    assert all(url == "" or url.startswith("http") for _params, url in LINK.findall(text))
    rest = COLOUR.sub("", LINK.sub("", text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rest)


@settings(deadline=None, max_examples=12)
@given(digests(most=30))
def test_a_pipe_gets_plain_text(one: Digest) -> None:
    """No control character at all, and every headline."""
    stream = io.StringIO()
    console.show(one, stream, NOW)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", stream.getvalue())


def test_headlines_are_links_and_terms_stand_out() -> None:
    """OSC 8 links on headlines, the matched term in its own colour, source and age below."""
    text = shown(digest())
    assert "https://news.example/1/figures?from=feed&n=1" in [url for _params, url in LINK.findall(text)]
    assert "\x1b[1;33magency\x1b[0m" in text
    assert "The Courier · 3 h ago · also at Harbor Wire and Daily Ledger" in COLOUR.sub("", text)


@pytest.mark.parametrize("width", [40, 72, 200])
def test_lines_keep_the_width(width: int) -> None:
    """No line is wider than the terminal, and none wider than is good to read."""
    text = COLOUR.sub("", LINK.sub("", shown(digest(section(3, 2)), width)))
    assert max(cell_len(line) for line in text.split("\n")) <= min(width, console.WIDEST)


def test_the_plain_form_shows_addresses() -> None:
    """Where nothing can be clicked, the address is on a line of its own; what is beyond the cap is said."""
    text = plain(digest(section(1, 2), late="late: due 08:00"), NOW)
    assert text.startswith("Morning digest · Tue 24 Nov\n3 stories from 4,812 articles")
    assert "\nLate: due 08:00\n" in text
    assert "\n    https://news.example/2/figures?from=feed&n=2\n" in text
    assert "\nand 2 more\n" in text


def test_the_plain_form_wraps() -> None:
    """Lines keep to the width they are given, addresses apart."""
    topic = TopicSection("irs", "IRS", (story(headline="word " * 40, lead="word " * 60),))
    lines = plain(digest(topic), NOW, width=60).split("\n")
    assert max(len(line) for line in lines if "https://" not in line) <= 60


def test_silence_is_said() -> None:
    """An empty digest says that there is nothing new."""
    assert "Nothing new on these topics." in plain(empty(), NOW)
    assert "Nothing new on these topics." in shown(empty())


async def test_a_delivery_is_printed() -> None:
    """What was frozen is laid out when it is printed; a terminal cannot be read back."""
    stream = io.StringIO()
    notifier = console.ConsoleNotifier(stream, lambda: NOW)
    one = delivery(notifier.render(digest(), TARGET)[0], TARGET)
    assert (await notifier.send(one)).verdict is SendVerdict.SENT
    assert stream.getvalue().startswith("Morning digest")
    assert await notifier.find(one) == (Found.UNSUPPORTED, None)
    await notifier.close()


async def test_a_broken_pipe_is_tried_again() -> None:
    """A stream that cannot be written is a verdict, not a crash."""

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    notifier = console.ConsoleNotifier(Broken(), lambda: NOW)
    one = delivery(notifier.render(digest(), TARGET)[0], TARGET)
    assert (await notifier.send(one)).verdict is SendVerdict.RETRY


def test_a_narrow_encoding_loses_letters_not_the_digest() -> None:
    """A pipe that can carry only ASCII gets question marks."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console.show(digest(title="Überblick"), stream, NOW)
    assert raw.getvalue().startswith(b"?berblick")
