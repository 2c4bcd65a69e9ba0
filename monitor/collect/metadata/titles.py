"""The headline: what the page's sources agree on, without the site's name.

og:title is often written for sharing, JSON-LD's headline sometimes for search, `<h1>` may be split or be the site's logo, `<title>` has the
site's name. On 201 development pages each alone is right on .69-.87; the one most of them agree on is right more often than any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.collect.metadata import jsonld, tags
from monitor.html import clean_title
from monitor.text import letters

# JSON-LD's headline, the heading, og:title, <title>: the order decides among single votes.
_WEIGHTS = (1.1, 1.05, 1.0, 0.9)
# A page's only <h1> against og:title and <title>, which publishing systems fill from one field written for search engines.
_ONLY = 0.9
_BARS = re.compile(r"\s+[|\-–—·•:»«/~]{1,2}\s+|\s*[|｜»ㅣ：]\s*")


def headline(
    article: jsonld.Thing,
    heading: str,
    head: dict[str, list[str]],
    title: str,
    site: str,
    domain: str,
    *,
    only: bool = False,
) -> str:
    """Return the page's headline, or an empty string if no source has one; `only` says that the heading is the page's only `<h1>`."""
    short = heading
    heading = heading if len(heading) > _NAME or heading.isupper() else ""
    votes: dict[str, float] = {}
    spelled: dict[str, str] = {}
    sources = (
        jsonld.first(article.get("headline")),
        heading,
        tags.pick(head, "og:title", "twitter:title"),
        title,
    )
    for raw, weight in zip(sources, _WEIGHTS, strict=True):
        text = without_site(clean_title(raw), site, domain)
        key = letters(text)
        if key and key not in _known(site, domain):
            votes[key] = votes.get(key, 0.0) + weight
            spelled.setdefault(key, text)
    own = letters(without_site(clean_title(heading), site, domain))
    if only and own in votes and not heading.isupper() and not any(_are_kin(own, other) for other in votes):
        votes[own] += _ONLY
    _hand_on(votes, spelled)
    best = max(votes, key=lambda key: votes[key], default="")
    return _uncut(spelled.get(best, ""), spelled) or clean_title(short)


def _are_kin(one: str, other: str) -> bool:
    """Tell whether one title is the end of another one: a kicker above the headline is in one of them and not in the other."""
    return one != other and (one.endswith(other) or other.endswith(one))


_NAME = 14  # characters: what is no longer is a name of the site or a section, more often than a headline
_HEADINGS = 60  # looked at


def told(headings: Sequence[str], stated: Iterable[str], names: Iterable[str] = ()) -> str:
    """Return the first of a page's headings that one of its stated titles is, or begins with before a bar, as that title spells it.

    Sites head their pages with the name of the blog or section in an `<h1>`, and write the headline into the next one or an `<h2>`.
    `names` are the site's own, which some begin their titles with.
    """
    titles = [title for raw in stated if (title := clean_title(raw))]
    known = {letters(name) for name in names}
    for heading in headings[:_HEADINGS]:
        folded = heading.casefold()
        for title in titles if len(heading) > _NAME and letters(heading) not in known else ():
            if title.casefold().startswith(folded) and _ENDED.match(title, len(heading)):
                return title[: len(heading)]
    return ""


_ENDED = re.compile(r"$|\s+[|\-–—·•:»«/~]{1,2}\s|\s?[|｜»ㅣ_]|-(?=\W|[^\x00-\x7f])")
_ADDED = re.compile(r"\s+[|\-–—·•:»«/~]{1,2}\s|\s?[|｜»ㅣ_-]")


def _hand_on(votes: dict[str, float], spelled: dict[str, str]) -> None:
    """Give the votes of a title that is another one and something after a bar (a section, words for search engines) to that other."""
    for longer, text in spelled.items():
        for shorter, start in spelled.items():
            if longer != shorter and longer.startswith(shorter) and _ADDED.match(text, len(start)):
                votes[shorter] += votes[longer]
                votes[longer] = 0.0


def _uncut(text: str, spelled: dict[str, str]) -> str:
    """Return the whole of a headline that search engines' limits cut off with an ellipsis."""
    if text.endswith(("…", "...")):
        start = letters(text)
        return next((other for key, other in spelled.items() if key.startswith(start) and key != start), text)
    return text


def without_site(title: str, site: str, domain: str) -> str:
    """Cut ` - Site` off a title's end (or `Site | ` off its beginning), where the part is the site's name or its domain's."""
    known = _known(site, domain)
    while True:
        cuts = list(_BARS.finditer(title))
        if not cuts:
            return title
        if _is_site(title[cuts[-1].end() :], known):
            title = title[: cuts[-1].start()]
        elif _is_site(title[: cuts[0].start()], known):
            title = title[cuts[0].end() :]
        else:
            return title


def _known(site: str, domain: str) -> set[str]:
    return {letters(site), letters(domain), letters(domain.partition(".")[0])} - {""}


def _is_site(part: str, known: set[str]) -> bool:
    """Tell whether a part of a title is the site's name, or differs from it by a word (`CBC News` of cbc.ca)."""
    text = letters(part)
    return bool(text) and any(
        text == name
        or (min(len(text), len(name)) > 2 and (text in name or name in text) and len(text) < len(name) + 14)
        for name in known
    )
