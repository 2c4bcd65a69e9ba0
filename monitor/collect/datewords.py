"""The words of dates: month names as publishers' languages write them, and dates in the writing of China, Japan and Korea.

Full names, the forms they take after a day, and abbreviations. Where two languages share a word for different months (`listopad`,
`srp`, `lip` of Polish, Czech and Croatian), the languages with more feeds win. Spellings by Unicode CLDR.
"""

from __future__ import annotations

import re
from itertools import chain

_MONTHS = (
    (
        "Jan",
        "januar jänner januari januári január janvier janv enero ene gennaio gen janeiro gener ianuarie ian ledna leden stycznia styczeń"
        " sty tammikuuta tammikuu ocak oca января янв січня январь януари ιανουαρίου ιανουάριος ιαν",
    ),
    (
        "Feb",
        "februar februari február février fevrier févr fév fev febrero febbraio fevereiro febrer februarie února únor lutego luty lut"
        " helmikuuta helmikuu şubat şub февраля февраль фев февр лютого февруари φεβρουαρίου φεβρουάριος φεβ",
    ),
    (
        "Mar",
        "märz maerz mär mrz mars marzo março marco març maart mrt marts martie március března březen marca marzec maaliskuuta maaliskuu"
        " mart maret марта март березня μαρτίου μάρτιος μάρτ μάρ μαρ",
    ),
    (
        "Apr",
        "aprile avril avr abril abr aprilie április ápr dubna duben kwietnia kwiecień kwi huhtikuuta huhtikuu nisan nis апреля апрель апр"
        " квітня април απριλίου απρίλιος απρ",
    ),
    (
        "May",
        "mai maj mayo maggio mag maio mei maig május máj května květen maja toukokuuta toukokuu mayıs мая май травня μαΐου μάιος μάι μαι μαΐ",
    ),
    (
        "Jun",
        "juni juin junio giugno giu junho juny iunie június jún června červen czerwca czerwiec cze kesäkuuta kesäkuu haziran haz июня июнь"
        " июн червня юни ιουνίου ιούνιος ιούν ιουν",
    ),
    (
        "Jul",
        "juli juillet juil julio luglio lug julho juliol iulie július júl července červenec lipca lipiec lip heinäkuuta heinäkuu temmuz tem"
        " июля июль июл липня юли ιουλίου ιούλιος ιούλ ιουλ",
    ),
    (
        "Aug",
        "august août aout aoû agosto ago agost augustus augusti augusztus agustus agu srpna srpen sierpnia sierpień sie elokuuta elokuu"
        " ağustos ağu августа август авг серпня αυγούστου αύγουστος αυγ αύγ",
    ),
    (
        "Sep",
        "septembre septiembre settembre setembro setembre set septembrie szeptember szept září września wrzesień wrz syyskuuta syyskuu eylül"
        " eyl сентября сентябрь сен сент вересня септември σεπτεμβρίου σεπτέμβριος σεπ σεπτ",
    ),
    (
        "Oct",
        "oktober okt octobre octubre ottobre ott outubro out octombrie október října říjen października październik paź lokakuuta lokakuu"
        " ekim eki октября октябрь окт жовтня октомври οκτωβρίου οκτώβριος οκτ",
    ),
    (
        "Nov",
        "novembre noviembre novembro noiembrie listopadu listopad listopada lis marraskuuta marraskuu kasım kas ноября ноябрь ноя нояб"
        " листопада ноември νοεμβρίου νοέμβριος νοε νοέ",
    ),
    (
        "Dec",
        "dezember dez décembre decembre déc diciembre dicembre dic dezembro desembre decembrie prosince prosinec grudnia grudzień gru"
        " joulukuuta joulukuu aralık ara desember des декабря декабрь дек грудня декември δεκεμβρίου δεκέμβριος δεκ",
    ),
)
MONTHS = dict(chain.from_iterable(((name, english) for name in names.split()) for english, names in _MONTHS))
"""Lower-case month name -> the English abbreviation."""

ENGLISH = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR_FIRST = re.compile(r"^(\d{4})\.?[-\s]\s?([A-Z][a-z]{2})\.?[-\s]\s?(\d{1,2})\b\.?")
_WEEKDAY = re.compile(r"^([^\W\d_]{2,12})\.?(?:\s*,\s*|\s+(?=\d))")
_IDEOGRAPHIC = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]?")
_IDEOGRAPHIC_WEEKDAY = re.compile(
    r"\s?[(（]?(?:星期|周)?[月火水木金土日一二三四五六월화수목금토](?:曜日|요일)?[)）]"
)
_HALF_DAY = re.compile(r"(오전|오후|上午|下午|午前|午後)\s?(\d{1,2})(?=[:時时点시])")
_UNITS = re.compile(r"(\d{1,2})\s?[時时点시]\s?(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?")
_AFTERNOON = frozenset(("오후", "下午", "午後"))


def in_english(text: str) -> str:
    """Return a date with its month in English, the year before it as in ISO 8601, the name of the day dropped if it is in no English."""
    text = _ideographic(text) if not text.isascii() else text
    text = _WORD.sub(lambda word: MONTHS.get(word[0].lower(), word[0]), text)
    text = _WEEKDAY.sub(lambda match: match[0] if match[1][:3].lower() in ENGLISH else "", text)
    return _YEAR_FIRST.sub(_iso_order, text)


def _iso_order(match: re.Match[str]) -> str:
    month = ENGLISH.get(match[2].lower())
    return f"{match[1]}-{month:02}-{int(match[3]):02}" if month else match[0]


def _ideographic(text: str) -> str:
    """Return `2004년 5월 28일 오후 11:31` and its like in the form of ISO 8601."""
    text = _IDEOGRAPHIC_WEEKDAY.sub(" ", _IDEOGRAPHIC.sub(r"\1-\2-\3 ", text))
    text = _HALF_DAY.sub(_hour, text)
    return " ".join(
        _UNITS.sub(lambda match: f"{match[1]}:{int(match[2]):02}:{int(match[3] or 0):02}", text).split()
    )


def _hour(match: re.Match[str]) -> str:
    hour = int(match[2]) % 12 + (12 if match[1] in _AFTERNOON else 0)
    return f"{hour:02}" if int(match[2]) <= 12 else match[2]
