"""The whole program as its own process, against real servers on loopback."""
