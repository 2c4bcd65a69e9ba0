"""Tests of the worker processes: real processes that really hang, crash and fill their memory."""
