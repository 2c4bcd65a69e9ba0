"""The way from a page to an article, in order: read, propose, judge, clean, write, describe."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.collect import metadata
from monitor.collect.extract import consent, embedded, judging, rendering, streams
from monitor.collect.extract.boilerplate import is_paywall_notice
from monitor.collect.extract.candidates import Candidate, pardon, propose
from monitor.collect.extract.charset import decode
from monitor.collect.extract.cleaning import Verdicts, ruled, verdicts
from monitor.collect.extract.page import Page
from monitor.collect.extract.report import Contender, Dropped, Extraction
from monitor.collect.extract.source import MAX_BYTES
from monitor.collect.extract.walk import read
from monitor.models import Article, Completeness, Entry, article_id
from monitor.urls import canonical


def normalize(html: str | bytes, url: str) -> Article:
    """Return the article of a page in the seed format; `url` is the page's own address.

    Never raises on any page; a page without text gives an article whose `text` is empty and whose `note` says so.
    """
    return extract(html, url)


def extract(
    html: str | bytes,
    url: str,
    *,
    body: str | None = None,
    strip: tuple[str, ...] = (),
    entry: Entry | None = None,
) -> Article:
    """Return the article of a page, by a site's own rules if there are any: `body` and `strip` are CSS selectors.

    `entry` is the feed's entry for the page: its date, title and authors serve where the page has none.
    """
    return _extracted(html, url, body, strip, entry)[0]


def explain(
    html: str | bytes,
    url: str,
    *,
    body: str | None = None,
    strip: tuple[str, ...] = (),
    entry: Entry | None = None,
) -> Extraction:
    """Return the article of a page with the candidates, their scores, and what was dropped and why."""
    article, found, notes = _extracted(html, url, body, strip, entry)
    return Extraction(article, contenders(found), dropped(found), tuple(notes))


def _extracted(
    html: str | bytes, url: str, body: str | None, strip: tuple[str, ...], entry: Entry | None
) -> tuple[Article, Found, list[str]]:
    """Return a page's article, how its body was found, and what there is to note of the page."""
    text = decode(html[:MAX_BYTES]) if isinstance(html, bytes) else html
    page = read(text, url, body=body, strip=strip)
    facts = metadata.of_page(page, entry)
    found = body_of(page, facts)
    if found.words < _HARDLY_ANY:
        found = _elsewhere(text, url, page, facts) or found
    if not found.words:
        found = salvage(page) or found
    document, image = write(found, facts.image)
    return describe(facts, document, image, found), found, page.notes


_HARDLY_ANY = 40  # words: less than this is a shell or a teaser, and the text may be elsewhere in the page


@dataclass(frozen=True, slots=True)
class Found:
    """A page's body with how it was found."""

    page: Page
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    judged: Verdicts

    @property
    def words(self) -> int:
        """How many words are kept."""
        return sum(self.page.blocks[number].size for number, why in self.judged.items() if not why)


def body_of(page: Page, facts: metadata.Facts) -> Found:
    """Return the best body of the page."""
    chosen, candidates = choose(page, facts)
    return Found(page, chosen, tuple(candidates), chosen.why if chosen else {})


def _elsewhere(html: str, url: str, page: Page, facts: metadata.Facts) -> Found | None:
    """Return the body that stands in the page's scripts, if one does."""
    piece = embedded.fragment(html, facts.title, facts.witness)
    if not piece:
        return None
    inner = read(f"<article>{piece}</article>", url)
    found = body_of(inner, facts)
    if found.words < _HARDLY_ANY:
        return None
    page.notes.append("text taken from the page's scripts")
    return found


def salvage(page: Page) -> Found | None:
    """Return whatever lines a page has on which nothing is an article's: first those in no box, then any; no text is lost for a rule."""
    if not page.nodes:
        return None
    every = range(len(page.blocks))
    for lines in (
        [number for number in every if page.blocks[number].node.marked is None],
        [number for number in every if page.blocks[number].kind != "box"],
    ):
        judged = dict.fromkeys(every, "in a box") | dict.fromkeys(lines, "")
        found = Found(page, Candidate("page", page.nodes[0]), (), judged)
        if found.words:
            page.notes.append("nothing is an article's: every line kept")
            return found
    return None


def choose(page: Page, facts: metadata.Facts) -> tuple[Candidate | None, list[Candidate]]:
    """Return the best body of the page and all that were considered; a site's own rule is not argued with."""
    pardon(page, facts.title)
    if not page.bodies:
        streams.mark_others(page, facts)
        consent.mark_dialogs(page, facts.title)
    candidates = propose(page)
    known: dict[tuple[int, ...], Verdicts] = {}
    for candidate in candidates:
        by_rule = candidate.name == "site rule"
        candidate.why = (
            ruled(page, candidate.node) if by_rule else verdicts(page, candidate.node, facts, known)
        )
        candidate.kept = frozenset(
            number for number, why in candidate.why.items() if not why and page.blocks[number].size
        )
        candidate.size = sum(page.blocks[number].size for number in candidate.kept)
    return judging.judge(page, candidates), candidates


def write(found: Found, lead: str | None) -> tuple[str, str | None]:
    """Return the document and its lead image."""
    if found.chosen is None:
        return "", lead
    kept = [number for number, why in found.judged.items() if not why]
    return rendering.write(found.page, kept, found.chosen.node, lead)


def describe(facts: metadata.Facts, text: str, image: str | None, found: Found) -> Article:
    """Put text and metadata together."""
    identity = canonical(facts.canonical)
    return Article(
        text=text,
        title=facts.title,
        url=facts.canonical,
        canonical=identity,
        id=article_id(identity),
        authors=facts.authors,
        published=facts.published,
        modified=facts.modified,
        date_source=facts.date_source,
        image=image,
        language=facts.language,
        site=facts.site,
        description=facts.description,
        categories=facts.categories,
        completeness=completeness(facts, found),
        confidence=round(found.chosen.agreement, 3) if found.chosen else 0.0,
        note="" if text else "page: no text found",
    )


_SHORT = 200  # words: a text this short beside a notice to pay is the part that is free


def completeness(facts: metadata.Facts, found: Found) -> Completeness:
    """Return PAYWALLED if the page says that it is not free, or if a short text stands beside a notice to pay."""
    if facts.paywalled:
        return Completeness.PAYWALLED
    if found.words < _SHORT and any(
        is_paywall_notice(block.text) for block in found.page.blocks if block.size
    ):
        return Completeness.PAYWALLED
    return Completeness.FULL


def contenders(found: Found) -> tuple[Contender, ...]:
    """Return the candidates for people, best first."""
    ranked = sorted(found.candidates, key=lambda candidate: -candidate.score)
    return tuple(
        Contender(
            one.name,
            one.node.path(),
            one.size,
            round(one.agreement, 3),
            round(one.score, 3),
            one is found.chosen,
        )
        for one in ranked
    )


def dropped(found: Found) -> tuple[Dropped, ...]:
    """Return the lines of the chosen body that are not in the document."""
    return tuple(
        Dropped(block.text, block.node.path(), why, block.size)
        for number, why in found.judged.items()
        if why and (block := found.page.blocks[number]).text
    )
