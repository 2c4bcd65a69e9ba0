"""Regular expressions of users: RE2 only, so that none can take more than linear time or its share of memory.

They see a paragraph as written (case and accents kept) but with quotes, dashes, spaces and compatibility forms in their plain forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.errors import RuleError
from monitor.topics.tree import Regex
from monitor.topics.words import CLUSTER

_MEMORY = 1 << 20  # bytes of compiled program and DFA cache per expression
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\xa0": " ",
    }
)
_HIDDEN = re.compile("[\u00ad\u200b\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. Its `program` cannot be pickled; `source` and `fold` make it anew."""

    source: str
    fold: bool
    program: Any

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by source."""
        return _compiled, (self.source, self.fold)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of every match in a paragraph; matches of nothing are passed over."""
        plain, origin = plain_text(text)
        for match in self.program.finditer(plain):
            start, end = match.span()
            if end > start:
                yield (start, end) if origin is None else (origin[start], origin[end])


def compile_regex(node: Regex) -> Expression:
    """Return the compiled expression of a node. Raises `RuleError` where RE2 cannot, or where it matches nothing at all."""
    import re2

    try:
        expression = _compiled(node.source, node.fold)
    except re2.error as error:
        raise RuleError(
            f"regular expression: {_told(error)}", node.start, node.end, _hint(node.source)
        ) from None
    if expression.program.search("") is not None:
        hint = "it also matches where nothing stands, so it would match every article; write + for *"
        raise RuleError("regular expression matches the empty string", node.start, node.end, hint)
    return expression


def _compiled(source: str, fold: bool) -> Expression:
    import re2

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.case_sensitive = not fold
    return Expression(source, fold, re2.compile(source.replace("\\/", "/"), options))


def _told(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def _hint(source: str) -> str:
    if "(?=" in source or "(?!" in source or "(?<" in source:
        return "look-ahead and look-behind are not supported; use NEAR, BEFORE or NOT NEAR"
    if any(f"\\{digit}" in source for digit in "123456789"):
        return "references to groups (\\1) are not supported"
    return "the syntax is RE2's: github.com/google/re2/wiki/Syntax"


def plain_text(text: str) -> tuple[str, list[int] | None]:
    """Return a text with typographic signs and compatibility forms made plain, and the origin of each character where places moved."""
    if text.isascii():
        return text, None
    if unicodedata.is_normalized("NFKC", text) and not _HIDDEN.search(text):
        return text.translate(_SIGNS), None
    parts: list[str] = []
    origin: list[int] = []
    for cluster in CLUSTER.finditer(text):
        part = unicodedata.normalize("NFKC", _HIDDEN.sub("", cluster[0]))
        parts.append(part)
        origin += [cluster.start()] * len(part)
    return "".join(parts).translate(_SIGNS), [*origin, len(text)]
