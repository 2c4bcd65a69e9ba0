"""Which articles tell of the same event: measured on the project's own events, with near misses beside them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from monitor.stories.background import PRIOR_DOCUMENTS, Background
from monitor.stories.grouping import Stories
from monitor.stories.index import group
from monitor.stories.profile import SHORT, profile
from tests.standins.newsroom import DAY, Report, bcubed, reports

REPORTS = reports()


def measured(seed: int, *, text: bool = True, source: bool = True) -> tuple[float, float, float]:
    """B-cubed of the whole set, in a random order."""
    rows = [report.row(text=text, source=source) for report in Random(seed).sample(REPORTS, len(REPORTS))]
    found = {row["id"]: row["story"] for row in group(rows)}
    return bcubed({report.id: report.event for report in REPORTS}, found)


def test_the_event_set_is_worth_its_name() -> None:
    """At least 25 events with three outlets, in several languages; no event alone."""
    sizes = [
        sum(report.event == event for report in REPORTS) for event in {report.event for report in REPORTS}
    ]
    assert sum(size >= 3 for size in sizes) >= 25
    assert min(sizes) >= 2


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("source", [True, False], ids=["sources", "no sources"])
def test_events_of_one_day_are_told_apart(seed: int, source: bool) -> None:
    """B-cubed F1 of .97 at least, in any order, whether or not outlets are known; and precision above all: a wrong merger hides news."""
    precision, _, f1 = measured(seed, source=source)
    assert f1 >= 0.97
    assert precision >= 0.98


@pytest.mark.parametrize("seed", range(4))
def test_headlines_alone_are_grouped_as_far_as_they_go(seed: int) -> None:
    """Headlines of one event often share nothing but a name: F1 of .70 is the floor."""
    assert measured(seed, text=False)[2] >= 0.70


def place(stories: Stories, background: Background, report: Report, *, at=DAY, name: str = "") -> str:  # type: ignore[no-untyped-def]
    found = profile(report.title, report.text)
    background.see(found.terms)
    return stories.place(name or report.id, found, report.outlet, at)[0]


def fresh() -> tuple[Stories, Background]:
    background = Background()
    return Stories(background), background


def test_a_story_is_named_after_its_first_article() -> None:
    """And keeps the name."""
    stories, background = fresh()
    first, second, third = (place(stories, background, report) for report in REPORTS[:3])
    assert first == second == third == REPORTS[0].id


def test_a_story_is_found_by_what_it_shares_not_by_what_is_only_the_articles_own() -> None:
    """An article's rarest words are in no story yet: however many of them it has, it is compared with the stories it shares words with."""
    stories, background = fresh()
    said = "Harbour pilots strike over night shifts in Porto Vellano; ferries and freighters wait outside the breakwater"
    colourful = " ".join(f"{number:02}odd" for number in range(24))
    first = Report("a", "a", "One", "Harbour pilots strike", f"{said}.")
    analysis = Report("b", "a", "Two", "An explanation", f"{said}. {colourful}. {colourful}.")
    assert place(stories, background, first) == "a"
    for number in range(10):
        other = " ".join(f"{number}{word:02}any" for word in range(40))
        place(stories, background, Report(f"n{number}", "n", "Three", "Elsewhere", other))
    assert place(stories, background, analysis) == "a"


def test_a_reprint_does_not_make_an_outlets_own_report_its_second() -> None:
    """The stricter threshold within one outlet is for its own reports: having carried the wire story is no reason for it."""
    stories, background = fresh()
    report = REPORTS[0]
    place(stories, background, report)
    found = profile(report.title, report.text)
    stories.join(report.id, found, "", DAY)
    assert stories._stories[report.id].outlets == (report.outlet,)


def test_a_story_takes_nothing_after_its_window() -> None:
    """Three days after its first article the same text opens a story of its own; expired, it is forgotten whole."""
    stories, background = fresh()
    place(stories, background, REPORTS[0])
    late = DAY + timedelta(days=3, seconds=1)
    assert place(stories, background, REPORTS[1], at=late) == REPORTS[1].id
    stories.expire(late + timedelta(days=3))
    assert len(stories) == 1
    stories.expire(late + timedelta(days=4))
    assert (len(stories), stories._holding) == (0, {})


def test_no_single_link_chains_two_events() -> None:
    """An article half on one event, half on another joins one of them and merges nothing."""
    stories, background = fresh()
    ohio, nebraska = REPORTS[0:3], REPORTS[3:6]
    for report in (*ohio, *nebraska):
        place(stories, background, report)
    both = Report("both", "", "Digest", "Two raids in one day", f"{ohio[0].text} {nebraska[0].text}")
    assert place(stories, background, both) in (ohio[0].id, nebraska[0].id)
    assert len(stories) == 2


def test_a_term_in_every_article_says_nothing() -> None:
    """In a stream given to one subject, its words soon weigh nothing; rare ones do."""
    background = Background()
    common, rare = profile("", "pandemic cases"), profile("", "pandemic cases Marlow")
    for _ in range(3 * PRIOR_DOCUMENTS):
        background.see(common.terms)
    vector = background.vector(rare)
    assert len(vector) == 1
    assert sum(value * value for value in vector.values()) == pytest.approx(1.0)
    assert background.vector(common) == {}


def test_the_background_is_bounded() -> None:
    """A million names seen once do not stay."""
    background = Background()
    for number in range(0, 1_200_000, 3000):
        background.see(range(number, number + 3000))
    assert len(background._counts) <= 503_000


def test_a_profile_reads_the_headline_and_the_first_hundred_words() -> None:
    """Images, rules and what follows the beginning take no part."""
    lead = " ".join(f"word{number}" for number in range(100))
    text = f"![](https://a.example/picture.jpg)\n{lead}\n- - -\nafterwards"
    assert profile("Headline", text) == profile("Headline", f"{lead}\nbackground about picture")


def test_a_profile_knows_names_only_where_they_stand_out() -> None:
    """In a short text a capitalised word weighs more; in a Headline That Capitalises Everything it does not."""
    named = dict(
        zip(
            profile("raid at Marlow plant", "").terms,
            profile("raid at Marlow plant", "").weights,
            strict=True,
        )
    )
    assert len(set(named.values())) == 2
    assert len(set(profile("Raid Shakes Marlow Plant", "").weights)) == 1
    assert profile("raid at Marlow plant", "").short
    assert len(profile("a headline", REPORTS[0].text).terms) >= SHORT


def test_endings_and_possessives_do_not_part_words() -> None:
    """A word's beginning counts: arrested, arrests; Marlow's, Marlow."""
    assert set(profile("", "arrested Marlow").terms) == set(profile("", "arrests Marlow’s").terms)
