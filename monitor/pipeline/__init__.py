"""The flow, in order; nothing is decided here and nothing is done here that a stage or an edge could do.

::

    collect   due feeds | fetch | parse | new? | fetch page | extract | match | copies | save     (one transaction per batch of feeds)
    deliver   due slots | pending | group | rank | compose | outbox | post | record

The two halves meet only in the database, which is therefore the queue: kill the process anywhere and the next start goes on.
Waiting is state (`next_poll`, `not_before`), never a sleep.

`collecting` starts polls, in the order of `queues`, `polling` is one feed's, `pages` its articles', `saving` ends them; `building`
makes messages of slots, `sending` works them off. `watching` times the fetches. `protocols` says what the edges must be able to do.
"""

from monitor.pipeline.building import Builder, Desk
from monitor.pipeline.collecting import Collector, Limits
from monitor.pipeline.pages import Pages
from monitor.pipeline.polling import Poller
from monitor.pipeline.reports import PollReport, SendReport, SlotReport
from monitor.pipeline.robots import Robots
from monitor.pipeline.saving import Saver
from monitor.pipeline.sending import Sender
from monitor.pipeline.watching import WatchedFetcher

__all__ = [
    "Builder",
    "Collector",
    "Desk",
    "Limits",
    "Pages",
    "PollReport",
    "Poller",
    "Robots",
    "Saver",
    "SendReport",
    "Sender",
    "SlotReport",
    "WatchedFetcher",
]
