"""Consent dialogs without a telling name go; articles and recipes that speak of cookies stay."""

from __future__ import annotations

import pytest

from tests.standins.harbour import LINES, lines, page

STORY = LINES[:4]
TEXT = "".join(f"<p>{line}</p>" for line in STORY)

DIALOGS = {
    "english": ["This website uses cookies to improve your experience on our pages and to measure how they are read.", "What are cookies?", "Cookies are small files that your browser keeps on your computer until you delete them."],
    "vendors": ["We value your privacy", "We and our 812 partners store and/or access information on a device, such as unique identifiers in cookies, to process personal data."],
    "german": ["Diese Website verwendet Cookies, damit wir Ihnen alle Funktionen zeigen können.", "Cookies von Drittanbietern setzen wir nur ein, wenn Sie einwilligen."],
    "french": ["Nous utilisons des cookies pour mesurer l'audience de nos pages.", "Vous pouvez accepter ou refuser les cookies à tout moment."],
    "polish": ["Nasza strona używa plików cookies, by działać jak należy.", "Pliki cookies możesz wyłączyć w przeglądarce."],
    "turkish": ["Sitemizde deneyiminizi iyileştirmek için çerezler kullanıyoruz.", "Çerezler hakkında ayrıntılı bilgi buradadır."],
    "hungarian": ["Oldalunkon sütiket használunk, hogy jobban szolgáljuk olvasóinkat.", "A sütik elfogadása nem kötelező."],
}  # fmt: skip


@pytest.mark.parametrize("language", DIALOGS)
@pytest.mark.parametrize("inside", [True, False])
def test_a_dialog_is_told_by_what_it_says(language: str, inside: bool) -> None:
    """A box of a name that says nothing, at the top of the page or within the article's own box, goes for its lines."""
    dialog = '<div id="x1">' + "".join(f"<p>{line}</p>" for line in DIALOGS[language]) + "</div>"
    body = f"<div>{dialog}<div>{TEXT}</div></div>" if inside else f"{dialog}<div>{TEXT}</div>"

    assert lines(page(body)) == STORY


def test_an_article_about_cookies_is_no_dialog() -> None:
    """What the page's title names is its subject."""
    about = "".join(f"<div><p>{line}</p></div>" for line in DIALOGS["english"])

    assert DIALOGS["english"][0] in lines(
        page(f"<article>{about}{TEXT}</article>", title="What cookies do to us")
    )


def test_a_recipe_asks_for_nothing() -> None:
    """Lines that mention cookies and do not say what a website wants with them are text."""
    recipe = "Roll the dough out and cut the cookies with a glass, then lay the cookies on a sheet that was buttered before."

    assert recipe in lines(page(f"<article>{TEXT}<div><p>{recipe}</p></div></article>"))


def test_a_page_of_nothing_but_a_dialog_is_not_empty() -> None:
    """No text is lost for a rule: where nothing else is on the page, the dialog is what it says."""
    body = "".join(f"<p>{line}</p>" for line in DIALOGS["english"])

    assert DIALOGS["english"][0] in lines(page(f'<div id="x1">{body}</div>'))
