"""Slack: digests as messages and threads that fit its limits, sent so that each is stored once.

`SlackNotifier` (bot token) is the product; `SlackWebhookNotifier` (incoming webhook) is the two-minute trial. slack-sdk is imported
when one of them first speaks, so that rendering and previews stay light.
"""

from monitor.deliver.slack.notifier import SlackNotifier
from monitor.deliver.slack.webhook import SlackWebhookNotifier

__all__ = ["SlackNotifier", "SlackWebhookNotifier"]
