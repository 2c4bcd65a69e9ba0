"""One file a released schema; the last one's revision is `monitor.store.schema.HEAD`."""
