"""The topic rule language: from a rule's text to its mentions in an article, and the workshop for tuning it."""
