"""A newsroom for tests of stories: the project's own event reports, made-up articles, reprints of them, and the B-cubed measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

EVENTS = Path(__file__).parent.parent / "stories" / "events.txt"
DAY = datetime(2026, 11, 24, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """One outlet's report on an event."""

    id: str
    event: str
    outlet: str
    title: str
    text: str

    def row(self, *, text: bool = True, source: bool = True) -> dict[str, Any]:
        """The report as a row of `monitor stories group --batch`."""
        row = {
            "id": self.id,
            "title": self.title,
            "text": self.text if text else "",
            "published": DAY.isoformat(),
        }
        return row | ({"source": self.outlet} if source else {})


def reports() -> list[Report]:
    """All reports of the event set, in the file's order."""
    found: list[Report] = []
    event = ""
    for line in EVENTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            event = line[3:]
        elif line.startswith("-- "):
            outlet, _, title = line[3:].partition(" | ")
            found.append(Report(f"{event}/{outlet}", event, outlet, title, ""))
        elif line and not line.startswith("#"):
            last = found[-1]
            found[-1] = Report(last.id, last.event, last.outlet, last.title, f"{last.text}\n{line}".strip())
    return found


def bcubed(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 (Bagga and Baldwin, 1998) over the items of `gold`; others in their clusters count against them."""
    clusters: dict[Hashable, set[str]] = defaultdict(set)
    events: dict[Hashable, set[str]] = defaultdict(set)
    for item, label in found.items():
        clusters[label].add(item)
    for item, label in gold.items():
        events[label].add(item)
    common = {item: len(clusters[found[item]] & events[gold[item]]) for item in gold}
    precision = sum(common[item] / len(clusters[found[item]]) for item in gold) / len(gold)
    recall = sum(common[item] / len(events[gold[item]]) for item in gold) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


# ── Made-up articles ────────────────────────────────────────────────────────────────────────────────────────────────────────
_SYLLABLES = "an ar ba be con de der di e el en er es for ge hal in ist ka la le lo ma mi na ner no on or pa per ra ro sa ser so st ta ter ti tra un ur va ver"


def vocabulary(rng: Random, size: int = 20_000) -> list[str]:
    """Words of a made-up language, the commonest first: sixty short ones, then words of two to four syllables."""
    syllables = _SYLLABLES.split()
    short = rng.sample(syllables, 40)
    long = {"".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))) for _ in range(2 * size)}
    return [*short, *sorted(long, key=lambda word: (hash_of(word), word))][:size]


def hash_of(word: str) -> int:
    """A stable number that has nothing to do with the word's length."""
    return crc32(word.encode())


def essay(rng: Random, words: Sequence[str], length: int) -> str:
    """An article of about `length` words in paragraphs of sentences; common words come often (Zipf)."""
    paragraphs: list[str] = []
    written = 0
    while written < length:
        sentences = [_sentence(rng, words) for _ in range(rng.randint(2, 4))]
        written += sum(len(sentence.split()) for sentence in sentences)
        paragraphs.append(" ".join(sentences))
    return "\n".join(paragraphs)


def _sentence(rng: Random, words: Sequence[str]) -> str:
    chosen = [words[int(len(words) ** rng.random()) - 1] for _ in range(rng.randint(8, 24))]
    return " ".join(chosen).capitalize() + "."


# ── Reprints ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
Reprint = Callable[[Random, str, Sequence[str]], str]


def cut(share: float) -> Reprint:
    """The first part of the text, as many papers print it."""
    return lambda _, text, __: _first(text, share)


def _first(text: str, share: float) -> str:
    words = text.split(" ")
    return " ".join(words[: max(1, int(len(words) * share))])


def new_lead(rng: Random, text: str, words: Sequence[str]) -> str:
    """Another first paragraph."""
    return "\n".join([_sentence(rng, words) + " " + _sentence(rng, words), *text.split("\n")[1:]])


def edited(rng: Random, text: str, words: Sequence[str]) -> str:
    """15 % of the words replaced, dropped or added to."""
    kept: list[str] = []
    for word in text.split(" "):
        chance = rng.random()
        if chance < 0.09:
            kept.append(rng.choice(words))
        elif chance < 0.12:
            kept += [word, rng.choice(words)]
        elif chance >= 0.15:
            kept.append(word)
    return " ".join(kept)


def rewrapped(rng: Random, text: str, _: Sequence[str]) -> str:
    """Other paragraphs and line breaks, straight quotes, an image."""
    words = text.replace("“", '"').replace("”", '"').split()
    lines = ["![](https://cdn.example/x.jpg)"]
    while words:
        length = rng.randint(5, 90)
        lines.append(" ".join(words[:length]))
        words = words[length:]
    return "\n".join(lines)


REPRINTS: dict[str, Reprint] = {
    "cut to 70 %": cut(0.7),
    "cut to 40 %": cut(0.4),
    "new lead": new_lead,
    "15 % edited": edited,
    "re-wrapped": rewrapped,
    "cut to 40 % and edited": lambda rng, text, words: edited(rng, _first(text, 0.4), words),
}
