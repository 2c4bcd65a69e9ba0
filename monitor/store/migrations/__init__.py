"""How the schema came to be, one step a release; run by `monitor.store.migrate`, never by hand."""
