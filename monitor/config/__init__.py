"""From YAML files to validated settings, every mistake in one report with file:line:column."""
