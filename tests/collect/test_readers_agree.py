"""The two readers agree as a property: feeds drawn from everything feeds are made of, in any order and nesting."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standins.feed_files import both_readers, document_values

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:x="http://www.w3.org/1999/xhtml" xmlns:z="urn:z"'
)
words = st.sampled_from(
    [
        "Ferry",
        "",
        "  two  words ",
        "a &amp; b",
        "&lt;p&gt;Text&lt;/p&gt;",
        "<![CDATA[<b>bold</b> &amp; &nbsp;]]>",
        "&lt;a href='x?a=1&amp;amp;b=2'&gt;&lt;img src=i.png&gt;&lt;/a&gt;",
        "5 &lt; 6",
        "naïve “quotes”",
        "Ã¼",
        "\x92s",
        "日本",
    ]
)
links = st.sampled_from(
    [
        "https://e.example/1",
        "/rel",
        "x?a=1&amp;b=2",
        "",
        "https://e.example/2#f",
        "http:////odd.example/",
        "http://[x",
        "tag:e.example,2025:1",
    ]
)
dates = st.sampled_from(["Tue, 04 Mar 2025 07:30:00 GMT", "2025-03-04T07:30:00Z", "soon", "", "2025-03-05"])
types = st.sampled_from(
    [
        "",
        ' type="html"',
        ' type="text"',
        ' type="text/plain"',
        ' type="xhtml"',
        ' type="HTML"',
        ' type="image/png"',
        ' mode="escaped"',
        ' xml:lang="de"',
    ]
)
scopes = st.lists(
    st.sampled_from(
        ['xml:base="https://b.example/x/"', 'xml:base="sub/"', 'xml:lang="fr"', 'xml:lang=""', 'lang="nl"']
    ),
    max_size=2,
    unique_by=lambda attribute: attribute[:6],
)
roots = st.sampled_from(
    ["", 'xml:base="https://b.example/r/"', 'xml:base="/r/" xml:lang="fr"', 'xml:lang="en_GB"']
)


def element(*names: str) -> st.SearchStrategy[str]:
    """An element of one of these names, with a text."""
    return st.builds(lambda name, text: f"<{name}>{text}</{name}>", st.sampled_from(names), words)


def dated(*names: str) -> st.SearchStrategy[str]:
    return st.builds(lambda name, text: f"<{name}>{text}</{name}>", st.sampled_from(names), dates)


typed = st.builds(
    lambda name, kind, text: f"<{name}{kind}>{text}</{name}>",
    st.sampled_from(
        [
            "title",
            "summary",
            "content",
            "description",
            "atom:summary",
            "content:encoded",
            "itunes:summary",
            "dc:description",
        ]
    ),
    types,
    words,
)
xhtml = st.builds(
    lambda name, text, inside: (
        f'<{name} type="xhtml"><x:div>{text}<x:{inside} class="A" REL="Up">in</x:{inside}> tail</x:div></{name}>'
    ),
    st.sampled_from(["title", "summary", "content"]),
    words,
    st.sampled_from(["p", "b", "div", "br"]),
)
linked = st.one_of(
    st.builds("<link>{}</link>".format, links),
    st.builds("<link/>{}<!-- -->".format, links),
    st.builds(
        '<atom:link rel="{1}" href="{0}"/>'.format,
        links,
        st.sampled_from(
            [
                "alternate",
                "self",
                "enclosure",
                "ALTERNATE",
                "related",
                "http://www.iana.org/assignments/relation/alternate",
            ]
        ),
    ),
    st.builds(
        '<link href="{0}" type="{1}"/>'.format,
        links,
        st.sampled_from(["text/html", "application/json", "TEXT/HTML", "image/png"]),
    ),
    st.builds('<guid isPermaLink="{1}">{0}</guid>'.format, links, st.sampled_from(["true", "false", "TRUE"])),
    st.builds("<guid>{}</guid>".format, links),
    st.builds("<id>{}</id>".format, links),
    st.builds(
        '<enclosure url="{0}" type="{1}"/>'.format, links, st.sampled_from(["image/jpeg", "audio/mpeg", ""])
    ),
)
media = st.one_of(
    st.builds(
        '<media:content url="{0}" width="{1}" medium="{2}"/>'.format,
        links,
        st.sampled_from(["10", "640px", "x"]),
        st.sampled_from(["image", "video", ""]),
    ),
    st.builds('<media:thumbnail url="{}"/>'.format, links),
    st.builds("<media:thumbnail>{}</media:thumbnail>".format, links),
    st.builds('<itunes:image href="{}"/>'.format, links),
    element("media:title", "media:keywords", "itunes:keywords", "media:credit"),
    st.builds(
        "<media:description>{}</media:description>".format, st.sampled_from(["Caption", "", "A &amp; b"])
    ),
)
people = st.one_of(
    st.builds("<author><name>{}</name><email>a@b.example</email></author>".format, words),
    st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["author", "dc:creator", "itunes:author"]),
        st.sampled_from(["Ada Moor", "a@b.example (Ada Moor)", "a@b.example", "By Bo", ""]),
    ),
    element("dc:contributor", "dc:publisher", "contributor"),
)
labels = st.one_of(
    element("category", "dc:subject", "keywords"),
    st.builds(
        '<category term="{0}" label="{1}" domain="{2}"/>'.format,
        st.sampled_from(["", "news"]),
        st.sampled_from(["", "News"]),
        st.sampled_from(["", "d"]),
    ),
    st.builds('<category domain="d">{}</category>'.format, words),
)
others = st.one_of(
    element("slash:comments", "z:any", "language", "dc:language", "comments", "rights", "dc:rights", "image"),
    st.builds('<z:any a="1">{}</z:any>'.format, words),
    st.builds('<source url="https://s.example">{}</source>'.format, words),
    st.builds("<source><title>{}</title><id>x</id></source>".format, words),
    dated(
        "pubDate",
        "published",
        "updated",
        "dc:date",
        "dcterms:modified",
        "issued",
        "modified",
        "dcterms:issued",
        "created",
        "dcterms:created",
        "dc:created",
        "dc:issued",
        "date",
    ),
    st.builds("<z:box><z:inner>{}</z:inner></z:box>".format, words),
    st.just("<!-- comment -->"),
)
leaf = st.one_of(element("title", "dc:title"), typed, xhtml, linked, media, people, labels, others)
group = st.builds(
    lambda name, inner: f"<{name}>{''.join(inner)}</{name}>",
    st.sampled_from(["media:group", "media:content"]),
    st.lists(media, max_size=4),
)
items = st.lists(st.one_of(leaf, group), max_size=9).map("".join)
entries_of_a_feed = st.lists(st.tuples(scopes, items), min_size=1, max_size=3)
about = st.lists(
    st.one_of(element("title", "dc:title", "language", "dc:language"), linked, others), max_size=5
).map("".join)


@settings(max_examples=400, deadline=None)  # the first example loads feedparser
@given(st.sampled_from(["rss", "feed", "rdf"]), roots, about, entries_of_a_feed, about)
def test_both_readers_agree_on_anything(
    kind: str, root: str, head: str, entries: list[tuple[list[str], str]], tail: str
) -> None:
    """Whatever the elements, their order and their nesting: the fast reader gives feedparser's answer, or none."""
    # feedparser, which is told no address, never leaves a base that has none around it
    scoped = [
        (" ".join(part for part in scope if "base" in root or "base" not in part), entry)
        for scope, entry in entries
    ]
    if kind == "rss":
        body = "".join(f"<item {scope}>{entry}</item>" for scope, entry in scoped)
        feed = f'<rss version="2.0" {NAMESPACES} {root}><channel>{head}{body}{tail}</channel></rss>'
    elif kind == "feed":
        body = "".join(f"<entry {scope}>{entry}</entry>" for scope, entry in scoped)
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} {root}>{head}{body}{tail}</feed>'
    else:
        body = "".join(
            f'<item rdf:about="https://e.example/{n}" {scope}>{entry}</item>'
            for n, (scope, entry) in enumerate(scoped)
        )
        feed = (
            f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {NAMESPACES} {root}>'
            f"<channel>{head}</channel>{body}</rdf:RDF>"
        )
    answers = both_readers(feed.encode())
    if answers is not None:
        quick, slow = answers
        assert document_values(quick) | {"reader": ""} == document_values(slow) | {"reader": ""}
