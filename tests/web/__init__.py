"""Rules of what the daemon shows of itself."""
