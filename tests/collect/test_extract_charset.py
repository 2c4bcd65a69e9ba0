"""Bytes to text: what the page says is believed unless its bytes contradict it, and looked for where it says nothing."""

import pytest

from monitor.collect.extract import extract
from monitor.collect.extract.charset import declared_charset, decode

TEXTS = {
    "windows-1252": "Der Rat tagt heute – „endlich“, sagt die Bürgermeisterin. Größe über alles, meint Frau Müller.",
    "shift_jis": "白浜駅前の噴水に十日、八年ぶりに水が戻った。市によると、配管の交換に費用をかけた。",
    "euc_jp": "白浜駅前の噴水に十日、八年ぶりに水が戻った。市によると、配管の交換に費用をかけた。",
    "gb18030": "图书馆新馆本周六正式开放，首日接待读者三千余人，我们在这里看书。这是大家的地方。",
    "euc_kr": "마을을 오가는 버스가 이달부터 어르신이 전화로 부르면 집 앞까지 찾아온다고 군청이 밝혔다.",
    "windows-1251": "В субботу открылось кафе в трамвае, который сорок лет простоял на задворках депо.",
    "utf-8": "Überall im Land: “quoted” — 東京 and سلام",
}


@pytest.mark.parametrize("charset", TEXTS)
def test_a_charset_nobody_names_is_found(charset: str) -> None:
    """Without header, mark or declaration the letters themselves tell."""
    body = f"<p>{TEXTS[charset]}</p>".encode(charset)
    assert TEXTS[charset] in decode(body)


@pytest.mark.parametrize("charset", TEXTS)
def test_a_declared_charset_is_used_by_its_web_meaning(charset: str) -> None:
    """`<meta charset>` decides, under any of the names the web gives a charset."""
    body = f'<html><head><meta charset="{charset}"></head><p>{TEXTS[charset]}</p>'.encode(charset)
    assert TEXTS[charset] in decode(body)
    assert TEXTS[charset] in extract(body, "https://a.example/").text


LATIN = [
    ("windows-1250", "Rada miejska zebrała się we wtorek, żeby rozważyć plan portu; rybacy są źli, że ściana zajmie pół nabrzeża."),
    ("iso-8859-2", "Rada miejska zebrała się we wtorek, żeby rozważyć plan portu; rybacy są źli, że ściana zajmie pół nabrzeża."),
    ("windows-1250", "Městská rada se sešla v úterý večer, aby zvážila plán přístavu; rybáři řekli, že zeď zabere nábřeží."),
    ("iso-8859-2", "Městská rada se sešla v úterý večer, aby zvážila plán přístavu; rybáři řekli, že zeď zabere nábřeží."),
    ("windows-1250", "A városi tanács kedden ült össze; a halászok szerint a fal, őszintén szólva, szűk a kikötőnek."),
    ("windows-1254", "Belediye meclisi salı akşamı toplandı; balıkçılar duvarın rıhtımı kaplayacağını söyledi. İmar değişmedi."),
    ("windows-1257", "Miesto taryba vakarą svarstė uosto planą; žvejai sakė, kad siena užims pusę krantinės šįmet."),
    ("windows-1252", "Le conseil s’est réuni mardi soir ; neuf élus ont parlé, et les pêcheurs ont déploré la hauteur du mur, très élevé."),
    ("windows-1252", "Der Rat trat am Dienstagabend zusammen; für die Fischer ist die Mauer zu groß, sagten sie über das Gespräch."),
]  # fmt: skip


@pytest.mark.parametrize(("charset", "text"), LATIN)
@pytest.mark.parametrize("claim", ["", '<meta charset="iso-8859-1">'])
def test_latin_letters_tell_their_language_and_so_their_charset(claim: str, charset: str, text: str) -> None:
    """Accented letters are those of one language in the right encoding and a medley in the others; an editor's habit is no claim."""
    assert text in decode(f"{claim}<p>{text}</p>".encode(charset))


def test_latin_1_means_windows_1252() -> None:
    """Pages that claim ISO 8859-1 hold the curly quotes and dashes of windows-1252 (WHATWG Encoding)."""
    body = b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>\x93yes\x94 \x96 no'
    assert "“yes” – no" in decode(body)


def test_a_contradicted_declaration_is_not_believed() -> None:
    """UTF-8 that calls itself something else is read as UTF-8: the bytes could hardly be valid by accident."""
    body = '<meta charset="windows-1252"><p>“Größe”'.encode()
    assert "“Größe”" in decode(body)


@pytest.mark.parametrize(
    ("mark", "charset"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_wins(mark: bytes, charset: str) -> None:
    """The mark is stronger than any declaration, and is no part of the text."""
    assert decode(mark + '<meta charset="shift_jis"><p>é'.encode(charset)) == '<meta charset="shift_jis"><p>é'


def test_a_few_broken_characters_do_not_change_the_charset() -> None:
    """A page cut in mid-character, or with a stray byte, is still UTF-8."""
    body = ("Größe über Füße. " * 40).encode()[:-3] + b"\xff" + "ü".encode()[:1]
    assert decode(body).startswith("Größe über Füße.")


@pytest.mark.parametrize("label", ["undefined", "punycode", "x" * 40, "rot13", "utf-7", "base64"])
def test_only_charsets_of_the_web_are_obeyed(label: str) -> None:
    """A codec of the language that is no charset of the web is never run on foreign bytes."""
    assert declared_charset(f'<meta charset="{label}">'.encode()) is None
