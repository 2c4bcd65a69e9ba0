"""Words below the stages: the hygiene every stored text obeys, sentences, and counting words in any script.

Rules see text only after `clean`, so that "I\u200bRS" matches IRS and "U\u00a0S" matches U S (spec "seed-format", "Grammar"). What is
typography stays as published: curly quotes, dashes and the ellipsis are never smartened or folded to ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

Offsets = tuple[int, int]

# Characters a reader cannot see and a rule must not trip over. ZWNJ and ZWJ (U+200C, U+200D) are absent on purpose: Farsi and emoji
# are misspelt without them. White space among the controls (tab, U+0085 …) is turned into a space by `clean`, not deleted.
INVISIBLE = re.compile(
    "["
    "\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f"  # C0 and C1 controls that are no white space
    "\u00ad\u200b\u2060\ufeff\ufffd"  # soft hyphen, zero-width space, word joiner, BOM, replacement character
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls (UAX #9)
    "\u180e\u2061-\u2065\u206a-\u206f\ufff9-\ufffc"  # vowel separator, invisible operators, deprecated and annotation marks
    "\ud800-\udfff"  # lone surrogates: not encodable as UTF-8
    "]+"
)


def clean(text: str) -> str:
    """Return `text` as one tidy line: NFC, invisible letters gone, every run of white space one U+0020, none at the ends.

    Idempotent. Line breaks count as white space; split before cleaning where they matter.
    """
    if (
        not text.isprintable() or "\ufffd" in text or "\ufffc" in text
    ):  # all other invisible letters are not printable
        text = INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return single_spaced(text)


def single_spaced(text: str) -> str:
    """Return `text` with every run of white space as one U+0020 and none at the ends."""
    if (
        text.isprintable() and "  " not in text
    ):  # of white space only U+0020 is printable, and most lines have been here before
        return text.strip(" ")
    return " ".join(text.split())


# One ideograph or kana carries roughly half an English word (translation tables put 1,000 words at 1,600-2,000 characters).
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w+")
_ASCII_WORDS = bytes(
    byte if chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(128)
).ljust(256)


def words(text: str) -> list[str]:
    r"""Return the words of `text`, case-folded by `lower`: runs of letters, digits and underscores (`\w+`)."""
    return _WORD.findall(text.lower())


def count_words(text: str) -> int:
    """Return how many words `text` has; two ideographs or kana count as one word, since these scripts do not space words."""
    if text.isascii():
        return len(text.encode().translate(_ASCII_WORDS).split())  # `\w+` of ASCII at eight times the speed
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + (wide + 1) // 2


_NO_LETTER = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Return only the letters and digits of `text`, case-folded: for telling whether two lines differ in more than marks and spaces."""
    return _NO_LETTER.sub("", text.casefold())


# ── Sentences ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_CLOSERS = "\"'”’»›)\\]」』）】"
_OPENERS = "\"'“‘«‹(\\[¿¡—–-„"
_STOP = re.compile(
    rf"(?P<wide>[。！？｡．]+[{_CLOSERS}]*)"
    rf"|(?P<other>[।॥؟۔]+[{_CLOSERS}]*)(?=\s|$)"
    rf"|(?P<strong>(?:[!?]+|…|\.{{2,}})[.!?…]*[{_CLOSERS}]*)(?=\s|$)"
    rf"|(?P<dot>\.[{_CLOSERS}]*)(?=\s|$)"
    r"|(?P<line>\n)"
)
_LAST_TOKEN = re.compile(r"[^\s\"'“‘«(\[—–]+$")
_NEXT_TOKEN = re.compile(rf"\s*[{_OPENERS}]*(\S+)")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")

# A title or a unit that is followed by the thing it belongs to: never the end of a sentence.
_BEFORE_NAME = frozenset(
    (
        "mr mrs ms mx dr prof sec atty asst amb ofc ald sen sens rep reps gov gen col lt sgt capt cmdr adm maj pfc pvt cpl rev hon "
        "pres supt det insp st ste mt ft messrs vs v no nos nr fig figs vol art pp p approx ca cf e.g "
        "i.e al sr sra srta d dña da dra drs mme mlle mm mgr me hr fr bzw z.b d.h u.a usw ggf evtl inkl "
        "zzgl str hl г ул им т.е т.к см стр exmo exma núm nº"
    ).split()
)
# Abbreviations that end a sentence as often as not: the next word decides.
_EITHER = frozenset(
    (
        "inc corp co ltd llc jr bros dept est assn jan feb mar apr jun jul aug sept sep oct nov dec mon "
        "tue tues wed thu thur fri sat sun ariz ark calif colo conn del fla ga ill ind kan ky la md mass "
        "mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo a.m p.m etc mio mrd mill "
        "uu ee"
    ).split()
)
# Words that open a sentence but hardly ever follow an abbreviation within one.
_STARTERS = frozenset(
    (
        "the a an he she it they we i you this that these those there in on at but and so if when while "
        "as after before for to his her its their our my what who how why where according however "
        "meanwhile also although since during under with by from now then still yet some many most all "
        "no not one two last next more el la los las un una lo en pero y le les il elle ils un une et "
        "mais der die das ein eine er sie es wir und aber o os as um uma ele ela e mas"
    ).split()
)
_MONTHS = frozenset(
    (
        "januar jänner februar märz april mai juni juli august september oktober november dezember "
        "jahrhundert"
    ).split()
)


def sentences(text: str) -> tuple[Offsets, ...]:
    """Return the sentences of `text` as (start, end) offsets, without the space between them; a line break always ends one.

    Knows "U.S.", "Mr.", "No. 5", initials, "5. Mai", and the full stops of CJK, Hindi, Arabic and Urdu.
    """
    spans: list[Offsets] = []
    start = 0
    for stop in _stops(text):
        _keep(spans, text, start, stop)
        start = stop
    _keep(spans, text, start, len(text))
    return tuple(spans)


def _stops(text: str) -> Iterator[int]:
    """Yield the offsets at which a sentence ends."""
    for match in _STOP.finditer(text):
        kind = match.lastgroup
        if kind == "dot" and not _ends_sentence(text, match.start(), match.end()):
            continue
        if kind == "strong" and _continues(text, match.end()):
            continue
        yield match.end()


def _keep(spans: list[Offsets], text: str, start: int, end: int) -> None:
    """Append the span without its outer white space, unless nothing is left."""
    body = text[start:end]
    left = len(body) - len(body.lstrip())
    right = len(body.rstrip())
    if right > left:
        spans.append((start + left, start + right))


def _continues(text: str, end: int) -> bool:
    """Tell whether what follows starts in lower case: `"Why?" she asked`."""
    following = _NEXT_TOKEN.match(text, end)
    return following is not None and following[1][0].islower()


def _ends_sentence(text: str, dot: int, end: int) -> bool:
    """Decide whether the full stop at `dot` ends a sentence, by the word before it and the word after it."""
    following = _NEXT_TOKEN.match(text, end)
    if following is None:
        return True
    before_match = _LAST_TOKEN.search(text, max(0, dot - 30), dot)
    before = before_match[0] if before_match else ""
    after = following[1]
    if after[0].islower():
        return False
    return not _is_abbreviation(before, after, quoted=end - dot > 1)


def _is_abbreviation(before: str, after: str, *, quoted: bool) -> bool:
    """Tell whether `before` and its full stop belong to what follows; a closing quote after the stop says no."""
    folded = before.lower()
    bare = after.strip("\"'”’»),.;:!?").lower()
    if quoted or not before:
        return False
    if before.isdigit():
        return len(before) <= 2 and bare in _MONTHS
    if folded in {"no", "nos", "art", "fig", "figs", "p", "pp", "v"}:
        return after[0].isdigit() or (folded == "v" and after[0].isupper())
    if folded in _BEFORE_NAME:
        return True
    if len(before) == 1:
        return before.isupper() and before != "I" and bare not in _STARTERS
    if _ACRONYM.fullmatch(before) or folded in _EITHER:
        return bare not in _STARTERS
    return False
