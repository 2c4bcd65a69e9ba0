"""How common each term is, learnt from the articles themselves and from a small prior, so that rarity can weigh what two reports share.

Inverse document frequency needs many documents to be worth anything. Until there are, a prior of common words in eight languages stands
in for them: function words and the vocabulary every report uses, with a rough share of articles each. The rest counts as unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import repeat
from math import log, log1p

from monitor.stories.profile import Profile, stem, term_id

PRIOR_DOCUMENTS = 1000
"""Weight of the prior, in documents: little enough that a stream given to one subject soon finds its words common."""

SATURATION = 2.0
"""Subtracted from the logarithm: a term in more than exp(-2), an eighth, of all articles says nothing. Measured to halve the confusions
of same-day reports of one pandemic, and of one company's events, at equal recall."""

_FORGET_AT = 200_000  # documents after which all counts are halved: names and topics age
_MOST_TERMS = 200_000  # counts kept (20 MB); beyond it, terms seen once are dropped

# Shares are orders of magnitude from general knowledge of news text: a quarter of all articles for English function words, a few per
# cent for those of other languages (whose share of the mix is smaller) and for words of the trade.
_COMMON: tuple[tuple[float, str], ...] = (
    (
        0.25,
        "the of to and in for is on that by this with it not or be are from at as have has had an was were will can about if but our one "
        "they he his its who been their her she which there what up out so would when more no than them some into could time new also "
        "two may these any him how then after first most such over made before many where much through well back now because each just "
        "those too under last year years since between while during against both still said says say people we you your all us do other",
    ),
    (
        0.06,
        "government president minister police official officials state states country city week month day monday tuesday wednesday thursday "
        "friday saturday sunday three four five million billion percent company group according report reported news around told called "
        "including part number world national public former another several high long life work home man woman men women children family "
        "court case law plan deal market make take get go come see know think want use find give tell ask help show try leave call "
        "expected announced early late next ago least near across per cent even only very should like did does being off down own same",
    ),
    (
        0.04,
        "de la que el en y los del se las por un para con una su al lo como más pero sus este sí porque esta entre cuando muy sin sobre "
        "también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos antes algunos otro otra "
        "tanto estos mucho fue ha son dijo era está tras según dos años año",
    ),
    (
        0.04,
        "le et des du une est pour qui dans pas au sur ne ce il sont avec son cette ou ces été mais comme on tout sa fait aux après selon "
        "leur ont elle deux ans plus nous vous par être avoir même aussi",
    ),
    (
        0.04,
        "der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es werden aus er hat dass sie nach wird bei "
        "einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei seit ihr "
        "ihre zwei jahren jahr",
    ),
    (
        0.03,
        "di che è non si da dei nel alla sono anche più gli delle dal dalla degli questo suo tra due anni dopo "
        "do em um é com não uma os no na mais dos foi ao ele das tem seu sua ser já também só pelo pela até isso ela depois sem mesmo "
        "het een van is dat op te zijn voor niet aan om ook bij door naar maar heeft uit hij nog tot ze wordt werd dan kan meer geen jaar",
    ),
    (
        0.04,
        "и в не на я быть он с что а по это она этот к но они мы весь который из у вы за для от же год свой о один так до как после был "
        "было была были его ее их при том",
    ),
)


def _prior() -> Counter[int]:
    """Return the prior's documents by term; where beginnings coincide, the commonest word speaks for all."""
    counts: Counter[int] = Counter()
    for share, words in _COMMON:
        for word in words.split():
            term = term_id(stem(word))
            counts[term] = max(counts[term], round(share * PRIOR_DOCUMENTS))
    return counts


class Background:
    """Document frequencies, begun with the prior. Grows with what it is shown, in bounds."""

    def __init__(self) -> None:
        self._counts = _prior()
        self._documents = PRIOR_DOCUMENTS

    def see(self, terms: Iterable[int]) -> None:
        """Count one more document with these (distinct) terms."""
        counts = self._counts
        self._documents += 1
        counts.update(terms)
        if self._documents >= _FORGET_AT:
            self._documents //= 2
            self._counts = Counter({term: count // 2 for term, count in counts.items() if count > 1})
        elif len(counts) > _MOST_TERMS:
            self._counts = Counter({term: count for term, count in counts.items() if count > 1})

    def vector(self, profile: Profile) -> dict[int, float]:
        """Return the profile weighted by the rarity of its terms, at length 1 (empty if none is rare enough to say anything)."""
        most = log(self._documents + 1) - SATURATION
        commonness = map(log1p, map(self._counts.get, profile.terms, repeat(0)))
        raw = {
            term: weight * (most - common)
            for term, weight, common in zip(profile.terms, profile.weights, commonness, strict=True)
            if common < most
        }
        norm = sum([value * value for value in raw.values()]) ** 0.5
        return {term: value / norm for term, value in raw.items()}
