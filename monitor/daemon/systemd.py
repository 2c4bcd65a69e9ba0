"""The systemd notification protocol (sd_notify(3)): one datagram to the socket that the service manager names."""

from __future__ import annotations

import os
import socket


def notify(*assignments: str) -> bool:
    """Send `READY=1`, `WATCHDOG=1`, `STATUS=…` to the service manager; False where there is none to tell."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as client:
        try:
            client.connect("\0" + address[1:] if address.startswith("@") else address)
            client.sendall("\n".join(assignments).encode())
        except OSError:
            return False  # a supervisor that went away must not take the daemon with it
    return True
