"""Bytes of a page to text, as browsers do where the page says, and by looking where it does not.

Order (HTML standard, "determining the character encoding"): byte order mark, then `<meta charset>` in the first bytes, then UTF-8 if it
is valid, then the legacy encoding whose letters the text is made of. A declaration that the bytes contradict is not believed.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.+-]{2,40})", re.IGNORECASE)
_HEAD = 4096  # the standard looks at 1,024 bytes; scripts before the declaration are common
_SAMPLE = 65_536

# WHATWG Encoding: what a label means on the web is not always what it says.
_WEB_NAMES = {
    "iso-8859-1": "windows-1252", "iso8859-1": "windows-1252", "latin1": "windows-1252", "latin-1": "windows-1252", "us-ascii": "windows-1252",
    "ascii": "windows-1252", "iso-8859-9": "windows-1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874", "dos-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
    "x-user-defined": "windows-1252",
}  # fmt: skip
_ALLOWED = frozenset(
    (
        "utf-8 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 "
        "windows-1256 windows-1257 windows-1258 cp874 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 "
        "iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 "
        "koi8-r koi8-u gb18030 cp932 euc-jp iso-2022-jp cp949 big5hkscs macintosh ibm866"
    ).split()
)

# What text in a legacy encoding is made of. Frequent letters, not merely possible ones: every byte pair is some GB18030 ideograph.
_EVIDENCE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("cp932", re.compile("[\u3040-\u30ff、。「」]")),
    ("euc-jp", re.compile("[\u3040-\u30ff、。「」]")),
    ("cp949", re.compile("[\uac00-\ud7a3]")),
    ("gb18030", re.compile("[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会，。“”]")),
    ("big5hkscs", re.compile("[的一是不了在人有我他這個們中來上大為和國地到以說時要就出會，。「」]")),
    # Letters of scripts of one byte each stand in words; the accents of Latin ones, which are the same bytes, stand alone.
    ("windows-1251", re.compile("[а-яё](?=[а-яё])")),
    ("koi8-r", re.compile("[а-яё](?=[а-яё])")),
    ("windows-1253", re.compile("[ά-ώ](?=[ά-ώ])")),
    ("windows-1255", re.compile("[א-ת](?=[א-ת])")),
    ("cp874", re.compile("[ก-๎](?=[ก-๎])")),
    ("windows-1256", re.compile("[ء-ي](?=[ء-ي])")),
)
_FREQUENT = {
    "cp932": 0.25,
    "euc-jp": 0.25,
    "cp949": 0.5,
    "gb18030": 0.12,
    "big5hkscs": 0.12,
    "windows-1251": 0.6,
    "koi8-r": 0.6,
    "windows-1253": 0.6,
    "windows-1255": 0.6,
    "windows-1256": 0.6,
    "cp874": 0.6,
}
_LANG = re.compile(rb"<html[^>]{0,300}?\slang\s*=\s*[\"']?([A-Za-z]{2,3})", re.IGNORECASE)
_LEGACY = dict.fromkeys(("cs", "sk", "pl", "hu", "sl", "hr", "bs", "ro", "sq"), "windows-1250") | {
    "tr": "windows-1254", "az": "windows-1254", "el": "windows-1253", "he": "windows-1255", "ar": "windows-1256", "fa": "windows-1256", "ur": "windows-1256",
    "lt": "windows-1257", "lv": "windows-1257", "et": "windows-1257", "vi": "windows-1258", "th": "cp874", "ja": "cp932", "ko": "cp949",
    "zh": "gb18030", "ru": "windows-1251", "uk": "windows-1251", "bg": "windows-1251", "be": "windows-1251", "mk": "windows-1251", "sr": "windows-1251",
}  # fmt: skip


def decode(body: bytes) -> str:
    """Return the text of a page's bytes; never raises, undecodable bytes become U+FFFD (and vanish in `text.clean`)."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = declared_charset(body)
    if _is_utf8(
        body
    ):  # a declaration that says otherwise is wrong: others are hardly ever valid UTF-8 by accident
        return body.decode(_of_ascii(body, declared) if body.isascii() else "utf-8", "replace")
    if declared in (None, "utf-8"):
        return body.decode(legacy_charset(body) or _of_language(body), "replace")
    if declared == "windows-1252":  # what servers and editors say who have not been asked
        return body.decode(legacy_charset(body) or declared, "replace")
    return body.decode(declared, "replace")


def _of_ascii(body: bytes, declared: str | None) -> str:
    """Return the charset of bytes that are all ASCII: what the page says, or ISO-2022-JP where its escapes are, which are ASCII too."""
    escaped = b"\x1b$B" in body[:_SAMPLE] or b"\x1b$@" in body[:_SAMPLE]
    return "iso-2022-jp" if escaped else declared or "utf-8"


def _of_language(body: bytes) -> str:
    """Return the legacy encoding of the page's own language (HTML standard, "a locale-specific default encoding"), else windows-1252."""
    match = _LANG.search(body, 0, _HEAD)
    return _LEGACY.get(match[1].decode("ascii").lower(), "windows-1252") if match else "windows-1252"


def declared_charset(body: bytes) -> str | None:
    """Return the charset the page itself names, by its web meaning; None if it names none that is allowed."""
    match = _META.search(body, 0, _HEAD) or _XML.search(body, 0, _HEAD)
    if match is None:
        return None
    label = match[1].decode("ascii").lower()
    name = _WEB_NAMES.get(label, label)
    return name if name in _ALLOWED else None


def _is_utf8(body: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a cut at the end and a broken character or two in a thousand."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body[:_SAMPLE].decode("utf-8", "replace")
        wide = _wide(text)
        return text.count("\ufffd") * 20 < wide
    return True


def _wide(text: str) -> int:
    """Return how many characters are not ASCII, at the speed of memory."""
    return len(text) - len(text.encode("ascii", "ignore"))


def legacy_charset(body: bytes) -> str | None:
    """Return the charset before Unicode in which a text that names none was written, by its letters; None if none is evident."""
    return _sniff(body) or _latin(body)


def _sniff(body: bytes) -> str | None:
    """Return the legacy encoding in which the wide characters are the frequent letters of its script; None if none is evident."""
    sample = body[:_SAMPLE]
    best, top = None, 1.0
    for name, frequent in _EVIDENCE:
        text = sample.decode(name, "replace")
        wide = _wide(text)
        if text.count("\ufffd") * 50 > wide:
            continue
        share = len(frequent.findall(text)) / (wide or 1) / _FREQUENT[name]
        if (
            wide and share >= top
        ):  # of equal ones the later: Arabic is Thai of a kind, byte for byte, but not the other way round
            best, top = name, share
    return best


# ── Latin letters ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
# The accented letters of languages, by the encoding of one byte in which each is written. One text has those of one language, and the
# same bytes in another encoding are letters that no language has together (`zebra³a siê`).
_LETTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("windows-1252", ("äöüß", "àâæçèéêëîïôœùûü", "ñáéíóúü", "àáâãçéêíóôõúü", "àèéìíòóù", "åäöé", "æøåéòó", "ðþáéíóúýæö", "àçèéíïòóúü", "áâéëïèöüêôû")),
    ("windows-1250", ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "ëç")),
    ("iso-8859-2", ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")),
    ("windows-1254", ("âçğıîöşüû\u0307",)),
    ("windows-1257", ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")),
)  # fmt: skip
_SURE, _MARGIN, _FEW = (
    0.95,
    0.05,
    4,
)  # share of the letters that are the language's; over that of the web's default; letters to judge by
_IN_WORDS = re.compile(r"(?<=[^\W\d_])[^\x00-\x7f\s–—’‘“”„«»…]|[^\x00-\x7f\s–—’‘“”„«»…](?=[^\W\d_])")


def _latin(body: bytes) -> str | None:
    """Return the encoding in which the accented letters are those of one language; None if the web's default does as well."""
    accented = b" ".join(word for word in body[:_SAMPLE].split() if not word.isascii())
    shares = {name: _share(accented, name, languages) for name, languages in _LETTERS}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= max(_SURE, shares["windows-1252"] + _MARGIN) else None


def _share(words: bytes, name: str, languages: tuple[str, ...]) -> float:
    """Return the share of the wide characters in words that are letters of the language that has most of them."""
    wide = Counter(_IN_WORDS.findall(words.decode(name, "replace").lower()))
    if wide.total() < _FEW:
        return 0.0
    return max(sum(wide[letter] for letter in letters) for letters in languages) / wide.total()
