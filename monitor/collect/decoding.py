"""Bytes of a feed to text. What server and document *say* about the charset is evidence, not truth (requirement 27).

Bytes that are valid UTF-8 and hold a multi-byte sequence are UTF-8, whatever is declared: text in another charset passes
that test by chance about never. Then the XML declaration counts, then the Content-Type, then what letters the bytes would be; only
charsets on the list are ever asked of Python's codecs, because `undefined`, `punycode`, `idna`, `zip` and their kind raise, hang or inflate.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"{\x00", "utf-16-le"),
)
"""How a document in a wide charset begins when the byte order mark is missing (XML 1.0, appendix F)."""

_EBCDIC_START = b"\x4c\x6f\xa7\x94"
"""`<?xm` in every charset of the EBCDIC family (XML 1.0, appendix F): enough to read the declaration that says which it is."""

_LABELS = {
    "cp1252": "latin1 l1 iso88591 iso885911987 cp819 ibm819 ascii usascii ansix341968 cp1252 windows1252 win1252 ansi",
    "iso8859_2": "latin2 l2 iso88592 iso885921987", "iso8859_3": "latin3 l3 iso88593", "iso8859_4": "latin4 l4 iso88594",
    "iso8859_5": "cyrillic iso88595", "iso8859_6": "arabic iso88596 asmo708 ecma114", "iso8859_7": "greek greek8 iso88597 elot928 ecma118",
    "iso8859_8": "hebrew iso88598 iso88598i iso88598e", "cp1254": "latin5 l5 iso88599 cp1254 windows1254 win1254",
    "iso8859_10": "latin6 l6 iso885910", "iso8859_13": "latin7 iso885913", "iso8859_14": "latin8 iso885914",
    "iso8859_15": "latin9 latin0 l9 iso885915", "iso8859_16": "latin10 iso885916",
    "cp1250": "cp1250 windows1250 win1250 xcp1250", "cp1251": "cp1251 windows1251 win1251 xcp1251 1251",
    "cp1253": "cp1253 windows1253 win1253", "cp1255": "cp1255 windows1255 win1255", "cp1256": "cp1256 windows1256 win1256",
    "cp1257": "cp1257 windows1257 win1257", "cp1258": "cp1258 windows1258 win1258",
    "koi8_r": "koi8r koi8 koi", "koi8_u": "koi8u koi8ru", "cp866": "cp866 ibm866 866", "cp437": "cp437 ibm437", "cp850": "cp850 ibm850",
    "cp852": "cp852 ibm852", "cp855": "cp855 ibm855", "cp857": "cp857 ibm857", "cp858": "cp858 ibm00858", "cp862": "cp862 ibm862",
    "mac_roman": "macintosh mac xmacroman macroman", "mac_cyrillic": "xmaccyrillic maccyrillic xmacukrainian",
    "mac_latin2": "xmacce maccentraleurope xmaccentraleurope", "mac_greek": "xmacgreek", "mac_turkish": "xmacturkish",
    "gb18030": "gb2312 gb23121980 gbk xgbk gb18030 cp936 ms936 windows936 euccn xeuccn chinese",
    "big5hkscs": "big5 cnbig5 xxbig5 big5hkscs", "cp950": "cp950 ms950", "hz": "hz hzgb2312",
    "cp932": "shiftjis sjis xsjis mskanji cp932 ms932 windows31j windows932", "euc_jp": "eucjp xeucjp eucjpms",
    "iso2022_jp": "iso2022jp", "iso2022_kr": "iso2022kr",
    "cp949": "euckr cp949 ms949 windows949 uhc korean ksc5601 ksc56011987 ksc56011989 ksx1001 xwindows949", "johab": "johab",
    "cp874": "tis620 iso885911 cp874 windows874 dos874",
    "utf-8": "utf8 unicode11utf8 xunicode20utf8 utf8mb4",
}  # fmt: skip
_CHARSETS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
"""Declared name without its punctuation -> Python codec. Latin-1 and ASCII are read as Windows-1252 (WHATWG Encoding, 4.2): that is what
people wrote; GB2312 and EUC-KR by their supersets for the same reason."""

_EBCDIC = {
    "cp500": "cp500 ibm500 ebcdiccpbe ebcdiccpch", "cp1140": "cp1140 ibm01140", "cp273": "cp273 ibm273", "cp1026": "cp1026 ibm1026",
    "cp424": "cp424 ibm424 ebcdiccphe",
}  # fmt: skip
_SEVEN_BIT = {"iso2022_jp": b"\x1b", "iso2022_kr": b"\x0e", "hz": b"~{"}
"""Charsets whose bytes are all ASCII, and what tells that there is something to decode."""

_PUNCTUATION = re.compile(r"[^a-z0-9]")
_DECLARED = re.compile(rb"<\?xml[^>]{0,300}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._: -]{1,40})")
_CONTENT_TYPE = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HEAD = 2_000
"""A declaration stands within so many bytes, counting the warnings that a script printed before it."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
"""Characters XML 1.0 forbids (2.2): seen in real feeds, fatal to every strict parser, meaningless in text. In UTF-8 the controls
are single bytes, and dropping them as bytes is ten times as fast."""


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the document as text: never raises; characters that XML forbids and the byte order mark are gone."""
    text = _as_utf8(body, content_type)
    if text is not None:
        return text
    return _ILLEGAL.sub("", _by_evidence(body, content_type)).removeprefix("\ufeff")


def _as_utf8(body: bytes, content_type: str | None) -> str | None:
    """Return the text if the bytes are sound UTF-8 and cannot be something wider or seven-bit; else None."""
    if body[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\x00" in body[:8]:
        return None
    try:
        text = body.translate(None, _CONTROLS).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if _is_seven_bit(body, content_type):
        return None
    if "\uffff" in text or "\ufffe" in text:
        text = _ILLEGAL.sub("", text)
    return text.removeprefix("\ufeff")


def _is_seven_bit(body: bytes, content_type: str | None) -> bool:
    if b"\x1b" not in body and b"~{" not in body and b"\x0e" not in body:
        return False
    return any(_SEVEN_BIT.get(charset, b"\xff") in body for charset in _declared(body, content_type))


def _by_evidence(body: bytes, content_type: str | None) -> str:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for start, charset in _WIDE:
        if body.startswith(start):
            return body.decode(charset, "replace")
    if body.startswith(_EBCDIC_START):
        return _from_ebcdic(body)
    return _first_fitting(body, _declared(body, content_type))


def _from_ebcdic(body: bytes) -> str:
    """Decode a document of the EBCDIC family; its own line end becomes that of XML."""
    named = _DECLARED.search(body[:_HEAD].decode("cp037", "replace").encode("ascii", "ignore"))
    name = _squeezed(named[1].decode("ascii")) if named else ""
    charset = next((codec for codec, labels in _EBCDIC.items() if name in labels.split()), "cp037")
    return body.decode(charset, "replace").replace("\x85", "\n")


def _squeezed(name: str) -> str:
    """Return the name of a charset without what people put between its letters: `ISO_8859-1`, `iso 8859-1`, `ISO8859-1`."""
    return _PUNCTUATION.sub("", name.lower())


def _named_by_document(body: bytes) -> str | None:
    match = _DECLARED.search(body, 0, _HEAD)
    return _CHARSETS.get(_squeezed(match[1].decode("ascii"))) if match else None


def _declared(body: bytes, content_type: str | None) -> tuple[str, ...]:
    """Return the codecs named by the document and by the server, in that order, if they are on the list."""
    server = _CONTENT_TYPE.search(content_type[:400]) if content_type else None
    names = (_named_by_document(body), _CHARSETS.get(_squeezed(server[1])) if server else None)
    return tuple(name for name in names if name)


def _first_fitting(body: bytes, declared: tuple[str, ...]) -> str:
    for charset in declared:
        if charset != "utf-8":
            try:
                return body.decode(charset)
            except UnicodeDecodeError:
                continue
    return _damaged(body, declared)


def _damaged(body: bytes, declared: tuple[str, ...]) -> str:
    """Decode what fits nothing whole: UTF-8 with a few broken bytes if most sequences are sound, else the declared charset, else the one in
    which the bytes are the letters of a language, else Windows-1252."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken * 2 <= sound:
        return body.decode("utf-8", _MENDING)
    charset = next((name for name in declared if name != "utf-8"), None) or _evident(body)
    return body.decode(charset, "replace")


def _evident(body: bytes) -> str:
    from monitor.collect.extract.charset import (
        legacy_charset,
    )  # tables and patterns one feed in a thousand needs

    return legacy_charset(body) or "cp1252"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252: one field of a page that was never converted is the usual cause."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_MENDING = "monitor.mending"
codecs.register_error(_MENDING, _as_windows)
