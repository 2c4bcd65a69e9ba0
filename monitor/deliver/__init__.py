"""Where digests go: one file or folder per kind of target, all with the same four verbs (render, send, find, close)."""
