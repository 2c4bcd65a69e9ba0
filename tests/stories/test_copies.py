"""Which article is a copy of an earlier one."""

from __future__ import annotations

import itertools
from datetime import timedelta
from random import Random

import pytest

from monitor.stories.copies import COPY, CopyIndex, Likeness, Sampler, containment
from tests.standins.newsroom import DAY, REPRINTS, essay, reports, vocabulary

SAMPLER = Sampler()
WORDS = vocabulary(Random(1), 4000)
ESSAYS = [essay(Random(number), WORDS, 220 + 10 * number) for number in range(60)]


def likenesses(index: CopyIndex, name: str, text: str, **options: str) -> tuple[Likeness, ...]:
    return index.add(name, SAMPLER.sample(text), DAY, **options)


def filled() -> CopyIndex:
    """An index of all essays."""
    index = CopyIndex()
    for number, text in enumerate(ESSAYS):
        assert likenesses(index, f"e{number}", text, outlet="Wire") == ()
    return index


@pytest.mark.parametrize("way", REPRINTS)
def test_reprints_are_found(way: str) -> None:
    """Cut, with a new lead, edited or re-wrapped: at least 99 of 100 name their original, and none another."""
    index, rng, found = filled(), Random(7), 0
    for number, text in enumerate(ESSAYS):
        like = likenesses(index, f"r{number}", REPRINTS[way](rng, text, WORDS), outlet="Post")
        assert not like or not like[0].copy or like[0].other == f"e{number}"
        found += bool(like) and like[0].copy
    assert found >= 0.99 * len(ESSAYS)


def test_reports_on_one_event_are_no_copies() -> None:
    """Outlets that tell the same thing in their own words; not one false pair."""
    index = CopyIndex()
    for report in reports():
        found = likenesses(index, report.id, report.text, outlet=report.outlet, title=report.title)
        assert not any(like.copy for like in found), (report.id, found)


def test_a_long_quotation_is_shared_text_and_no_copy() -> None:
    """A third of the text in common is said as such."""
    quotation, mine, yours = (
        " ".join(essay(Random(seed), WORDS, 400).split()[:n]) for seed, n in ((91, 160), (92, 220), (93, 220))
    )
    index = CopyIndex()
    likenesses(index, "a", f"{mine}\n{quotation}")
    (like,) = likenesses(index, "b", f"{yours}\n{quotation}")
    assert (like.other, like.copy) == ("a", False)
    assert 0.3 <= like.containment < COPY


def test_a_copy_of_a_copy_names_the_original() -> None:
    """However the text travelled."""
    index = CopyIndex()
    text = ESSAYS[40]
    likenesses(index, "original", text)
    likenesses(index, "reprint", text)
    assert likenesses(index, "reprint of the reprint", text)[0].other == "original"


def test_short_texts_are_copies_only_word_for_word() -> None:
    """A brief of a dozen words has too few to sample; "Read more" says nothing at all."""
    brief = "The council of Lower Ashby will meet on Monday to talk about dogs."
    index = CopyIndex()
    likenesses(index, "a", brief, outlet="Post")
    likenesses(index, "c", "Read more on our site.", outlet="Post")
    assert likenesses(index, "b", brief.upper(), outlet="Wire")[0].other == "a"
    assert likenesses(index, "d", "Read more on our site.", outlet="Wire") == ()


def test_one_outlets_form_letter_is_no_copy() -> None:
    """The same consent page under many headlines of one outlet; but its own text again, under nearly the same headline, is one."""
    index = CopyIndex()
    text = ESSAYS[10]
    likenesses(index, "a", text, outlet="Post", title="Mayor opens bridge")
    (other,) = likenesses(index, "b", text, outlet="Post", title="Rovers win the Cup")
    assert not other.copy
    again = likenesses(index, "c", text, outlet="Post", title="Mayor opens new bridge")
    assert (again[0].copy, again[0].other) == (True, "a")


@pytest.mark.parametrize(
    "text",
    [
        "江州地铁七号线周二正式通车，全长四十二公里，设二十六座车站，连接机场与老城区。市交通局表示，预计每天运送乘客六十万人次。首日票价五折。"
        "沿线居民说，他们等这条线路已经等了九年，期间工程两次停工，预算也翻了一番。市长在通车仪式上承诺，八号线将在三年内完工，并且不会再提高票价。",
        "В понедельник в Заречье выпало сорок сантиметров снега, автобусы не вышли на линии, аэропорт закрыт до вечера. Власти города просят "
        "жителей не пользоваться машинами. Школы перешли на удалённые занятия. Синоптики обещают, что к среде потеплеет, но до тех пор на дорогах "
        "будут работать только снегоуборочные машины и скорая помощь, сообщили в мэрии.",
        "أعلنت السلطات في مدينة الميناء يوم الثلاثاء أن الجسر الجديد سيفتح أمام حركة المرور في نهاية الشهر بعد سنوات من التأخير. وقال رئيس البلدية إن "
        "العمل كلف ضعف ما كان مقررا، وإن التحقيق في أسباب التأخير مستمر. ويأمل السكان أن يخفف الجسر الازدحام في وسط المدينة القديمة.",
    ],
    ids=["Chinese", "Russian", "Arabic"],
)
def test_copies_are_found_in_any_script(text: str) -> None:
    """A text cut to 70 % is found where words are not spaced and where letters are not Latin."""
    index = CopyIndex()
    likenesses(index, "a", text)
    (like,) = likenesses(index, "b", text[: int(len(text) * 0.7)])
    assert (like.other, like.copy) == ("a", True)


def test_the_window_forgets() -> None:
    """After three days a reprint is news, and nothing of the old text is left in the index."""
    index = filled()
    index.expire(DAY + timedelta(days=3, seconds=1))
    assert len(index) == 0
    assert likenesses(index, "r", ESSAYS[3]) == ()
    assert index._first.keys() == {pair for pair, filed in index._first.items() if filed == index._next - 1}


def test_expiry_leaves_the_others_in_place() -> None:
    """A text that shared pairs with a forgotten one is still found under them."""
    index = CopyIndex()
    index.add("old", SAMPLER.sample(ESSAYS[5]), DAY - timedelta(days=3))
    index.add("young", SAMPLER.sample(ESSAYS[5]), DAY, outlet="x")
    index.expire(DAY + timedelta(minutes=1))
    assert likenesses(index, "r", ESSAYS[5])[0].copy


def test_containment_is_a_share_of_the_shorter_and_blind_to_order_of_arguments() -> None:
    """1 for an excerpt, 0 for strangers and for nothing."""
    whole, other = (SAMPLER.sample(text).words for text in (ESSAYS[20], ESSAYS[21]))
    assert containment(whole, whole[10:25]) == containment(whole[10:25], whole) == (1.0, 15)
    assert containment(whole, other)[0] < 0.1
    assert containment([], whole) == (0.0, 0)


def test_a_sample_depends_on_words_alone() -> None:
    """Case, punctuation and line breaks count for nothing; images are not text."""
    plain = SAMPLER.sample(ESSAYS[2]).words
    dressed = "![](https://a.example/somewhere/long/and/winding.jpg)\n" + ESSAYS[2].replace(". ", "!\n")
    assert SAMPLER.sample(dressed).words == plain


def test_boilerplate_in_every_text_costs_no_more_than_a_few_comparisons() -> None:
    """A phrase in a thousand texts files only the first few of them under it."""
    index, rng = CopyIndex(), Random(3)
    phrase = " ".join(ESSAYS[0].split()[:30])
    for number in range(300):
        likenesses(index, str(number), phrase + " " + essay(rng, WORDS, 120))
    assert max(map(len, index._further.values())) <= 8


def test_pairs_of_essays_are_strangers() -> None:
    """The made-up articles themselves share nothing, so that what the tests above find is due to reprinting."""
    samples = [SAMPLER.sample(text).words for text in ESSAYS[:20]]
    assert max(containment(a, b)[0] for a, b in itertools.combinations(samples, 2)) < 0.15
