"""Pages of unusual build: what they say comes out whole, and what is not theirs does not, though no class name tells."""

from __future__ import annotations

import json

import pytest

from monitor.collect.extract import explain, extract
from monitor.collect.extract.charset import decode
from tests.standins.harbour import LINES, STORY, URL, A, B, C, D, E, F, lines, page


def script(data: object, before: str = "", after: str = "") -> str:
    return page('<div id="app"></div>', f"<script>{before}{json.dumps(data)}{after}</script>")


BLOCKS = {
    "arc": {
        "type": "story",
        "headlines": {"basic": "The harbour plan is put off"},
        "content_elements": [
            {"type": "text", "content": A},
            {"type": "interstitial_link", "content": "Read: the storm"},
            {"type": "header", "content": "The quay"},
            {"type": "text", "content": B},
            {"type": "list", "items": [{"type": "text", "content": "Nets"}, {"type": "text", "content": "Catch"}]},
        ],
    },
    "spans": {"body": [{"_type": "block", "style": kind, "children": [{"_type": "span", "text": text}]} for kind, text in (("normal", A), ("h2", "The quay"), ("normal", B))]
              + [{"_type": "list", "items": ["Nets", "Catch"]}]},
    "tree": {"doc": {"type": "doc", "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": A[:20]}, {"type": "text", "text": A[20:]}]},
        {"type": "heading", "content": [{"type": "text", "text": "The quay"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": B}]},
        {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "text", "text": word}]} for word in ("Nets", "Catch")]},
    ]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", BLOCKS)
def test_an_article_kept_as_blocks_of_data_is_read(kind: str) -> None:
    """A page whose text is nowhere in its elements gives the text of its data, whatever publishing system wrote it."""
    assert lines(script(BLOCKS[kind], "window.state = ", "; window.ready = 1;")) == [
        A,
        "The quay",
        B,
        "- Nets",
        "- Catch",
    ]


def test_the_article_of_the_data_is_the_one_under_the_pages_headline() -> None:
    """Other articles in the same data are longer and are not taken."""
    other = {"title": "Another", "content": [{"type": "paragraph", "text": text} for text in (C, D, E, F)]}
    own = {
        "title": "The harbour plan is put off",
        "content": [{"type": "paragraph", "text": text} for text in (A, B)],
    }
    assert lines(script({"props": [other, own]})) == [A, B]


@pytest.mark.parametrize(
    "script", ["x=" + "[" * 200_000, 'x={"a":' * 40_000, "x={" + '"a":1,' * 300_000, "x=[" * 300_000]
)
def test_hostile_data_is_no_article(script: str) -> None:
    """What only begins like JSON costs little and gives nothing."""
    assert lines(page(f"<p>{A}</p><p>{B}</p>", f"<script>{script}</script>")) == [A, B]


@pytest.mark.parametrize(
    "body",
    ["<p>Lorem ipsum dolor sit amet.", '<ul><li><a href="/a">One thing</a><li><a href="/b">Another</a></ul>', "<h1>All of it</h1>", "Word"],
)  # fmt: skip
def test_a_page_with_any_text_has_a_document(body: str) -> None:
    """Where nothing is an article's, every line is kept: no rule loses the only text there is."""
    assert extract(page(body), URL).text
    assert lines(page(body))


def test_line_breaks_count_in_preformatted_text() -> None:
    """Blank lines part paragraphs, folded lines are one, and a listing of code keeps its lines, whatever they look like."""
    folded = "The council met on Tuesday evening to weigh the harbour\nplan, and nine of its members spoke before the vote\nwas taken at last, late."
    html = page(f"<pre>{folded}\n\n{B}</pre>")
    assert lines(html) == [folded.replace("\n", " "), B]
    assert lines(f"{A}\n\n{B}") == [A, B]
    code = page(
        f"<article><p>{A}</p><div><pre>def go():\n    return [\n    ]</pre></div><p>{B}</p><p>{C}</p></article>"
    )
    assert lines(code) == [A, "def go():", "return [", "]", B, C]


def test_shadow_roots_are_seen_and_other_templates_are_not() -> None:
    """A declarative shadow root is shown by browsers, a template is not; one does not swallow the other."""
    html = page(
        f'<x-a><template shadowrootmode="open"><p>{A}</p><template><p>Never shown to anyone at all.</p></template><p>{B}</p></template></x-a><p>{C}</p>'
    )
    assert lines(html) == [A, B, C]


def test_empty_cells_keep_their_columns() -> None:
    """A row has as many cells as it was given, so that numbers stay under their headings."""
    table = "<table><tr><th>Year<th>Cost<th>Note<tr><td>1931<td><td>old<tr><td>2024<td>9<td></table>"
    assert lines(page(f"<article><p>{A}</p>{table}<p>{B}</p></article>"))[1:4] == [
        "| Year | Cost | Note |",
        "| 1931 | – | old |",
        "| 2024 | 9 | – |",
    ]


def test_what_unfolds_an_answer_is_kept_and_where_a_footnote_leads_is_not() -> None:
    """A `<summary>` is the question of what follows; the arrow back to the text is no word."""
    html = page(
        f'<article>{STORY}<details><summary>And the wall?</summary><p>{A} So be it.</p></details><ol><li>A note. <a href="#r">↩</a></ol></article>'
    )
    assert lines(html)[-3:] == ["And the wall?", f"{A} So be it.", "- A note."]


# ── Repeated units ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
CARD = '<div class="q7"><h3><a href="/news/{0}">Another story of the town, the {0}</a></h3><p>{1}</p></div>'


def test_cards_of_other_articles_are_told_by_their_build() -> None:
    """Boxes of one make, each with a title that leads to another page of the site, are no part of the article."""
    cards = "".join(
        CARD.format(name, text)
        for name, text in (
            ("first", "Rain until Sunday, says the pilot."),
            ("second", E[:60]),
            ("third", F[:60]),
        )
    )
    assert lines(page(f'<main><div class="a1">{STORY}</div><div class="k2">{cards}</div></main>')) == LINES
    assert "cards of other articles" in {
        one.reason for one in explain(page(f"<main>{STORY}{cards}</main>"), URL).dropped
    }


def test_the_chapters_of_a_list_are_no_cards() -> None:
    """Chapters whose headings lead elsewhere are the article, when most of its text is in them."""
    chapters = "".join(CARD.format(number, f"{A} {B} {C}") for number in range(5))
    assert len(lines(page(f"<article><h1>Five quays</h1><p>{D}</p>{chapters}</article>"))) == 11


@pytest.mark.parametrize(
    "sign", ["<div>Ann Holm says:</div>", "<a href='#reply'>Reply</a>", "<div>Antworten</div>"]
)
def test_a_discussion_is_told_by_who_speaks_in_it(sign: str) -> None:
    """Posts are units that say who said it, or offer a reply."""
    posts = "".join(
        f'<li class="z{number}"><div>{sign}<p>I have seen the wall and it is no good, number {number}.</p></div>'
        for number in range(4)
    )
    assert (
        lines(page(f"<main><article>{STORY}</article><div><h2>4 Comments</h2><ol>{posts}</ol></div></main>"))
        == LINES
    )


def test_a_list_in_the_text_is_not_related_for_its_name() -> None:
    """A list that leads nowhere is the author's own, whatever the template calls it; one of links is not."""
    own = "".join(f"<li>{text}" for text in (C, D))
    links = '<li><a href="/x">The storm of 1931 remembered</a><li><a href="/y">Herring prices fall again</a>'
    html = page(
        f'<article><p>{A}</p><ul class="postList">{own}</ul><p>{B}</p><ul class="post-list">{links}</ul><p>{E}</p></article>'
    )
    assert lines(html) == [A, f"- {C}", f"- {D}", B, E]


def test_the_one_named_body_is_whole_beside_a_wider_container() -> None:
    """`itemprop="articleBody"`, once on a page, is the whole body, though a live feed stands in the same container."""
    feed = "".join(f'<div class="tick"><p>{text} {A}</p></div>' for text in (B, C, D, E, F))
    html = page(
        f'<div id="main-content"><section><article><div itemprop="articleBody">{STORY}</div></article></section><section class="live">{feed}</section></div>'
    )
    assert lines(html) == LINES


# ── Captions, repetitions, portraits ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "caption",
    [
        "The north quay of the harbour, seen from the ferry on a grey morning in November",
        "Nets are mended on the north quay. (AP Photo/Ann Holm)",
        "Nets are mended on the north quay on Monday. Bo Lind/Getty Images",
    ],
)
def test_captions_without_a_frame_are_told_by_their_words(caption: str) -> None:
    """A paragraph that is a picture's alternative text, or is signed as agencies sign pictures, is a caption."""
    alt = "The north quay of the harbour, seen from the ferry on a grey morning in November"
    html = page(
        f'<article><p>{A}</p><img src="/q.jpg" alt="{alt}"><p>{caption}</p><p>{B}</p><p>{C}</p></article>'
    )
    assert lines(html) == [A, "![](https://paper.example/q.jpg)", B, C]


def test_what_a_template_writes_twice_is_said_once() -> None:
    """A paragraph that another container has said word for word goes; a refrain of the author's own stays."""
    assert lines(page(f'<main><div class="a">{STORY}</div><div class="b"><p>{B}</p></div></main>')) == LINES
    assert lines(page(f"<article><p>{A}</p><p>{B}</p><p>{A}</p><p>{C}</p></article>")) == [A, B, A, C]


def test_a_last_line_that_presents_the_author_is_none_of_the_text() -> None:
    """It begins with an author's name and goes on to say who that is; a sentence about somebody else stays."""
    author = '<meta name="author" content="Bo Lind">'
    assert (
        lines(
            page(
                f"<article>{STORY}<p>Bo Lind covers the coast and its harbours for this paper.</p></article>",
                author,
            )
        )
        == LINES
    )
    kept = "Eva Lind covers her nets with sailcloth when it rains on the quay."
    assert lines(page(f"<article>{STORY}<p>{kept}</p></article>", author)) == [*LINES, kept]


# ── Charsets ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
SAMPLES = {
    "windows-1252": "Le café du port a fermé ses portes à Noël, et les pêcheurs s’étonnent du prix – 3 €.",
    "windows-1251": "Городской совет собрался во вторник вечером, чтобы обсудить план порта.",
    "koi8-r": "Городской совет собрался во вторник вечером, чтобы обсудить план порта.",
    "windows-1253": "Το συμβούλιο συνεδρίασε την Τρίτη το βράδυ για να εξετάσει το σχέδιο.",
    "windows-1255": "המועצה התכנסה ביום שלישי בערב כדי לשקול את תוכנית הנמל.",
    "windows-1256": "اجتمع المجلس مساء الثلاثاء للنظر في خطة الميناء، وتحدث تسعة من أعضائه.",
    "cp874": "สภาเมืองประชุมเมื่อเย็นวันอังคารเพื่อพิจารณาแผนท่าเรือ",
    "cp932": "市議会は火曜日の夜、港の計画を審議するために開かれた。",
    "iso-2022-jp": "市議会は火曜日の夜、港の計画を審議するために開かれた。",
    "gb18030": "市议会星期二晚上开会审议港口计划，他们说这个计划是不可行的。",
}  # fmt: skip


@pytest.mark.parametrize("charset", SAMPLES)
@pytest.mark.parametrize("declared", ["", '<meta charset="utf-8">', '<meta charset="iso-8859-1">'])
def test_a_missing_or_wrong_charset_is_found_out(charset: str, declared: str) -> None:
    """Letters of other scripts stand in words, accents stand alone; UTF-8 and Latin-1 are what servers say without looking."""
    html = f"<html><head>{declared}<title>x</title></head><body><p>{SAMPLES[charset]}</p></body></html>"
    assert decode(html.encode(charset)) == html


def test_the_language_of_the_page_names_its_legacy_charset() -> None:
    """Central European accents look like Western ones byte for byte: the page's language decides, as in browsers."""
    html = '<html lang="pl"><body><p>Rada zebrała się we wtorek, żeby omówić plan; rybacy są źli.</p></body></html>'
    assert decode(html.encode("windows-1250")) == html


@pytest.mark.parametrize("label", ["windows-874", "tis-620", "iso-8859-11"])
def test_thai_labels_are_known(label: str) -> None:
    """What the web calls windows-874 has another name in Python."""
    html = f'<html><head><meta charset="{label}"></head><body><p>สภาเมืองประชุม</p></body></html>'
    assert decode(html.encode("cp874")) == html


def test_the_wider_of_two_bodies_has_the_first_paragraph_too() -> None:
    """A first paragraph in a box of its own above the text is kept where two candidates speak equally for either: links beside the text
    make the element around both the lighter one, and no less the whole."""
    rest = "".join(f"<p>{text}</p>" for text in LINES[1:])
    links = "".join(
        f'<div><a href="/tag/{n}">All that we have written on wall number {n}</a></div>' for n in range(6)
    )
    boxes = f'<div class="ce"><p>{A}</p></div><div class="ce block"><div>{rest}</div></div>{links}'

    assert lines(page(f'<div id="main">{boxes}</div>')) == LINES


def test_addresses_count_from_the_pages_base() -> None:
    """`<base href>` says what a page's relative addresses count from (HTML, 4.2.3)."""
    body = f'<article><p>{A}</p><figure><img src="img/wall.jpg" width="800"></figure>{STORY}</article>'

    text = extract(page(body, '<base href="/archive/2026/">'), URL).text

    assert "![](https://paper.example/archive/2026/img/wall.jpg)" in text


def test_a_song_is_the_body_that_is_named_so() -> None:
    """Short lines without a full stop speak for no element; the one that is named for the text is taken, and not the whole page."""
    song = "<br>".join(
        f"And the wall goes {way} and the tide comes in" for way in ("up", "down", "round", "on", "back")
    )
    links = "".join(
        f'<li><a href="/{n}">Another song of the sea and of us</a> number {n}</li>' for n in range(60)
    )

    found = lines(page(f'<div class="left"><ul>{links}</ul></div><div class="entry-content">{song}</div>'))

    assert found == [
        f"And the wall goes {way} and the tide comes in" for way in ("up", "down", "round", "on", "back")
    ]


@pytest.mark.parametrize(
    "line", ["Additional reporting by Per Quist; Editing by Ida Voss", "(Reporting by Per Quist)"]
)
def test_who_helped_is_told_below_the_text(line: str) -> None:
    """Agencies put their contributors into a box of their own after the body; the line is the document's last (spec "seed-format")."""
    body = f'<div class="c1">{STORY}</div><div class="c2"><p>{line}</p></div>'

    assert lines(page(f"<article>{body}</article>")) == [*LINES, line]


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ('<section class="footnotes"><ol><li>The minutes, page four. <a href="#r">↩</a></li></ol></section>', ["- The minutes, page four."]),
        ("<details><summary>What is the wall?</summary><p>A dam of stone.</p></details>", ["What is the wall?", "A dam of stone."]),
        ("<p>Page 2 of 3</p>", []),
        ("<p>Seite 2 von 3</p>", []),
        ("<p>You are receiving this email because you signed up. <a href='/u'>Unsubscribe</a></p>", []),
    ],
)  # fmt: skip
def test_what_may_follow_a_text_is_told_by_what_it_is(after: str, kept: list[str]) -> None:
    """Footnotes and what unfolds are the author's; counts of pages and a mailing's colophon are the template's."""
    assert lines(page(f"<article>{STORY}{after}</article>")) == [*LINES, *kept]


def test_paragraphs_may_be_inline_elements_shown_as_blocks() -> None:
    """Some editors write paragraphs as `<span style="display:block">`."""
    spans = "".join(f'<span style="display: block">{text}</span>' for text in LINES)

    assert lines(page(f"<div>{spans}</div>")) == LINES


def test_a_page_of_frames_says_what_it_says_without_them() -> None:
    """`<noframes>` is all the text that a page of frames has."""
    html = f'<html><frameset cols="20%,*"><frame src="menu.html"><noframes><body>{STORY}</body></noframes></frameset></html>'

    assert lines(html) == LINES


def test_an_article_written_out_for_two_sizes_of_screen_is_told_once() -> None:
    """A template that holds the whole article twice, headline and dek with it, shows the reader one of them."""
    copy = f'<h2>The harbour plan is put off</h2><div class="lead">A vote after long speeches</div><div class="{{}}">{STORY}</div>'
    body = (
        f'<div><div class="wide">{copy.format("t1")}</div><div class="narrow">{copy.format("t2")}</div></div>'
    )

    assert lines(page(body)) == LINES


def test_a_class_on_the_page_itself_names_its_template() -> None:
    """`<body class="article">` is no body of an article: words that stand in no box of it are not the text's."""
    swarm = " ".join(f"word{n} of" for n in range(400))
    html = page(
        f'<div class="main"><div class="post-x">{STORY}</div></div><div style="display:none">{swarm}</div>'
    )

    assert lines(html.replace("<body>", '<body class="single article">')) == LINES


@pytest.mark.parametrize("alone", [True, False])
def test_what_is_said_again_and_again_is_the_templates(alone: bool) -> None:
    """A sentence in the place of every film that wants consent goes wherever it stands; one of the text that two teasers quote stays."""
    plea = (
        "To see this film from another house you must let that house count you among those who have seen it."
    )
    films = [f'<div class="film{n}"><p>{plea}</p></div>' for n in range(2)]
    first = f'<div class="film"><p>{plea}</p></div>' if alone else f"<p>{plea}</p>"

    found = lines(page(f"<article>{first}{STORY}{films[0]}<p>{A} {B}</p>{films[1]}<p>{C} {D}</p></article>"))

    assert found == [*([] if alone else [plea]), *LINES, f"{A} {B}", f"{C} {D}"]
