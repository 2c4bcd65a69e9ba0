"""HTTP, and the only place that dials out: conditional, capped, polite, under the address guard.

`client` fetches, `politeness` gives out turns, `dialling` opens connections and judges what is dialled, `decode` undoes
content encodings under a cap, `answers` says what came of it.
"""

from monitor.collect.fetch.client import AiohttpFetcher

__all__ = ["AiohttpFetcher"]
