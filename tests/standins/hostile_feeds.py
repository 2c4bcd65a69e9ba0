"""Feeds that were seen to hurt a library in use, generated: bombs, floods, depths, broken charsets, and bodies that are no feed.

`KINDS` maps a name to the bytes, made on demand. Each ends, where the kind allows it, in one good entry titled `good`.
"""

from __future__ import annotations

from collections.abc import Callable

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/"'
GOOD = (
    "<item><title>good</title><link>https://good.example/1</link><guid>https://good.example/1</guid></item>"
)
CHAIN = "".join(f'<!ENTITY e{n + 1} "&e{n};">' for n in range(100_000))


def rss(items: str = "", *, head: str = "", root: str = "") -> str:
    """An RSS document round some items."""
    return f'<?xml version="1.0"?>{head}<rss version="2.0"{root}><channel><title>t</title>{items}</channel></rss>'


def item(inside: str) -> str:
    """A feed with one odd entry before the good one."""
    return rss(f"<item><title>odd</title>{inside}</item>{GOOD}")


def _charset(name: str) -> Callable[[], bytes]:
    return lambda: (
        rss(f"<item><title>Größe</title></item>{GOOD}")
        .replace("?>", f' encoding="{name}"?>', 1)
        .encode("latin-1")
    )


KINDS: dict[str, Callable[[], str | bytes]] = {
    # entities
    "entity bomb": lambda: rss(
        "<item><title>&j;</title></item>" + GOOD,
        head='<!DOCTYPE r [<!ENTITY a "lol">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + "]>",
    ),
    "entity chain on one line": lambda: rss(
        "<item><title>&e99999;</title></item>" + GOOD, head=f'<!DOCTYPE r [<!ENTITY e0 "x">{CHAIN}]>'
    ),
    "entity chain after the root": lambda: rss(f'<!DOCTYPE r [<!ENTITY e0 "x">{CHAIN[:500_000]}]>' + GOOD),
    "quadratic entities": lambda: rss(
        "<item><title>" + "&a;" * 50_000 + "</title></item>" + GOOD,
        head=f'<!DOCTYPE r [<!ENTITY a "{"x" * 900}">]>',
    ),
    "external entity": lambda: rss(
        "<item><title>&x;</title></item>" + GOOD,
        head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ),
    "external dtd": lambda: rss(GOOD, head='<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "parameter entities": lambda: rss(GOOD, head="<!DOCTYPE r [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>"),
    "doctype never closed": lambda: "<!DOCTYPE " + "[" * 100_000,
    "doctype of quotes": lambda: "<!DOCTYPE a [ " + '"<' * 200_000,
    "fifty thousand doctypes": lambda: "<!DOCTYPE a>" * 50_000 + rss(GOOD),
    # names
    "20,000 namespaces on the root": lambda: rss(
        GOOD, root="".join(f' xmlns:n{n}="urn:{n}"' for n in range(20_000))
    ),
    "20,000 namespaces nested": lambda: rss("".join(f'<a{n} xmlns:n{n}="urn:{n}">' for n in range(20_000))),
    "100,000 attributes": lambda: rss(GOOD, root="".join(f' a{n}="x"' for n in range(100_000))),
    "100,000 attributes on an item": lambda: rss(
        "<item " + " ".join(f'a{n}="x"' for n in range(100_000)) + "/>" + GOOD
    ),
    "a name of a million letters": lambda: rss("<" + "a" * 1_000_000 + "/>" + GOOD),
    "a name that never ends": lambda: "<" + "a" * 5_000_000,
    "a name of colons": lambda: rss("<a" + ":a" * 100_000 + "/>" + GOOD),
    # floods
    "50,000 items": lambda: rss("<item><title>x</title></item>" * 50_000 + GOOD),
    "50,000 categories": lambda: item("".join(f"<category>c{n}</category>" for n in range(50_000))),
    "50,000 categories, broken": lambda: item(
        "".join(f"<category>c{n}</category>" for n in range(50_000)) + "<b>"
    ),
    "50,000 authors": lambda: item("<author>a@b.example (x)</author>" * 50_000),
    "50,000 links": lambda: item('<link href="http://a.example/"/>' * 50_000),
    "50,000 enclosures": lambda: item('<enclosure url="http://a.example/" type="image/png"/>' * 50_000),
    "500,000 keywords": lambda: rss(
        f"<item><title>x</title><media:keywords>{'a,' * 500_000}</media:keywords></item>{GOOD}", root=MEDIA
    ),
    "100,000 keywords, broken": lambda: item(
        "<media:keywords>" + ",".join(map(str, range(100_000))) + "</media:keywords><b>"
    ),
    "100,000 skip hours": lambda: rss("<skipHours>" + "<hour>1</hour>" * 100_000 + "</skipHours>" + GOOD),
    "5,000 items in each other": lambda: rss("<item>" * 5_000 + "</item>" * 5_000 + GOOD),
    "100,000 paragraphs of xhtml": lambda: (
        f'<feed {ATOM}><entry><title>good</title><content type="xhtml"><div>{"<p>x</p>" * 100_000}</div></content></entry></feed>'
    ),
    "40,000 bare tags": lambda: item("<description>" + "a<b>c</b>" * 40_000 + "</description>"),
    # strings
    "an author that blows a regex": lambda: item("<author>" + "a." * 100_000 + "</author>"),
    "a mail address that blows a regex": lambda: item(
        "<author>" + "a." * 100_000 + "@" + "b-." * 100_000 + "</author>"
    ),
    "a mail address that blows a regex, broken": lambda: item(
        "<author>" + "a." * 100_000 + "@" + "b-." * 100_000 + "</author><b>"
    ),
    "200 kB of leading blanks": lambda: " " * 200_000 + rss(GOOD),
    "two million blanks in a title": lambda: item("<title>" + " " * 2_000_000 + "</title>"),
    "a title of 5 MB": lambda: item("<title>" + "A" * 5_000_000 + "</title>"),
    "a guid of 1 MB": lambda: item("<guid>" + "A" * 1_000_000 + "</guid>"),
    "a link of 1 MB": lambda: item("<link>http://a.example/" + "A" * 1_000_000 + "</link>"),
    "a date of 1 MB": lambda: item("<pubDate>" + "1" * 1_000_000 + "</pubDate>"),
    "a reference of 100,000 digits": lambda: item(
        "<description><![CDATA[<p>&#" + "9" * 100_000 + ";</p>]]></description>"
    ),
    "a bare reference of 100,000 digits": lambda: item("<description>&#" + "9" * 100_000 + ";</description>"),
    "500,000 less-than signs": lambda: item("<description>" + "<" * 500_000 + "</description>"),
    "500,000 ampersands": lambda: item("<description>" + "&" * 500_000 + "</description>"),
    "100,000 open CDATA sections": lambda: rss(GOOD + "<item><title>" + "<![CDATA[" * 100_000),
    "100,000 open comments": lambda: rss(GOOD + "<item><title>" + "<!--" * 100_000),
    "100,000 instructions": lambda: "<?a " * 100_000,
    "200,000 open quotes in a text": lambda: item(
        "<description><![CDATA[" + '<a "' * 200_000 + "]]></description>"
    ),
    "200,000 images without an address": lambda: item(
        "<description><![CDATA[" + "<img " * 200_000 + "]]></description>"
    ),
    # depth
    "50,000 deep": lambda: item("<a>" * 50_000 + "</a>" * 50_000),
    "50,000 deep, never closed": lambda: rss(GOOD + "<item>" + "<a>" * 50_000),
    "100,000 divs in a text": lambda: item("<description>" + "&lt;div&gt;" * 100_000 + "</description>"),
    "200,000 paragraphs in a text": lambda: item(
        "<description><![CDATA[" + "<p>" * 200_000 + "]]></description>"
    ),
    "240 deep xhtml": lambda: (
        f'<feed {ATOM}><entry><title>good</title><content type="xhtml">{"<div>" * 240}{"</div>" * 240}</content></entry></feed>'
    ),
    # charsets and characters
    **{
        f"charset {name[:12]}": _charset(name)
        for name in ("undefined", "punycode", "idna", "zip", "hex", "utf-7", "unicode_escape", "x" * 10_000)
    },
    "NULs": lambda: rss("<item><title>a\0b\0</title></item>" + GOOD),
    "lone surrogates as references": lambda: rss("<item><title>a&#xD800;&#55357;b</title></item>" + GOOD),
    "lone surrogates as bytes": lambda: (
        rss("<item><title>a@b</title></item>" + GOOD).encode().replace(b"@", b"\xed\xa0\x80")
    ),
    "illegal references": lambda: rss("<item><title>&#0;&#x1F;&#xFFFFFF;&#99999999;</title></item>" + GOOD),
    "utf-16 cut in half": lambda: rss(GOOD).encode("utf-16")[:-1],
    "utf-32": lambda: rss(GOOD).encode("utf-32"),
    # dates and addresses
    "year -1": lambda: item("<pubDate>Mon, 01 Jan -001 00:00:00 GMT</pubDate>"),
    "year 10000": lambda: item("<pubDate>10000-01-01T00:00:00Z</pubDate>"),
    "an address that is none": lambda: item("<link>http://[::1</link><guid>http://[x</guid>"),
    "a base that is none": lambda: item('<link xml:base="//[">x</link>'),
    # no feeds
    "a file name": lambda: "/dev/zero",
    "another file name": lambda: "/etc/passwd",
    "an address": lambda: "http://127.0.0.1:1/",
    "nothing": lambda: b"",
    "blanks": lambda: b"  \n\t ",
    "random bytes": lambda: bytes((n * 7919 + n // 3) % 256 for n in range(1_000_000)),
    "gzip": lambda: b"\x1f\x8b\x08" + bytes(100),
    "a page with 50,000 feeds": lambda: (
        "<!DOCTYPE html><head>" + '<link rel=alternate type="application/rss+xml" href="/f">' * 50_000
    ),
    "a page 100,000 deep": lambda: "<html>" + "<div>" * 100_000,
    # JSON
    "100,000 brackets": lambda: "[" * 100_000,
    "100,000 objects": lambda: '{"a":' * 100_000,
    "a number of 6,000 digits": lambda: '{"items":[],"a":' + "9" * 6_000 + "}",
    "50,000 JSON items": lambda: '{"items":[' + ",".join(['{"id":1}'] * 50_000) + "]}",
    "JSON of wrong types": lambda: (
        '{"title":[],"items":[1,null,[],{"id":{},"url":[],"authors":"x","tags":{"a":1}},{"id":"ok","title":"good"}]}'
    ),
    "NaN and infinity": lambda: '{"items":[{"id":NaN},{"id":1e999,"title":"good"}]}',
    # size
    "30 MB of items": lambda: rss(
        (GOOD[:-7] + f"<description>{'lorem ipsum ' * 1_500}</description></item>") * 1_700
    ),
    "29 MB, broken": lambda: rss(
        (GOOD[:-7] + f"<description>{'lorem & <b ' * 1_500}</description></item>") * 1_700
    ),
    "1 MB, broken": lambda: rss(
        (GOOD[:-7] + f"<description>{'lorem & <b ' * 300}</description></item>") * 180
    ),
}


def body(kind: str) -> bytes:
    """The bytes of a kind."""
    made = KINDS[kind]()
    return made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
