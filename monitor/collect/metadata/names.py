"""Who wrote it: names out of data, tags and bylines, without "By", roles, agencies' addresses and the site's own name twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.text import clean

_MAX_AUTHORS = 20
_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|edited|reviewed|words|story|text|article|analysis|opinion|exclusive|report)? ?(?:by|von|par|por|di|door|av|af|de|from)\b|"
    r"(?:author|autor(?:in)?|auteur|autore|texto|text|από|автор|文|作者|記者|记者|기자)\s?[:：]|[|•·–—-])\s*:?\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:,|;|/|\||•|·|\n|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bog\b|\boch\b|\ben\b|&|、)\s*"
)
_TAIL = re.compile(
    r"\s*(?:[,|–—-]|\(|\bfor\b|\bat\b)\s*(?:(?:senior|chief|staff|special|political|business|sports?|science|health|tech\w*|national|world|guest|contributing|freelance) )*"
    r"(?:writer|reporter|editor|correspondent|columnist|contributor|journalist|redakteur(?:in)?|reporter(?:in)?|freelancer|associated press|reuters|afp|dpa|the .{3,40})\b.*$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d{2}|^(?:admin|administrator|author|authors|unknown|none|null|undefined|guest|user|editor|root|n/?a|about|bio|follow|updated?|published)$",
    re.IGNORECASE,
)


def tidy(raw: Iterable[str], *, split: bool = False) -> tuple[str, ...]:
    """Return clean, distinct names in their order; `split` cuts "Ann Lee, Bob Ray and Cy Fox" (never data, where a comma may be a name's)."""
    found: dict[str, str] = {}
    for text in raw:
        for name in _SPLIT.split(_BY.sub("", clean(text))) if split else (_BY.sub("", clean(text)),):
            name = name.strip(" ,;:|–—-.•·") if split else name.strip(" ,;|")
            if name and len(name) <= 80 and len(name.split()) <= 8 and not _NO_NAME.search(name):
                found.setdefault(name.casefold(), name)
    return tuple(found.values())[:_MAX_AUTHORS]
