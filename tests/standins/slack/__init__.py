"""A strict stand-in of Slack: its web API and incoming webhooks over real HTTP on loopback, its documented limits enforced under
Slack's own error names, and a fault plan with a vocabulary.

In tests::

    async with SlackStandIn() as slack:
        slack.faults.lose_answer()
        notifier = SlackNotifier(slack.token, base_url=slack.base_url)
        ...
        assert [message.nonce for message in slack.stored("irs-watch")] == ["n1"]

In drills, as a process of its own that outlives the killed one::

    python -m tests.standins.slack --port 8099 --journal stored.jsonl --fault-rate 0.25 --seed 7
"""

from tests.standins.slack.faults import Fault, Faults
from tests.standins.slack.server import SlackStandIn
from tests.standins.slack.workspace import Channel, Message, Workspace

__all__ = ["Channel", "Fault", "Faults", "Message", "SlackStandIn", "Workspace"]
