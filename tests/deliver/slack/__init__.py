"""Tests of Slack as a target."""
