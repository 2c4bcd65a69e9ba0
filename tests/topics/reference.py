"""The meaning of the rule language, written down slowly: no automaton, no index, no windows of numbers, nothing cached.

This is what the fast matcher is held to. It shares with it only the tree (`language.parse`), the folding of single characters
(`words.unaccented`), sentence borders (`monitor.text`) and the recognition of contributor lines (`monitor.seed`).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

from monitor.models import Article
from monitor.seed import is_contributor_line
from monitor.text import sentences
from monitor.topics import tree
from monitor.topics.letters import unaccented
from monitor.topics.lexer import plain
from monitor.topics.tree import Node

APOSTROPHES = "'‘’‚‛′ʼʻ＇`´׳"
ELISIONS = set("l d j m n s t c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quest".split())
SYMBOLS = "™℠®©℗…‥·•"


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Word:
    """One word: its accentless text, its letters as written, and its place in the source."""

    text: str
    start: int
    end: int
    letters: str = ""

    @property
    def folded(self) -> str:
        return self.text.casefold()


def is_unspaced(char: str) -> bool:
    """Tell whether a character belongs to a script that is written without spaces."""
    name = unicodedata.name(char, "")
    return name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA-HIRAGANA PROLONGED", "THAI CHAR", "KATAKANA LETTER", "IDEOGRAPHIC ITER")
    )


def belongs(char: str) -> bool:
    """Tell whether a character is written onto the one before it."""
    code = ord(char)
    return (
        0x300 <= code < 0x370
        or 0x64B <= code <= 0x65F
        or code in (0xFF9E, 0xFF9F, 0x3099, 0x309A)
        or 0x1160 <= code <= 0x11FF
    )


def characters(text: str, wild: str = "") -> list[tuple[str, int, int]]:
    """Return the characters of a text after folding, each with the stretch of source it stands for."""
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        wide = (
            0xFF00 <= ord(text[at]) <= 0xFFEF
        )  # full-width letters take their marks with them, as foreign ones do
        accented = belongs(text[end : end + 1] or " ")
        foreign = text[at].isalnum() and (wide or accented or not unaccented(text[at]).isascii())
        while foreign and end < len(text) and belongs(text[end]):
            end += 1
        cluster = text[at:end]
        if cluster in SYMBOLS:
            found.append((" ", at, end))
        elif cluster in wild:
            found.append((cluster, at, end))
        else:
            made = "".join("'" if char in APOSTROPHES else char for char in unaccented(cluster))
            made = made if len(made.casefold()) == len(made) else made.casefold()
            apart = unicodedata.category(cluster[0]) == "No" and len(made) > 1
            made = "".join(f" {char} " if is_unspaced(char) else char for char in made)
            found += [(char, at, end) for char in (f" {made} " if apart else made)]
        at = end
    return found


def words(text: str, wild: str = "") -> list[Word]:
    """Return the words of a text; `wild` are signs to take for letters (in terms)."""
    chars = characters(text, wild)
    line = without_possessives("".join(char for char, _, _ in chars), wild)
    keep = [holds(line, at, wild) for at in range(len(line))]
    found: list[Word] = []
    at = 0
    while at < len(line):
        if not keep[at]:
            at += 1
            continue
        end = at + 1
        if not alone(line[at]):
            while end < len(line) and keep[end] and not alone(line[end]):
                end += 1
        found.append(word_at(text, chars, line, at, end))
        at = end
    return found


def without_possessives(line: str, wild: str) -> str:
    """Return the line with every 's that ends a word made space."""
    at = line.find("'")
    while at >= 0:
        if line[at + 1 : at + 2] in ("s", "S") and not (line[at + 2 :] and letter(line[at + 2], wild)):
            line = line[:at] + "  " + line[at + 2 :]
        at = line.find("'", at + 1)
    return line


def word_at(text: str, chars: list[tuple[str, int, int]], line: str, at: int, end: int) -> Word:
    stop = chars[end - 1][2]
    made = line[at:end]
    if made[-2:-1] == "." and not made[-1].isdigit() and line[end : end + 1] == ".":
        stop = chars[end][2]
    letters = unicodedata.normalize("NFKC", text[chars[at][1] : stop])
    return Word(made, chars[at][1], stop, "".join(char for char in letters if letter(char)))


def alone(char: str) -> bool:
    return is_unspaced(char)


def letter(char: str, wild: str = "") -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M" or (char != "" and char in wild)


def holds(line: str, at: int, wild: str) -> bool:
    """Tell whether a character is part of a word: a letter, or a sign that holds one together."""

    def is_letter(index: int) -> bool:
        return 0 <= index < len(line) and letter(line[index], wild)

    def char(index: int) -> str:
        return line[index] if 0 <= index < len(line) else " "

    sign = line[at]
    if is_letter(at):
        return True
    if sign in "+#":
        return sticks(line, at, wild)
    if not (is_letter(at - 1) and is_letter(at + 1)):
        return False
    if sign == "'":
        start = at
        while is_letter(start - 1):
            start -= 1
        return line[start:at].casefold() not in ELISIONS and not (
            char(at + 1) in "sS" and not is_letter(at + 2)
        )
    if sign == ",":
        return char(at - 1).isdigit() and char(at + 1).isdigit()
    if sign == ".":
        numbers = char(at - 1).isdigit() and char(at + 1).isdigit()
        singles = (
            not is_letter(at - 2)
            and not is_letter(at + 2)
            and not char(at - 1).isdigit()
            and not char(at + 1).isdigit()
        )
        return numbers or singles
    if sign == "&":
        return not (is_letter(at - 2) and is_letter(at - 3)) or not (is_letter(at + 2) and is_letter(at + 3))
    return False


def sticks(line: str, at: int, wild: str) -> bool:
    """Tell whether + or # belongs to a single letter: C++, C#."""
    for match in re.finditer(r"[+#]+", line):
        if match.start() <= at < match.end():
            before = match.start() - 1
            single = (
                before >= 0
                and letter(line[before], wild)
                and not line[before].isdigit()
                and not (before > 0 and letter(line[before - 1], wild))
            )
            follows = match.end() < len(line) and letter(line[match.end()], wild)
            return single and len(match[0]) <= 2 and not follows
    return False


# ── The article ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Place:
    """A word in the article: its number (borders between paragraphs count one), paragraph, sentence and zone."""

    number: int
    paragraph: int
    sentence: tuple[int, int]
    zone: str
    word: Word
    source: str


class Page:
    """Title and paragraphs of an article, word by word."""

    def __init__(self, title: str, text: str) -> None:
        title, text = (part.replace("\x02", " ").replace("\x03", " ") for part in (title, text))
        blocks = ([("title", 0, title, False)] if title else []) + list(body_blocks(text))
        self.blocks = blocks
        self.places: list[Place] = []
        number = 0
        for index, (zone, start, source, runs_on) in enumerate(blocks):
            for word in words(source):
                shifted = Word(word.text, word.start + start, word.end + start, word.letters)
                sentence = (index, sentence_number(source, word.start))
                self.places.append(Place(number, index, sentence, zone, shifted, source))
                number += 1
            number += not runs_on
        self.lead = self.lead_paragraphs()

    def lead_paragraphs(self) -> set[int]:
        found, seen = set(), 0
        for index, (zone, _, source, _) in enumerate(self.blocks):
            if zone == "body" and seen < 60:
                found.add(index)
                seen += len(words(source))
        return found

    def inside(self, zone: str, place: Place) -> bool:
        return place.paragraph in self.lead if zone == "lead" else place.zone == zone

    def shouted(self, place: Place) -> bool:
        capitals = sum(char.isupper() for char in place.source)
        letters = capitals + sum(char.islower() for char in place.source)
        return letters >= 8 and capitals > 0.8 * letters


def sentence_number(source: str, at: int) -> int:
    starts = [start for start, _ in sentences(source.replace("\n", " "))]
    return max([number for number, start in enumerate(starts) if start <= at], default=0)


def body_blocks(text: str):
    """Yield (zone, start, source, runs on) for each paragraph of the body."""
    lines = text.split("\n")
    if any(not line for line in lines[:-1]) or any(line.endswith("\r") for line in lines):
        yield from parted_blocks(lines)
        return
    at = 0
    for number, line in enumerate(lines):
        late = number >= min(len(lines) - 5, len(lines) * 2 // 3)
        following = lines[number + 1] if number + 1 < len(lines) else "- - -"
        if line and not furniture(line, late):
            after = [
                other
                for index, other in enumerate(lines[number + 1 :], number + 1)
                if other and not lies(lines, index)
            ]
            open_end = line.rstrip("\"'”’»›)]』」" if line[-1] in "\"'”’»›)]』」" else "")
            soft = open_end[-1:] not in tuple(".!?…:;。！？؟।") and not re.match(r"- |\| ", line)
            soft = soft and not re.match(r"- |\| |!\[\]\(", following) and any(map(str.isalnum, line))
            yield "body", at, line, bool(soft and after)
        at += len(line) + 1


def lies(lines: list[str], index: int) -> bool:
    return furniture(lines[index], index >= min(len(lines) - 5, len(lines) * 2 // 3))


def furniture(line: str, late: bool) -> bool:
    return (
        (line.startswith("![](") and line.endswith(")"))
        or line == "- - -"
        or (late and is_contributor_line(line))
    )


def parted_blocks(lines: list[str]):
    at, start, held = 0, 0, []
    for line in [*lines, ""]:
        if not line.strip() or furniture(line.strip(), late=False):
            if held:
                yield "body", start, "\n".join(held), False
            held = []
        else:
            start = start if held else at
            held.append(line)
        at += len(line) + 1


# ── Terms ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
def glob(pattern: str, word: str) -> bool:
    """Tell whether a word is of a pattern with * and ?, by trying everything."""
    if not pattern:
        return not word
    if pattern[0] == "*":
        return any(glob(pattern[1:], word[at:]) for at in range(len(word) + 1))
    return bool(word) and pattern[0] in ("?", word[0]) and glob(pattern[1:], word[1:])


def capitals(text: str) -> bool:
    cased = [char for char in text if char.isalpha() and char.upper() != char.lower()]
    return len(cased) > 1 and all(char.isupper() for char in cased)


@dataclass(frozen=True)
class Bit:
    """Part of a term's word: text, and `fold`, `case` or `acronym`."""

    text: str
    mode: str


def bits(term: tree.Term, fields: bool) -> list[list[Bit]]:
    """Return the words of a term, hyphenated ones as groups."""
    groups: list[list[Bit]] = []
    for chunk in plain(term.text).split():
        parts = [words(part, "*?") for part in re.split("[-‐‑‒–—―−－﹣]+", chunk)]
        group: list[Bit] = []
        for part in filter(None, parts):
            group.append(bit(part[0], term, chunk, fields))
            for word in part[1:]:
                groups.append(group)
                group = [bit(word, term, chunk, fields)]
        groups.append(group)
    flat = [[piece] for group in groups for piece in group]
    apart = any(is_unspaced(char) for char in term.text)
    return [group for group in (flat if apart else groups) if group and group[0].text.strip("*?")]


def bit(word: Word, term: tree.Term, chunk: str, fields: bool) -> Bit:
    if term.exact:
        return Bit(word.text, "case")
    loud = capitals(word.text) or (capitals(chunk) and word.text.upper() != word.text.lower())
    return Bit(word.text, "acronym" if loud and not fields else "fold")


def fits(group: list[Bit], word: Word) -> bool:
    """Tell whether one word of the text is these parts written together."""
    text = "".join(piece.text for piece in group)
    wild = "*" in text or "?" in text
    if not wild and any("HANGUL SYLLABLE" in unicodedata.name(char, "") for char in text):
        return glob(text.casefold() + "*", word.folded)
    if len(group) == 1 and group[0].mode == "acronym" and not wild:
        bare = text.replace(".", "")
        forms = [text]
        if bare.isalpha() and len(bare) <= 8:
            forms = [bare, ".".join(bare)]
        return word.text in forms or word.text in [
            f"{form}.s" if "." in form else f"{form}s" for form in forms
        ]
    if not glob(text.casefold(), word.folded):
        return False
    if all(piece.mode == "fold" for piece in group):
        return True
    return split_fits(group, word.text)


def split_fits(group: list[Bit], text: str) -> bool:
    """Tell whether a word can be cut into parts that each obey their own case."""
    if not group:
        return not text
    head = group[0]
    for at in range(len(text) + 1):
        piece = text[:at]
        same = glob(head.text, piece) if head.mode != "fold" else glob(head.text.casefold(), piece.casefold())
        if same and split_fits(group[1:], text[at:]):
            return True
    return False


def readings(groups: list[list[Bit]]) -> list[list[list[Bit]]]:
    """Return every way to read the hyphens of a term: each apart or as nothing."""
    ways = []
    for group in groups:
        cuts = itertools.product((True, False), repeat=len(group) - 1)
        options = []
        for choice in cuts:
            option = [[group[0]]]
            for cut, piece in zip(choice, group[1:], strict=True):
                if cut:
                    option.append([piece])
                else:
                    option[-1].append(piece)
            options.append(option)
        ways.append(options)
    return [list(itertools.chain(*choice)) for choice in itertools.product(*ways)]


# ── Evaluation ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Mention:
    """Parts are (first, last, written, start, end, zone) of each term."""

    parts: frozenset[tuple]

    @property
    def first(self) -> int:
        return min(part[0] for part in self.parts)

    @property
    def last(self) -> int:
        return max(part[1] for part in self.parts)


class Reference:
    """One rule on one article."""

    def __init__(self, rule: Node, lists: dict[str, list[Node]], article: Article) -> None:
        self.rule = rule
        self.lists = lists
        self.page = Page(article.title, article.text)
        self.trusting = False
        self.dropped_weak = False

    def spans(self) -> set[tuple[str, int, int, str]] | None:
        """Return the places of all terms that count, or None if the rule does not hold."""
        everything = {place.number for place in self.page.places}
        found = self.look(self.rule, everything)
        if self.dropped_weak and self.seen(self.rule, everything):
            self.trusting = True
            found = self.look(self.rule, everything)
        if found is None:
            return None
        return {(part[5], part[3], part[4], part[2]) for mention in found for part in mention.parts}

    def look(self, node: Node, here: set[int]) -> set[Mention] | None:
        """Return the mentions on which a node holds within the words `here`, or None."""
        match node:
            case tree.Term():
                return self.term(node, here) or None
            case tree.Regex():
                return self.regex(node, here) or None
            case tree.ListRef():
                return self.either(self.lists[node.name], here)
            case tree.Or():
                return self.either(node.parts, here)
            case tree.And():
                found = [self.look(part, here) for part in node.parts]
                return None if None in found else set().union(*found)
            case tree.Not():
                return set() if self.look(node.part, here) is None else None
            case tree.Near():
                return (
                    self.near(node, self.look(node.left, here) or set(), self.look(node.right, here) or set())
                    or None
                )
            case tree.Outside():
                rights = self.look(node.right, here) or set()
                lefts = self.look(node.left, here) or set()
                return {left for left in lefts if not any(inside(left, right) for right in rights)} or None
            case tree.NotNear():
                rights = self.look(node.right, here) or set()
                lefts = self.look(node.left, here) or set()
                return {a for a in lefts if not any(self.close(a, b, node.distance) for b in rights)} or None
            case tree.AtLeast():
                found = self.look(node.part, here) or set()
                return found if found and most_apart(found) >= node.count else None
            case tree.Zone():
                return self.zone(node, here)
        raise TypeError(node)

    def either(self, parts, here: set[int]) -> set[Mention] | None:
        found = [seen for seen in (self.look(part, here) for part in parts) if seen is not None]
        return set().union(*found) if found else None

    def zone(self, node: tree.Zone, here: set[int]) -> set[Mention] | None:
        found = [
            seen
            for words in self.windows(node.name, here)
            if (seen := self.look(node.part, words)) is not None
        ]
        return set().union(*found) if found else None

    def windows(self, name: str, here: set[int]) -> list[set[int]]:
        places = self.page.places
        if name == "sentence":
            keys = sorted({place.sentence for place in places})
            return [{p.number for p in places if p.sentence == key} & here for key in keys]
        if name == "paragraph":
            return [
                {p.number for p in places if p.paragraph == at} & here for at in range(len(self.page.blocks))
            ]
        return [{p.number for p in places if self.page.inside(name, p)} & here]

    # terms
    def term(self, node: tree.Term, here: set[int]) -> set[Mention]:
        groups = bits(node, fields=False)
        if node.slop is not None and len(groups) > 1:
            found = self.loose(node, groups)
        else:
            found = {place for reading in readings(groups) for place in self.phrase(reading)}
        if node.exact:
            wanted = letters(plain(node.text), "*?")
            found = {
                (a, b)
                for a, b in found
                if self.has_letters(wanted, a, b, node.slop is not None and len(groups) > 1)
            }
        mentions = {self.mention(a, b, node.written) for a, b in found if a in here and b in here}
        weak = any(
            piece.mode == "acronym" or (node.exact and capitals(piece.text))
            for group in groups
            for piece in group
        )
        return self.without_weak(mentions) if weak and not self.trusting else mentions

    def without_weak(self, mentions: set[Mention]) -> set[Mention]:
        strong = {mention for mention in mentions if not self.page.shouted(self.at(mention.first))}
        self.dropped_weak |= strong != mentions
        return strong

    def phrase(self, reading: list[list[Bit]]) -> set[tuple[int, int]]:
        found = set()
        for place in self.page.places:
            numbers = range(place.number, place.number + len(reading))
            there = [self.at(number) for number in numbers]
            if all(there) and all(
                fits(group, other.word) for group, other in zip(reading, there, strict=True)
            ):
                found.add((numbers[0], numbers[-1]))
        return found

    def loose(self, node: tree.Term, groups: list[list[Bit]]) -> set[tuple[int, int]]:
        each = [{spot for reading in readings([group]) for spot in self.phrase(reading)} for group in groups]
        best: dict[int, int] = {}
        for first, last in each[0]:
            end, used = last, 0
            for spots in each[1:]:
                later = sorted(spot for spot in spots if spot[0] > end)
                if not later:
                    end = -1
                    break
                end, used = later[0][1], used + later[0][1] - later[0][0] + 1
            if end >= 0 and end - last - used <= node.slop:
                best[end] = max(first, best.get(end, first))
        return {
            (first, end) for end, first in best.items() if self.at(first).sentence == self.at(end).sentence
        }

    def has_letters(self, wanted: str, first: int, last: int, loose: bool) -> bool:
        got = "".join(self.at(number).word.letters for number in range(first, last + 1))
        rest = iter(got)
        return all(char in rest for char in wanted if char not in "*?") if loose else glob(wanted, got)

    def regex(self, node: tree.Regex, here: set[int]) -> set[Mention]:
        found = set()
        for index, (zone, start, source, _) in enumerate(self.page.blocks):
            there = [place for place in self.page.places if place.paragraph == index]
            line, origin = readable(source)
            for match in re.finditer(node.source, line, re.IGNORECASE if node.fold else 0):
                begin, end = origin[match.start()] + start, origin[match.end()] + start
                over = [p.number for p in there if p.word.start < end and p.word.end > begin]
                before = [p.number for p in there if p.word.end <= begin] or [p.number for p in there[:1]]
                if match[0] and there:
                    first, last = (over[0], over[-1]) if over else (before[-1], before[-1])
                    if first in here and last in here:
                        found.add((first, last, node.written, begin, end, zone))
        return {Mention(frozenset([part])) for part in found}

    def mention(self, first: int, last: int, written: str) -> Mention:
        head, tail = self.at(first), self.at(last)
        return Mention(frozenset([(first, last, written, head.word.start, tail.word.end, head.zone)]))

    def at(self, number: int) -> Place | None:
        return next((place for place in self.page.places if place.number == number), None)

    # places
    def close(self, a: Mention, b: Mention, distance: int) -> bool:
        same = self.at(a.first).paragraph == self.at(b.first).paragraph
        return same and max(a.first, b.first) - min(a.last, b.last) - 1 <= distance

    def near(self, node: tree.Near, lefts: set[Mention], rights: set[Mention]) -> set[Mention]:
        def between(a: Mention, b: Mention) -> int:
            return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)

        pairs = [
            (a, b)
            for a in lefts
            for b in rights
            if self.close(a, b, node.distance) and not share(a, b) and (not node.ordered or b.first > a.last)
        ]
        return {
            Mention(a.parts | b.parts)
            for a, b in pairs
            if between(a, b) == min(between(a, other) for left, other in pairs if left == a)
            or between(a, b) == min(between(other, b) for other, right in pairs if right == b)
        }

    # weak acronyms
    def seen(self, node: Node, here: set[int]) -> bool:
        """Tell whether anything the rule wants is mentioned in ordinary text."""
        match node:
            case tree.Not():
                return False
            case tree.Term() | tree.Regex() | tree.Outside() | tree.NotNear():
                return any(
                    not self.page.shouted(self.at(mention.first)) for mention in self.look(node, here) or ()
                )
            case tree.ListRef():
                return any(self.seen(part, here) for part in self.lists[node.name])
            case tree.Zone():
                return any(self.seen(node.part, words) for words in self.windows(node.name, here))
        return any(self.seen(part, here) for part in tree.children(node))


def readable(source: str) -> tuple[str, list[int]]:
    """Return what a regular expression sees: compatibility forms and typographic signs in plain forms, invisible letters gone."""
    line, origin = "", []
    for cluster in re.finditer("(?s).[\u0300-\u036f\uff9e]*", source):
        plain_form = unicodedata.normalize("NFKC", re.sub("[\u00ad\u200b\u2060\ufeff]", "", cluster[0]))
        for char in plain_form:
            line += (
                "'" if char in "‘’‚‛′ʼ" else '"' if char in "“”„‟″«»" else "-" if char in "‐‑‒–—―−" else char
            )
            origin.append(cluster.start())
    return line, [*origin, len(source)]


def letters(text: str, wild: str = "") -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if letter(char, wild))


def share(a: Mention, b: Mention) -> bool:
    return any(p[0] <= q[1] and q[0] <= p[1] for p in a.parts for q in b.parts)


def inside(left: Mention, right: Mention) -> bool:
    return any(part[0] <= right.last and right.first <= part[1] for part in left.parts)


def most_apart(mentions: set[Mention]) -> int:
    count, reached = 0, -1
    for last, first in sorted((mention.last, mention.first) for mention in mentions):
        if first > reached:
            count, reached = count + 1, last
    return count
