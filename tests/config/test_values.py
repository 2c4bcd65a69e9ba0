"""The small values: what is read as what, and what is refused with which advice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.guard import AllowList
from monitor.config import values
from monitor.config.values import WrongValue


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (values.duration, "45s", timedelta(seconds=45)),
        (values.duration, "1h30m", timedelta(minutes=90)),
        (values.duration, "2w", timedelta(days=14)),
        (values.duration, "1.5h", timedelta(minutes=90)),
        (values.duration, "200ms", timedelta(milliseconds=200)),
        (values.duration_or_zero, "0s", timedelta(0)),
        (values.size, "512KiB", 524_288),
        (values.size, "3MB", 3_000_000),
        (values.time_of_day, "8:05", time(8, 5)),
        (values.time_of_day, "23:59", time(23, 59)),
        (values.hours, "22:00-07:00", (time(22), time(7))),
        (values.hours, "22:00 – 7:00", (time(22), time(7))),
        (values.days, "weekdays", frozenset(range(5))),
        (values.days, "weekends", frozenset({5, 6})),
        (values.days, ["mon", "Thursday", "tues"], frozenset({0, 3, 1})),
        (values.days, "friday", frozenset({4})),
        (values.zone, "America/New_York", "America/New_York"),
        (values.url, "https://example.org:8443/a?b=c#d", "https://example.org:8443/a?b=c#d"),
        (values.url, "http://127.0.0.1:8080/feed", "http://127.0.0.1:8080/feed"),
        (values.url, "http://[::1]/feed", "http://[::1]/feed"),
        (values.url, "https://münchen.example/", "https://münchen.example/"),
        (values.listen, "0.0.0.0:80", "0.0.0.0:80"),
        (values.database, "postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        (values.mail_address, "Desk <desk@example.org>", "Desk <desk@example.org>"),
        (values.name, " The Paper ", "The Paper"),
    ],
)
def test_values_are_read(read: Callable[[object], Any], written: object, value: object) -> None:
    """Each form that the documentation shows gives its value."""
    assert read(written) == value


@pytest.mark.parametrize(
    ("read", "written", "advice"),
    [
        (values.duration, "8 d", "write 8d"),
        (values.duration, "30M", "write 30m"),
        (values.duration, "1,5h", "30m"),
        (values.duration, ".5h", "30m"),
        (values.duration, "-5m", "30m"),
        (values.duration, "0s", "30m"),
        (values.duration, 30, "30m"),
        (values.duration, "999999w", "30m"),
        (values.size, "16", "16MiB"),
        (values.size, "0MiB", "16MiB"),
        (values.size, 16, "16MiB"),
        (values.time_of_day, "24:00", '"08:00"'),
        (values.time_of_day, 480, '"08:00"'),
        (values.hours, "22:00", '"22:00-07:00"'),
        (values.hours, "07:00-07:00", '"22:00-07:00"'),
        (values.days, [], "weekdays"),
        (values.days, "mo", "weekdays"),
        (values.days, [1], "weekdays"),
        (values.zone, "America", "America/New_York"),
        (values.zone, "../../etc/passwd", "America/New_York"),
        (values.zone, 5, "America/New_York"),
        (values.url, "https://a b.example/", "%20"),
        (values.url, "javascript:alert(1)", "https://"),
        (values.url, "https://-a.example/", "https://host/path"),
        (values.url, "https://[::1/", "https://host/path"),
        (values.url, "https://example.org:0/", "https://host/path"),
        (values.url, None, "https://"),
        (values.listen, ":8765", "127.0.0.1:8765"),
        (values.listen, "127.0.0.1:99999", "127.0.0.1:8765"),
        (values.database, "mysql://x", "sqlite:///"),
        (values.mail_address, "a@b@c", "desk@example.org"),
        (values.mail_address, "a@b.example\nBcc: c@d.example", "desk@example.org"),
        (values.header_value, "a\r\nb", "one line"),
        (values.header_name, "X Y", "Authorization"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(
    read: Callable[[object], Any], written: object, advice: str
) -> None:
    """The hint shows the right form."""
    with pytest.raises(WrongValue) as caught:
        read(written)
    assert advice in caught.value.hint


@given(st.text(max_size=30))
def test_readers_refuse_in_one_way_only(text: str) -> None:
    """Any text is read or refused with WrongValue, by every reader."""
    readers = (
        values.duration,
        values.size,
        values.time_of_day,
        values.hours,
        values.days,
        values.zone,
        values.url,
        values.allowance,
    )
    more = (
        values.listen,
        values.database,
        values.first_poll,
        values.country,
        values.language,
        values.mail_address,
        values.header_name,
    )
    for read in (*readers, *more, values.header_value, values.name):
        with contextlib.suppress(WrongValue):
            read(text)


_ADDRESS = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from(["localhost", "[::1]", "intranet", "10.0.0.0/8", "fd00::/8", "", "[", "]"]),
)


@given(st.tuples(_ADDRESS, st.sampled_from(["", ":80", ":0", ":99999", ":x", ":", "/8"])).map("".join))
def test_what_may_be_allowed_is_what_the_dialer_understands(text: str) -> None:
    """No allowance passes the loader that the network's guard cannot read."""
    try:
        allowed = values.allowance(text)
    except WrongValue:
        return
    assert AllowList.parse((allowed,)).entries
