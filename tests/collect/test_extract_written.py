"""Dates as people write them, and the lines that hold nothing else."""

from datetime import UTC, datetime

import pytest

from monitor.collect.extract import extract
from monitor.collect.metadata.written import first_date, is_date_line

URL = "https://www.town.example/bridge"
TEXT = (
    "The bridge over the Alden closes on Monday for nine weeks, the town council said in a letter to residents.",
    "Buses will go round by the mill, which takes some eleven minutes more, and pedestrians may use the ferry.",
    "The last repair was made in the year of the flood and was meant to hold for ten years, a councillor said.",
)


@pytest.mark.parametrize(
    "line",
    [
        "For release: November 23, 2026",
        "November 23, 2026",
        "Mon., Nov. 23, 2026 at 10:30 a.m. EST",
        "Last updated on 23 November 2026, 10:30 GMT",
        "Published 23 Nov 2026 | Updated 24 Nov 2026",
        "Pressemitteilung vom: 23. November 2026",
        "Veröffentlicht am Montag, 23.11.2026 um 10:30 Uhr",
        "Stand: 23.11.2026",
        "Publié le 23 novembre 2026 à 10h30",
        "Mis à jour le lundi 23/11/2026 à 10:30",
        "Publicado el 23 de noviembre de 2026",
        "Atualizado em segunda-feira, 23 de novembro de 2026 às 10h30",
        "Pubblicato il 23 novembre 2026 alle 10:30",
        "Опубликовано: 23 ноября 2026, 10:30",
        "公開日：2026年11月23日 10時30分",
        "2026年11月23日（月）公開",
        "发布时间：2026-11-23 10:30",
        "입력 2026.11.23 10:30",
        "2026년 11월 23일 월요일",
        "تاريخ النشر: 23 نوفمبر 2026",
        "نشر في ٢٣ نوفمبر ٢٠٢٦",
        "प्रकाशित: 23 नवंबर 2026, सोमवार",
        "Yayınlanma tarihi: 23 Kasım 2026",
    ],
)
def test_a_label_and_a_date_are_a_date_line(line: str) -> None:
    """In every language of the news: a label, a weekday, a time of day and a second date add nothing to a date."""
    assert is_date_line(line)
    assert first_date(line, month_first=False) is not None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "For release: immediately",
        "The bridge closed on November 23, 2026.",
        "November 23, 2026, was a cold day",
        "23 people, 2026 boats",
        "On November 23, 2026, Mayor Quill resigned",
        "Zehn Fähren am 23.11.2026",
        "2026年11月23日に橋が閉鎖された",
    ],
)
def test_a_sentence_with_a_date_is_no_date_line(line: str) -> None:
    """Any word that says something makes it text."""
    assert not is_date_line(line)


@pytest.mark.parametrize(
    ("text", "month_first", "date"),
    [
        ("3/4/2025", True, (2025, 3, 4)),
        ("3/4/2025", False, (2025, 4, 3)),
        ("3/14/2025", False, (2025, 3, 14)),
        ("14/3/2025", True, (2025, 3, 14)),
        ("04-ago-2021 5:11", False, (2021, 8, 4)),
        ("३ अप्रैल २०२५", False, (2025, 4, 3)),
    ],
)
def test_the_order_of_day_and_month_is_the_languages(
    text: str, month_first: bool, date: tuple[int, int, int]
) -> None:
    """Where only one reading is possible it is taken, else the page's language decides."""
    found = first_date(text, month_first=month_first)
    assert found is not None
    assert (found.year, found.month, found.day) == date


def article(*lines: str, lang: str = "en", tag: str = "p") -> str:
    body = "".join(f"<{tag}>{line}</{tag}>" if line not in TEXT else f"<p>{line}</p>" for line in lines)
    return f"<html lang={lang}><body><h1>Bridge closes</h1><div>{body}</div></body></html>"


def test_a_date_line_above_the_text_is_metadata() -> None:
    """It dates the page where nothing better does, and is no line of the document."""
    found = extract(article("Notice of: 3/4/2025", *TEXT, lang="en-GB"), URL)
    assert found.text.split("\n") == list(TEXT)
    assert (found.published, found.date_source) == (datetime(2025, 4, 3, tzinfo=UTC), "text")


def test_the_dates_of_a_chronicle_are_its_text() -> None:
    """Lines that are only a date stay where the text is made of them, and where they stand below its beginning."""
    days = ["March 3, 2025", "March 4, 2025", "March 5, 2025"]
    told = [line for pair in zip(days, TEXT, strict=True) for line in pair]
    assert extract(article(*told), URL).text.split("\n") == told
    later = [TEXT[0], "March 4, 2025", *TEXT[1:]]
    assert extract(article(*later), URL).text.split("\n") == later
