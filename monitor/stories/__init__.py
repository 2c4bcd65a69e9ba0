"""Which articles are copies of one another, and which tell of the same event."""
