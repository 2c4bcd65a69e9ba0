"""Why a topic matches an article, or why not, in terms a person can check against the text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.models import Article, Completeness, Span
from monitor.topics import plan
from monitor.topics.build import Rule
from monitor.topics.judging import Holding, hold, span, spans
from monitor.topics.mentions import Mention, count_apart, gap
from monitor.topics.scope import Found, Scope, Source
from monitor.topics.scoring import ScorePart, Scorer, band, order
from monitor.topics.searching import Search
from monitor.topics.sources import Verdict, verdicts

NOT_FOUND, NONE_FOUND = "not found", "none of these was found"
WAYS_SHOWN = 3  # alternatives told of a rule that does not hold


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that holds matched terms: its place in the original, its text, and the spans inside it."""

    zone: str
    start: int
    end: int
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mention that was found but does not count, and why."""

    span: Span
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failing:
    """The clause that keeps a rule from holding, as written, and what was seen of it."""

    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole account of one topic on one article; `reason` is its one-line summary.

    `score` and `parts` are given whenever the rule itself holds, also if `min_score`, the veto or the source filter then said no.
    `failing` lists the clauses without which the rule does not hold; `veto` the spans of the `not:` that fired.
    """

    topic: str
    name: str
    matched: bool
    reason: str
    score: float | None
    band: str
    order: float | None
    min_score: float | None
    spans: tuple[Span, ...]
    sentences: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]
    parts: tuple[ScorePart, ...]
    failing: tuple[Failing, ...]
    sources: tuple[Verdict, ...]
    veto: tuple[Span, ...]
    teaser: str


def explain(rule: Rule, article: Article, search: Search) -> Explanation:
    """Explain one topic on one searched article."""
    holding = hold(rule.match, search)
    found = holding.found
    vetoed = hold(rule.veto, search).found if rule.veto is not None else None
    scorer = Scorer(search.document)
    exact = scorer.score(rule.match, holding.scope, found) if found is not None else None
    score = round(exact, 2) if exact is not None else None
    filters = tuple(verdicts(rule.spec.sources, article))
    teaser = _teaser(rule, article, search)
    reason = _reason(rule, found, vetoed, exact, filters, teaser)
    shown = spans(search, found or ())
    return Explanation(
        topic=rule.spec.id,
        name=rule.spec.name,
        matched=not reason,
        reason=reason or f"matches: {band(score or 0)} ({score})",
        score=score,
        band=band(score) if score is not None else "",
        order=round(order(score, search.document, found), 4)
        if found is not None and score is not None
        else None,
        min_score=rule.spec.min_score,
        spans=shown,
        sentences=tuple(sentences(search, shown)),
        dropped=tuple(_dropped(rule.match, search, holding)),
        parts=tuple(part._replace(score=round(part.score, 1)) for part in dict.fromkeys(scorer.parts)),
        failing=tuple(nearest_ways(rule.match, holding.scope)) if found is None else (),
        sources=filters,
        veto=spans(search, vetoed or ()),
        teaser=teaser,
    )


def _reason(
    rule: Rule,
    found: Found,
    vetoed: Found,
    score: float | None,
    filters: Iterable[Verdict],
    teaser: str,
) -> str:
    """Return the first thing that keeps the topic from matching, or an empty string."""
    refused = next((verdict for verdict in filters if not verdict.passes), None)
    if refused is not None:
        return f"sources: {refused.key}: {refused.reason}"
    if found is None:
        return "the rule does not hold"
    if vetoed is not None and rule.veto is not None:
        return f"not: {rule.veto.written}"
    least = rule.spec.min_score
    if least is not None and score is not None and score < least and not teaser:
        return f"score {math.floor(100 * score) / 100:g} is below min_score {least:g}"
    return ""


def _teaser(rule: Rule, article: Article, search: Search) -> str:
    """Return the caveat of an article of which only a part was seen."""
    if article.completeness is Completeness.FULL:
        return ""
    kind = "teaser" if article.completeness is Completeness.TEASER else "paywalled"
    unsure = [
        key
        for key, value in (("not:", rule.spec.veto), ("min_score", rule.spec.min_score))
        if value is not None
    ]
    note = f"{kind} only: {search.document.body_words} words seen"
    return f"{note}; {' and '.join(unsure)} cannot be trusted" if unsure else note


# ── Where it stands ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def sentences(search: Search, shown: Iterable[Span]) -> Iterator[Sentence]:
    """Yield the sentences that hold spans, in order."""
    document = search.document
    for index, paragraph in enumerate(document.paragraphs):
        inside = [
            item
            for item in shown
            if item.zone == paragraph.zone and paragraph.start <= item.start < paragraph.end
        ]
        for first, end in document.sentence_windows(index) if inside else ():
            start, stop = _stretch(search, index, first, end)
            held = tuple(item for item in inside if start <= item.start < stop)
            if held:
                text = (document.title if paragraph.zone == "title" else document.text)[start:stop]
                yield Sentence(paragraph.zone, start, start + len(text.rstrip()), text.rstrip(), held)


def _stretch(search: Search, index: int, first: int, end: int) -> tuple[int, int]:
    """Return the offsets of a sentence, from its first word up to the next sentence's, opening quote of its own included."""
    document = search.document
    paragraph, base = document.paragraphs[index], document.starts[index]
    places = document.places(index)
    whole = document.title if paragraph.zone == "title" else document.text

    def opening(word: int) -> int:
        if word == 0:
            return paragraph.start
        start, before = places[word][0], places[word - 1][1]
        between = whole[before:start]
        return before + len(between.rstrip("“‘\"'«(¿¡[$€£#@")) if between else start

    return opening(first - base), paragraph.end if end - base >= len(places) else opening(end - base)


def _dropped(step: plan.Step, search: Search, holding: Holding) -> Iterator[Dropped]:
    counted = {part for mention in holding.found or () for part in mention[2]}
    seen: set[tuple[int, int, int]] = set()
    for drop in holding.drops:
        for part in drop.mention[2]:
            if part not in counted and part not in seen:
                seen.add(part)
                yield _as_dropped(search, part, drop.reason)
    for term in sorted(step.terms):
        for first, last in search.other_case(term):
            reason = f"case: {search.written(term)} matches only these capitals"
            yield _as_dropped(search, (first, last, term), reason)


def _as_dropped(search: Search, part: tuple[int, int, int], reason: str) -> Dropped:
    place = span(search, part)
    text = search.document.title if place.zone == "title" else search.document.text
    return Dropped(place, text[place.start : place.end], reason)


# ── Why not ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def nearest_ways(step: plan.Step, scope: Scope) -> Iterator[Failing]:
    """Yield what keeps a rule from holding; of alternatives those of which something is there, the nearest first."""
    begun = _begun(step, scope) if isinstance(step, plan.Any) else []
    if not begun:
        yield from failing(step, scope)
    for part in begun[:WAYS_SHOWN]:
        yield Failing(part.written, _told(part, scope))


def _begun(step: plan.Any, scope: Scope) -> list[plan.Step]:
    """Return the alternatives of which something is there, those that lack least first."""
    begun = [part for part in step.parts if wanted(part, scope)]
    return sorted(begun, key=lambda part: len(list(failing(part, scope))))


def _told(part: plan.Step, scope: Scope) -> str:
    """Return in one line what an alternative fails by."""
    lacks = list(failing(part, scope))
    return "; ".join(
        lack.reason if lack.clause == part.written else f"{lack.clause}: {lack.reason}" for lack in lacks
    )


def wanted(step: plan.Step, scope: Scope) -> list[Mention]:
    """Return every mention of what a rule wants, wherever it stands, whether its clause holds or not."""
    if isinstance(step, plan.No | plan.Field):
        return []
    found = step.look(scope) if step.placed else None
    if found or isinstance(step, plan.Named):
        return found or []
    parts = (step.left,) if isinstance(step, plan.Outside | plan.NotNear) else step.parts
    return sorted({mention for part in parts for mention in wanted(part, scope)})


def failing(step: plan.Step, scope: Scope) -> Iterator[Failing]:
    """Yield the smallest clauses that keep a step from holding in a scope."""
    quiet = Scope(scope.source, scope.window, trusting=scope.trusting)
    if step.look(quiet) is not None:
        return
    if isinstance(step, plan.All):
        for part in step.parts:
            yield from failing(part, quiet)
    elif isinstance(step, plan.Near | plan.Outside | plan.NotNear):
        yield from _failing_pair(step, quiet)
    elif isinstance(step, plan.Zone) and step.zone not in ("sentence", "paragraph"):
        yield from _failing_zone(step, quiet)
    else:
        yield Failing(step.written, _single_reason(step, quiet))


def _failing_pair(step: plan.Near | plan.Outside | plan.NotNear, scope: Scope) -> Iterator[Failing]:
    sides = (step.left, step.right) if isinstance(step, plan.Near) else (step.left,)
    missing = [side for side in sides if side.look(scope) is None]
    for side in missing:
        yield from failing(side, scope)
    if not missing:
        yield Failing(step.written, _pair_reason(step, scope))


def _pair_reason(step: plan.Near | plan.Outside | plan.NotNear, scope: Scope) -> str:
    lefts, rights = step.left.look(scope) or [], step.right.look(scope) or []
    if isinstance(step, plan.Near):
        between = closest(lefts, rights, scope.source, ordered=step.ordered)
        allowed = f"at most {step.distance} may stand between"
        if between is None and any(a[0] <= b[1] and b[0] <= a[1] for a in lefts for b in rights):
            return "both sides are there, but only as the same words"
        if between is None:
            return (
                "both sides are there, but "
                + ("not in this order in" if step.ordered else "never in")
                + " one paragraph"
            )
        return f"both sides are there, but {between} words apart; {allowed}"
    times = f"all {len(lefts)} mentions" if len(lefts) != 1 else "the only mention"
    return f"{times} dropped by {'OUTSIDE' if isinstance(step, plan.Outside) else f'NOT NEAR/{step.distance}'} {step.right.written}"


def closest(
    lefts: Iterable[Mention], rights: Iterable[Mention], source: Source, *, ordered: bool
) -> int | None:
    """Return the fewest words between a left and a right mention in one paragraph, or None."""
    paragraph_of, others = source.document.paragraph_of, list(rights)
    gaps = [
        gap(a, b)
        for a in lefts
        for b in others
        if gap(a, b) >= 0 and (not ordered or b[0] > a[1]) and paragraph_of(a[0]) == paragraph_of(b[0])
    ]
    return min(gaps, default=None)


def _failing_zone(step: plan.Zone, scope: Scope) -> Iterator[Failing]:
    anywhere = step.part.look(scope) is not None
    yield Failing(step.written, f"found, but not in the {step.zone}" if anywhere else NOT_FOUND)


def _single_reason(step: plan.Step, scope: Scope) -> str:
    if isinstance(step, plan.AtLeast):
        count = count_apart(step.part.look(scope) or ())
        return f"{count} of at least {step.count} mentions"
    if isinstance(step, plan.No):
        return "is there, and must not be"
    if isinstance(step, plan.Zone):
        return f"never all in one {step.zone}" if step.part.look(scope) is not None else NOT_FOUND
    if isinstance(step, plan.Field):
        document = scope.source.field(step.zone).document
        values = ", ".join(document.text.split("\n"))
        return f"the article's {step.zone} is {values}" if values else f"the article's {step.zone} is unknown"
    if isinstance(step, plan.Any):
        begun = _begun(step, scope)[:1]
        return "".join(f"nearest is {part.written}: {_told(part, scope)}" for part in begun) or NONE_FOUND
    return NOT_FOUND
