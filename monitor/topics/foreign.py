"""What other search tools write for our operators: a hint for each, so that a rule pasted from them is mended in one go.

Asked only where two terms stand with nothing between: `SAME` or `W5` may as well be a word that is searched for.
Sources: the query help of Lexis, Westlaw, Factiva, Dialog, Ovid and EBSCOhost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_FOREIGN: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"ADJ/?(\d*)", lambda found: f"write BEFORE/{found[1] or 0}, or NEAR/{found[1] or 0} for either order"),
    (r"[NW](\d+)|NEXT/?(\d+)", lambda found: f"write NEAR/{found[1] or found[2]}"),
    (
        r"ONEAR/?(\d*)|FBY/?(\d*)|PRE(\d+)",
        lambda found: f"write BEFORE/{found[1] or found[2] or found[3] or 5}",
    ),
    (r"(?i:and|but)[-_]?(?i:not)|NOTAND|EXCEPT|MINUS", lambda found: "write AND NOT"),
    (r"XOR", lambda found: "write (a AND NOT b) OR (b AND NOT a)"),
    (r"SENTENCE|(?i:w/s(?:ent)?)", lambda found: "write sentence:(a AND b)"),
    (r"SAME|PARAGRAPH|(?i:w/p(?:ara)?)", lambda found: "write paragraph:(a AND b)"),
    (r"(AND|OR|NOT|OUTSIDE)[/~:]\d+", lambda found: f"{found[1]} takes no number: write {found[1]}"),
)
_LOWER = {"near": "NEAR/5", "before": "BEFORE/5", "outside": "OUTSIDE", "atleast": "ATLEAST/2"}


def foreign(word: str) -> tuple[str, str] | None:
    """Return message and hint for a word that stands where an operator belongs, if it is another tool's; None if it is just a word."""
    for pattern, hint in _FOREIGN:
        found = re.fullmatch(pattern, word)
        if found is not None:
            return f"{word} is no operator here", hint(found)
    operator = _LOWER.get(word.casefold())
    if operator is not None and word != operator.split("/")[0]:
        return (
            f'"{word}" in lower case',
            f'operators are in capitals: {operator}; to search for the word, quote it: "{word}"',
        )
    return None
