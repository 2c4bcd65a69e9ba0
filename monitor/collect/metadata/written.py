"""Dates as people write them into a page, and the lines that hold nothing else: "For release: November 23, 2026", "公開日：2026年11月23日".

Such a line is metadata wherever it stands above the text, whatever its label says: so a label is told by its form (a few words and a
colon), and only words that stand without a colon are listed, in the languages of the news.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""The web is not older; what is, is an epoch or a story's own past."""

_MONTHS = {
    name.replace("_", " "): number
    for number, names in enumerate(
        (
            "january jan januar januari janvier enero ene janeiro gennaio gen января jänner ocak stycznia ledna يناير كانون_الثاني जनवरी",
            "february feb februar februari février fev febrero fevereiro febbraio fév февраля şubat lutego února فبراير شباط फरवरी फ़रवरी",
            "march mar märz maart mars marzo março marts марта mrz mart marca března مارس آذار मार्च",
            "april apr avril abril aprile апреля avr abr nisan kwietnia dubna أبريل إبريل نيسان अप्रैल",
            "may mai mei maj mayo maio maggio мая mayıs maja května مايو أيار मई",
            "june jun juni juin junio junho giugno июня giu haziran czerwca června يونيو حزيران जून",
            "july jul juli juillet julio julho luglio июля lug temmuz lipca července يوليو تموز जुलाई",
            "august aug augusti août agosto augustus августа ago ağustos sierpnia srpna أغسطس آب अगस्त",
            "september sep sept septembre septiembre setembro settembre сентября set eylül września září سبتمبر أيلول सितंबर सितम्बर",
            "october oct oktober oktobra octobre octubre outubro ottobre октября okt out ott ekim października října أكتوبر تشرين_الأول अक्टूबर अक्तूबर",
            "november nov novembre noviembre novembro ноября kasım listopada listopadu نوفمبر تشرين_الثاني नवंबर नवम्बर",
            "december dec dezember décembre diciembre dezembro dicembre декабря dez dic déc aralık grudnia prosince ديسمبر كانون_الأول दिसंबर दिसम्बर",
        ),
        1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SEEN = re.compile(
    rf"(?<!\d)(?:(?P<y1>(?:19|20)\d\d)[-./年년]\s?(?P<m1>\d{{1,2}})[-./月월]\s?(?P<d1>\d{{1,2}})(?!\d)[日일]?"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s-]+(?:de\s+)?(?P<m2>{_NAME})(?!\w)\.?,?[\s-]+(?:de\s+)?(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<m3>{_NAME})(?!\w)\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>(?:19|20)\d\d)"
    rf"|(?P<d4>\d{{1,2}})\.\s?(?P<m4>\d{{1,2}})\.\s?(?P<y4>(?:19|20)\d\d)"
    rf"|(?P<p5>\d{{1,2}})/(?P<q5>\d{{1,2}})/(?P<y5>(?:19|20)\d\d))(?!\d)"
    rf"(?:\D{{1,6}}(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d))?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")  # asked first: most lines have none
_OWN_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९", "0123456789" * 3)


def first_date(text: str, *, month_first: bool = True) -> datetime | None:
    """Return the first date written in a text, with its time of day if it follows, taken as UTC; None if there is none.

    `month_first` says how `3/4/2025` is meant where both readings are possible: as Americans do, or as nearly everybody else.
    """
    western = _western(text)
    match = _SEEN.search(western) if _YEAR.search(western) else None
    date = _read(match, month_first) if match else None
    return date if date is not None and date > EARLIEST else None


def _western(text: str) -> str:
    return text if text.isascii() else text.translate(_OWN_DIGITS)


def _read(match: re.Match[str], month_first: bool) -> datetime | None:
    group = match.groupdict()
    form = next(form for form in "12345" if group[f"y{form}"])
    year = int(group[f"y{form}"])
    if form == "5":
        first, second = int(group["p5"]), int(group["q5"])
        as_americans = second > 12 or (month_first and first <= 12)
        month, day = (first, second) if as_americans else (second, first)
    else:
        name = group[f"m{form}"].lower()
        month, day = _MONTHS.get(name) or int(name), int(group[f"d{form}"])
    return day_of(year, month, day, int(group["hour"] or 0), int(group["minute"] or 0))


def month_of(name: str) -> int | None:
    """Return the number of a month by its name or abbreviation in the languages of the news."""
    return _MONTHS.get(name.lower())


def day_of(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime | None:
    """Return an instant (UTC), or None if the calendar has no such day."""
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def parts_beside_dates(text: str) -> list[str]:
    """Return a text in the parts that the dates in it leave; a text without one is one part."""
    western = _western(text)
    if _YEAR.search(western) is None:
        return [text]
    ends = [0, *(place for match in _SEEN.finditer(western) for place in match.span()), len(text)]
    return [text[ends[at] : ends[at + 1]] for at in range(0, len(ends), 2)]


# ── Lines that are a date ─────────────────────────────────────────────────────────────────────────────────────────────────────────
_LONGEST = 100  # characters
_LABEL = re.compile(r"(?:[^\W\d_][^\s:：\d]*[ -]?){1,4}\s?[:：]")
_HOUR = re.compile(
    r"\d{1,2}\s?(?:[:.h時点시時时]\s?[0-5]\d|h|時|点|时|시)(?::[0-5]\d)?\s?[分분]?(?:\s?[ap]\.?\s?m\b\.?)?|\d{1,2}\s?[ap]\.?\s?m\b\.?|[+-]\d{1,2}:?\d\d",
    re.IGNORECASE,
)
_WIDE = re.compile(
    r"(?:公開|更新|掲載|配信|発表|発行|发布|發布|发表|發表|出版)(?:日時|日期|时间|時間|日|于|於)?|時間|时间|日期|入力|입력|수정|등록|게재|발행|승인|최종|기사|[日月火水木金土]曜日?|星期[一二三四五六日天]"
    r"|[日月火水木金土월화수목금토일]요일|[(（][日月火水木金土一二三四五六월화수목금토일][)）]|[上下]午|午[前後]|오[전후]"
)
_SMALL = frozenset(
    (
        "on at a.m p.m am pm um le la à a el il em de del às as alle op om the of for by uhr h hrs klo kl den der dne the i w o в at: "
        "and und et y e last first date time originally date: updated update published publish posted created modified released release issued submitted "
        "stand veröffentlicht aktualisiert erschienen erstellt publiziert zuletzt datum "
        "publié publiée mis mise jour actualisé créé modifié "
        "publicado publicada actualizado actualizada creado modificado fecha atualizado atualizada criado data última última-atualização "
        "pubblicato pubblicata aggiornato aggiornata creato ultimo ultima aggiornamento "
        "gepubliceerd bijgewerkt geplaatst laatst publicerad publicerat uppdaterad uppdaterat publisert oppdatert publiceret opdateret julkaistu päivitetty "
        "opublikowano aktualizacja publikacja zaktualizowano publikováno aktualizováno yayınlanma güncelleme tarihi giriş "
        "опубликовано обновлено дата публикации создано "
        "نشر النشر تم تاريخ في آخر تحديث الساعة प्रकाशित अपडेट अद्यतन अपडेटेड बजे पर को "
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
        "lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo "
        "segunda terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira "
        "lunedì martedì mercoledì giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
        "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag "
        "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье "
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार "
        "utc gmt est edt et cst cdt ct mst mdt mt pst pdt pt bst ist cet cest mez mesz eet eest jst kst msk aest aedt"
    ).split()
)


def is_date_line(text: str) -> bool:
    """Tell whether a line says nothing but a date: alone, or with a label, a weekday, a time of day, or a second date (of an update)."""
    if len(text) > _LONGEST:
        return False
    western = _western(text)
    if _YEAR.search(western) is None:
        return False
    rest, dates = _SEEN.subn(" ", western)
    if not dates:
        return False
    label = _LABEL.match(rest)
    rest = _WIDE.sub(" ", _HOUR.sub(" ", rest[label.end() :] if label else rest))
    words = (word.strip(".,;:|()[]/–—-·•：、 ").casefold() for word in rest.split())
    return all(not word or word in _SMALL for word in words)


_FIELD = re.compile(
    r"^.{0,12}[:：]\s*$|^\W*$"
)  # what stands before a date that is a field's value, or the first word of such a line
_NEXT_FIELD = re.compile(r"^[^:：]{0,16}[:：]")


def is_field_of_date(text: str) -> bool:
    """Tell whether a line is made of fields, the first of which is a date: "时间：2026-11-23 作者：…", "2026-11-23 07:57 来源： …"."""
    if len(text) > _LONGEST:
        return False
    western = _western(text)
    match = _SEEN.search(western) if _YEAR.search(western) else None
    if match is None or _FIELD.match(western[: match.start()]) is None:
        return False
    rest = _HOUR.sub(" ", western[match.end() :])
    return _NEXT_FIELD.match(rest.lstrip(" :")) is not None
