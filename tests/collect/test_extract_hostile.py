"""Pages made to hurt: every one is answered with a valid document or none, within its time."""

import json
import time

import pytest

from monitor import seed
from monitor.collect.extract import extract

URL = "https://hostile.example/a"
BUDGET = 8.0  # seconds of processor time (spec "safety": pages 8 s)
SENTENCE = "This sentence is long enough to be taken for a paragraph of an article. "

PAGES = {
    "nesting": "<div>" * 100_000 + SENTENCE,
    "nested lists": "<ul><li>" * 50_000 + SENTENCE,
    "nested inline": "<b><i>" * 50_000 + SENTENCE,
    "paragraphs": f"<p>{SENTENCE}" * 200_000,
    "cells": "<table>" + f"<tr><td>{SENTENCE}<td>2" * 100_000,
    "nested tables": f"<table><tr><td>{SENTENCE}" * 20_000,
    "pictures in boxes": "<div><img src=/a.jpg>" * 20_000 + SENTENCE,
    "dates in scripts": "<script>" + '"2020-01-01' * 200_000 + f"</script><p>{SENTENCE}",
    "date lines": f"<h1>{SENTENCE}</h1>" + "<p>May 1, 2020</p>" * 19_000,
    "one paragraph": "<p>" + SENTENCE * 98_000,
    "misnested": ("<b><p>" * 1_000) + SENTENCE,
    "formatting": "<a><b><i><font>" * 5_000 + SENTENCE,
    "headings": f"<h1>{SENTENCE}</h1>" * 15_000,
    "linked headings": '<h1><a href="/b">Another story</a></h1><p>text here' * 7_000,
    "box headings": ("<div>" * 2 + f"<h3>Related</h3><p>{SENTENCE}") * 4_500,
    "images": '<p>a<img srcset="' + "x 1w," * 2_000 + '">' * 3,
    "srcset without blanks": '<p>a<img srcset="' + "x," * 100_000 + '">',
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(50_000)) + ">" + SENTENCE,
    "class names": '<p class="' + "x " * 200_000 + f'">{SENTENCE}',
    "long class": '<p class="' + "aB" * 200_000 + f'">{SENTENCE}',
    "brackets in data": f'<script type="application/ld+json">{"[" * 1_500}</script><p>{SENTENCE}',
    "number in data": f'<script type="application/ld+json">{{"a":{"9" * 6_000}}}</script><p>{SENTENCE}',
    "deep data": f'<script type="application/ld+json">{json.dumps([[[["x"] * 50] * 50] * 20])}</script><p>{SENTENCE}',
    "quotes in scripts": "<script>" + '"\\"' * 300_000 + "</script>",
    "open strings": "<script>" + '"<p' * 300_000 + "</script>",
    "blanks": " " * 1_000_000 + f"<p>{SENTENCE}" + "\t\n" * 500_000,
    "quotes": '<p>"' + "“" * 500_000,
    "stops": "<p>" + "a." * 500_000,
    "dashes": "<p>" + "- " * 500_000 + "x",
    "bars in the title": f"<title>{' | a' * 50_000}</title><p>{SENTENCE}",
    "title": f"<title>{SENTENCE * 60_000}</title><h1>{SENTENCE * 10_000}</h1><p>{SENTENCE}",
    "entities": "<p>" + "&nbsp;&#8203;&shy;" * 100_000 + SENTENCE,
    "metas": '<meta name="author" content="A, B and C">' * 15_000 + f"<p>{SENTENCE}",
    "nulls": "\x00" * 100_000 + f"<p>{SENTENCE}\x00\ud800",
    "unclosed comment": "<!--" * 100_000 + SENTENCE,
    "unclosed nav": f"<nav><p>{SENTENCE}<p>{SENTENCE}" * 100,
    "nothing": "",
    "no text": "<html><body><img src=x></body></html>",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_answered_in_time(name: str) -> None:
    """No exception, a valid document or an empty one that says so, within the budget of a page."""
    started = time.process_time()
    article = extract(PAGES[name], URL)
    assert time.process_time() - started < BUDGET
    assert seed.check(article.text) == () if article.text else article.note


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"\x00" * 1000, bytes(range(256)) * 100, b"\xef\xbb\xbf<p>caf\xc3\xa9"]
)
def test_any_bytes_are_answered(body: bytes) -> None:
    """Bytes that are no text in any charset give an article all the same."""
    article = extract(body, URL)
    assert not article.text or seed.check(article.text) == ()


def test_a_cut_page_says_so() -> None:
    """What was left out is told: the caps are 3 MiB and 20,000 tags."""
    from monitor.collect.extract import explain

    assert explain(PAGES["paragraphs"], URL).notes == ("page cut at 3 MiB", "page cut at 20,000 tags")
