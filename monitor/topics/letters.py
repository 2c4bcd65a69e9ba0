"""What one character counts as: folded, part of a word or not, of a script with spaces or without. Cached, since texts repeat.

Sources: Unicode NFKC (UAX #15), case folding (Unicode 3.13), script ranges (Scripts.txt 16.0).
"""

from __future__ import annotations

import re
import unicodedata

GLUE = "'.,&+#"  # signs that can hold a word together

UNSPACED = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, kana, Bopomofo
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0ece\u0ed0-\u0edf\u1780-\u17d3\u17d7\u17dc-\u17dd\u17e0-\u17e9"  # Thai, Lao, Khmer
    "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f]"  # Myanmar
)
HANGUL = re.compile("[\uac00-\ud7a3]")
# Marks that are accents or vowel points in scripts whose readers write without them. Indic and Thai vowels are no accents.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_APOSTROPHES = "'‘’‚‛′ʼʻ＇`´׳"  # the last is the Hebrew geresh
# Letters that Unicode does not decompose but readers type without their strokes.
_STROKES = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "ħ": "h",
        "Ħ": "H",
        "ŧ": "t",
        "Ŧ": "T",
        "ı": "i",
    }
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ĸ": "k", "ŋ": "n", "Ŋ": "N"}
    | {"й": "\ue000", "Й": "\ue001"}  # i kratkoe is a letter of its own, not an accented и
)
_KRATKOE = str.maketrans({"\ue000": "й", "\ue001": "Й"})
_SYMBOLS = frozenset("™℠®©℗…‥·•")  # NFKC would glue some of them to the word before as letters
# A character with what belongs to it: combining marks, half-width voicing marks, conjoining Hangul vowels and finals.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0653-\u0655\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0"
    "\u3099\u309a\uff9e\uff9f\u1160-\u11ff"
)
MARK = re.compile(f"[{_MARKS}]")
CLUSTER = re.compile(f"(?s)\\w[{_MARKS}]*|.")


def unaccented(text: str) -> str:
    """Return `text` in NFKC without accents, strokes and invisible characters; case is kept."""
    text = unicodedata.normalize("NFKC", text).translate(_STROKES)
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", text).translate(_KRATKOE)


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def _space_char(char: str) -> str:
    if char in _APOSTROPHES:
        return "'"
    if char in GLUE:
        return char
    if not _is_word(char):
        return " "
    return f" {char} " if UNSPACED.match(char) else char


class Clusters(dict[str, str]):
    """The spaced form of each cluster met so far; bounded, because texts are other people's."""

    def __missing__(self, cluster: str) -> str:
        if len(self) > 50_000:
            self.clear()
        if cluster in _SYMBOLS:
            text = " "
        else:
            text = "".join(_space_char(char) for char in unaccented(cluster))
        if (
            len(text) > 1 and unicodedata.category(cluster[0]) == "No"
        ):  # ½ is a word of its own: 1½ is not 11 2
            text = f" {text} "
        if len(text.casefold()) != len(text):  # ß, ŉ …: written out, so that folding keeps every place
            text = text.casefold()
        self[cluster] = text
        return text


CLUSTERS = Clusters()
