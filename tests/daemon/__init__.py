"""Rules of the process that runs for years."""
