"""Which articles a topic looks at: the verdicts of its `sources:` filter, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.models import Article, SourceFilter
from monitor.seed import contributors
from monitor.topics.words import words_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one key of the filter says of an article."""

    key: str
    passes: bool
    reason: str


def verdicts(filter_: SourceFilter, article: Article) -> Iterator[Verdict]:
    """Yield the verdict of every key that is set, in the order of the file."""
    names = _names(article)
    if filter_.include:
        hit = _first(filter_.include, names)
        yield Verdict("include", bool(hit), f"is {hit}" if hit else f"{_shown(article)} is not included")
    if filter_.exclude:
        hit = _first(filter_.exclude, names)
        yield Verdict(
            "exclude", not hit, f"{hit} is excluded" if hit else f"{_shown(article)} is not excluded"
        )
    yield from _known("countries", filter_.countries, (article.country,))
    yield from _known("languages", filter_.languages, _tags(article.language))
    yield from _known("categories", filter_.categories, article.categories, needed=True)
    yield from _known("authors", filter_.authors, article.authors, needed=True)


def passes(filter_: SourceFilter, article: Article) -> bool:
    """Tell whether a topic looks at an article."""
    return filter_ == _ALL or all(verdict.passes for verdict in verdicts(filter_, article))


_ALL = SourceFilter()


def _known(
    key: str, wanted: tuple[str, ...], values: Iterable[str | None], *, needed: bool = False
) -> Iterator[Verdict]:
    """Yield the verdict of a key whose values may be unknown; an unknown country or language is let through and said."""
    if not wanted:
        return
    known = [value for value in values if value]
    if not known:
        yield Verdict(key, not needed, "unknown" + ("" if needed else ", so let through"))
        return
    hit = _first(wanted, {_key(value) for value in known})
    yield Verdict(key, bool(hit), f"is {hit}" if hit else f"{', '.join(known)} is not among them")


def _first(wanted: Iterable[str], names: set[str]) -> str:
    return next((name for name in wanted if _key(name) in names), "")


def _key(name: str) -> str:
    return " ".join(words_of(name)).casefold()


def _tags(language: str | None) -> tuple[str | None, ...]:
    """Return a language tag and its primary subtag (RFC 5646): en-US is also en."""
    return (language, language.replace("_", "-").split("-")[0]) if language else (None,)


def host(url: str) -> str:
    """Return the host of an address, without `www.`; empty if there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _names(article: Article) -> set[str]:
    """Return every name an article's source goes by: feed, outlet, site, its host and the domains above it."""
    names = {_key(name) for name in (article.feed, article.outlet, article.site or "") if name}
    labels = host(article.canonical or article.url).split(".")
    names.update(_key(".".join(labels[at:])) for at in range(len(labels) - 1))
    return names | {_key(f"www.{'.'.join(labels)}")}


def _shown(article: Article) -> str:
    return (
        article.outlet
        or article.site
        or article.feed
        or host(article.canonical or article.url)
        or "an unknown source"
    )


def field_values(article: Article, zone: str) -> tuple[str, ...]:
    """Return the values of a metadata zone of the rule language."""
    if zone == "url":
        return tuple(filter(None, dict.fromkeys((article.url, article.canonical))))
    if zone == "source":
        names = (article.outlet, article.site or "", article.feed, host(article.canonical or article.url))
        return tuple(filter(None, dict.fromkeys(names)))
    if zone == "author":
        return (*article.authors, *contributors(article.text))
    if zone == "lang":
        return (article.language,) if article.language else ()
    if zone == "country":
        return (article.country,) if article.country else ()
    return article.categories
