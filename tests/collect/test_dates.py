"""Dates as publishers write them: the right instant, or none; never a guess that is hours wrong, never an exception."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.dates import parse_date


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Wed, 02 Oct 2002 13:00:00 GMT", at(2002, 10, 2, 13)),
        ("Wed, 02 Oct 2002 08:00:00 EST", at(2002, 10, 2, 13)),
        ("Wed, 02 Oct 2002 05:00:00 PDT", at(2002, 10, 2, 12)),
        ("2 October 2002 15:00:00 CET", at(2002, 10, 2, 14)),
        ("Thu, 2 Oct 2002 15:00 +0200", at(2002, 10, 2, 13)),
        ("Wed, 02 Oct 2002 13:00:00 GMT+2", at(2002, 10, 2, 11)),
        ("Thu Sep 07 2017 10:00:00 GMT-0700 (PDT)", at(2017, 9, 7, 17)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", at(1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", at(1994, 11, 6, 8, 49, 37)),
        ("Mon, 06 May 2024 10:15 PM EDT", at(2024, 5, 7, 2, 15)),
        ("May 6, 2024 10:15 AM EDT", at(2024, 5, 6, 14, 15)),
        ("Sat, 01 Jan 2000 24:00:00 GMT", at(2000, 1, 2)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", at(2017, 1, 1)),
        ("2002-10-02T13:00:00Z", at(2002, 10, 2, 13)),
        ("2024-05-06T10:11:12.123456+05:30", at(2024, 5, 6, 4, 41, 12)),
        ("2024-05-06 10:11 -03:00", at(2024, 5, 6, 13, 11)),
        ("2024-05-06T10:11:12 GMT+02:00", at(2024, 5, 6, 8, 11, 12)),
        ("2024-05-06 10:11:12 PDT", at(2024, 5, 6, 17, 11, 12)),
        ("20250207T100000Z", at(2025, 2, 7, 10)),
        ("20240506", at(2024, 5, 6)),
        ("2020/1/10", at(2020, 1, 10)),
        ("1700000000", at(2023, 11, 14, 22, 13, 20)),
        ("1700000000123", at(2023, 11, 14, 22, 13, 20)),
        ("Do, 06 März 2025 10:00:00 +0100", at(2025, 3, 6, 9)),
        ("6 mars 2024", at(2024, 3, 6)),
        ("  Wed,\n 02 Oct 2002\t13:00:00 GMT ", at(2002, 10, 2, 13)),
        ("Mon, 01 Jan 0001 00:00:00 +0000", at(1, 1, 1)),
        ("1700000000.25", at(2023, 11, 14, 22, 13, 20)),
        ("20240506101112", at(2024, 5, 6, 10, 11, 12)),
    ],
)
def test_reads_what_publishers_write(raw: str, instant: datetime) -> None:
    """RFC 822 with every kind of zone, ISO 8601 in both forms, Unix time, and the rest that was seen."""
    assert parse_date(raw) == instant


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2024-05", at(2024, 5, 1)),
        ("2024-127", at(2024, 5, 6)),
        ("2024-W19-1", at(2024, 5, 6)),
        ("2024W19", at(2024, 5, 6)),
        ("24-05-06", at(2024, 5, 6)),
    ],
)
def test_reads_the_short_forms_of_iso(raw: str, instant: datetime) -> None:
    """A month, the day of a year, a week and a year of two digits are dates; a hyphen in them begins no zone."""
    assert parse_date(raw) == instant


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Mon, 06 May 2024 10:00:00 PDT-0700", at(2024, 5, 6, 17)),
        ("Mon, 06 May 2024 10:00:00 -0700 GMT", at(2024, 5, 6, 17)),
        ("Mon, 06 May 2024 10:00:00 +010", at(2024, 5, 6, 9)),
        ("Mon, 06 May 2024 10:00:00 +530", at(2024, 5, 6, 4, 30)),
        ("2024-05-06T10:00:00\u221205:00", at(2024, 5, 6, 15)),
        ("Mon, 06 May 2024 10:00:00 Europe/Berlin", at(2024, 5, 6, 8)),
        ("2024-05-06T10:00:00[America/New_York]", at(2024, 5, 6, 14)),
        ("2024-05-06T10:00:00-05:00[America/New_York]", at(2024, 5, 6, 15)),
        ("2024-05-06T10:00:00 Middle/Nowhere", at(2024, 5, 6, 10)),
        ("Mon, 06 May 2024 10:00:00 GMT&nbsp;", at(2024, 5, 6, 10)),
    ],
)
def test_reads_zones_however_they_are_named(raw: str, instant: datetime) -> None:
    """An offset counts before the name beside it; a region is a zone; a digit may be missing; what is unknown is UTC."""
    assert parse_date(raw) == instant


@pytest.mark.parametrize(
    "raw",
    [
        "2024년 5월 6일  오후 10:15:00",
        "2024-05-06 오후 10:15:00",
        "2024年5月6日 22時15分",
        "2024年05月06日(月) 22:15",
        "2024/05/06（月） 22:15",
        "пн, 06 мая 2024 22:15:00 +0000",
        "Δευ, 06 Μάι 2024 22:15:00 GMT",
        "2024-május-06T22:15:00+00:00",
        "2024. május 6. 22:15",
        "6 maja 2024 22:15",
        "Pzt, 06 Mayıs 2024 22:15:00 GMT",
        "ma, 06 toukokuuta 2024 22:15",
        "06.05.2024 22:15",
        "06-05-2024 22:15",
    ],
)
def test_reads_the_dates_of_many_languages(raw: str) -> None:
    """Month names by a table, East Asian dates by their signs; between dots and hyphens the day comes first."""
    assert parse_date(raw) == at(2024, 5, 6, 22, 15)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        None,
        "soon",
        "10000-01-01T00:00:00Z",
        "0000-00-00",
        "2024-02-30T10:00:00Z",
        "2024-13-01",
        "1" * 100_000,
        "25:61",
        "Wed",
        "12345",
        "202405",
        "2024-13",
        "2024-366-1",
        "2023-366",
        "Thu, 30 Nov -0001 00:00:00 +0000",
        "-0001-11-30T00:00:00+00:00",
    ],
)
def test_says_none_where_there_is_no_date(raw: str | None) -> None:
    """Impossible days, years out of range and words are no dates."""
    assert parse_date(raw) is None


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
seconds = st.integers(631_152_000, 4_070_908_800)  # 1990 to 2099
moments = st.builds(lambda second, zone: datetime.fromtimestamp(second, zone), seconds, zones)


@given(moments)
def test_reads_back_what_it_would_write(moment: datetime) -> None:
    """Every instant survives RFC 822, ISO 8601 and Unix time, whatever its zone."""
    assert parse_date(format_datetime(moment)) == moment
    assert parse_date(moment.isoformat()) == moment
    assert parse_date(moment.isoformat(" ")) == moment
    if moment.timestamp() >= 10**9:
        assert parse_date(str(int(moment.timestamp()))) == moment


@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(
            r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} -?\d{1,5} \d{1,3}:\d\d(:\d\d)? ?([A-Z]{1,5}|[+-]\d{1,5})?",
            fullmatch=True,
        ),
    )
)
def test_never_raises(raw: str) -> None:
    """Anything gives an aware UTC instant or None."""
    found = parse_date(raw)
    assert found is None or found.utcoffset() == timedelta()
