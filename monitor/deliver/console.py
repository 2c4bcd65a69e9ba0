"""Digests on a terminal: linked headlines, matched terms highlighted; plain text where the stream is none.

Printing belongs to the command line, which hands in the stream; foreign text is cleaned first, so that no title can drive the
terminal. A printed digest cannot be read back: at-least-once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from monitor.deliver import frozen, wording
from monitor.deliver.display import line, runs, web_address
from monitor.deliver.plaintext import LEAD, plain, source_parts
from monitor.models import (
    Delivery,
    Digest,
    DigestStory,
    Found,
    Part,
    SendResult,
    SendVerdict,
    Target,
    TopicSection,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

WIDEST = 110  # a longer line is hard to read, however wide the terminal
TERM = "bold yellow"
QUIET = "dim"


class ConsoleNotifier:
    """Prints digests to `stream`; `now` tells the time that ages are reckoned from, `width` overrides the terminal's own."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime], width: int | None = None) -> None:
        self._stream = stream
        self._now = now
        self._width = width

    def render(self, digest: Digest, target: Target) -> tuple[Part, ...]:
        """Return the digest itself as JSON: it is laid out when it is printed, for the terminal there is then."""
        return (Part(frozen.dumps(digest)),)

    async def send(self, delivery: Delivery) -> SendResult:
        """Print the digest; a closed stream is a reason to try again."""
        try:
            show(frozen.loads(delivery.payload), self._stream, self._now(), self._width)
        except OSError as error:
            return SendResult(
                SendVerdict.RETRY, detail=f"the console cannot be written: {type(error).__name__}"
            )
        return SendResult(SendVerdict.SENT)

    async def find(self, delivery: Delivery) -> tuple[Found, str | None]:
        """What was printed cannot be read back."""
        return Found.UNSUPPORTED, None

    async def close(self) -> None:
        """The stream belongs to whoever handed it in."""


def show(digest: Digest, stream: TextIO, now: datetime, width: int | None = None) -> None:
    """Print a digest: with links and colours on a terminal, as plain text elsewhere. Raises OSError if the stream is closed."""
    from rich.console import Console

    console = Console(file=stream, width=width, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        stream.write(_encodable(plain(digest, now), stream) + "\n")
    else:
        console.width = min(console.width, WIDEST)
        _print(console, digest, now)
    stream.flush()


def _encodable(text: str, stream: TextIO) -> str:
    """A pipe may be ASCII; a character it cannot carry is no reason to lose the digest."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _print(console: Console, digest: Digest, now: datetime) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(wording.heading(digest), style="bold"))
    console.print(Text(wording.trust(digest), style=QUIET))
    if digest.late:
        console.print(Text(wording.late(digest), style="yellow"))
    for section in digest.sections:
        if section.stories or section.rest:
            console.print()
            console.print(_bar(section))
            console.print(_stories(digest, section, now))
    if not digest.stories:
        console.print(Text(f"\n{wording.EMPTY_NOTE}"))
    console.print()


def _bar(section: TopicSection) -> RenderableType:
    from rich.rule import Rule
    from rich.text import Text

    number = wording.count(len(section.stories) + len(section.rest), "story", "stories")
    title = Text.assemble((line(section.name), "bold"), (f" · {number} ", QUIET))
    return Rule(title, align="left", style=QUIET)


def _stories(digest: Digest, section: TopicSection, now: datetime) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style=QUIET, no_wrap=True, min_width=2)
    grid.add_column(overflow="fold", ratio=1)
    for number, story in enumerate((*section.stories, *section.rest), 1):
        if number == len(section.stories) + 1:
            grid.add_row("", Text(wording.more(section), style=QUIET))
        short = number > len(section.stories)
        grid.add_row(str(number), Text("\n").join(_lines(digest, story, section, now, short)))
        if not short:
            grid.add_row("", "")
    return grid


def _lines(
    digest: Digest, story: DigestStory, section: TopicSection, now: datetime, short: bool
) -> Iterator[Text]:
    from rich.text import Text

    yield _headline(story)
    if story.change:
        yield Text(f"Changed: {line(story.change)}", style="yellow")
    if story.lead and not short:
        yield _emphasised(story.lead, story.lead_bold, "", LEAD)
    yield Text(" · ".join(source_parts(digest, story, section, now)), style=QUIET)


def _headline(story: DigestStory) -> Text:
    from rich.style import Style

    headline = _emphasised(story.headline or story.url, story.headline_bold, "bold", 300)
    address = web_address(story.url)
    if address:
        headline.stylize(Style(link=address))
    return headline


def _emphasised(text: str, bold: tuple[tuple[int, int], ...], style: str, limit: int) -> Text:
    from rich.text import Text

    return Text.assemble(
        *((run, f"{style} {TERM}" if term else style) for run, term in runs(text, bold, limit)), end=""
    )
