"""A made-up world for the benches: feeds, their items and topic rules, generated from a seed and the same on every machine.

Nothing here is anybody's text: names are built from syllables, sentences from a small grammar. Word frequencies fall off as in
newspaper prose (Zipf), so that a rule's words are as rare and its near misses as common as in real life: about one article in six matches
one of 1,000 rules, which name people and things that are in the news now and then.
"""

from __future__ import annotations

import html
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate

_ONSETS = "b br c ch d dr f g gr h j k l m n p pr r s st t tr v w".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = "n r l s t m nd rt ck st".split()
_VERBS = (
    "announced rejected signed delayed approved denied reported opened closed sold bought sued praised fined "
    "warned promised published tested launched recalled examined"
).split()
_LINKERS = "and but while after because although before as".split()
_SMALL = "the a of to in for on with at by from over under about into".split()
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _word(chance: random.Random, syllables: int) -> str:
    parts = [chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables)]
    return "".join(parts) + chance.choice(_CODAS)


@dataclass(frozen=True)
class Item:
    """One entry of a feed."""

    guid: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    at: datetime


class World:
    """Vocabulary, names, feeds and rules that all follow from one seed."""

    def __init__(self, seed: int = 7) -> None:
        chance = random.Random(seed)
        self.nouns = sorted({_word(chance, chance.choice((1, 2, 2, 3))) for _ in range(6000)})
        chance.shuffle(self.nouns)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.nouns))))
        self.names = [f"{_word(chance, 1).title()} {_word(chance, 2).title()}" for _ in range(12_000)]
        self._name_weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.names))))

    def feed(self, number: int, version: int = 0) -> bytes:
        """Return feed `number` (RSS; every fifth Atom) of 40-80 KB; each version has a few new items on top."""
        site = f"https://www.outlet-{number}.example"
        chance = random.Random(f"feed {number}")
        size = chance.randrange(40_000, 80_000)
        items: list[Item] = []
        total = 0
        while total < size:
            items.append(self.item(chance, f"{site}/2026/03/{len(items)}", len(items)))
            total += sum(map(len, items[-1].paragraphs)) + 420
        for step in range(version):
            fresh = random.Random(f"feed {number} version {step}")
            items[:0] = [self.item(fresh, f"{site}/2026/03/v{step}-{index}", -1 - step) for index in range(3)]
        title = f"Outlet {number}"
        return (_atom if number % 5 == 4 else _rss)(title, site, items)

    def item(self, chance: random.Random, url: str, age: int) -> Item:
        """Return one item; its text names a few people and things."""
        at = NOON - timedelta(minutes=37 * age + chance.randrange(30))
        paragraphs = tuple(self._paragraph(chance) for _ in range(chance.choice((1, 1, 2, 3, 5))))
        return Item(url.rsplit("/", 1)[-1] + f"@{url[-24:]}", url, self._title(chance), paragraphs, at)

    def topics(self, count: int) -> list[tuple[str, str]]:
        """Return `count` pairs of a topic's id and its rule in the topic language: names, alternatives, phrases, vetoes."""
        chance = random.Random("topics")
        return [(f"topic-{number}", self._rule(chance, number)) for number in range(count)]

    def _rule(self, chance: random.Random, number: int) -> str:
        name = chance.choice(self.names[200:])
        nouns = chance.sample(self.nouns[200:], 4)
        kind = number % 4
        if kind == 0:
            return f'"{name}"'
        if kind == 1:
            return f'"{name}" OR ({nouns[0]} AND {nouns[1]})'
        if kind == 2:
            return f"({nouns[0]} OR {nouns[1]}) AND ({nouns[2]} OR {nouns[3]})"
        return f'("{name}" OR "{nouns[0]} {nouns[1]}") AND NOT {nouns[2]}'

    def _title(self, chance: random.Random) -> str:
        subject = chance.choices(self.names, cum_weights=self._name_weights)[0]
        nouns = chance.choices(self.nouns, cum_weights=self._weights, k=3)
        return f"{subject} {chance.choice(_VERBS)} {nouns[0]} {chance.choice(_SMALL)} {nouns[1]} {nouns[2]}"

    def _paragraph(self, chance: random.Random) -> str:
        return " ".join(self._sentence(chance) for _ in range(chance.randrange(2, 6)))

    def _sentence(self, chance: random.Random) -> str:
        nouns = chance.choices(self.nouns, cum_weights=self._weights, k=chance.randrange(5, 12))
        words: list[str] = []
        for noun in nouns:
            words += [chance.choice(_SMALL), noun]
        words.insert(2, chance.choice(_VERBS))
        words.insert(len(words) // 2, chance.choice(_LINKERS))
        if chance.random() < 0.4:
            words.insert(0, chance.choices(self.names, cum_weights=self._name_weights)[0])
        text = " ".join(words)
        return text[0].upper() + text[1:] + "."


def _fragment(item: Item) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in item.paragraphs)


def _rss(title: str, site: str, items: Sequence[Item]) -> bytes:
    entries = "\n".join(
        f"<item><title>{item.title}</title><link>{item.url}</link>"
        f'<guid isPermaLink="false">{item.guid}</guid><pubDate>{format_datetime(item.at, usegmt=True)}</pubDate>'
        f"<category>general</category><description>{html.escape(_fragment(item))}</description></item>"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{title}</title><link>{site}/</link><description>{title}</description>\n{entries}\n</channel></rss>\n"
    ).encode()


def _atom(title: str, site: str, items: Sequence[Item]) -> bytes:
    entries = "\n".join(
        f'<entry><title>{item.title}</title><link href="{item.url}"/><id>{item.guid}</id>'
        f"<updated>{item.at.isoformat()}</updated><author><name>Desk</name></author>"
        f'<content type="html">{html.escape(_fragment(item))}</content></entry>'
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{title}</title><id>{site}/</id><updated>{NOON.isoformat()}</updated>\n{entries}\n</feed>\n"
    ).encode()
