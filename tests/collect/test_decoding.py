"""From the bytes of a feed to its letters: declared, mislabelled, or not declared at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.decoding import decode


@pytest.mark.parametrize(
    ("label", "codec", "letters"),
    [
        ("ISO 8859-1", "cp1252", "café “noir”"),
        ("ISO_8859-1:1987", "cp1252", "café"),
        ("US-ASCII", "cp1252", "café"),
        ("latin2", "iso8859_2", "Łódź"),
        ("win-1250", "cp1250", "Łódź"),
        ("CP-1251", "cp1251", "Паром"),
        ("ibm866", "cp866", "Паром"),
        ("x-mac-cyrillic", "mac_cyrillic", "Паром"),
        ("koi8-ru", "koi8_u", "Паром"),
        ("greek", "iso8859_7", "Φάρος"),
        ("ISO-8859-8-I", "iso8859_8", "מעבורת"),
        ("ISO-8859-9", "cp1254", "Işık"),
        ("latin-9", "iso8859_15", "1 €"),
        ("gb2312", "gb18030", "汉字漢"),
        ("x-euc-jp", "euc_jp", "連絡船"),
        ("shift_jis", "cp932", "連絡船①"),
        ("ks_c_5601-1987", "cp949", "뷁"),
        ("KSC5601", "cp949", "한글"),
        ("HZ-GB-2312", "hz", "汉字"),
        ("ISO-2022-JP", "iso2022_jp", "連絡船"),
        ("ISO-2022-KR", "iso2022_kr", "한글"),
        ("TIS-620", "cp874", "เรือ"),
    ],
)
def test_reads_charsets_by_any_of_their_names(label: str, codec: str, letters: str) -> None:
    """Names are compared without their punctuation; a charset stands for its superset, as on the web."""
    body = f'<?xml version="1.0" encoding="{label}"?><rss>{letters}</rss>'
    assert f"<rss>{letters}</rss>" in decode(body.encode(codec))


@pytest.mark.parametrize(
    ("codec", "label"),
    [("cp037", "ebcdic-cp-us"), ("cp037", "IBM037"), ("cp500", "ebcdic-cp-be"), ("cp1140", "IBM01140")],
)
def test_reads_a_mainframe(codec: str, label: str) -> None:
    """EBCDIC is told by its first four bytes, which member of the family by the declaration in it."""
    text = f'<?xml version="1.0" encoding="{label}"?>\x85<rss>[Ferry!]</rss>'
    assert decode(text.encode(codec)).endswith("?>\n<rss>[Ferry!]</rss>")


def test_a_declaration_counts_behind_what_a_script_printed() -> None:
    """A warning or a comment before the prolog does not hide the charset."""
    body = 'Notice: <b>x</b> <?xml version="1.0" encoding="windows-1251"?><rss>Паром</rss>'
    assert "Паром" in decode(body.encode("cp1251"))


@pytest.mark.parametrize(
    ("codec", "letters"),
    [
        ("cp1251", "Паром вышел в море и не вернулся к вечеру"),
        ("koi8-r", "Паром вышел в море и не вернулся к вечеру"),
        ("cp1253", "Το πλοίο έφυγε από το λιμάνι το πρωί"),
        ("cp1255", "המעבורת יצאה מהנמל בבוקר"),
        ("cp874", "เรือออกจากท่าเมื่อเช้านี้"),
        ("cp932", "連絡船が港を出たのは今朝のことです。"),
        ("euc_jp", "連絡船が港を出たのは今朝のことです。"),
        ("cp949", "연락선이 오늘 아침 항구를 떠났습니다"),
        ("gb18030", "渡轮在今天早上离开了港口，我们都在这里。"),
        ("big5", "渡輪在今天早上離開了港口，我們都在這裡。"),
        ("cp1252", "Die Fähre fährt früher über den großen See"),
    ],
)
def test_letters_tell_a_charset_nobody_names(codec: str, letters: str) -> None:
    """Without a declaration, or with one of UTF-8 that the bytes contradict, the text is what makes words."""
    for prolog in ("", '<?xml version="1.0" encoding="utf-8"?>'):
        assert letters in decode(f"{prolog}<rss>{letters}</rss>".encode(codec))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("start", ["<?xml version='1.0'?>", "<rss>", "<!-- x -->"])
def test_wide_charsets_need_no_mark(codec: str, start: str) -> None:
    """The zero bytes of the first letters tell UTF-16 and UTF-32 (XML 1.0, appendix F)."""
    assert decode(f"{start}連絡船".encode(codec)) == f"{start}連絡船"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "hz", "iso-2022-kr", "iso-2022-jp", "johab", "undefined", "cp037", "utf-16"]),
)
def test_never_raises(body: bytes, label: str) -> None:
    """Any bytes under any declared charset give text without characters that XML forbids."""
    prolog = f'<?xml version="1.0" encoding="{label}"?>'.encode() if label else b""
    for start in (b"", b"\x4c\x6f\xa7\x94", b"\xff\xfe"):
        text = decode(start + prolog + body, f"text/xml; charset={label}")
        assert not {"\x00", "\ufffe", "\uffff"} & set(text)
