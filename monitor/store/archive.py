"""The archive: articles with their texts, matches, earlier versions, and the sketches by which copies are known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql import ColumnElement, Select

from monitor.models import Article, Collected, Completeness, Match, PollRecord, Revision, Span
from monitor.store import codec, schema
from monitor.store.database import Database, Row
from monitor.store.feeds import chunks

PAGE = 200
"""Articles read at once by a stream: a page's texts stay near 1 MB, and no transaction stays open between pages."""

_articles = schema.articles
_bodies = schema.bodies
_matches = schema.matches
_versions = schema.versions

_HAS_TEXT = and_(_bodies.c.first_seen == _articles.c.first_seen, _bodies.c.article == _articles.c.id)
_MATCHED = text(f"articles.{schema.MATCHED}")

_KNOWN = select(_articles.c.id).where(_articles.c.id.in_(bindparam("ids", expanding=True)))
WITH_TEXT: Select[Any] = select(_articles, _bodies.c.text).outerjoin(_bodies, _HAS_TEXT)


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier form of an article: what it was, when it was replaced, and the sentence on what changed (empty: nothing material)."""

    number: int
    article: Article
    replaced_at: datetime
    change: str


@dataclass(frozen=True, slots=True)
class ArchiveCounts:
    """How much the archive holds; `texts` counts the articles whose text has not been dropped."""

    articles: int
    matched: int
    texts: int
    versions: int


class Archive:
    """Articles by id and in order of first sight."""

    def __init__(self, database: Database) -> None:
        self._database = database
        tables = (_articles, _bodies, schema.sketches, _matches)
        # on PostgreSQL another daemon may have stored the same article a moment ago
        self._inserts = {table: database.insert(table).on_conflict_do_nothing() for table in tables}

    def article(self, article_id: str) -> Article | None:
        """Return an article, or None; its `text` is empty when retention has dropped it."""
        with self._database.reading() as connection:
            row = connection.execute(WITH_TEXT.where(_articles.c.id == article_id)).mappings().first()
        return None if row is None else row_article(row)

    def articles(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        matched: bool | None = None,
        feed: str | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> Iterator[Article]:
        """Stream articles with `since < first_seen <= until`, page by page, so that any number fits in memory.

        `matched` keeps those some topic matched (True) or none did (False), `feed` those of one feed.
        """
        query = _filtered(since, until, matched, feed)
        order = (_articles.c.first_seen, _articles.c.id)
        query = query.order_by(*(column.desc() for column in order) if newest_first else order)
        after: tuple[int, str] | None = None
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            rows = self._page(query, after, newest_first, size)
            yield from map(row_article, rows)
            if len(rows) < size:
                return
            after = (rows[-1]["first_seen"], rows[-1]["id"])
            left = None if left is None else left - size

    def matches_of(self, article_id: str) -> tuple[Match, ...]:
        """Return an article's matches, highest score first."""
        with self._database.reading() as connection:
            return load_matches(connection, [article_id]).get(article_id, ())

    def versions(self, article_id: str) -> tuple[Version, ...]:
        """Return the earlier forms of an article, oldest first."""
        query = select(_versions).where(_versions.c.article == article_id).order_by(_versions.c.id)
        with self._database.reading() as connection:
            return tuple(map(row_version, connection.execute(query).mappings()))

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that the archive holds."""
        with self._database.reading() as connection:
            return frozenset(_existing(connection, ids))

    def story_of(self, article_id: str) -> str | None:
        """Return the story an article belongs to, or None if the article is unknown."""
        with self._database.reading() as connection:
            found = connection.execute(select(_articles.c.story).where(_articles.c.id == article_id)).scalar()
        return None if found is None else str(found)

    def sketches(
        self, since: datetime, old: timedelta, backlog: int
    ) -> Iterator[tuple[str, str, str, datetime, bytes, datetime | None]]:
        """Yield (article, story, outlet, first_seen, sketch, published) of articles first seen after `since`, oldest first.

        Of those that were published longer than `old` before they were first seen, only about the last `backlog` ones.
        """
        table = schema.sketches
        query = select(table, _articles.c.story, _articles.c.outlet, _articles.c.published)
        query = query.join(_articles, _articles.c.id == table.c.article)
        query = query.where(self._is_news(codec.micros(since), codec.maybe_span(old) or 0, backlog))
        query = query.order_by(table.c.first_seen, table.c.article).limit(PAGE * 5)
        after: tuple[int, str] = (codec.micros(since), "\U0010ffff")
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(
                    query.where(tuple_(table.c.first_seen, table.c.article) > after)
                ).all()
            for row in rows:
                seen, published = codec.instant(row.first_seen), codec.maybe_instant(row.published)
                yield row.article, row.story, row.outlet, seen, bytes(row.sketch), published
            if len(rows) < PAGE * 5:
                return
            after = (rows[-1].first_seen, rows[-1].article)

    def _is_news(self, since: int, old: int, backlog: int) -> ColumnElement[bool]:
        """Return what tells an article that was new when it was seen, or came with the last `backlog` old ones, from the rest."""
        table, published = schema.sketches, _articles.c.published
        oldest = select(table.c.first_seen).join(_articles, _articles.c.id == table.c.article)
        oldest = oldest.where(table.c.first_seen > since, published < table.c.first_seen - old)
        oldest = oldest.order_by(table.c.first_seen.desc()).offset(backlog).limit(1)
        with self._database.reading() as connection:
            before = connection.execute(oldest).scalar()
        if before is None:
            return true()
        return or_(published.is_(None), published >= table.c.first_seen - old, table.c.first_seen >= before)

    def replace_matches(self, found: Mapping[str, Sequence[Match]]) -> None:
        """Replace all matches of the given articles (after a rule changed), in one transaction; unknown ids are ignored."""
        with self._database.writing() as connection:
            _replace_matches(connection, found)

    def seen_between(self, since: datetime, until: datetime) -> int:
        """Return how many articles were first seen in (since, until]."""
        query = select(func.count()).select_from(_articles)
        query = query.where(
            _articles.c.first_seen > codec.micros(since), _articles.c.first_seen <= codec.micros(until)
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def counts(self) -> ArchiveCounts:
        """Count what the archive holds."""

        def count(table: Any, *where: Any) -> Any:
            return select(func.count()).select_from(table).where(*where).scalar_subquery()

        query = select(
            count(_articles),
            count(_articles, _MATCHED),
            count(_bodies),
            count(_versions),
        )
        with self._database.reading() as connection:
            return ArchiveCounts(*connection.execute(query).one())

    def write(self, connection: Connection, records: Sequence[PollRecord], now: datetime) -> None:
        """Write the articles' part of a batch of polls on an open transaction."""
        self._add(connection, [collected for record in records for collected in record.new], now)
        self._revise(connection, [revision for record in records for revision in record.revised], now)

    def _page(
        self, query: Select[Any], after: tuple[int, str] | None, newest_first: bool, size: int
    ) -> Sequence[Row]:
        """Read the next rows after a position (keyset pagination: as fast on the last page as on the first)."""
        if after is not None:
            place = tuple_(_articles.c.first_seen, _articles.c.id)
            query = query.where(place < after if newest_first else place > after)
        with self._database.reading() as connection:
            return connection.execute(query.limit(size)).mappings().all()

    def _add(self, connection: Connection, collected: Sequence[Collected], now: datetime) -> None:
        """Store new articles; one that is already there (the same page in two feeds) stays as it was first seen."""
        if not collected:
            return
        fresh = {
            new.article.id: new for new in reversed(collected)
        }  # within a batch, too, the first one wins
        for known in _existing(connection, fresh):
            del fresh[known]
        if not fresh:
            return
        rows = {id_: _new_row(new, now) for id_, new in fresh.items()}
        seen = {id_: row["first_seen"] for id_, row in rows.items()}
        self._database.many(connection, self._inserts[_articles], list(rows.values()))
        texts = [_body_row(new.article, seen[id_]) for id_, new in fresh.items() if new.article.text]
        self._database.many(connection, self._inserts[_bodies], texts)
        sketches = [_sketch_row(new, seen[id_]) for id_, new in fresh.items() if new.sketch]
        self._database.many(connection, self._inserts[schema.sketches], sketches)
        matches = [_match_row(id_, match, seen[id_]) for id_, new in fresh.items() for match in new.matches]
        self._database.many(connection, self._inserts[_matches], matches)

    def _revise(self, connection: Connection, revisions: Sequence[Revision], now: datetime) -> None:
        """Replace articles by their new forms and keep the old ones as versions."""
        for revision in revisions:
            old = (
                connection.execute(WITH_TEXT.where(_articles.c.id == revision.article.id)).mappings().first()
            )
            if old is None:  # dropped by retention: there is nothing to revise
                continue
            connection.execute(_versions.insert(), _version_row(old, revision, now))
            row = article_row(revision.article)
            del row["id"], row["feed"]  # the feed it first came by stays
            connection.execute(update(_articles).where(_articles.c.id == revision.article.id).values(row))
            connection.execute(
                delete(_bodies).where(
                    _bodies.c.first_seen == old["first_seen"], _bodies.c.article == old["id"]
                )
            )
            if revision.article.text:
                connection.execute(_bodies.insert(), _body_row(revision.article, old["first_seen"]))
        _replace_matches(connection, {revision.article.id: revision.matches for revision in revisions})


def _filtered(
    since: datetime | None, until: datetime | None, matched: bool | None, feed: str | None
) -> Select[Any]:
    query = WITH_TEXT
    if since is not None:
        query = query.where(_articles.c.first_seen > codec.micros(since))
    if until is not None:
        query = query.where(_articles.c.first_seen <= codec.micros(until))
    if matched is not None:
        query = query.where(_MATCHED if matched else _articles.c.matched.is_(false()))
    if feed is not None:
        query = query.where(_articles.c.feed == feed)
    return query


def _existing(connection: Connection, ids: Collection[str]) -> list[str]:
    return [row.id for chunk in chunks(ids) for row in connection.execute(_KNOWN, {"ids": chunk})]


def _replace_matches(connection: Connection, found: Mapping[str, Sequence[Match]]) -> None:
    seen: dict[str, int] = {}
    for chunk in chunks(found):
        query = select(_articles.c.id, _articles.c.first_seen).where(_articles.c.id.in_(chunk))
        seen.update((row.id, row.first_seen) for row in connection.execute(query))
        connection.execute(delete(_matches).where(_matches.c.article.in_(chunk)))
        for flag in (True, False):
            ids = [article for article in chunk if bool(found[article]) is flag]
            connection.execute(update(_articles).where(_articles.c.id.in_(ids)).values(matched=flag))
    rows = [_match_row(article, match, seen[article]) for article in seen for match in found[article]]
    if rows:
        connection.execute(_matches.insert(), rows)


def load_matches(
    connection: Connection, articles: Collection[str], topics: Collection[str] | None = None
) -> dict[str, tuple[Match, ...]]:
    """Return the matches of each article (only those of `topics`, if given), highest score first."""
    found: dict[str, list[Match]] = {}
    for chunk in chunks(articles):
        query = select(_matches).where(_matches.c.article.in_(chunk))
        if topics is not None:
            query = query.where(_matches.c.topic.in_(topics))
        for row in connection.execute(query.order_by(_matches.c.score.desc(), _matches.c.topic)).mappings():
            found.setdefault(row["article"], []).append(_row_match(row))
    return {article: tuple(matches) for article, matches in found.items()}


def _row_match(row: Row) -> Match:
    spans = tuple(Span(*span) for span in codec.from_json(row["spans"]))
    return Match(row["topic"], row["score"], spans, row["teaser_only"], row["rank"])


def _match_row(article: str, match: Match, first_seen: int) -> dict[str, Any]:
    return {
        "article": article,
        "topic": match.topic,
        "score": match.score,
        "rank": match.order,
        "teaser_only": match.teaser_only,
        "spans": codec.as_json([[span.zone, span.start, span.end, span.term] for span in match.spans]),
        "first_seen": first_seen,
    }


_TEXTS = ("id", "feed", "outlet", "title", "url", "canonical", "date_source", "description", "note")
_OPTIONAL = ("image", "language", "site", "country")
_texts, _optional = attrgetter(*_TEXTS), attrgetter(*_OPTIONAL)


def article_row(article: Article) -> dict[str, Any]:
    """Write an article's metadata and the hash of its text as columns (its text is a row of `bodies`)."""
    return {
        **dict(zip(_TEXTS, map(codec.text, _texts(article)), strict=True)),
        **dict(zip(_OPTIONAL, map(codec.maybe_text, _optional(article)), strict=True)),
        "authors": codec.as_json(article.authors),
        "categories": codec.as_json(article.categories),
        "published": codec.maybe_micros(article.published),
        "modified": codec.maybe_micros(article.modified),
        "completeness": article.completeness.value,
        "confidence": article.confidence,
        "text_hash": codec.text_hash(article.text),
    }


def row_article(row: Row) -> Article:
    """Read an article from its columns (those of `articles`, and `text`)."""
    return Article(
        text=codec.unpacked(row["text"]),
        **{name: row[name] for name in (*_TEXTS, *_OPTIONAL, "confidence")},
        authors=tuple(codec.from_json(row["authors"])),
        categories=tuple(codec.from_json(row["categories"])),
        published=codec.maybe_instant(row["published"]),
        modified=codec.maybe_instant(row["modified"]),
        completeness=Completeness(row["completeness"]),
        first_seen=codec.maybe_instant(row["first_seen"]),
    )


def _new_row(new: Collected, now: datetime) -> dict[str, Any]:
    return article_row(new.article) | {
        "first_seen": codec.micros(new.first_seen or new.article.first_seen or now),
        "story": new.story or new.article.id,
        "copy_of": new.copy_of,
        "announce": new.announce,
        "matched": bool(new.matches),
    }


def _body_row(article: Article, first_seen: int) -> dict[str, Any]:
    return {"article": article.id, "first_seen": first_seen, "text": codec.packed(article.text)}


def _sketch_row(new: Collected, first_seen: int) -> dict[str, Any]:
    return {"article": new.article.id, "first_seen": first_seen, "sketch": new.sketch}


_NOT_IN_DOCUMENT = frozenset({"id", "text", "story", "copy_of", "announce", "matched"})


def _version_row(old: Row, revision: Revision, now: datetime) -> dict[str, Any]:
    return {
        "article": old["id"],
        "replaced_at": codec.micros(now),
        "change": codec.text(revision.change),
        "document": codec.as_json(
            {name: value for name, value in old.items() if name not in _NOT_IN_DOCUMENT}
        ),
        "text": old["text"],
    }


def row_version(row: Row) -> Version:
    """Read a version from its row."""
    article = row_article({**codec.from_json(row["document"]), "id": row["article"], "text": row["text"]})
    return Version(row["id"], article, codec.instant(row["replaced_at"]), row["change"])
