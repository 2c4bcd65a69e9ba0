"""What the daemon shows of itself on loopback: /healthz, /readyz and /metrics."""
