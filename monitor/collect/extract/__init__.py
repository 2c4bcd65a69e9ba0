"""From a page to an article: one parse, several candidate bodies, agreement as the judge, a clean-up that can say why.

`normalize` is the public face, `extract` what worker processes run (with a site's own rules and the feed's entry), `explain` the same
with everything that was considered. All are loaded on first use: the parsers behind them are heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.collect.extract.extraction import explain, extract, normalize
    from monitor.collect.extract.report import Extraction

__all__ = ["Extraction", "explain", "extract", "normalize"]

_HOMES = {"explain": "extraction", "extract": "extraction", "normalize": "extraction", "Extraction": "report"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    try:
        module = importlib.import_module(f"monitor.collect.extract.{_HOMES[name]}")
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(module, name)
    globals()[name] = value
    return value
