"""Bytes of a feed to text. What server and document *say* about the charset is evidence, not truth (requirement 27).

Bytes that are valid UTF-8 and hold a multi-byte sequence are UTF-8, whatever is declared: text in another charset passes
that test by chance about never. Then the XML declaration counts, then the Content-Type; only charsets on the list are ever asked
of Python's codecs, because `undefined`, `punycode`, `idna`, `zip` and their kind raise, hang or inflate.
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
    (b"<\x00?\x00", "utf-16-le"),
    (b"<\x00r\x00", "utf-16-le"),
    (b"<\x00f\x00", "utf-16-le"),
    (b"{\x00", "utf-16-le"),
)
"""How a document in a wide charset begins when the byte order mark is missing (XML 1.0, appendix F)."""

_CHARSETS = {
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "ascii": "cp1252", "us-ascii": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso88591": "cp1252", "iso_8859-1": "cp1252", "l1": "cp1252", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs", "cp950": "cp950", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "cp932": "cp932", "euc-jp": "euc_jp", "eucjp": "euc_jp", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "cp949": "cp949", "windows-949": "cp949", "koi8-r": "koi8_r", "koi8-u": "koi8_u", "tis-620": "cp874",
    "windows-874": "cp874", "iso-8859-11": "cp874", "macintosh": "mac_roman", "x-mac-roman": "mac_roman", "utf-8": "utf-8",
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"cp{n}": f"cp{n}" for n in range(1250, 1259)},
}  # fmt: skip
"""Declared name -> Python codec. Latin-1 and ASCII are read as Windows-1252 (WHATWG Encoding, 4.2): that is what people wrote."""

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,300}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})")
_CONTENT_TYPE = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
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
    if b"\x1b" in body and "iso2022_jp" in _declared(body, content_type):
        return None
    if "\uffff" in text or "\ufffe" in text:
        text = _ILLEGAL.sub("", text)
    return text.removeprefix("\ufeff")


def _by_evidence(body: bytes, content_type: str | None) -> str:
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for start, charset in _WIDE:
        if body.startswith(start):
            return body.decode(charset, "replace")
    return _first_fitting(body, _declared(body, content_type))


def _declared(body: bytes, content_type: str | None) -> tuple[str, ...]:
    """Return the codecs named by the document and by the server, in that order, if they are on the list."""
    names = []
    if match := _DECLARED.match(body[:400]):
        names.append(match[1].decode("ascii"))
    if content_type and (named := _CONTENT_TYPE.search(content_type[:400])):
        names.append(named[1])
    return tuple(_CHARSETS[name.lower()] for name in names if name.lower() in _CHARSETS)


def _first_fitting(body: bytes, declared: tuple[str, ...]) -> str:
    for charset in declared:
        if charset != "utf-8":
            try:
                return body.decode(charset)
            except UnicodeDecodeError:
                continue
    return _damaged(body, declared)


def _damaged(body: bytes, declared: tuple[str, ...]) -> str:
    """Decode what fits nothing whole: UTF-8 with a few broken bytes if most sequences are sound, else the declared one or Windows-1252."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken * 2 <= sound:
        return body.decode("utf-8", _MENDING)
    charset = next((name for name in declared if name != "utf-8"), "cp1252")
    return body.decode(charset, "replace")


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252: one field of a page that was never converted is the usual cause."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_MENDING = "monitor.mending"
codecs.register_error(_MENDING, _as_windows)
