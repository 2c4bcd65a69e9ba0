"""The property the matcher stands on: fast and slow give the same answer, places included, on anything.

The vocabulary is small and nasty, so that most generated texts hold most generated terms in some disguise.
"""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import category

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from monitor.models import Article, TopicSpec
from monitor.topics import RuleErrors, compile_topics, parse, parse_adhoc
from monitor.topics.checks import covers
from monitor.topics.words import fold, places, spaced, words_of
from tests.topics.reference import Reference, words

WORDS = """ice ICE Ice I.C.E. ICEs ice’s ICE’S tax taxes Tax TAX taxed e-verify eVerify E‑Verify everify deport deported DEPORT deportation
Guantánamo Guanta\u0301namo guantanamo irs IRS I.R.S. ＩＲＳ anti-ICE antiICE AT&T C++ C# C U.S. us US U.S.-led don't don’t l’État etat d'ICE straße STRASSE
1,500 3.5 9/11 移民 移 民局 移民局 アイス ｱｲｽ 이민 이민자 이민을 كتاب والكتاب مَكتَب “tax” workers’ ﬁsh fish x\u00ady ta\u200bx İstanbul ΣΊΣ σίς Łódź MI5 the of and
COVID-19 Covid-19 a.m. Ph.D. ไทย tax™ Noël cafe\u0301 café cafe""".split()
GAPS = [
    " ",
    " ",
    " ",
    " ",
    " ",
    ", ",
    ". ",
    ". The ",
    "-",
    "/",
    "\n",
    ".\n",
    "\u00a0",
    " — ",
    "’",
    ".",
    "'",
    "&",
    "+",
    "\n- ",
    "\n—\n",
    "\n\u3164\n",
    "\n\n",
    " '",
    "s ",
]
TERMS = """ice ICE Ice =Ice =ICE IRS irs I.R.S. tax tax* =tax TAX de?ort* deport* *port* *tion e-verify E-Verify Guantanamo =Guantánamo =Guantanamo anti-ICE
anti-ice AT&T C++ C U.S. US us don't l'Etat etat straße strasse 1,500 9/11 移民 民 移民* アイス 이민 *كتاب كتاب fish the COVID-19 MI5 MI5* ICE* Łódź ไท
=café =cafe café =Ta* =caf? =*CE =dep*rt* ="Ice t*" ="tax I*"~1 "ice tax" "tax ICE" "IRS tax" "ICE IRS" "tax ice"~2 "the tax"~0 "ICE tax"~1 ="Ice tax" "e-verify tax" "tax e-verify"~3 "移民 局" "이민 tax" "deport* tax" ="Ice ICE"~2
/ta[xk]/ /ICE/ /i[cr][es]/i /\\bx\\w/i""".replace("\n", " ")
TERMS = re.findall(r'=?"[^"]*"(?:~\d)?|\S+', TERMS)
COVERED = [
    (wide, narrow)
    for wide in TERMS
    for narrow in TERMS
    if wide != narrow and covers(parse(wide), parse(narrow))
]
NAMED = {"ice": ['ICE OUTSIDE "ICE tax"', "=Ice", '"the tax"'], "mix": ["tax", "ice AND irs"]}

text = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=25).map(
    lambda parts: "".join(a + b for a, b in parts).strip("\n")
)
title = st.one_of(
    st.just(""),
    text.map(lambda found: found.replace("\n", " ")),
    text.map(lambda found: found.upper().replace("\n", " ")),
)


def bracketed(parts: list[str], joiner: str) -> str:
    return "(" + f" {joiner} ".join(parts) + ")"


mention = st.recursive(
    st.one_of(st.sampled_from(TERMS), st.just("$ice")),
    lambda inner: st.one_of(
        st.builds(lambda a, b, n: f"({a} NEAR/{n} {b})", inner, inner, st.integers(0, 6)),
        st.builds(lambda a, b, n: f"({a} BEFORE/{n} {b})", inner, inner, st.integers(0, 6)),
        st.builds(lambda a, b: f"({a} OUTSIDE {b})", inner, inner),
        st.builds(lambda a, b, n: f"({a} NOT NEAR/{n} {b})", inner, inner, st.integers(0, 4)),
        st.builds(lambda parts: bracketed(parts, "OR"), st.lists(inner, min_size=2, max_size=11)),
        st.builds(
            lambda zone, a: f"{zone}:{a}",
            st.sampled_from(["title", "lead", "body", "sentence", "paragraph"]),
            inner,
        ),
        st.builds(lambda n, a: f"ATLEAST/{n} {a}", st.integers(1, 4), inner),
    ),
    max_leaves=6,
)
rule = st.recursive(
    mention,
    lambda inner: st.one_of(
        st.builds(lambda parts: bracketed(parts, "AND"), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: bracketed(parts, "OR"), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda a, b: f"({a} AND NOT {b})", inner, inner),
        st.builds(
            lambda zone, a: f"{zone}:{a}",
            st.sampled_from(["title", "body", "lead", "sentence", "paragraph"]),
            inner,
        ),
        st.just("$mix"),
    ),
    max_leaves=4,
)


def fast(rule_text: str, article: Article) -> set[tuple[str, int, int, str]] | None:
    topics = parse_adhoc(rule_text, NAMED)
    found = topics.match(article)
    return {(span.zone, span.start, span.end, span.term) for span in found[0].spans} if found else None


def slow(rule_text: str, article: Article) -> set[tuple[str, int, int, str]] | None:
    lists = {name: [parse(text) for text in texts] for name, texts in NAMED.items()}
    return Reference(parse(rule_text), lists, article).spans()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule, title, text)
def test_fast_equals_slow(rule_text: str, title_text: str, body: str) -> None:
    """Whatever the rule and the text, the matcher finds exactly what the meaning of the language says, at the same places."""
    article = Article(text=body, title=title_text)
    try:
        got = fast(rule_text, article)
    except RuleErrors:
        assume(False)
        return
    assert got == slow(rule_text, article)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(COVERED), title, text)
def test_what_is_said_to_be_covered_is(pair: tuple[str, str], title_text: str, body: str) -> None:
    """Wherever a term is found, the one that is said to cover it is found, too: only then may a rule be refused or warned of for it."""
    wide, narrow = pair
    article = Article(text=f"{body} {narrow.strip('=').replace('*', 's')}", title=title_text)
    if slow(narrow, article) is not None:
        assert slow(wide, article) is not None


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=5), title, text, st.sampled_from([None, 5.0, 40.0])
)
# Weak capitals: beside an ordinary mention, beside none, and alone.
@example(["IRS", "tax"], "IRS SEEKS TAX RECORDS", "The tax agency.", None)
@example(["IRS", "tax"], "IRS SEEKS TAX RECORDS", "Nothing.", None)
@example(["IRS"], "IRS SEEKS TAX RECORDS", "Nothing.", None)
@example(["tax", '"the tax"'], "", "The tax.", None)  # two mentions that overlap
def test_the_short_way_gives_what_the_general_one_gives(
    terms: list[str], title_text: str, body: str, least: float | None
) -> None:
    """A rule of terms alone gives the same match, score and rank included, as the same terms in a list, which takes the long way."""
    article = Article(text=body, title=title_text)
    try:
        topics = compile_topics(
            [
                TopicSpec("same", "T", " OR ".join(terms), min_score=least),
                TopicSpec("same-listed", "T", "$terms", min_score=least),
            ],
            {"terms": terms},
        )
    except RuleErrors:
        assume(False)
        return
    found = {match.topic: match for match in topics.match(article)}
    short, long = found.get("same"), found.get("same-listed")
    assert (short and replace(short, topic="")) == (long and replace(long, topic=""))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rule, min_size=1, max_size=12), title, text)
@example(
    ["(ice NEAR/0 $ice)", "(ice AND $ice)"], "ICE ICE ICE", "ice"
)  # a list looked at before still tells what it dropped
def test_many_rules_do_not_disturb_each_other(rules: list[str], title_text: str, body: str) -> None:
    """A rule gives the same among others as alone: a prefilter may never lose a match."""
    article = Article(text=body, title=title_text)
    kept = []
    for rule_text in rules:
        try:
            parse_adhoc(rule_text, NAMED)
        except RuleErrors:
            continue
        kept.append(rule_text)
    topics = compile_topics([TopicSpec(str(at), "t", rule_text) for at, rule_text in enumerate(kept)], NAMED)
    together = {match.topic: set(match.spans) for match in topics.match(article)}
    alone = {str(at): parse_adhoc(rule_text, NAMED).match(article) for at, rule_text in enumerate(kept)}
    assert together == {at: set(found[0].spans) for at, found in alone.items() if found}


@settings(max_examples=400, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(
            st.characters(codec="utf-8"), st.sampled_from("aBsS.,&'’+# -éß移가ｱﾞ\u0301\u00ad½™\n1C")
        ),
        max_size=40,
    )
)
def test_words_and_places(text_: str) -> None:
    """Every text has the same words by table and by hand, folding keeps their number, and each leads back into the text in order."""
    text_ = "".join(" " if category(char) == "Cc" else char for char in text_)  # the seed format forbids them
    line = spaced(text_)
    assert len(fold(line).split()) == len(line.split())
    spans = places(text_)
    assert len(spans) == len(line.split())
    assert all(0 <= start < end <= len(text_) for start, end in spans)
    assert spans == sorted(spans)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from(WORDS), st.sampled_from(list("aBsS.,&'’+# -éß移ｱﾞ\u0301\u00ad½™1C"))),
        max_size=30,
    )
)
@example(["\u0301", "ﾞ"])  # a mark without a letter gathers no other marks
def test_words_equal_the_slow_ones(parts: list[str]) -> None:
    """The tables and the neighbourhood rules agree with a scan character by character."""
    text_ = "".join(parts)
    assert [(words_of(text_)[at], *place) for at, place in enumerate(places(text_))] == [
        (word.text, word.start, word.end) for word in words(text_)
    ]
