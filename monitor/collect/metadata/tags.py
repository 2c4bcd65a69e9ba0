"""The head's tags by name: `<meta name|property|itemprop content>`, first one wins, as link previews read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.text import clean

_SEPARATORS = re.compile(r"[^a-z0-9]+")
Attributes = dict[str, str | None]


def table(metas: Sequence[Attributes]) -> dict[str, list[str]]:
    """Return the contents by lower-cased name, in document order, empty ones left out.

    Each stands under its name and under the name without separators, so that `article_author`, `article:author` and `articleAuthor`
    can be asked for as one.
    """
    found: dict[str, list[str]] = {}
    for attrs in metas[:500]:
        content = clean((attrs.get("content") or "")[:20_000])
        for key in ("property", "name", "itemprop"):
            name = attrs.get(key)
            if name and content:
                spelled = name.strip().lower()
                for form in {spelled, _SEPARATORS.sub("", spelled)}:
                    found.setdefault(form, []).append(content)
    return found


def pick(tags: dict[str, list[str]], *names: str) -> str:
    """Return the first content of the first of these names that has one."""
    return next((tags[name][0] for name in names if name in tags), "")


def pick_all(tags: dict[str, list[str]], *names: str) -> list[str]:
    """Return all contents of the first of these names that has any."""
    return next((tags[name] for name in names if name in tags), [])
