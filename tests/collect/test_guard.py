"""Which addresses may be dialled: one line a case, and the rules that hold for all of them."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.guard import MAX_URL, AllowList, check_url, verdict

# address, port, what is in its way ("" = nothing)
ADDRESSES = [
    line.split(maxsplit=2)
    for line in """
    1.1.1.1                                  443  -
    8.8.8.8                                  80   -
    9.255.255.255                            80   -
    11.0.0.0                                 80   -
    93.184.215.14                            443  -
    100.63.255.255                           80   -
    100.128.0.0                              80   -
    126.255.255.255                          80   -
    128.0.0.0                                80   -
    168.63.129.15                            80   -
    169.253.255.255                          80   -
    169.255.0.0                              80   -
    172.15.255.255                           80   -
    172.32.0.0                               80   -
    192.0.1.0                                80   -
    192.0.3.0                                80   -
    192.167.255.255                          80   -
    192.169.0.0                              80   -
    198.17.255.255                           80   -
    198.20.0.0                               80   -
    203.0.112.255                            80   -
    203.0.114.0                              80   -
    223.255.255.255                          80   -
    8.8.8.8                                  8080 -
    8.8.8.8                                  8443 -
    0.0.0.0                                  80   unspecified
    0.1.2.3                                  80   unspecified
    10.0.0.0                                 80   private
    10.1.2.3                                 443  private
    10.255.255.255                           80   private
    100.64.0.1                               80   shared
    100.100.100.200                          80   shared
    100.127.255.255                          80   shared
    127.0.0.0                                80   loopback
    127.0.0.1                                80   loopback
    127.1.2.3                                8080 loopback
    127.255.255.254                          80   loopback
    168.63.129.16                            80   metadata
    169.254.0.0                              80   link_local
    169.254.169.254                          80   link_local
    169.254.170.2                            80   link_local
    169.254.255.255                          80   link_local
    172.16.0.1                               80   private
    172.31.255.255                           80   private
    192.0.0.1                                80   reserved
    192.0.0.192                              80   reserved
    192.0.2.44                               80   documentation
    192.88.99.1                              80   reserved
    192.168.0.1                              80   private
    192.168.255.255                          80   private
    198.18.0.1                               80   benchmarking
    198.19.255.255                           80   benchmarking
    198.51.100.7                             80   documentation
    203.0.113.9                              80   documentation
    224.0.0.1                                80   multicast
    239.255.255.250                          80   multicast
    240.0.0.1                                80   reserved
    254.254.254.254                          80   reserved
    255.255.255.255                          80   broadcast
    8.8.8.8                                  22   port
    8.8.8.8                                  25   port
    8.8.8.8                                  53   port
    8.8.8.8                                  143  port
    8.8.8.8                                  6379 port
    8.8.8.8                                  11211 port
    2606:4700:4700::1111                     443  -
    2001:4860:4860::8888                     80   -
    2a00:1450:4001:81b::200e                 443  -
    2620:fe::fe                              80   -
    2001:200::1                              80   -
    2400:cb00:2048::1                        80   -
    3ffe::1                                  80   -
    ::                                       80   unspecified
    ::1                                      80   loopback
    ::2                                      80   reserved
    ::7f00:1                                 80   reserved
    ::8.8.8.8                                80   reserved
    ::ffff:8.8.8.8                           80   -
    ::ffff:1.1.1.1                           443  -
    ::ffff:127.0.0.1                         80   loopback
    ::ffff:7f00:1                            80   loopback
    ::ffff:10.0.0.1                          80   private
    ::ffff:169.254.169.254                   80   link_local
    ::ffff:192.168.1.1                       80   private
    ::ffff:100.64.0.1                        80   shared
    ::ffff:0.0.0.0                           80   unspecified
    ::ffff:168.63.129.16                     80   metadata
    ::ffff:0:127.0.0.1                       80   reserved
    64:ff9b::8.8.8.8                         80   -
    64:ff9b::127.0.0.1                       80   loopback
    64:ff9b::10.1.2.3                        80   private
    64:ff9b::169.254.169.254                 80   link_local
    64:ff9b:1::8.8.8.8                       80   private
    64:ff9b:1::10.0.0.1                      80   private
    100::1                                   80   discard
    2002:808:808::1                          80   -
    2002:7f00:1::1                           80   loopback
    2002:a00:1::1                            80   private
    2002:a9fe:a9fe::1                        80   link_local
    2002:c0a8:101::1                         80   private
    2001:0:4136:e378:8000:63bf:80ff:fffe     80   loopback
    2001:0:4136:e378:8000:63bf:f5ff:fffe     80   private
    2001:0:7f00:1:8000:63bf:3fff:fdd2        80   documentation
    2001:0:a00:1:8000:63bf:f7f7:f7f7         80   private
    2001:0:808:808:8000:63bf:f7f7:f7f7       80   reserved
    2001:2::1                                80   reserved
    2001:10::1                               80   reserved
    2001:20::1                               80   reserved
    2001:1ff::1                              80   reserved
    2001:db8::1                              80   documentation
    2001:db8:ffff::1                         80   documentation
    2a00:1450::5efe:127.0.0.1                80   loopback
    2a00:1450::200:5efe:10.0.0.1             80   private
    3fff::1                                  80   documentation
    4000::1                                  80   reserved
    5f00::1                                  80   reserved
    fc00::1                                  80   private
    fd00:ec2::254                            80   private
    fdff::1                                  80   private
    fe80::1                                  80   link_local
    fe80::1%eth0                             80   link_local
    febf::1                                  80   link_local
    fec0::1                                  80   private
    ff02::1                                  80   multicast
    ff0e::1                                  80   multicast
    2606:4700:4700::1111                     22   port
    localhost                                80   unreadable
    2130706433                               80   unreadable
    127.1                                    80   unreadable
    """.strip().splitlines()
]


def test_the_table_is_as_long_as_promised() -> None:
    """At least 105 addresses are judged, none twice."""
    pairs = [(address, port) for address, port, _ in ADDRESSES]
    assert len(set(pairs)) == len(pairs) >= 105


@pytest.mark.parametrize(("address", "port", "kind"), ADDRESSES)
def test_every_address_gets_its_verdict(address: str, port: str, kind: str) -> None:
    """What is not globally reachable, or is another protocol's port, may not be dialled; the rest may."""
    refusal = verdict(address, int(port))
    assert (refusal.kind if refusal else "-") == kind
    assert refusal is None or refusal.reason == "forbidden_address"


URLS = [
    line.split()
    for line in """
    http://example.org/                              -
    https://example.org/feed.xml?x=1                 -
    HTTPS://EXAMPLE.ORG/                             -
    http://example.org:8080/                         -
    http://user:pass@example.org/                    -
    http://8.8.8.8/                                  -
    http://[2606:4700:4700::1111]/                   -
    http://bücher.example/                           -
    http://example.org./                             -
    http://127.0.0.1/                                loopback
    http://127.0.0.1./                               loopback
    http://127.1/                                    loopback
    http://127.0.1/                                  loopback
    http://2130706433/                               loopback
    http://017700000001/                             loopback
    http://0x7f000001/                               loopback
    http://0x7f.0x0.0x0.0x1/                         loopback
    http://0177.0.0.01/                              loopback
    http://0x7f.1/                                   loopback
    http://127.0x0.0.01/                             loopback
    http://１２７.０.０.１/                           loopback
    http://127。0。0。1/                              loopback
    http://①②⑦.0.0.1/                              loopback
    http://0/                                        unspecified
    http://0.0.0.0/                                  unspecified
    http://2852039166/                               link_local
    http://0xa9fea9fe/                               link_local
    http://169.254.169.254/latest/meta-data/         link_local
    http://[::1]/                                    loopback
    http://[::]/                                     unspecified
    http://[::ffff:127.0.0.1]/                       loopback
    http://[::ffff:7f00:1]/                          loopback
    http://[0:0:0:0:0:ffff:a00:1]/                   private
    http://[64:ff9b::7f00:1]/                        loopback
    http://[2002:7f00:1::]/                          loopback
    http://[fe80::1%25eth0]/                         host
    http://user@127.0.0.1/                           loopback
    http://example.org@127.0.0.1/                    loopback
    http://example.org:80@127.0.0.1:8080/            loopback
    http://example.org%2F@10.0.0.1/                  private
    http://134744072/                                host
    http://0x08.8.8.8/                               host
    http://%31%32%37.0.0.1/                          host
    http://127.0.0.1%00.example.org/                 host
    http:///feed                                     host
    http://example.org:22/                           port
    https://example.org:25/                          port
    http://example.org:0/                            syntax
    http://example.org:99999/                        syntax
    http://example.org:port/                         syntax
    http://[::1/                                     syntax
    http://[nonsense]/                               syntax
    http://example.org\\@127.0.0.1/                  syntax
    http:\\\\127.0.0.1/                              syntax
    ftp://example.org/                               scheme
    file:///etc/passwd                               scheme
    gopher://127.0.0.1:6379/_INFO                    scheme
    data:text/html,hello                             scheme
    javascript:alert(1)                              scheme
    //example.org/                                   scheme
    example.org/feed                                 scheme
    """.strip().splitlines()
]


@pytest.mark.parametrize(("url", "kind"), URLS)
def test_every_spelling_gets_its_verdict(url: str, kind: str) -> None:
    """An address is judged as a C library would read it, whatever it looks like to a person."""
    refusal = check_url(url)
    assert (refusal.kind if refusal else "-") == kind


@pytest.mark.parametrize(
    "url",
    [
        "http://exa mple.org/",
        "http://example.org/\r\nHost: other",
        "http://exam\tple.org/",
        "http://a\x00b/",
        "",
    ],
)
def test_blanks_and_control_characters_are_refused(url: str) -> None:
    """Nothing that could end a header line or split an address goes on the wire."""
    refusal = check_url(url)
    assert refusal is not None
    assert refusal.reason == "bad_url"


def test_an_address_has_a_greatest_length() -> None:
    """2,048 characters are enough for any honest address."""
    stem = "http://example.org/"
    assert check_url(stem + "a" * (MAX_URL - len(stem))) is None
    assert check_url(stem + "a" * (MAX_URL - len(stem) + 1)) is not None


ALLOWED = [
    # the operator's words, address, port, may it be dialled?
    ("127.0.0.1:8080", "127.0.0.1", 8080, True),
    ("127.0.0.1:8080", "127.0.0.1", 8081, False),
    ("127.0.0.1:8080", "127.0.0.2", 8080, False),
    ("127.0.0.1", "127.0.0.1", 9, True),
    ("10.0.0.0/8", "10.1.2.3", 443, True),
    ("10.0.0.0/8", "11.1.2.3", 443, True),  # public anyway
    ("10.0.0.0/8", "192.168.0.1", 443, False),
    ("10.0.0.0/8:8080", "10.1.2.3", 8080, True),
    ("10.0.0.0/8:8080", "10.1.2.3", 80, False),
    ("10.1.2.3/8", "10.9.9.9", 80, True),
    ("::1", "::1", 80, True),
    ("[::1]:8080", "::1", 8080, True),
    ("[::1]:8080", "::1", 80, False),
    ("[fd00::/8]:80", "fd00:1::2", 80, True),
    ("fd00::/8", "fe80::1", 80, False),
    ("localhost:8080", "127.0.0.1", 8080, True),
    ("localhost:8080", "::1", 8080, True),
    ("localhost", "10.0.0.1", 80, False),
    ("127.0.0.1:8080", "::ffff:127.0.0.1", 8080, True),
    ("127.0.0.1:8080", "::ffff:127.0.0.1", 80, False),
    ("127.0.0.1:6379", "127.0.0.1", 6379, True),
]


@pytest.mark.parametrize(("words", "address", "port", "allowed"), ALLOWED)
def test_an_operator_opens_exactly_what_is_written(
    words: str, address: str, port: int, allowed: bool
) -> None:
    """An allow-list opens an address or network, on one port where one is named, and nothing beside it."""
    assert (verdict(address, port, AllowList.parse([words])) is None) == allowed


@pytest.mark.parametrize(
    "words",
    ["", "example.org", "10.0.0.0/33", "127.0.0.1:0", "127.0.0.1:70000", "[::1", "10.0.0", "http://10.0.0.1"],
)
def test_an_allow_list_that_cannot_be_read_is_told(words: str) -> None:
    """A mistake in an allow-list is an error that repeats the text, never an opening."""
    with pytest.raises(ValueError, match="allow_private"):
        AllowList.parse([words])


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}"]))
def test_an_ipv4_address_hides_in_no_ipv6_one(address: IPv4Address, form: str) -> None:
    """Mapped and NAT64 addresses are judged exactly like the IPv4 address they carry."""
    wrapped = IPv6Address(form.format(address))
    bare, inside = verdict(address, 80), verdict(wrapped, 80)
    assert (bare and bare.kind) == (inside and inside.kind)


@given(st.ip_addresses(v=4))
def test_6to4_never_opens_what_ipv4_closes(address: IPv4Address) -> None:
    """A 6to4 address is refused whenever the IPv4 address within is."""
    wrapped = IPv6Address((0x2002 << 112) | (int(address) << 80) | 1)
    assert verdict(address, 80) is None or verdict(wrapped, 80) is not None


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_refused(address: IPv6Address) -> None:
    """The tables are never more generous than `ipaddress` for a plain IPv6 address."""
    if address.is_private and address.ipv4_mapped is None:
        assert verdict(address, 80) is not None


_PART = st.one_of(
    st.integers(0, 300).map(str),
    st.integers(0, 2**32).map(str),
    st.integers(0, 2**32).map(hex),
    st.integers(0, 300).map(lambda number: f"0{number:o}"),
)


@given(st.lists(_PART, min_size=1, max_size=4).map(".".join))
def test_numbers_are_read_as_the_c_library_reads_them(host: str) -> None:
    """Whatever `inet_aton` takes for an address is judged as that address, and only the canonical spelling may pass."""
    try:
        address = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return
    refusal, direct = check_url(f"http://{host}/"), verdict(address, 80)
    if direct is not None:
        assert refusal is not None
        assert refusal.kind == direct.kind
    else:
        assert (refusal is None) == (host == address)
