"""`monitor normalize`: a page in, seed text out; one page, or a stream of them on all cores."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import clean, json_option, say_json, table
from monitor.errors import CommandError, WorkerError

if TYPE_CHECKING:
    from monitor.collect.extract import Extraction
    from monitor.collect.sandbox import Sandbox
    from monitor.models import Article

PAGE_DEADLINE = 8.0  # seconds; spec/safety.md, measured on hostile pages
_PARSERS = (
    "monitor.collect.extract.extraction",
    "selectolax.lexbor",
)  # imported before the clock of a page runs


@click.command()
@click.argument("file", required=False)
@click.option(
    "--url", default="", help="The page's address: resolves links and images, and names the canonical one."
)
@click.option("--batch", is_flag=True, help='Read lines {"id","url","html"} and answer each, on all cores.')
@click.option(
    "--explain",
    "explained",
    is_flag=True,
    help="Show the candidate bodies, their scores, and what was dropped and why.",
)
@click.option("--body", metavar="CSS", help="Take the body from here, as a feed's `body:` would.")
@click.option(
    "--strip",
    metavar="CSS",
    multiple=True,
    help="Drop these first, as a feed's `strip:` would; may be repeated.",
)
@json_option
def normalize(
    file: str | None,
    url: str,
    batch: bool,
    explained: bool,
    body: str | None,
    strip: tuple[str, ...],
    as_json: bool,
) -> None:
    """Turn the page FILE (- for standard input) into an article in the seed format."""
    if batch:
        asyncio.run(_batch())
        return
    if not file:
        raise CommandError("name a page, or - for standard input, or --batch")
    report = _read(file, url, body, strip)
    if explained:
        say_json(report) if as_json else _say_explained(report)
    elif as_json:
        say_json(as_row(report.article))
    else:
        sys.stdout.write(report.article.text)


def _read(file: str, url: str, body: str | None, strip: tuple[str, ...]) -> Extraction:
    """Return the extraction of one page, read in a worker as the daemon's pages are; raises CommandError where the page kills it."""
    from monitor.collect.extract import explain
    from monitor.collect.extract.source import MAX_BYTES
    from monitor.collect.sandbox import Sandbox

    read = partial(explain, body=body, strip=strip)
    page = read_input(file)[:MAX_BYTES]

    async def apart() -> Extraction:
        sandbox = Sandbox(workers=1, preload=_PARSERS)
        try:
            return await sandbox.run(read, page, url, deadline=PAGE_DEADLINE)
        finally:
            await sandbox.close()

    try:
        return asyncio.run(apart())
    except WorkerError as error:
        raise CommandError(f"{file}: {error.cause}: {error}") from None


def read_input(file: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`; raises CommandError where there is none."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from None


def as_row(article: Article) -> dict[str, Any]:
    """Return an article as `--json` and `--batch` show it."""
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "published": article.published,
        "modified": article.modified,
        "image": article.image,
        "language": article.language,
        "site": article.site,
        "canonical": article.canonical,
        "url": article.url,
        "paywalled": article.completeness == "paywalled",
        "completeness": article.completeness,
        "confidence": round(article.confidence, 3),
    }


def _say_explained(report: Extraction) -> None:
    """Print the candidate bodies, best first, and every line that was dropped."""
    table(
        ("candidate", "score", "agreement", "words", "body: selector"),
        [
            (
                f"{'* ' if one.chosen else '  '}{one.name}",
                f"{one.score:.3f}",
                f"{one.agreement:.3f}",
                one.words,
                one.path,
            )
            for one in report.candidates
        ],
    )
    table(
        ("dropped because", "words", "strip: selector", "text"),
        [(one.reason, one.words, one.path, one.text[:70]) for one in report.dropped],
    )
    article = report.article
    verdict = f"confidence {article.confidence:.2f}, {article.completeness.value}"
    print(clean("\n".join([*report.notes, verdict, "", article.text])))


async def _batch() -> None:
    """Answer every line of standard input; a page that kills its worker gets an `error` and the stream goes on."""
    from monitor.cli.batch import answer, in_order, rows, stdin
    from monitor.collect.sandbox import Sandbox

    workers = os.cpu_count() or 1
    sandbox = Sandbox(workers=workers, preload=_PARSERS)
    try:
        async for result in in_order(rows(stdin()), lambda row: _one(sandbox, row), window=workers * 8):
            answer(result)
    finally:
        await sandbox.close()


async def _one(sandbox: Sandbox, row: dict[str, Any]) -> dict[str, Any]:
    """Normalize one line's page in a worker."""
    from monitor.collect.extract import extract
    from monitor.models import Article

    try:
        article = await sandbox.run(
            extract, str(row.get("html") or ""), str(row.get("url") or ""), deadline=PAGE_DEADLINE
        )
    except WorkerError as error:
        return {
            "id": row["id"],
            **as_row(Article(text="", confidence=0.0)),
            "error": f"{error.cause}: {error}",
        }
    return {"id": row["id"], **as_row(article)}
