"""The mirror of monitor/: each test file states the rules of the module it is named after."""
