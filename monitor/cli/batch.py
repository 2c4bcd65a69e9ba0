"""JSON lines in, JSON lines out, in order: the loop behind every `--batch`.

Lines are read as they come and answered as soon as they are done, so a caller may stream: a bounded number is under way at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TextIO

from monitor.cli.output import json_line
from monitor.errors import CommandError

Row = dict[str, Any]


def rows(stream: TextIO) -> Iterator[Row]:
    """Yield the objects of a stream of JSON lines; blank lines are passed over.

    Raises CommandError that names the line where one is no object with an `id`.
    """
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CommandError(f"standard input, line {number}: not JSON ({error})") from None
        if not isinstance(row, dict) or "id" not in row:
            raise CommandError(f'standard input, line {number}: want one object a line with an "id"')
        yield row


def answer(result: object) -> None:
    """Write one line and hand it on at once."""
    print(json_line(result), flush=True)


async def in_order(
    source: Iterator[Row], work: Callable[[Row], Awaitable[Any]], window: int
) -> AsyncIterator[Any]:
    """Yield `work(row)` for each row in order, with at most `window` under way; rows are read in a thread, so that reading may block.

    Where a row cannot be read, the rows before it are answered first.
    """
    under_way: deque[asyncio.Future[Any]] = deque()
    reading: asyncio.Future[Row | None] | None = asyncio.ensure_future(asyncio.to_thread(next, source, None))
    while reading or under_way:
        waiting = {
            *([reading] if reading and len(under_way) < window else []),
            *([under_way[0]] if under_way else []),
        }
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if reading and reading.done() and len(under_way) < window:
            if reading.exception() and under_way:
                yield await under_way.popleft()
                continue
            row = reading.result()
            reading = None
            if row is not None:
                under_way.append(asyncio.ensure_future(work(row)))
                reading = asyncio.ensure_future(asyncio.to_thread(next, source, None))
        while under_way and under_way[0].done():
            yield under_way.popleft().result()


def stdin() -> TextIO:
    """Return standard input as UTF-8, whatever the locale; bytes that are none become U+FFFD rather than an error."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    return sys.stdin
