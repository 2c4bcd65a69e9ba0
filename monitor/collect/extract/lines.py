"""What a line of a page is worth: its words, counted quickly, and its text without what links say beside it."""

from __future__ import annotations

import re

from monitor.text import count_words

# What links say to those who cannot see them, and the handles that lead to a heading.
_NEW_TAB = re.compile(
    r",? ?\(?(?:opens? (?:in )?(?:a )?new (?:tab|window)|(?:wird in einem|öffnet in(?: einem)?) neue[mn] (?:fenster|tab)(?: geöffnet)?\.?|"
    r"(?:ouvre (?:dans )?une )?nouvelle fenêtre|se abre en (?:una )?(?:nueva )?ventana(?: nueva)?|abre (?:em|numa) (?:uma )?nova (?:janela|aba)|新しい(?:ウィンドウ|タブ)で開く)\)?",
    re.IGNORECASE,
)
_NEW = ("new ", "neue", "nouvelle", "nueva", "nova ", "新しい")  # one of these is in each of the alternatives
_BACK = re.compile(r"\s?[↩↑⤴]\ufe0e?$")  # from a footnote to where it belongs
_HANDLE = re.compile(r"\s?(?:#[\w-]*|[¶§🔗])$")


def without_asides(text: str, kind: str) -> str:
    """Return a line with links without what is no part of its sentence; what would leave nothing is left as it is."""
    if any(part in text for part in _NEW):
        text = _NEW_TAB.sub("", text) or text
    return (_HANDLE.sub("", text) or text) if kind == "h" else _BACK.sub("", text) or text


def weight(text: str) -> int:
    """Return the length of a text without its blanks."""
    return len("".join(text.split()))


def words_in(pieces: list[str]) -> int:
    """Return the number of words in the pieces of a line: in its links."""
    text = "".join(pieces)
    return len(text.split()) if text.isascii() else count_words(text)


def size_of(text: str) -> int:
    """Return the number of words, quickly: spaces in scripts that use them."""
    return text.count(" ") + 1 if text.isascii() else count_words(text)
