"""News monitoring as a library and a daemon: feeds in, topic digests out, each exactly once.

The names below are the public Python surface (spec: `docs` in README, "As a library"). They are loaded on first use, so that
``import monitor`` stays free of third-party imports and a command line starts fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from monitor import seed
    from monitor.collect.extract import normalize
    from monitor.collect.feeds import parse_feed
    from monitor.config.topics import load_topics
    from monitor.models import Article, Entry, FeedDocument, Match

_LAZY = {
    "normalize": ("monitor.collect.extract", "normalize"),
    "parse_feed": ("monitor.collect.feeds", "parse_feed"),
    "load_topics": ("monitor.config.topics", "load_topics"),
    "seed": ("monitor.seed", None),
    "Article": ("monitor.models", "Article"),
    "Entry": ("monitor.models", "Entry"),
    "FeedDocument": ("monitor.models", "FeedDocument"),
    "Match": ("monitor.models", "Match"),
}

__all__ = [
    "Article",
    "Entry",
    "FeedDocument",
    "Match",
    "__version__",
    "load_topics",
    "normalize",
    "parse_feed",
    "seed",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    try:
        module_name, attribute = _LAZY[name]
    except KeyError:
        raise AttributeError(f"module 'monitor' has no attribute {name!r}") from None
    module = importlib.import_module(module_name)
    value = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value
