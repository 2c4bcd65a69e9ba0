"""Who lives in the body and who is only visiting: containers that hold the prose are home, the rest must say why it is there.

A page's template puts paragraphs into containers of one make (`div.post-text`, or one `section.slide` after another) and everything else
(dek, author's box, teasers, offers, FAQ) into containers of other makes. So the makes that hold the prose are found by counting, and
each box of another make is judged by where it stands and what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.collect.extract import units
from monitor.collect.extract.boilerplate import is_bio, is_boilerplate, is_box_heading, is_offer, presents
from monitor.collect.extract.candidates import value
from monitor.collect.extract.page import Block, Node, Page
from monitor.collect.metadata.facts import Facts
from monitor.seed import is_contributor_line
from monitor.text import letters

Key = tuple[str, ...]

HOME = 0.12  # share of the prose from which a make of container is home
LONG = 25  # or so many words a paragraph on average, in three paragraphs or more
MOST = 0.5  # share of the prose from which a make of container is home whatever links are in it
HEARD = (
    0.8  # share of the body found in the page's own data from which that data is whole, not cut at a paywall
)
OFFERED = 0.3  # share of the prose below which a make of container can be one of offers
AFTER = 0.3  # share of the body above which what follows it is no mere box
OPENING = 15  # words of full sentences that make a box above the body its first words
SMALL = 120  # words: a bigger box is no offer


@dataclass(slots=True)
class Household:
    """The body's containers. `lines` are its kept blocks, `prose` those of them at home, `above` all elements around those."""

    lines: list[int] = field(default_factory=list)
    total: float = 0.0
    main: set[Key] = field(default_factory=set)
    prose: list[int] = field(default_factory=list)
    above: set[int] = field(default_factory=set)


def drop(page: Page, why: dict[int, str], facts: Facts) -> None:
    """Drop the guests that have no business in the body."""
    house = household(page, why)
    if not house.prose:
        return
    data = _Witness(page, house, facts.witness)
    site = units.Site(page, facts)
    for order, numbers in _boxes(page, house).items():
        reason = data.verdict(numbers)
        if reason is None:
            reason = judge(page, numbers, house, facts)
        if not reason and _is_card(page, page.nodes[order], numbers, why, site):
            reason = "card of another article"
        if reason:
            why.update(dict.fromkeys(numbers, reason))
    data.trim(why)


# ── Who is home ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def household(page: Page, why: dict[int, str]) -> Household:
    """Find the makes of container that hold the body's prose."""
    census = _Census()
    house = Household(
        lines=[number for number, reason in why.items() if not reason and page.blocks[number].size]
    )
    for number, reason in why.items():
        census.count(page.blocks[number], reason)
    house.total = sum(census.words.values())
    if house.total:
        house.main = census.homes(house.total)
        house.main -= {key for key in house.main if _is_offers(page, house, key, census.words.get(key, 0.0))}
        common = {name for name, words in census.classes.items() if words > 0.4 * house.total}
        house.prose = [number for number in house.lines if _at_home(page.blocks[number], house.main, common)]
        _mark_above(page, house)
    return house


def _is_offers(page: Page, house: Household, key: Key, words: float) -> bool:
    """Tell whether a lesser make of container holds offers and no prose: "your subscription is used on another device" in three paragraphs."""
    if words >= OFFERED * house.total or len(house.main) < 2:
        return False
    lines = [page.blocks[number] for number in house.lines if page.blocks[number].node.home.key == key]
    return sum(is_offer(block.text) for block in lines) * 3 >= len(lines)


def _at_home(block: Block, main: set[Key], common: set[str]) -> bool:
    return value(block) > 0 and (block.node.home.key in main or block.node.attrs.get("class") in common)


def _mark_above(page: Page, house: Household) -> None:
    for number in house.prose:
        node: Node | None = page.blocks[number].node.home
        while node is not None and node.order not in house.above:
            house.above.add(node.order)
            node = node.parent


@dataclass(slots=True)
class _Census:
    """Prose by make of container and by class of paragraph, and how many linked lines stand in each make."""

    words: dict[Key, float] = field(default_factory=dict)
    paragraphs: dict[Key, int] = field(default_factory=dict)
    links: dict[Key, int] = field(default_factory=dict)
    classes: dict[str, float] = field(default_factory=dict)

    def count(self, block: Block, reason: str) -> None:
        """Take a block into account."""
        if not block.size or reason not in ("", "link"):
            return
        key = block.node.home.key
        if block.linked >= 0.9 * block.size:
            self.links[key] = self.links.get(key, 0) + 1
        worth = value(block) if not reason else 0.0
        if worth > 0:
            self.words[key] = self.words.get(key, 0.0) + worth
            self.paragraphs[key] = self.paragraphs.get(key, 0) + 1
            name = block.node.attrs.get("class")
            if name and block.node.tag == "p":
                self.classes[name] = self.classes.get(name, 0.0) + worth

    def homes(self, total: float) -> set[Key]:
        """Return the makes that are home; teaser cards, with a link to every paragraph or two, are not, unless most of the text is in them
        (the chapters of a list of things)."""
        return {
            key
            for key, words in self.words.items()
            if (words >= HOME * total or (self.paragraphs[key] >= 3 and words >= LONG * self.paragraphs[key]))
            and (self.links.get(key, 0) < 0.5 * self.paragraphs[key] or words >= MOST * total)
        } or {max(self.words, key=lambda key: self.words[key])}


# ── The guests ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _boxes(page: Page, house: Household) -> dict[int, list[int]]:
    """Return the guests' blocks by the order of their box: that is the outermost element that holds no home."""
    boxes: dict[int, list[int]] = {}
    outermost: dict[int, int] = {}
    for number in house.lines:
        node = page.blocks[number].node.home
        if node.order not in house.above and node.key not in house.main:
            boxes.setdefault(_outermost(node, house.above, outermost), []).append(number)
    return boxes


def _outermost(node: Node, above: set[int], known: dict[int, int]) -> int:
    """Return the order of the outermost element around `node` that holds no home; remembered, for deep pages."""
    passed = []
    while node.order not in known and node.parent is not None and node.parent.order not in above:
        passed.append(node.order)
        node = node.parent
    found = known.get(node.order, node.order)
    known.update(dict.fromkeys((*passed, node.order), found))
    return found


def judge(page: Page, numbers: list[int], house: Household, facts: Facts) -> str:
    """Return why a box goes, or an empty string if it stays."""
    blocks = [page.blocks[number] for number in numbers]
    offers = sum(is_offer(block.text) for block in blocks)
    if (offers >= 2 and offers * 5 >= len(blocks)) or (offers == len(blocks) and blocks[0].size <= 25):
        return "subscription box"
    if _is_portrait(blocks, facts):
        return "author's biography"
    if all(is_contributor_line(block.text) for block in blocks) or _are_notes(blocks):
        return ""  # who helped and what is footnoted stands in a box below the text, and is text all the same
    if numbers[0] > house.prose[-1]:
        return "" if _continues(blocks, house.total) else "after the body"
    if numbers[-1] < house.prose[0]:
        next_to_body = numbers[-1] == house.prose[0] - 1
        return "" if _opens(blocks, facts, next_to_body=next_to_body) else "before the body"
    return _inside(blocks)


_NOTES = frozenset(
    (
        "footnotes",
        "footnote",
        "endnotes",
        "doc endnotes",
        "fn",
        "easy footnotes wrapper",
        "footnote list",
        "footnotes list",
    )
)


def _are_notes(blocks: list[Block]) -> bool:
    """Tell whether a box is named for the text's footnotes."""
    above: Node | None = blocks[0].node
    for _ in range(_NOTED):
        if above is None:
            return False
        if not _NOTES.isdisjoint(above.signs):
            return True
        above = above.parent
    return False


_NOTED = 5  # elements looked at above a footnote


def _is_portrait(blocks: list[Block], facts: Facts) -> bool:
    """Tell whether a small box presents who wrote the article: it names one of the authors in a line of its own, or begins a sentence so."""
    if sum(block.size for block in blocks) >= SMALL:
        return False
    names = {letters(name) for name in facts.authors}
    return any(
        block.letters in names or presents(block.text, facts.authors) or is_bio(block.text)
        for block in blocks
    )


def _continues(blocks: list[Block], total: float) -> bool:
    """Tell whether a box after the body goes on with it: questions and answers, or too much text to be a box."""
    words, linked = sum(block.size for block in blocks), sum(block.linked for block in blocks)
    if linked > 0.3 * words:
        return False
    paragraphs = sum(block.size >= 15 for block in blocks)
    questions = sum(block.text[-1] in "?？؟" for block in blocks)
    return (paragraphs >= 3 and questions >= 2 and linked < 0.15 * words) or words >= AFTER * total


def _opens(blocks: list[Block], facts: Facts, *, next_to_body: bool) -> bool:
    """Tell whether a box above the body is its first words: a heading next to it, or full sentences that are not the dek."""
    dek = letters(facts.description)[:60]
    if next_to_body and all(block.kind == "h" and block.size <= 15 for block in blocks):
        return blocks[0].letters[:60] not in letters(facts.description)
    sentences = any(
        block.size >= 12 and block.text[-1] in '.!?。！？”"।' and block.kind in ("p", "quote")
        for block in blocks
    )
    prose = sum(max(0.0, value(block)) for block in blocks)
    return sentences and prose >= OPENING and not any(_is_dek(block, dek) for block in blocks)


def _is_dek(block: Block, dek: str) -> bool:
    start = block.letters[:60]
    return bool(dek) and block.size > 5 and (start.startswith(dek) or dek.startswith(start))


def _inside(blocks: list[Block]) -> str:
    """Return why a box between paragraphs goes; a listing of code stays, whatever its lines look like."""
    if any(block.node.tag == "pre" for block in blocks):
        return ""
    words, linked = sum(block.size for block in blocks), sum(block.linked for block in blocks)
    prose = sum(max(0.0, value(block)) for block in blocks)
    if linked > max(0.3 * words, 4) and prose < 40:
        return "box of links"
    if words < SMALL and any(
        is_boilerplate(block.text, block.size) or is_box_heading(block.text) for block in blocks
    ):
        return "promotional box"
    if words <= 5 and not any(block.kind != "p" or _heads(block) for block in blocks):
        return "box without prose"
    return ""


_CARD = 60  # words of what a card says of its article, in two lines at most


def _is_card(page: Page, box: Node, numbers: list[int], why: dict[int, str], site: units.Site) -> bool:
    """Tell whether a box is the card of another article among the paragraphs: a title that is a link to another page of the site, and a
    line or two on that."""
    if (
        len(numbers) > 2
        or sum(page.blocks[n].size for n in numbers) > _CARD
        or page.blocks[numbers[0]].kind != "p"
    ):
        return False
    titles = (page.blocks[n] for n in range(box.first, numbers[0]) if why.get(n) == "link")
    return any(title.size >= _TITLE and site.elsewhere(title.href) for title in titles)


_TITLE = 5  # words of a card's title


def _heads(block: Block) -> bool:
    """Tell whether a line that is no heading heads what follows: what unfolds it (`<summary>`), or a question."""
    return block.node.tag == "summary" or block.text[-1] in "?？؟"


# ── The page's own data as a witness ──────────────────────────────────────────────────────────────────────────────────────────────
_UNSAID = "not in the page's own data"


class _Witness:
    """JSON-LD's `articleBody` says which guests belong to the article, where it holds the whole body (it is often cut)."""

    def __init__(self, page: Page, house: Household, text: str) -> None:
        self.page = page
        self.house = house
        said = letters(text)
        self.said = {n for n in house.lines if page.blocks[n].letters in said} if len(said) > 300 else set()
        heard = self._words([number for number in house.prose if number in self.said])
        self.whole = heard > HEARD * (self._words(house.prose) or 1)

    def _words(self, numbers: list[int]) -> int:
        return sum(self.page.blocks[number].size for number in numbers)

    def verdict(self, numbers: list[int]) -> str | None:
        """Return "" for a box that is in the data, a reason for one that is not, None where the data does not tell."""
        words = self._words(numbers)
        if not self.whole or words < 4:
            return None
        said = self._words([number for number in numbers if number in self.said])
        if said > 0.6 * words:
            return ""
        if all(self.page.blocks[number].kind == "h" for number in numbers):
            return None  # many sites leave the headings out of it
        questions = sum(self.page.blocks[number].text[-1:] in "?？؟" for number in numbers)
        return _UNSAID if said < 0.1 * words and words < 0.35 * self.house.total and questions < 3 else None

    def trim(self, why: dict[int, str]) -> None:
        """Drop the few lines before the first and after the last that the data knows; contributor lines stay."""
        if not self.whole:
            return
        first, last = min(self.said), max(self.said)
        for side in (range(first), range(last + 1, len(self.page.blocks))):
            lines = [
                n
                for n in self.house.lines
                if n in side and not why[n] and not is_contributor_line(self.page.blocks[n].text)
            ]
            if self._words(lines) < 0.1 * self.house.total:
                why.update(dict.fromkeys(lines, _UNSAID))
