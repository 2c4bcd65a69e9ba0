"""The index as the pipeline uses it: placing, restarting from sketches, forgetting; and the batch command's function."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Article
from monitor.stories.index import BACKLOG, StoryIndex, group
from tests.standins.newsroom import DAY, REPRINTS, essay, reports, vocabulary

WORDS = vocabulary(Random(2), 4000)
REPORTS = reports()
ARTICLES = [Article(r.text, title=r.title, id=r.id, outlet=r.outlet) for r in REPORTS]
TEXT = essay(Random(5), WORDS, 400)
WIRE = Article(TEXT, title="Mayor opens bridge", id="wire", outlet="Wire")
REPRINT = Article(
    REPRINTS["cut to 40 %"](Random(1), TEXT, WORDS), title="A bridge is open", id="post", outlet="Post"
)


def test_a_copy_goes_where_its_original_is() -> None:
    """Same story, original named, containment given, whatever the headline says."""
    index = StoryIndex()
    index.add(WIRE, DAY)
    placement = index.add(REPRINT, DAY + timedelta(hours=2))
    assert (placement.story, placement.copy_of, placement.containment) == ("wire", "wire", 1.0)


def test_the_same_article_again_gets_the_same_answer() -> None:
    """It is not a copy of itself, nor does its story grow."""
    index = StoryIndex()
    assert index.add(WIRE, DAY) == index.add(replace(WIRE, text="Other."), DAY)
    assert len(index) == 1


def restarted(index: StoryIndex, articles: list[Article], at: datetime = DAY) -> StoryIndex:
    """A new index, loaded from the sketches and stories of the old one."""
    again = StoryIndex()
    for article in articles:
        again.load(article.id, index.add(article, at).story, article.outlet, at, index.sketch(article))
    return again


def test_a_restart_changes_nothing() -> None:
    """Articles that come after it are placed as if it had not been: copies, originals of copies, and stories."""
    before, after = ARTICLES[::2], ARTICLES[1::2]
    index = StoryIndex()
    for article in (WIRE, REPRINT, *before):
        index.add(article, DAY)
    again = restarted(index, [WIRE, REPRINT, *before])
    third = replace(REPRINT, id="gazette", outlet="Gazette")
    assert index.add(third, DAY).copy_of == again.add(third, DAY).copy_of == "wire"
    assert [index.add(article, DAY).story for article in after] == [
        again.add(article, DAY).story for article in after
    ]


def test_a_sketch_is_compact_and_says_its_version() -> None:
    """About a kilobyte for a long article; one of another version, or of nothing, is passed over."""
    index = StoryIndex()
    long = replace(WIRE, text=essay(Random(9), WORDS, 900), id="long")
    index.add(long, DAY)
    sketch = index.sketch(long)
    assert len(sketch) < 2000
    other = StoryIndex()
    other.load("long", "long", "Wire", DAY, bytes([sketch[0] + 1]) + sketch[1:])
    other.load("none", "none", "Wire", DAY, b"")
    assert len(other) == 0


def test_an_article_never_placed_has_a_sketch_too() -> None:
    """The same as if it had been."""
    index = StoryIndex()
    index.add(WIRE, DAY)
    assert StoryIndex().sketch(WIRE) == index.sketch(WIRE)


def test_the_window_is_kept_even_if_nobody_calls_expire() -> None:
    """Time is told by the articles themselves."""
    index = StoryIndex()
    index.add(WIRE, DAY)
    placement = index.add(replace(REPRINT, id="late"), DAY + timedelta(days=4))
    assert (placement.story, placement.copy_of, len(index)) == ("late", None, 1)


def test_of_what_was_old_when_it_was_seen_only_the_last_articles_are_kept() -> None:
    """A new feed's backlog is grouped as it comes, and then makes room; news stay for their whole window."""
    index = StoryIndex()
    news = index.add(WIRE, DAY)
    chance = Random(3)
    for number in range(BACKLOG * 2):
        old = Article(essay(chance, WORDS, 30), title=f"Old {number}", id=f"old-{number}")
        index.add(replace(old, published=DAY - timedelta(days=30)), DAY)
    assert BACKLOG <= len(index) <= BACKLOG * 5 // 4 + 1
    assert len(index._stories) <= len(index)
    assert len(index._copies) == len(index)
    placement = index.add(REPRINT, DAY)
    assert (placement.story, placement.copy_of) == (news.story, WIRE.id)


def test_a_story_outlives_the_old_articles_that_began_it() -> None:
    """It goes when its last member goes, not before."""
    index = StoryIndex()
    old = replace(WIRE, published=DAY - timedelta(days=30))
    index.add(old, DAY)
    index.add(REPRINT, DAY)
    index._drop([old.id])
    again = index.add(replace(REPRINT, id="again", outlet="Third"), DAY)
    assert again.story == old.id
    index._drop([REPRINT.id, "again"])
    assert len(index) == len(index._stories) == len(index._copies) == 0


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=400)), max_size=8))
def test_any_text_has_a_place(texts: list[tuple[str, str]]) -> None:
    """Hostile or empty, a text is placed, sketched and loaded without an error; stories are named after an article of theirs."""
    index, again = StoryIndex(), StoryIndex()
    for number, (title, text) in enumerate(texts):
        article = Article(text, title=title, id=str(number))
        placement = index.add(article, DAY)
        assert int(placement.story) <= number
        again.load(article.id, placement.story, "", DAY, index.sketch(article))
    assert len(index) == len(again) == len(texts)


def test_group_answers_row_by_row_in_order() -> None:
    """Id as given, story as text, the original of a copy; rows may lack text, source and a readable time."""
    rows = [
        {
            "id": 1,
            "title": WIRE.title,
            "text": WIRE.text,
            "published": "2026-11-24T08:00:00Z",
            "source": "Wire",
        },
        {"id": 2, "title": "A bridge is open", "text": REPRINT.text, "published": "soon", "source": "Post"},
        {"id": 3, "title": "Rovers win the Cup"},
        {"id": 4, "title": None, "text": None, "published": None},
    ]
    assert list(group(rows)) == [
        {"id": 1, "story": "1", "copy_of": None},
        {"id": 2, "story": "1", "copy_of": "1"},
        {"id": 3, "story": "3", "copy_of": None},
        {"id": 4, "story": "4", "copy_of": None},
    ]


def test_group_of_nothing_is_nothing() -> None:
    """No rows, no answers."""
    assert list(group([])) == []
