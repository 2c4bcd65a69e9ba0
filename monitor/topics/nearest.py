"""The nearest valid name to a mistyped one, for hints."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like `name`, capitals aside (difflib ratio of at least .5), or an empty string."""
    names = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.5)
    return names[found[0]] if found else ""
