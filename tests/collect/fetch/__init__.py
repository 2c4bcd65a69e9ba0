"""Tests of the fetcher: over real sockets on loopback wherever the wire is the subject."""
