"""`monitor explain`: why an article matches, or does not, and the whole way it went."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.output import clean, config_option, json_option, say_json
from monitor.errors import CommandError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.models import Article, Span
    from monitor.store import Store
    from monitor.topics import Explanation


@click.command()
@click.argument("what", metavar="URL|FILE|ID")
@click.argument("topic", required=False)
@config_option
@json_option
def explain(what: str, topic: str | None, config_dir: str, as_json: bool) -> None:
    """Explain every topic (or TOPIC) on an article: a seed file, a page on disk, an article's id, or the address of a stored one."""
    from monitor.cli.root import read_config
    from monitor.cli.rules import known

    config = read_config(config_dir)
    article, way = find(what, config)
    topics = [known(config, topic)] if topic else [spec.id for spec in config.topics.specs]
    told = [config.topics.explain(article, one) for one in topics]
    if as_json:
        say_json({"article": _brief(article), "way": way, "topics": told})
        return
    _head(article, way)
    for one in told:
        _tell(one)


def find(what: str, config: Config) -> tuple[Article, list[str]]:
    """Return the article meant, and the way it went; raises CommandError where there is none."""
    path = Path(what)
    if path.is_file():
        return of_file(path), []
    from monitor.cli.root import open_store

    with open_store(config) as store:
        article = stored(what, store)
        if article is None:
            raise CommandError(
                f"no file, stored article or known address {what!r}; `monitor articles list` shows ids"
            )
        return article, list(_way(article, store))


def of_file(path: Path) -> Article:
    """Read an article from a seed file (with its sidecar's metadata, if there is one) or from a page."""
    from monitor import seed
    from monitor.errors import SeedError

    data = path.read_bytes()
    if path.suffix in (".html", ".htm"):
        from monitor.collect.extract import normalize

        return normalize(data, "")
    try:
        return _with_sidecar(seed.loads(data.decode("utf-8").rstrip("\n")), path)
    except (SeedError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is not in the seed format: {error}") from None


def _with_sidecar(article: Article, path: Path) -> Article:
    import json

    side = path.with_suffix(".json")
    if not side.is_file():
        return article
    data = json.loads(side.read_text("utf-8"))
    texts = {
        name: data[name]
        for name in ("title", "url", "canonical", "language", "outlet", "country")
        if data.get(name)
    }
    published = data.get("published")
    return replace(
        article,
        **texts,
        authors=tuple(data.get("authors") or ()),
        categories=tuple(data.get("categories") or ()),
        published=datetime.fromisoformat(published) if published else None,
    )


def stored(what: str, store: Store) -> Article | None:
    """Return a stored article by id or address."""
    from monitor import urls
    from monitor.models import article_id

    return store.archive.article(what) or store.archive.article(article_id(urls.canonical(what)))


def _way(article: Article, store: Store) -> list[str]:
    """Tell the whole way of a stored article: fetched, dated, copy of, matched, carried by which slots, posted where."""
    lines = [
        f"first seen {article.first_seen} in {article.feed or article.outlet}",
        f"published {article.published} (from {article.date_source or 'nowhere'}), text {article.completeness.value}"
        + (f"; {article.note}" if article.note else ""),
        f"story {store.archive.story_of(article.id) or '(none)'}",
    ]
    lines += [
        f"changed {version.replaced_at}: {version.change or 'nothing material'}"
        for version in store.archive.versions(article.id)
    ]
    for digest in {found.slot.digest for found in store.slots.recorded(limit=500)}:
        lines += _carried(article, digest, store)
    return lines


def _carried(article: Article, digest: str, store: Store) -> list[str]:
    """Tell which slots of a digest carried the article, and what became of their messages."""
    lines = []
    for found in store.slots.recorded(digest, 500):
        if article.id in store.slots.placed(digest, found.slot.label):
            sent = store.outbox.deliveries(digest=digest, slot=found.slot.label)
            posts = ", ".join(f"{one.target} {one.state.value}" for one in sent) or "no message"
            lines.append(f"carried by {digest} {found.slot.label}: {posts}")
    return lines


def _brief(article: Article) -> dict[str, Any]:
    return {
        name: getattr(article, name) for name in ("id", "title", "url", "outlet", "published", "completeness")
    }


def _head(article: Article, way: list[str]) -> None:
    for line in filter(None, (article.title, article.url, *way)):
        print(clean(line))


def _tell(one: Explanation) -> None:
    """Print one topic's account."""
    print(f"\n{'✓' if one.matched else '✗'} {one.name}: {one.reason}")
    for sentence in one.sentences:
        print(f"    {sentence.zone}: {marked(sentence.text, sentence.spans, sentence.start)}")
    for dropped in one.dropped:
        print(f"    dropped {clean(dropped.text)!r}: {dropped.reason}")
    for clause in one.failing:
        print(f"    fails: {clause.clause}: {clause.reason}")
    for verdict in one.sources:
        if not verdict.passes:
            print(f"    sources: {verdict.key}: {verdict.reason}")
    for part in one.parts:
        print(
            f"    score {part.score:.0f} from {part.clause}: {part.title} in the title, {part.lead} in the lead, {part.body} below"
        )
    if one.teaser:
        print(f"    {one.teaser}")


def marked(text: str, spans: tuple[Span, ...], start: int) -> str:
    """Return a sentence with its matched terms marked: bold on a terminal, in guillemets in a pipe."""
    on, off = ("\x1b[1;33m", "\x1b[0m") if sys.stdout.isatty() else ("»", "«")
    pieces, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        first, last = max(span.start - start, at), min(span.end - start, len(text))
        if first < last:
            pieces += [clean(text[at:first]), on, clean(text[first:last]), off]
            at = last
    return "".join([*pieces, clean(text[at:])])
