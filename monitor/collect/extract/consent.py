"""Dialogs that ask for consent to cookies, where no name tells them: told by what their lines say.

Consent managers name their boxes (`marks`), and home-made banners do not: `<div id="hint">`, or a box of hashed classes. Some hold a
page of text on every kind of cookie, more than the article has. A line that only mentions cookies may be from a recipe, so a box is a
dialog when most of its words stand in lines about them and at least one of these says what for.
"""

from __future__ import annotations

import re
from itertools import accumulate

from monitor.collect.extract.page import TEXTUAL, Block, Node, Page

MARK = "consent dialog"

_ABOUT = re.compile(
    r"\bcookies?\b|ciasteczk|çerez|sütik|süti\b|soubor\w* cookie|куки|クッキー|쿠키|ملفات تعريف الارتباط|कुकी|\bGDPR\b|\bDSGVO\b|\bRGPD\b|"
    r"\bwe value your privacy\b|\blegitimate interests?\b|\bstore and/or access information\b|\bconsent (?:preferences|choices|settings)\b",
    re.IGNORECASE,
)
# A part of each of the alternatives above: most pages have none, and looking for these is thirty times as fast.
_PARTS = ("cookie", "ciasteczk", "çerez", "süti", "куки", "クッキー", "쿠키", "الارتباط", "कुकी", "gdpr", "dsgvo", "rgpd", "your privacy", "legitimate interest", "access information", "consent ")  # fmt: skip
_ASKING = re.compile(
    r"\b(?:we|our|this) (?:\w+ ){0,4}(?:use|uses|partners|site|website)\b.{0,200}\bcookies?\b|\bcookies?\b.{0,120}\b(?:accept|agree|consent|reject|decline|preferences|settings|"
    r"browsing experience|your (?:experience|browser|device|computer)|third[- ]part)|\b(?:accept|agree|consent|reject|allow|manage)\b.{0,60}\bcookies?\b"
    r"|\bcookies?\b.{0,200}\b(?:akzeptier\w+|einverstanden|einwillig\w+|zustimm\w+|browser|computer|drittanbieter\w*|website|webseite|internetauftritt|speicher\w+)"
    r"|\b(?:verwend\w+|nutz\w+|setz\w+|akzeptier\w+)\b.{0,80}\bcookies?\b"
    r"|\b(?:utilis\w+|accept\w+|dépos\w+|utiliz\w+|usa(?:mos|r)?|acept\w+|acced\w+|aceit\w+|util[iy]zz\w+|accett\w+|gebruik\w+|accepteer\w*|använd\w+|bruker|bruger|käyttä\w+|używ\w+|"
    r"wykorzyst\w+|používá\w*|kullan\w+|használ\w+|использу\w+)\b.{0,120}(?:\bcookies?\b|ciasteczk|çerez|sütik|куки)"
    r"|(?:\bcookies?\b|ciasteczk|çerez|sütik|soubor\w* cookie|куки|クッキー|쿠키).{0,120}(?:utilis|accept|acept|aceit|accett|naveg|navig|używ|zgod|souhlas|kullan|kabul|használ|elfogad|использ|соглаш|使用|同意|사용|동의)"
    r"|\bstore and/or access information\b|\bwe value your privacy\b",
    re.IGNORECASE,
)
_MOST = 0.6  # share of a dialog's words in lines about consent
_WORDS = 8, 800  # words of a dialog
_LEFT = 40  # words that must be left on the page: a page of nothing but a dialog is shown as it is
_SHARE = 0.5  # of the page's words from which a text about cookies is the article


def mark_dialogs(page: Page, title: str) -> None:
    """Mark the boxes that ask for consent, unless the page's title says that it is about that."""
    lowered = [block.text.lower() for block in page.blocks]
    whole = "\n".join(lowered)
    parts = [part for part in _PARTS if part in whole]
    if not parts or _ABOUT.search(title):
        return
    about = [
        block.size > 0 and any(part in text for part in parts) and _is_about(block)
        for block, text in zip(page.blocks, lowered, strict=True)
    ]
    sizes = [0, *accumulate(block.size if block.node.marked is None else 0 for block in page.blocks)]
    told = [
        0,
        *accumulate(block.size if said else 0 for block, said in zip(page.blocks, about, strict=True)),
    ]
    done = 0
    for node in page.nodes:
        if node.first < done or node.tag in TEXTUAL or node.marked is not None:
            continue
        words, said = sizes[node.last] - sizes[node.first], told[node.last] - told[node.first]
        if not _WORDS[0] <= words <= min(_WORDS[1], _SHARE * sizes[-1], sizes[-1] - _LEFT):
            continue
        if said >= _MOST * words and _asks(page, node):
            page.put_away(node, MARK)
            done = node.last


def _is_about(block: Block) -> bool:
    return block.node.marked is None and block.size > 0 and _ABOUT.search(block.text) is not None


def _asks(page: Page, node: Node) -> bool:
    return any(_ASKING.search(block.text[:1_000]) for block in page.blocks[node.first : node.last])
