"""Tests of the workshop for tuning rules."""
